"""Refunds: money that goes back, written down before Stripe is asked for it.

A refund is a row of its order. Its id is the idempotency key of the request, so
that a repetition is the same refund; its state only moves by compare-and-set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import Refusal
from app.money import Money


class RefundState(StrEnum):
    """What became of a refund."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def is_accepted(self) -> bool:
        """Whether Stripe has taken it, so that the money has left the shop."""
        return self in (RefundState.PENDING, RefundState.SUCCEEDED)

    @property
    def counts(self) -> bool:
        """Whether its amount may not be refunded once more: only a failed one gives it free."""
        return self is not RefundState.FAILED


REFUND_TRANSITIONS = {
    RefundState.REQUESTED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    # A bank may send the money back days later.
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset[RefundState](),
}


class RefundCause(StrEnum):
    """Who or what has asked for a refund; it decides what the shopper is told."""

    STAFF = "staff"
    LATE_PAYMENT = "late_payment"
    SECOND_PAYMENT = "second_payment"
    STRIPE = "stripe"


@dataclass(frozen=True)
class RefundLine:
    """Units of an order line that come back."""

    sku: str
    quantity: int


@dataclass(frozen=True)
class Refund:
    """Money of one payment that goes back, whole or in part."""

    id: str
    """Also the idempotency key of the request."""
    payment_intent: str
    amount: Money
    at: datetime
    by: str
    cause: RefundCause = RefundCause.STAFF
    reason: str = ""
    state: RefundState = RefundState.REQUESTED
    lines: tuple[RefundLine, ...] = ()
    restocks: bool = False
    """Whether the units of its lines go back on the shelf once Stripe has taken it."""
    stripe_id: str = ""
    """Stripe's own id of it; a refund that failed before Stripe had taken it has none."""
    error: str = ""

    @property
    def has_restocked(self) -> bool:
        """Whether the units of its lines went back on the shelf; money that comes back takes none away."""
        return self.restocks and bool(self.stripe_id) and self.state is not RefundState.REQUESTED


@dataclass(eq=False)
class RefundTooLarge(Refusal):
    """More is to go back than is left of what was paid."""

    order: str
    asked: Money
    left: Money

    def __str__(self) -> str:
        if not self.left.minor:
            return f"Nothing is left of order {self.order} that could be refunded."
        asked, left = (f"{amount.decimal} {amount.currency}" for amount in (self.asked, self.left))
        return f"Of order {self.order} {left} can be refunded, not {asked}."


@dataclass(eq=False)
class NotRefundable(Refusal):
    """The order cannot be refunded as asked."""

    order: str
    reason: str

    def __str__(self) -> str:
        return f"Order {self.order} cannot be refunded so: {self.reason}"


@dataclass(eq=False)
class RefundRefused(Refusal):
    """Stripe has definitely refused a refund."""

    order: str
    reason: str

    def __str__(self) -> str:
        return f"Stripe has refused the refund of order {self.order}: {self.reason}"
