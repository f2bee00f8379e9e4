"""What the tests of payments say again and again: an order that waits, and what a payment makes due."""

from __future__ import annotations

from app.orders.model import Order
from tests.builders import US, Shop

KINDS = ("receipt", "merchant_notice", "invoice")


def started(shop: Shop, shopper: str = "ada", **quantities: int) -> Order:
    """Return an order that waits for its money; by default for two lamps of 49.00."""
    return shop.start(shop.cart(shopper, US, **(quantities or {"LAMP_OAK": 2}))).order


def effects_of(*orders: Order) -> list[str]:
    """Return the ids of the effects that payments of these orders make due."""
    return [f"{kind}:{order.id}" for order in orders for kind in KINDS]


def nothing_was_sold(shop: Shop) -> bool:
    """Say whether no payment has had any consequence."""
    return shop.effect_ids == [] and shop.queue.asked == []
