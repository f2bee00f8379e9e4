"""Effects: rows of the outbox, written in the transaction that makes them due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.errors import Refusal


class EffectKind(StrEnum):
    """What is to happen."""

    RECEIPT = "receipt"
    MERCHANT_NOTICE = "merchant_notice"
    INVOICE = "invoice"
    PARTNER_NOTICE = "partner_notice"
    REFUND_NOTICE = "refund_notice"
    INQUIRY_NOTICE = "inquiry_notice"
    DISPUTE_NOTICE = "dispute_notice"
    DISPUTE_OUTCOME = "dispute_outcome"


OF_A_PAYMENT = (
    EffectKind.RECEIPT,
    EffectKind.MERCHANT_NOTICE,
    EffectKind.INVOICE,
    EffectKind.PARTNER_NOTICE,
)
"""What a payment makes due, as far as somebody can carry it out."""

MAX_TRIES = 20
"""Tries before an effect needs a person; with the back-off below that is about two days."""


KEPT_DELIVERIES = 20
"""Of a notice's deliveries the newest are kept: as many as it is tried before it is given up."""
ANSWER_LENGTH = 200
"""So many characters of a partner's answer are kept."""


@dataclass(frozen=True)
class Delivery:
    """One attempt to tell a partner, and what was answered."""

    at: datetime
    duration_ms: int
    status: int = 0
    """What HTTP calls it; 0 where there was no answer."""
    answer: str = ""
    """The beginning of the answer's body, without what does not print."""
    error: str = ""
    """Why there was no answer."""

    @property
    def is_confirmed(self) -> bool:
        """Whether the partner has said that it knows."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Effect:
    """One thing that must happen once; its id is its kind and subject, so it cannot be doubled."""

    kind: EffectKind
    subject: str
    """The id of the order, of the refund or of the dispute that the effect is about."""
    created_at: datetime
    next_try_at: datetime
    tries: int = 0
    done_at: datetime | None = None
    given_up_at: datetime | None = None
    error: str = ""
    deliveries: tuple[Delivery, ...] = ()
    """Of a partner's notice: each attempt, oldest first; bounded."""

    @property
    def id(self) -> str:
        """The unique key: `receipt:ord_…`, which is also the mail's Message-ID."""
        return f"{self.kind}:{self.subject}"

    @classmethod
    def due(cls, kind: EffectKind, subject: str, at: datetime) -> Effect:
        """Return an effect that should happen at once."""
        return cls(kind, subject, created_at=at, next_try_at=at)


class NoPartner(Refusal):
    """Nobody is there to be told."""

    def __str__(self) -> str:
        return "No partner is told of orders: set VITRINE_PARTNER_URL and VITRINE_PARTNER_SECRET first."


@dataclass(eq=False)
class NothingToTell(Refusal):
    """A partner is told of paid orders only."""

    order: str

    def __str__(self) -> str:
        return f"Order {self.order} was never paid, so there is nothing to tell a partner."


def next_try(tries: int, now: datetime) -> datetime:
    """Return when to try again: 5 s, 10 s, 20 s … up to six hours."""
    return now + timedelta(seconds=min(5 * 2**tries, 6 * 3600))
