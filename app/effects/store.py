"""What effects need from whatever keeps them: a lease while one is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.effects.model import Delivery, Effect


class Outbox(Protocol):
    """Keeps effects until they are done."""

    def insert(self, effect: Effect) -> bool:
        """Add an effect; say whether it is new."""
        ...

    def effect(self, effect_id: str) -> Effect | None:
        """Return the effect."""
        ...

    def claim(self, effect_id: str, now: datetime, until: datetime) -> Effect | None:
        """Take an effect that is due, so that nobody else does before `until`.

        Returns nothing where it is done, given up, not due yet or claimed.
        """
        ...

    def mark_done(self, effect_id: str, at: datetime) -> None:
        """Note that the effect has happened."""
        ...

    def mark_failed(self, effect_id: str, error: str, *, next_try_at: datetime) -> None:
        """Note why the effect has not happened yet, and when to try again."""
        ...

    def give_up(self, effect_id: str, error: str, at: datetime) -> None:
        """Leave the effect to a person."""
        ...

    def due(self, now: datetime, limit: int = 100) -> Sequence[Effect]:
        """Return effects that should happen now, oldest first."""
        ...

    def of(self, subject: str) -> Sequence[Effect]:
        """Return all effects of an order."""
        ...

    def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the longest-waiting effect is due."""
        ...

    def count_given_up(self) -> int:
        """Return how many effects wait for a person."""
        ...

    def given_up(self, limit: int = 1000) -> Sequence[Effect]:
        """Return the effects that wait for a person."""
        ...

    def log_delivery(self, effect_id: str, delivery: Delivery) -> None:
        """Note an attempt to tell a partner; of many the newest are kept."""
        ...

    def repeat(self, effect_id: str, now: datetime) -> None:
        """Make an effect due once more, whether it is done, given up or waits; its deliveries stay."""
        ...

    def reopen(self, effect_id: str, now: datetime) -> None:
        """Make an effect that was given up due again, with all its tries before it."""
        ...
