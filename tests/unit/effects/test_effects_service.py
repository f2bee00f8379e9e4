"""Carrying out effects: claimed by one, done once, tried again, and at last left to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.effects.model import MAX_TRIES, Delivery, Effect, EffectKind, NoPartner, NothingToTell, next_try
from app.effects.queue import CARRY_OUT_EFFECT
from app.effects.service import CLAIM_SECONDS, Effects
from app.orders.model import OrderState
from tests.builders import NOON, order
from tests.fakes import FakeClock, FakeOutbox, Memory
from tests.fakes.gateway import FakeQueue

RECEIPT = "receipt:ord_1"


class MailRoom:
    """Effects with a mail server that can be made to fail."""

    def __init__(self) -> None:
        self.clock, self.queue, self.outbox = FakeClock(NOON), FakeQueue(), FakeOutbox(Memory())
        self.effects = Effects(self.outbox, {EffectKind.RECEIPT: self._send}, self.queue, self.clock)
        self.sent: list[str] = []
        self.fault: Exception | None = None
        self.outbox.insert(Effect.due(EffectKind.RECEIPT, "ord_1", NOON))

    def _send(self, effect: Effect) -> None:
        if self.fault:
            raise self.fault
        self.sent.append(effect.id)

    @property
    def row(self) -> Effect:
        """The receipt's row as it is now."""
        found = self.outbox.effect(RECEIPT)
        assert found is not None
        return found


@pytest.fixture
def room() -> MailRoom:
    """One receipt, due since noon."""
    return MailRoom()


def test_an_effect_is_named_by_what_it_is_and_what_it_is_about() -> None:
    assert Effect.due(EffectKind.RECEIPT, "ord_1", NOON).id == RECEIPT


def test_a_due_effect_is_carried_out_once(room: MailRoom) -> None:
    assert room.effects.carry_out(RECEIPT)
    assert not room.effects.carry_out(RECEIPT)
    assert room.sent == [RECEIPT]
    assert (room.row.done_at, room.row.tries, room.row.error) == (NOON, 0, "")


def test_an_unknown_effect_is_nothing_to_do(room: MailRoom) -> None:
    assert not room.effects.carry_out("receipt:ord_9")
    assert room.sent == []


def test_an_effect_that_somebody_else_carries_out_is_left_to_them(room: MailRoom) -> None:
    room.outbox.claim(RECEIPT, NOON, NOON + timedelta(seconds=CLAIM_SECONDS))
    assert not room.effects.carry_out(RECEIPT)
    assert room.sent == []
    assert room.effects.sweep() == 0


def test_a_killed_workers_effect_is_free_again_after_its_claim(room: MailRoom) -> None:
    room.outbox.claim(RECEIPT, NOON, NOON + timedelta(seconds=CLAIM_SECONDS))
    room.clock.turn(seconds=CLAIM_SECONDS - 1)
    assert not room.effects.carry_out(RECEIPT)
    room.clock.turn(seconds=1)
    assert room.effects.carry_out(RECEIPT)
    assert room.sent == [RECEIPT]


def test_a_failure_is_noted_and_tried_again_later(room: MailRoom) -> None:
    room.fault = ConnectionError("mail server away")
    assert not room.effects.carry_out(RECEIPT)
    assert (room.row.tries, room.row.error) == (1, "ConnectionError: mail server away")
    assert (room.row.done_at, room.row.next_try_at) == (None, NOON + timedelta(seconds=5))
    room.fault = None
    assert not room.effects.carry_out(RECEIPT)
    assert room.sent == []
    room.clock.turn(seconds=5)
    assert room.effects.carry_out(RECEIPT)
    assert (room.sent, room.row.error) == ([RECEIPT], "")


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 5), (1, 10), (2, 20), (10, 5120), (12, 20_480), (13, 21_600), (60, 21_600)]
)
def test_the_pause_doubles_up_to_six_hours(tries: int, seconds: int) -> None:
    assert next_try(tries, NOON) == NOON + timedelta(seconds=seconds)


def test_after_the_last_try_an_effect_is_left_to_a_person(room: MailRoom) -> None:
    room.fault = ConnectionError("mail server away")
    for _ in range(MAX_TRIES - 1):
        room.effects.carry_out(RECEIPT)
        room.clock.turn(hours=6)
    assert (room.row.tries, room.row.given_up_at) == (MAX_TRIES - 1, None)
    room.effects.carry_out(RECEIPT)
    assert (room.row.tries, room.row.given_up_at) == (MAX_TRIES, room.clock.now())
    assert room.row.error == "ConnectionError: mail server away"
    room.fault = None
    room.clock.turn(days=30)
    assert not room.effects.carry_out(RECEIPT)
    assert room.effects.sweep() == 0
    assert room.sent == []
    assert room.outbox.count_given_up() == 1


