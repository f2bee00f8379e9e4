"""Inbox and outbox in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.effects.model import KEPT_DELIVERIES, Delivery, Effect
from app.payments.model import InboxRow, PaymentEvent
from tests.fakes.memory import Memory


class FakeInbox:
    def __init__(self, memory: Memory) -> None:
        self._rows: dict[str, InboxRow] = memory.tables["payment_events"]

    def record(self, event: PaymentEvent, at: datetime) -> bool:
        if event.id in self._rows:
            return False
        self._rows[event.id] = InboxRow(event, at)
        return True

    def row(self, event_id: str) -> InboxRow | None:
        return self._rows.get(event_id)

    def mark_handled(self, event_id: str, at: datetime) -> None:
        row = self._rows[event_id]
        if row.handled_at is None:
            self._rows[event_id] = replace(row, handled_at=at, error="", next_try_at=None)

    def mark_failed(self, event_id: str, error: str, *, next_try_at: datetime) -> None:
        row = self._rows[event_id]
        if row.handled_at is None:
            self._rows[event_id] = replace(row, error=error, tries=row.tries + 1, next_try_at=next_try_at)

    def unhandled(self, received_before: datetime, limit: int = 100) -> Sequence[InboxRow]:
        return [row for row in self._waiting() if row.received_at < received_before][:limit]

    def due(self, received_before: datetime, now: datetime, limit: int = 100) -> Sequence[InboxRow]:
        waiting = (row for row in self._waiting() if row.received_at < received_before)
        return [row for row in waiting if row.next_try_at is None or row.next_try_at <= now][:limit]

    def oldest_unhandled(self) -> datetime | None:
        return next((row.received_at for row in self._waiting()), None)

    def count_unhandled(self) -> int:
        return len(self._waiting())

    def _waiting(self) -> Sequence[InboxRow]:
        found = [row for row in self._rows.values() if row.handled_at is None]
        return sorted(found, key=lambda row: row.received_at)


class FakeOutbox:
    def __init__(self, memory: Memory) -> None:
        self._effects: dict[str, Effect] = memory.tables["outbox"]
        self._claims: dict[str, datetime] = memory.tables["outbox_claims"]

    def insert(self, effect: Effect) -> bool:
        if effect.id in self._effects:
            return False
        self._effects[effect.id] = effect
        return True

    def effect(self, effect_id: str) -> Effect | None:
        return self._effects.get(effect_id)

    def claim(self, effect_id: str, now: datetime, until: datetime) -> Effect | None:
        effect = self._effects.get(effect_id)
        if effect is None or not self._is_due(effect, now):
            return None
        self._claims[effect_id] = until
        return effect

    def mark_done(self, effect_id: str, at: datetime) -> None:
        effect = self._effects[effect_id]
        if effect.done_at is None:
            self._claims.pop(effect_id, None)
            self._effects[effect_id] = replace(effect, done_at=at, error="")

    def mark_failed(self, effect_id: str, error: str, *, next_try_at: datetime) -> None:
        effect = self._effects[effect_id]
        if self._is_open(effect):
            self._claims.pop(effect_id, None)
            self._effects[effect_id] = replace(
                effect, error=error, next_try_at=next_try_at, tries=effect.tries + 1
            )

    def give_up(self, effect_id: str, error: str, at: datetime) -> None:
        effect = self._effects[effect_id]
        if self._is_open(effect):
            self._claims.pop(effect_id, None)
            self._effects[effect_id] = replace(effect, error=error, given_up_at=at, tries=effect.tries + 1)

    def due(self, now: datetime, limit: int = 100) -> Sequence[Effect]:
        found = [effect for effect in self._effects.values() if self._is_due(effect, now)]
        return sorted(found, key=lambda effect: effect.next_try_at)[:limit]

    def of(self, subject: str) -> Sequence[Effect]:
        found = [effect for effect in self._effects.values() if effect.subject == subject]
        return sorted(found, key=lambda effect: effect.id)

    def oldest_due(self, now: datetime) -> datetime | None:
        return next((effect.next_try_at for effect in self.due(now)), None)

    def count_given_up(self) -> int:
        return sum(
            effect.given_up_at is not None and effect.done_at is None for effect in self._effects.values()
        )

    def given_up(self, limit: int = 1000) -> Sequence[Effect]:
        waiting = (effect for effect in self._effects.values() if effect.given_up_at and not effect.done_at)
        return sorted(waiting, key=lambda effect: effect.id)[:limit]

    def log_delivery(self, effect_id: str, delivery: Delivery) -> None:
        effect = self._effects[effect_id]
        kept = (*effect.deliveries, delivery)[-KEPT_DELIVERIES:]
        self._effects[effect_id] = replace(effect, deliveries=kept)

    def repeat(self, effect_id: str, now: datetime) -> None:
        fields = {"done_at": None, "given_up_at": None, "next_try_at": now, "tries": 0, "error": ""}
        self._effects[effect_id] = replace(self._effects[effect_id], **fields)  # type: ignore[arg-type]

    def reopen(self, effect_id: str, now: datetime) -> None:
        effect = self._effects[effect_id]
        if effect.given_up_at and not effect.done_at:
            self._effects[effect_id] = replace(effect, given_up_at=None, next_try_at=now, tries=0)

    @staticmethod
    def _is_open(effect: Effect) -> bool:
        return effect.done_at is None and effect.given_up_at is None

    def _is_due(self, effect: Effect, now: datetime) -> bool:
        claimed_until = self._claims.get(effect.id)
        is_free = claimed_until is None or claimed_until <= now
        return self._is_open(effect) and effect.next_try_at <= now and is_free
