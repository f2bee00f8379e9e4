"""Carrying out effects: claim a row, do it once, note what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.clock import Clock
from app.effects.model import (
    MAX_TRIES,
    Effect,
    EffectKind,
    NoPartner,
    NothingToTell,
    next_try,
)
from app.effects.queue import CARRY_OUT_EFFECT, Queue
from app.effects.store import Outbox
from app.orders.model import Order

CLAIM_SECONDS = 60
"""How long a worker has an effect to itself; a killed worker's effect is free again after that."""


@dataclass(frozen=True)
class Effects:
    """The outbox with somebody who empties it."""

    outbox: Outbox
    handlers: Mapping[EffectKind, Callable[[Effect], None]]
    queue: Queue
    clock: Clock

    def announce(self, effects: list[Effect]) -> None:
        """Wake a worker for effects whose transaction has been committed."""
        for effect in effects:
            self.queue.enqueue(CARRY_OUT_EFFECT, effect.id)

    def carry_out(self, effect_id: str) -> bool:
        """Carry out an effect if it is due; say whether it has happened now.

        A failure is noted with the time of the next try and not raised, because
        the outbox, not the queue, decides when to try again. A worker that dies
        in between leaves the claim to run out.
        """
        now = self.clock.now()
        effect = self.outbox.claim(effect_id, now, now + timedelta(seconds=CLAIM_SECONDS))
        if effect is None:
            return False
        try:
            self.handlers[effect.kind](effect)
        except Exception as error:  # Whatever a mail server or a partner does, the row must say so.
            self._note_failure(effect, error)
            return False
        self.outbox.mark_done(effect.id, self.clock.now())
        return True

    def retry_given_up(self) -> int:
        """Make due again whatever was given up, because somebody has mended the cause; return how many."""
        waiting = self.outbox.given_up()
        for effect in waiting:
            self.outbox.reopen(effect.id, self.clock.now())
        return len(waiting)

    @property
    def has_partner(self) -> bool:
        """Whether somebody else's program is told of paid orders."""
        return EffectKind.PARTNER_NOTICE in self.handlers

    def partner_notice(self, order: Order) -> Effect | None:
        """Return the notice of an order with its deliveries; nothing where none was ever due."""
        return self.outbox.effect(Effect.due(EffectKind.PARTNER_NOTICE, order.id, self.clock.now()).id)

    def redeliver(self, order: Order) -> Effect:
        """Let the partner be told of an order once more, under the same message id.

        An order of the time before there was a partner is told now.

        Raises:
            NoPartner: nobody is told of orders.
            NothingToTell: the order was never paid.
        """
        if not self.has_partner:
            raise NoPartner
        if not order.is_sold:
            raise NothingToTell(order.number)
        now = self.clock.now()
        due = Effect.due(EffectKind.PARTNER_NOTICE, order.id, now)
        if not self.outbox.insert(due):
            self.outbox.repeat(due.id, now)
        self.announce([due])
        return due

    def sweep(self) -> int:
        """Wake workers for every effect that is due; return how many there are."""
        due = list(self.outbox.due(self.clock.now()))
        self.announce(due)
        return len(due)

    def _note_failure(self, effect: Effect, error: Exception) -> None:
        now, reason = self.clock.now(), f"{type(error).__name__}: {error}"
        if effect.tries + 1 >= MAX_TRIES:
            self.outbox.give_up(effect.id, reason, now)
        else:
            self.outbox.mark_failed(effect.id, reason, next_try_at=next_try(effect.tries, now))
