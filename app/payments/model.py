"""Checkout Sessions and payment events as the shop sees them, and each outcome of asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.errors import VitrineError
from app.money import Money
from app.orders.refunds import RefundState


class SessionStatus(StrEnum):
    """Whether the payment page can still be used."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True)
class CheckoutSession:
    """What Stripe says of one Checkout Session now."""

    id: str
    status: SessionStatus
    is_paid: bool
    """Paid, or nothing to pay; false for a delayed method that is still on its way."""
    url: str
    total: Money
    order_id: str
    payment_intent: str
    livemode: bool
    email: str = ""
    shipping: Mapping[str, str] = field(default_factory=dict)
    """Name and postal address, where the payment page collected them."""
    has_failed: bool = False
    """Complete, but its delayed payment has failed for good: nobody can pay it any more."""


@dataclass(frozen=True)
class SessionOpen:
    """The session exists and can be paid."""

    session: CheckoutSession


@dataclass(frozen=True)
class Refused:
    """Stripe has definitely not opened a session, and says why."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """Nobody can say whether the session exists: the same request must be repeated."""

    reason: str


Outcome = SessionOpen | Refused | Unknown


@dataclass(frozen=True)
class StripeRefund:
    """What Stripe says of one refund now."""

    id: str
    payment_intent: str
    amount: Money
    state: RefundState
    """Never `requested`: Stripe has it."""
    refund_id: str = ""
    """Our own id of it, from its metadata; empty where it was made in Stripe's dashboard."""
    error: str = ""


RefundOutcome = StripeRefund | Refused | Unknown


class EventMark(StrEnum):
    """What is odd about an event though its signature holds."""

    OTHER_VERSION = "other_version"
    """Written by another version of Stripe's API than the shop speaks; nothing is read from its body."""
    OTHER_MODE = "other_mode"
    """Of a test on a shop with a live key, or the other way round; it is never acted upon."""


@dataclass(frozen=True)
class PaymentEvent:
    """A verified webhook event."""

    id: str
    type: str
    api_version: str
    livemode: bool
    session_id: str
    """The Checkout Session that the event is about, or empty."""
    payload: Mapping[str, object]
    payment_intent: str = ""
    """The payment that the event is about, where it is about money that was taken already."""
    order_id: str = ""
    """The order that its object names, or empty: another program's, or one that names none."""
    marks: tuple[EventMark, ...] = ()


@dataclass(frozen=True)
class InboxRow:
    """A payment event as it was stored, and what became of it."""

    event: PaymentEvent
    received_at: datetime
    handled_at: datetime | None = None
    error: str = ""
    tries: int = 0
    """How often it could not be acted upon."""
    next_try_at: datetime | None = None
    """Before this the sweep leaves it alone; nothing until it has failed."""


@dataclass(eq=False)
class UnverifiedEvent(VitrineError):
    """A webhook whose signature, age or body cannot be trusted."""

    reason: str

    def __str__(self) -> str:
        return f"The webhook was refused: {self.reason}."


@dataclass(eq=False)
class GatewayUnavailable(VitrineError):
    """Stripe could not be asked, or did not answer."""

    reason: str

    def __str__(self) -> str:
        return f"Stripe did not answer: {self.reason}"
