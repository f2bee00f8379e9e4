"""Where verified events wait until they are handled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.payments.model import InboxRow, PaymentEvent


class Inbox(Protocol):
    """Keeps every verified event once, under Stripe's own id."""

    def record(self, event: PaymentEvent, at: datetime) -> bool:
        """Store an event; say whether it is new."""
        ...

    def row(self, event_id: str) -> InboxRow | None:
        """Return an event and what became of it."""
        ...

    def mark_handled(self, event_id: str, at: datetime) -> None:
        """Note that the event has been acted upon."""
        ...

    def mark_failed(self, event_id: str, error: str, *, next_try_at: datetime) -> None:
        """Note why the event could not be acted upon, and when to try again; it stays unhandled."""
        ...

    def unhandled(self, received_before: datetime, limit: int = 100) -> Sequence[InboxRow]:
        """Return events that wait since before the moment, oldest first."""
        ...

    def due(self, received_before: datetime, now: datetime, limit: int = 100) -> Sequence[InboxRow]:
        """Return events that wait since before the moment and may be tried now, oldest first."""
        ...

    def oldest_unhandled(self) -> datetime | None:
        """Return when the longest-waiting event was received."""
        ...

    def count_unhandled(self) -> int:
        """Return how many events wait."""
        ...
