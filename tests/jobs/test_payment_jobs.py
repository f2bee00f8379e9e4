"""What a stored event leads to, and what happens to one that cannot be acted upon."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest

from app.checkout.model import UnknownOrder
from app.errors import NotFound
from app.payments.model import EventMark, GatewayUnavailable, PaymentEvent
from app.services import Services
from jobs.payments import HANDLERS, handle, requeue_unhandled
from tests.fakes.memory import FakeClock, Memory
from tests.fakes.payments import FakeInbox


@dataclass
class Shop:
    """The services that a payment job uses, noting what they were asked for."""

    inbox: FakeInbox = field(default_factory=lambda: FakeInbox(Memory()))
    clock: FakeClock = field(default_factory=FakeClock)
    settled: list[str] = field(default_factory=list)
    woken: list[tuple[str, str]] = field(default_factory=list)
    fault: Exception | None = None
    followed: list[str] = field(default_factory=list)
    asked_about: list[str] = field(default_factory=list)
    """Payments whose disputes were followed."""
    known: set[str] = field(default_factory=lambda: {"pi_1"})
    """Payments that an order has noted."""

    @property
    def services(self) -> Services:
        """The bundle that jobs receive, with only what they need in it."""
        bundle = SimpleNamespace(inbox=self.inbox, clock=self.clock, checkout=self, queue=self)
        return cast("Services", bundle)

    def settle(self, session_id: str) -> None:
        """Note the session, or fail as told."""
        if self.fault:
            raise self.fault
        self.settled.append(session_id)

    def follow_refunds(self, payment_intent: str) -> object | None:
        """Note the payment; say whether an order has it."""
        self.followed.append(payment_intent)
        return "order" if payment_intent in self.known else None

    def follow_disputes(self, payment_intent: str) -> object | None:
        """Note the payment, or fail as told; say whether an order has it."""
        if self.fault:
            raise self.fault
        self.asked_about.append(payment_intent)
        return "order" if payment_intent in self.known else None

    def enqueue(self, job: str, identifier: str) -> bool:
        """Note the wake-up."""
        self.woken.append((job, identifier))
        return True

    def stores(self, event_id: str = "evt_1", kind: str = "checkout.session.completed") -> str:
        """Store an event of the session `cs_1`."""
        session = "cs_1" if kind.startswith("checkout.session") else ""
        self.inbox.record(PaymentEvent(event_id, kind, "v", False, session, {}), self.clock.now())
        return event_id


@pytest.fixture
def shop() -> Shop:
    """A shop that has heard nothing yet."""
    return Shop()


@pytest.mark.parametrize("kind", ["completed", "async_payment_succeeded", "async_payment_failed", "expired"])
def test_an_event_about_a_session_settles_it_once(shop: Shop, kind: str) -> None:
    event = shop.stores(kind=f"checkout.session.{kind}")
    handle(shop.services, event)
    handle(shop.services, event)
    assert shop.settled == ["cs_1"]
    row = shop.inbox.row(event)
    assert row is not None
    assert row.handled_at == shop.clock.now()


@pytest.mark.parametrize("kind", ["charge.succeeded", "payment_intent.succeeded", "customer.created"])
def test_other_events_are_acknowledged_known_or_not(shop: Shop, kind: str) -> None:
    event = shop.stores(kind=kind)
    handle(shop.services, event)
    assert shop.settled == []
    assert shop.inbox.oldest_unhandled() is None


def refund_event(shop: Shop, payment_intent: str, order_id: str = "", kind: str = "charge.refunded") -> str:
    """Store an event about a refund of a payment."""
    event = PaymentEvent("evt_refund", kind, "v", False, "", {}, payment_intent, order_id)
    shop.inbox.record(event, shop.clock.now())
    return event.id


@pytest.mark.parametrize("kind", ["charge.refunded", "refund.created", "refund.updated", "refund.failed"])
def test_an_event_about_a_refund_is_followed_once(shop: Shop, kind: str) -> None:
    event = refund_event(shop, "pi_1", kind=kind)
    handle(shop.services, event)
    handle(shop.services, event)
    assert (shop.followed, shop.settled) == (["pi_1"], [])
    assert shop.inbox.oldest_unhandled() is None


def test_a_refund_that_is_heard_of_before_its_payment_waits_for_it(shop: Shop) -> None:
    event = refund_event(shop, "pi_2", order_id="ord_1")
    with pytest.raises(NotFound):
        handle(shop.services, event)
    assert shop.inbox.oldest_unhandled() == shop.clock.now()
    shop.known.add("pi_2")
    handle(shop.services, event)
    assert shop.followed == ["pi_2", "pi_2"]
    assert shop.inbox.oldest_unhandled() is None


def test_a_refund_of_another_program_s_payment_is_acknowledged(shop: Shop) -> None:
    handle(shop.services, refund_event(shop, "pi_of_another_program"))
    assert shop.inbox.oldest_unhandled() is None


DISPUTES = ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"]


@pytest.mark.parametrize("kind", DISPUTES)
def test_an_event_about_a_dispute_is_followed_once(shop: Shop, kind: str) -> None:
    event = refund_event(shop, "pi_1", kind=f"charge.dispute.{kind}")
    handle(shop.services, event)
    handle(shop.services, event)
    assert (shop.asked_about, shop.followed, shop.settled) == (["pi_1"], [], [])
    assert shop.inbox.oldest_unhandled() is None


def test_a_dispute_of_another_program_s_payment_is_acknowledged(shop: Shop) -> None:
    handle(shop.services, refund_event(shop, "pi_other", kind="charge.dispute.created"))
    assert shop.inbox.oldest_unhandled() is None


def test_a_dispute_of_an_order_that_is_not_there_is_parked_and_tried_less_and_less(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    event = refund_event(shop, "pi_1", kind="charge.dispute.created")
    shop.fault = UnknownOrder("cs_1", "ord_gone")
    pauses = []
    for _ in range(9):
        with pytest.raises(UnknownOrder):
            handle(shop.services, event)
        row = shop.inbox.row(event)
        assert row is not None
        assert row.next_try_at is not None
        pauses.append((row.next_try_at - shop.clock.now()).total_seconds())
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert "dispute of an unknown order" in caplog.text
    shop.fault = None
    shop.clock.turn(hours=1)
    assert requeue_unhandled(shop.services) == 1
    handle(shop.services, event)
    assert shop.inbox.oldest_unhandled() is None


def test_an_event_that_failed_is_not_woken_before_its_pause_is_over(shop: Shop) -> None:
    event = shop.stores()
    shop.fault = GatewayUnavailable("no route")
    shop.clock.turn(seconds=11)
    with pytest.raises(GatewayUnavailable):
        handle(shop.services, event)
    assert requeue_unhandled(shop.services) == 0
    shop.clock.turn(seconds=5)
    assert requeue_unhandled(shop.services) == 1


@pytest.mark.parametrize("kind", ["checkout.session.completed", "charge.dispute.created", "refund.created"])
def test_an_event_of_the_other_mode_is_acknowledged_and_changes_nothing(
    shop: Shop, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    event = PaymentEvent("evt_live", kind, "v", True, "cs_1", {}, "pi_1", marks=(EventMark.OTHER_MODE,))
    shop.inbox.record(event, shop.clock.now())
    handle(shop.services, event.id)
    assert (shop.settled, shop.followed, shop.asked_about) == ([], [], [])
    assert shop.inbox.oldest_unhandled() is None
    assert "event of the other mode" in caplog.text


def test_an_event_of_another_version_is_acted_upon_like_any_other(shop: Shop) -> None:
    event = PaymentEvent(
        "evt_old", "checkout.session.completed", "2020-08-27", False, "cs_1", {},
        marks=(EventMark.OTHER_VERSION,),
    )  # fmt: skip
    shop.inbox.record(event, shop.clock.now())
    handle(shop.services, event.id)
    assert shop.settled == ["cs_1"]


def test_a_failure_is_noted_raised_and_leaves_the_event_open(shop: Shop) -> None:
    event = shop.stores()
    shop.fault = GatewayUnavailable("no route")
    with pytest.raises(GatewayUnavailable):
        handle(shop.services, event)
    row = shop.inbox.row(event)
    assert row is not None
    assert row.handled_at is None
    assert row.error == "GatewayUnavailable: Stripe did not answer: no route"
    shop.fault = None
    handle(shop.services, event)
    assert shop.settled == ["cs_1"]


def test_a_payment_for_an_order_that_is_not_there_stays_open_and_alarms(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    event = shop.stores()
    shop.fault = UnknownOrder("cs_1", "ord_gone")
    with pytest.raises(UnknownOrder):
        handle(shop.services, event)
    assert shop.inbox.oldest_unhandled() == shop.clock.now()
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "payment for an unknown order"
    ]


def test_an_event_of_another_program_on_the_account_is_acknowledged(shop: Shop) -> None:
    event = shop.stores()
    shop.fault = UnknownOrder("cs_1", "")
    handle(shop.services, event)
    assert shop.inbox.oldest_unhandled() is None


def test_a_wake_up_for_an_event_that_is_not_stored_does_nothing(shop: Shop) -> None:
    handle(shop.services, "evt_unknown")
    assert shop.settled == []


def test_only_events_that_wait_longer_than_a_wake_up_takes_are_woken_again(shop: Shop) -> None:
    shop.stores("evt_old")
    handled = shop.stores("evt_handled")
    handle(shop.services, handled)
    shop.clock.turn(seconds=10.5)
    shop.stores("evt_new")
    assert requeue_unhandled(shop.services) == 1
    assert shop.woken == [("jobs.payments.handle_event", "evt_old")]


def test_events_that_keep_failing_do_not_hide_later_ones(shop: Shop) -> None:
    for number in range(150):
        shop.stores(f"evt_{number:03}")
    shop.clock.turn(seconds=30)
    assert requeue_unhandled(shop.services) == 150


def test_every_event_about_a_session_is_in_the_table() -> None:
    assert {name for name in HANDLERS if name.startswith("checkout.session.")} == {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
