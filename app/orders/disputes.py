"""Disputes: a shopper's bank that takes money back, or only asks about it.

A dispute is a row of its order, under Stripe's own id, and holds what Stripe said
of it last. It is about money alone: neither shipment nor stock follow it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import Refusal
from app.money import Money


class DisputeState(StrEnum):
    """Whose turn it is, or how it ended."""

    INQUIRY = "inquiry"
    """The bank only asks; no money was taken. Unanswered it may become a real dispute."""
    INQUIRY_UNDER_REVIEW = "inquiry_under_review"
    INQUIRY_CLOSED = "inquiry_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    """Stripe has given the money back before the bank could take it."""

    @property
    def is_open(self) -> bool:
        """Whether it can still go either way."""
        return self not in _ENDED

    @property
    def needs_answer(self) -> bool:
        """Whether the bank waits for the shop."""
        return self in (DisputeState.INQUIRY, DisputeState.NEEDS_RESPONSE)

    @property
    def is_inquiry(self) -> bool:
        """Whether the bank only asks."""
        return self.value.startswith("inquiry")

    @property
    def bars_refunds(self) -> bool:
        """Whether a refund would give the same money back twice; Stripe refuses it."""
        return not self.is_inquiry and self is not DisputeState.WON


_ENDED = frozenset({DisputeState.INQUIRY_CLOSED, DisputeState.WON, DisputeState.LOST, DisputeState.PREVENTED})


@dataclass(frozen=True)
class Dispute:
    """What Stripe says of a dispute about one payment."""

    id: str
    """Stripe's own, `du_…`."""
    payment_intent: str
    amount: Money
    reason: str
    """Stripe's word for what the shopper says, such as `product_not_received`."""
    state: DisputeState
    opened_at: datetime
    evidence_by: datetime | None = None
    """Until when Stripe takes evidence."""
    is_withdrawn: bool = False
    """Whether the amount is gone from the shop's balance now."""

    @property
    def answer_by(self) -> datetime | None:
        """Until when the shop must answer; nothing where it need not."""
        return self.evidence_by if self.state.needs_answer else None


@dataclass(eq=False)
class Disputed(Refusal):
    """The order is disputed, so that what was asked for would lose goods as well as money."""

    order: str

    def __str__(self) -> str:
        return (
            f"Order {self.order} is disputed: its money may be taken back. Answer the bank in Stripe's "
            "dashboard first, or ship it with --anyway."
        )


def next_answer(disputes: Iterable[Dispute]) -> datetime | None:
    """Return until when the most urgent of some disputes must be answered."""
    return min((dispute.answer_by for dispute in disputes if dispute.answer_by), default=None)
