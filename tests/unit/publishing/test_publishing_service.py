"""The shop's side of the generator: asking for rebuilds, waiting until a change is live."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.publishing.model import (
    BuildReport,
    DocumentChange,
    PageLive,
    Publication,
    RebuildRequest,
    RequestState,
    Scope,
    WatcherState,
)
from app.publishing.service import SILENT_AFTER_SECONDS, Publishing
from tests.builders import NOON
from tests.fakes import FakeClock, FakePublishingStore, Memory

CHANGE = DocumentChange("products", "prd_lamp", 2)
LIVE = Publication(
    "pub_1",
    NOON + timedelta(milliseconds=8),
    "price",
    changes=(CHANGE,),
    pages=(PageLive("/products/lamp/", 6), PageLive("/", 900)),
)


class Window:
    """Publishing over a store whose watcher acts while the shop waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.store = FakeClock(NOON), FakePublishingStore(Memory())
        self.publishing = Publishing(self.store, self.clock)
        self.slept: list[float] = []
        self.happens: list[Publication | RebuildRequest] = []
        self.seconds = 0.0
        monkeypatch.setattr("app.publishing.service.time", self)

    def monotonic(self) -> float:
        """Stand in for the time module's clock."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Stand in for the time module's pause: something happens meanwhile."""
        self.slept.append(seconds)
        self.seconds += seconds
        if self.happens:
            event = self.happens.pop(0)
            if isinstance(event, Publication):
                self.store.insert_publication(event)
            else:
                self.store.update_request(event.id, event.state, event.done, event.total, event.report)

    def beat(self) -> None:
        """Let the watcher note how it is doing."""
        self.store.beat(WatcherState(self.clock.now()))


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Window:
    """A shop whose watcher has never run."""
    return Window(monkeypatch)


@pytest.mark.parametrize(
    ("urls", "scope", "asked"),
    [
        (("/",), None, Scope.URLS),
        (("/",), Scope.STALE, Scope.URLS),
        ((), None, Scope.ALL),
        ((), Scope.STALE, Scope.STALE),
        ((), Scope.SURPLUS, Scope.SURPLUS),
    ],
)
def test_a_request_is_about_the_pages_it_names_or_about_its_scope(
    window: Window, urls: tuple[str, ...], scope: Scope | None, asked: Scope
) -> None:
    request = window.publishing.request_rebuild(urls, by="ada", scope=scope)
    assert window.store.request(request.id) == request
    assert (request.urls, request.by, request.at, request.scope) == (urls, "ada", NOON, asked)
    assert request.state is RequestState.WAITING


def test_a_watcher_runs_as_long_as_it_has_been_heard_of_a_moment_ago(window: Window) -> None:
    assert not window.publishing.watcher_runs()
    window.beat()
    assert window.publishing.watcher_runs()
    window.clock.turn(seconds=SILENT_AFTER_SECONDS - 0.001)
    assert window.publishing.watcher_runs()
    window.clock.turn(seconds=0.001)
    assert not window.publishing.watcher_runs()


def test_a_change_that_is_live_is_told_with_milliseconds_no_longer_than_the_wait(window: Window) -> None:
    window.store.insert_publication(LIVE)
    record = window.publishing.wait_for(CHANGE, since=NOON)
    assert record == replace(LIVE, pages=(PageLive("/products/lamp/", 6), PageLive("/", 8)))
    assert window.slept == []


def test_a_change_is_waited_for_while_a_watcher_runs(window: Window) -> None:
    window.beat()
    earlier = replace(LIVE, id="pub_0", changes=(DocumentChange("products", "prd_lamp", 1),))
    window.happens = [earlier, LIVE]
    record = window.publishing.wait_for(CHANGE, since=NOON)
    assert record is not None
    assert (record.id, len(window.slept)) == ("pub_1", 2)


def test_a_later_version_covers_an_earlier_change(window: Window) -> None:
    window.store.insert_publication(replace(LIVE, changes=(DocumentChange("products", "prd_lamp", 3),)))
    assert window.publishing.wait_for(CHANGE, since=NOON) is not None


def test_without_a_watcher_nobody_waits(window: Window) -> None:
    assert window.publishing.wait_for(CHANGE, since=NOON) is None
    assert window.slept == []


def test_a_change_that_does_not_come_is_not_waited_for_for_ever(window: Window) -> None:
    window.beat()
    assert window.publishing.wait_for(CHANGE, since=NOON, seconds=0.5) is None
    assert 0.5 <= sum(window.slept) < 0.52


def test_a_page_was_never_live_in_less_than_a_millisecond(window: Window) -> None:
    window.store.insert_publication(replace(LIVE, at=NOON))
    record = window.publishing.wait_for(CHANGE, since=NOON)
    assert record is not None
    assert [page.ms for page in record.pages] == [1, 1]


def test_a_rebuild_is_waited_for_until_it_is_done(window: Window) -> None:
    request = window.publishing.request_rebuild((), by="ada")
    window.beat()
    report = BuildReport(rendered=4, published=1, unchanged=3)
    window.happens = [
        replace(request, state=RequestState.RUNNING, done=1, total=4),
        replace(request, state=RequestState.DONE, done=4, total=4, report=report),
    ]
    done = window.publishing.wait_for_request(request, seconds=5)
    assert (done.state, done.done, done.report) == (RequestState.DONE, 4, report)
    assert len(window.slept) == 2


def test_a_rebuild_is_not_waited_for_where_no_watcher_runs(window: Window) -> None:
    request = window.publishing.request_rebuild((), by="ada")
    assert window.publishing.wait_for_request(request, seconds=5).state is RequestState.WAITING
    assert len(window.slept) == 1


def test_a_rebuild_that_takes_too_long_is_told_as_far_as_it_has_come(window: Window) -> None:
    request = window.publishing.request_rebuild((), by="ada")
    window.beat()
    window.happens = [replace(request, state=RequestState.RUNNING, done=1, total=4)]
    seen = window.publishing.wait_for_request(request, seconds=0.1)
    assert (seen.state, seen.done, seen.total, seen.report) == (RequestState.RUNNING, 1, 4, None)
