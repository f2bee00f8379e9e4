"""Effects: which handler does what, and what it does when it runs again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from app.effects.handlers import effect_handlers
from app.effects.letters import PartnerRefused
from app.effects.model import Delivery, Effect, EffectKind
from app.errors import NotFound
from app.money import Money
from app.orders.model import Attempt, Order, OrderLine, OrderState

NOW = datetime(2026, 11, 24, 14, 35, tzinfo=UTC)
ORDER = Order(
    id="ord_1",
    number="1001",
    token="token",
    market="us",
    locale="en",
    currency="USD",
    lines=(OrderLine("LAMP-OAK", "LAMP-OAK", "Lamp", "Oak", 1, Money(2550, "USD")),),
    cart_id="cart_1",
    state=OrderState.PAID,
    created_at=NOW,
    attempts=(
        Attempt(1, "ord_1:attempt:1", NOW, "digest", "https://shop.example/o", "https://shop.example/c"),
    ),
    hold_until=NOW + timedelta(minutes=40),
    email="buyer@mail.example",
)


class Orders:
    """One order, which gets its invoice number once."""

    def __init__(self) -> None:
        self.kept = ORDER
        self.numbers_given = 0

    def order(self, order_id: str) -> Order | None:
        """Return the order."""
        return self.kept if order_id == self.kept.id else None

    def assign_invoice_number(self, order_id: str) -> str:
        """Give the number, once."""
        if not self.kept.invoice_number:
            self.numbers_given += 1
            self.kept = replace(self.kept, invoice_number=f"R-{self.numbers_given}")
        return self.kept.invoice_number


class World:
    """Everything outside, noting what it was asked for."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.told: list[str] = []
        self.deliveries: list[tuple[str, int]] = []
        self.status = 200

    def receipt(self, order: Order) -> EmailMessage:
        """Write a receipt."""
        return self._letter(f"receipt {order.invoice_number}")

    def merchant_notice(self, order: Order) -> EmailMessage:
        """Write a notice."""
        return self._letter(f"notice {order.number}")

    def send(self, message: EmailMessage) -> None:
        """Send a letter."""
        self.sent.append(message["Subject"])

    def notify(self, effect: Effect, order: Order) -> Delivery:
        """Tell the partner."""
        self.told.append(f"{effect.id} {order.number}")
        delivery = Delivery(NOW, 12, self.status)
        if not delivery.is_confirmed:
            raise PartnerRefused(f"answered {self.status}", delivery)
        return delivery

    def log_delivery(self, effect_id: str, delivery: Delivery) -> None:
        """Keep what was answered."""
        self.deliveries.append((effect_id, delivery.status))

    def _letter(self, subject: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = subject
        return message


@pytest.fixture
def orders() -> Orders:
    """One paid order."""
    return Orders()


@pytest.fixture
def world() -> World:
    """A world that was not asked for anything yet."""
    return World()


def due(kind: EffectKind, subject: str = "ord_1") -> Effect:
    """Return an effect that is due."""
    return Effect.due(kind, subject, NOW)


def test_a_receipt_names_the_invoice_whichever_effect_comes_first(orders: Orders, world: World) -> None:
    handlers = effect_handlers(orders, world, world, None, world)
    handlers[EffectKind.RECEIPT](due(EffectKind.RECEIPT))
    handlers[EffectKind.INVOICE](due(EffectKind.INVOICE))
    assert world.sent == ["receipt R-1"]
    assert orders.numbers_given == 1


def test_a_repeated_receipt_is_the_same_letter(orders: Orders, world: World) -> None:
    handler = effect_handlers(orders, world, world, None, world)[EffectKind.RECEIPT]
    handler(due(EffectKind.RECEIPT))
    handler(due(EffectKind.RECEIPT))
    assert world.sent == ["receipt R-1", "receipt R-1"]
    assert orders.numbers_given == 1


def test_the_invoice_sends_nothing(orders: Orders, world: World) -> None:
    effect_handlers(orders, world, world, None, world)[EffectKind.INVOICE](due(EffectKind.INVOICE))
    assert orders.kept.invoice_number == "R-1"
    assert world.sent == []


def test_the_owner_and_the_partner_are_told(orders: Orders, world: World) -> None:
    handlers = effect_handlers(orders, world, world, world, world)
    handlers[EffectKind.MERCHANT_NOTICE](due(EffectKind.MERCHANT_NOTICE))
    handlers[EffectKind.PARTNER_NOTICE](due(EffectKind.PARTNER_NOTICE))
    assert world.sent == ["notice 1001"]
    assert world.told == ["partner_notice:ord_1 1001"]
    assert orders.numbers_given == 0


def test_what_a_partner_answers_is_kept_confirmed_or_not(orders: Orders, world: World) -> None:
    handler = effect_handlers(orders, world, world, world, world)[EffectKind.PARTNER_NOTICE]
    world.status = 500
    with pytest.raises(PartnerRefused):
        handler(due(EffectKind.PARTNER_NOTICE))
    world.status = 204
    handler(due(EffectKind.PARTNER_NOTICE))
    assert world.deliveries == [("partner_notice:ord_1", 500), ("partner_notice:ord_1", 204)]


def test_without_a_partner_nothing_handles_its_notice(orders: Orders, world: World) -> None:
    assert set(effect_handlers(orders, world, world, None, world)) == set(EffectKind) - {
        EffectKind.PARTNER_NOTICE
    }


def test_an_effect_of_an_order_that_is_gone_says_so(orders: Orders, world: World) -> None:
    handler = effect_handlers(orders, world, world, None, world)[EffectKind.MERCHANT_NOTICE]
    with pytest.raises(NotFound, match="ord_2"):
        handler(due(EffectKind.MERCHANT_NOTICE, "ord_2"))
    assert world.sent == []
