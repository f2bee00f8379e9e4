"""An order as it stands when the world outside is asked for something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.money import Money
from app.orders.model import Address, Attempt, Order, OrderLine, OrderState

PLACED = datetime(2026, 11, 24, 14, 32, 7, tzinfo=UTC)
PAID = datetime(2026, 11, 24, 14, 35, 0, tzinfo=UTC)


def attempt(**changes: Any) -> Attempt:
    """Return the first attempt of order `ord_1`."""
    values: dict[str, Any] = {
        "number": 1,
        "idempotency_key": "ord_1:attempt:1",
        "expires_at": datetime(2036, 11, 24, 15, 7, 7, tzinfo=UTC),
        "cart_digest": "digest",
        "return_url": "https://shop.example/orders/token",
        "cancel_url": "https://shop.example/cart",
    }
    return Attempt(**{**values, **changes})


def order(**changes: Any) -> Order:
    """Return an order of two lamps and a poster, 63.50 USD, that waits for its payment."""
    values: dict[str, Any] = {
        "id": "ord_1",
        "number": "1001",
        "token": "token",
        "market": "us",
        "locale": "en",
        "currency": "USD",
        "lines": (
            OrderLine("LAMP-OAK", "LAMP-OAK", "Lamp", "Oak", 2, Money(2550, "USD"), "lamp"),
            OrderLine("POSTER", "POSTER", "Poster <b>", "", 1, Money(1250, "USD"), "poster"),
        ),
        "cart_id": "cart_1",
        "state": OrderState.PENDING_PAYMENT,
        "created_at": PLACED,
        "attempts": (attempt(),),
        "hold_until": datetime(2036, 11, 24, 15, 12, 7, tzinfo=UTC),
    }
    return Order(**{**values, **changes})


def paid_order(**changes: Any) -> Order:
    """Return the same order once it is paid, to be sent to Berlin."""
    values: dict[str, Any] = {
        "state": OrderState.PAID,
        "paid_at": PAID,
        "email": "buyer@mail.example",
        "shipping": Address("Ada Weber", "Gartenweg 3", "", "10115", "Berlin", "", "DE"),
        "invoice_number": "R-7",
    }
    return order(**{**values, **changes})
