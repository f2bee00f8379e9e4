"""The inbox, whatever keeps it."""

from __future__ import annotations

from app.payments.model import EventMark, InboxRow

from .conftest import Stores
from .samples import NOW, event, later


def test_an_event_is_stored_once_whatever_its_payload_holds(stores: Stores) -> None:
    assert stores.inbox.record(event(), NOW)
    assert not stores.inbox.record(event(), later(minutes=1))
    assert stores.inbox.row("evt_1") == InboxRow(event(), NOW)
    assert stores.inbox.row("evt_2") is None


def test_events_wait_in_the_order_in_which_they_came_until_they_are_handled(stores: Stores) -> None:
    for minute in (2, 1, 3):
        stores.inbox.record(event(f"evt_{minute}"), later(minutes=minute))
    stores.inbox.mark_failed("evt_2", "Stripe did not answer", next_try_at=later(minutes=3))

    waiting = stores.inbox.unhandled(later(minutes=3))
    assert [(row.event.id, row.error) for row in waiting] == [
        ("evt_1", ""),
        ("evt_2", "Stripe did not answer"),
    ]
    assert [row.event.id for row in stores.inbox.unhandled(later(minutes=9), limit=1)] == ["evt_1"]
    assert stores.inbox.oldest_unhandled() == later(minutes=1)
    assert stores.inbox.count_unhandled() == 3

    stores.inbox.mark_handled("evt_1", later(minutes=4))
    stores.inbox.mark_handled("evt_2", later(minutes=4))
    assert stores.inbox.row("evt_2") == InboxRow(
        event("evt_2"), later(minutes=2), later(minutes=4), "", tries=1
    )
    assert stores.inbox.oldest_unhandled() == later(minutes=3)
    assert stores.inbox.count_unhandled() == 1


def test_a_handled_event_stays_as_it_was_handled_first(stores: Stores) -> None:
    stores.inbox.record(event(), NOW)
    stores.inbox.mark_handled("evt_1", later(minutes=1))
    stores.inbox.mark_handled("evt_1", later(minutes=2))
    stores.inbox.mark_failed("evt_1", "too late", next_try_at=later(minutes=9))

    assert stores.inbox.row("evt_1") == InboxRow(event(), NOW, later(minutes=1), "")
    assert stores.inbox.unhandled(later(days=1)) == []
    assert stores.inbox.oldest_unhandled() is None


def test_an_event_that_failed_is_left_alone_until_its_next_try(stores: Stores) -> None:
    for minute in (1, 2):
        stores.inbox.record(event(f"evt_{minute}"), later(minutes=minute))
    stores.inbox.mark_failed("evt_1", "no such order", next_try_at=later(minutes=9))

    def due(minutes: float) -> list[str]:
        return [row.event.id for row in stores.inbox.due(later(minutes=5), later(minutes=minutes))]

    assert due(8) == ["evt_2"]
    assert due(9) == ["evt_1", "evt_2"]
    assert [row.event.id for row in stores.inbox.due(later(minutes=2), later(minutes=9))] == ["evt_1"]
    failed = stores.inbox.row("evt_1")
    assert failed is not None
    assert (failed.tries, failed.next_try_at) == (1, later(minutes=9))


def test_what_is_odd_about_an_event_is_kept(stores: Stores) -> None:
    odd = event(marks=(EventMark.OTHER_VERSION, EventMark.OTHER_MODE))
    stores.inbox.record(odd, NOW)
    assert stores.inbox.row("evt_1") == InboxRow(odd, NOW)