def test_an_effect_that_nobody_can_carry_out_says_so(room: MailRoom) -> None:
    room.outbox.insert(Effect.due(EffectKind.PARTNER_NOTICE, "ord_1", NOON))
    assert not room.effects.carry_out("partner_notice:ord_1")
    row = room.outbox.effect("partner_notice:ord_1")
    assert row is not None
    assert (row.tries, row.done_at) == (1, None)
    assert row.error.startswith("KeyError")


def test_a_stop_of_the_process_is_no_failure_of_the_effect(
    room: MailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_effect: Effect) -> None:
        raise SystemExit

    monkeypatch.setitem(room.effects.handlers, EffectKind.RECEIPT, stop)
    with pytest.raises(SystemExit):
        room.effects.carry_out(RECEIPT)
    assert (room.row.tries, room.row.error) == (0, "")


def test_the_sweep_wakes_a_worker_for_what_is_due_and_carries_nothing_out(room: MailRoom) -> None:
    room.outbox.insert(Effect.due(EffectKind.RECEIPT, "ord_2", NOON + timedelta(hours=1)))
    assert room.effects.sweep() == 1
    assert room.queue.asked == [(CARRY_OUT_EFFECT, RECEIPT)]
    assert room.sent == []


def test_a_queue_that_is_away_loses_nothing(room: MailRoom) -> None:
    room.queue.is_away = True
    room.effects.announce([room.row])
    room.queue.is_away = False
    assert room.queue.asked == []
    assert room.effects.sweep() == 1
    assert room.queue.asked == [(CARRY_OUT_EFFECT, RECEIPT)]


NOTICE = "partner_notice:ord_1"


class Hall(MailRoom):
    """A mail room with a partner who is told."""

    def __init__(self) -> None:
        super().__init__()
        self.effects = replace(self.effects, handlers={EffectKind.PARTNER_NOTICE: self._send})

    @property
    def notice(self) -> Effect:
        """The partner's notice as it is now."""
        found = self.effects.partner_notice(PAID)
        assert found is not None
        return found


PAID = order(OrderState.PAID, paid_at=NOON)


def test_a_notice_is_sent_once_more_under_the_same_id_though_it_was_confirmed() -> None:
    hall = Hall()
    hall.effects.redeliver(PAID)
    assert hall.queue.asked == [(CARRY_OUT_EFFECT, NOTICE)]
    assert hall.effects.carry_out(NOTICE)
    assert not hall.effects.carry_out(NOTICE)
    assert hall.notice.done_at == NOON
    hall.outbox.log_delivery(NOTICE, Delivery(NOON, 12, 200, "thanks"))

    hall.clock.turn(days=3)
    hall.effects.redeliver(PAID)
    assert (hall.notice.done_at, hall.notice.next_try_at) == (None, hall.clock.now())
    assert hall.effects.carry_out(NOTICE)
    assert hall.sent == [NOTICE, NOTICE]
    assert hall.notice.done_at == hall.clock.now()
    assert [delivery.answer for delivery in hall.notice.deliveries] == ["thanks"]


def test_a_notice_that_was_given_up_or_waits_is_due_at_once() -> None:
    hall = Hall()
    hall.effects.redeliver(PAID)
    hall.fault = ConnectionError("partner away")
    hall.effects.carry_out(NOTICE)
    assert hall.notice.next_try_at > NOON
    hall.effects.redeliver(PAID)
    assert (hall.notice.next_try_at, hall.notice.tries) == (NOON, 0)
    hall.outbox.give_up(NOTICE, "partner away", NOON)
    hall.fault = None
    hall.effects.redeliver(PAID)
    assert hall.effects.carry_out(NOTICE)
    assert hall.outbox.count_given_up() == 0


def test_nothing_is_told_of_an_order_that_was_never_paid_or_where_nobody_listens() -> None:
    hall = Hall()
    with pytest.raises(NothingToTell, match="Order 1001 was never paid"):
        hall.effects.redeliver(order())
    with pytest.raises(NoPartner, match="VITRINE_PARTNER_URL"):
        MailRoom().effects.redeliver(PAID)
    assert hall.effects.partner_notice(PAID) is None
    assert hall.queue.asked == []
