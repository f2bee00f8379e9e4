"""What the contract tests store: small, complete, and changed by keyword."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.cart.model import Cart, LineItem
from app.catalogue.model import Image, Option, Product, Variant
from app.inventory.model import Movement, MovementKind, Reservation, ReservationState
from app.media.model import Picture, PictureFormat, Rendition
from app.money import Money
from app.orders.model import Attempt, Order, OrderLine, OrderState, TimelineEntry
from app.payments.model import PaymentEvent

NOW = datetime(2026, 11, 24, 12, 0, 0, 120_000, tzinfo=UTC)


def later(**by: float) -> datetime:
    """Return a moment after `NOW`: `later(minutes=5)`."""
    return NOW + timedelta(**by)


def product(slug: str = "lamp", *skus: str, **changes: Any) -> Product:
    """Return a product with a variant for each SKU, by default one that is called like the slug."""
    variants = tuple(
        Variant(sku, sku, options=(sku.title(),), prices={"USD": 4900, "JPY": 7000}, compare_at={"USD": 5900})
        for sku in skus or (slug.upper(),)
    )
    plain = Product(
        id=f"prd_{slug}",
        slug=slug,
        title=slug.title(),
        variants=variants,
        description="<p>Oak.</p>",
        vendor="Vitrine",
        tags=("light", "oak"),
        options=(Option("Finish", tuple(variant.options[0] for variant in variants)),),
        images=(Image("pic_1a", "A lamp", 800, 600),),
        updated_at=NOW,
    )
    return replace(plain, **changes)


def rendition(width: int = 1600, form: PictureFormat = PictureFormat.JPEG) -> Rendition:
    """Return a file of a picture that is five high where it is four wide."""
    return Rendition(form, width, width * 5 // 4, f"{width:016x}-{width}.{form.extension}", width * 100)


def picture(number: int = 1, **changes: Any) -> Picture:
    """Return a picture that waits, with its first JPEG."""
    plain = Picture(
        id=f"pic_{number:032x}",
        width=2000,
        height=2500,
        tone=21,
        renditions=(rendition(),),
        name=f"tides-{number}.jpg",
        size=123_456,
        created_at=later(seconds=number),
        tried_at=later(seconds=number),
    )
    return replace(plain, **changes)


def cart(**changes: Any) -> Cart:
    """Return a cart with one line."""
    line = LineItem("LAMP", 2, Money(4900, "USD"))
    plain = Cart("digest", "default", "USD", lines=(line,), version=1, expires_at=later(days=60))
    return replace(plain, **changes)


def order(order_id: str = "ord_1", **changes: Any) -> Order:
    """Return an order that waits for money, of a cart of its own."""
    attempt = Attempt(
        number=1,
        idempotency_key=f"{order_id}:attempt:1",
        expires_at=later(minutes=35),
        cart_digest="content",
        return_url="http://shop/orders/token",
        cancel_url="http://shop/cart",
    )
    plain = Order(
        id=order_id,
        number=f"N{order_id}",
        token=f"token-{order_id}",
        market="default",
        locale="en",
        currency="USD",
        lines=(OrderLine("LAMP", "LAMP", "Lamp", "Oak", 2, Money(4900, "USD"), slug="lamp"),),
        cart_id=f"cart-{order_id}",
        state=OrderState.PENDING_PAYMENT,
        created_at=NOW,
        attempts=(attempt,),
        hold_until=later(minutes=40),
        timeline=(TimelineEntry(NOW, "placed"),),
        client="client",
    )
    return replace(plain, **changes)


def movement(movement_id: str, **changes: Any) -> Movement:
    """Return a movement that holds one unit of LAMP."""
    plain = Movement(movement_id, "LAMP", MovementKind.HOLD, 0, 1, by="checkout", at=NOW, order="ord_1")
    return replace(plain, **changes)


def reservation(order_id: str = "ord_1", **changes: Any) -> Reservation:
    """Return two held units of LAMP."""
    return replace(Reservation(order_id, {"LAMP": 2}, ReservationState.HELD, later(minutes=40)), **changes)


def event(event_id: str = "evt_1", **changes: Any) -> PaymentEvent:
    """Return a payment event with a payload that MongoDB could not store as a document."""
    payload = {"id": event_id, "data": {"$set": 2**70, "a.b": None, "price": 12.5, "text": "ü"}}
    plain = PaymentEvent(event_id, "checkout.session.completed", "2026-01-01", False, "cs_1", payload)
    return replace(plain, **changes)
