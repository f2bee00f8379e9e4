"""What the command line asks of the generator: data in, data out."""

from __future__ import annotations

import time

import pytest

from app.publishing.feed import Batch, DocumentEvent
from app.publishing.model import Scope
from sitegen import cli
from sitegen.housekeeping import BeatingReporter, Housekeeping
from sitegen.reporter import QuietReporter
from tests.sitegen.shop import SmallShop


def test_status_counts_pages_and_says_whether_a_watcher_runs(shop: SmallShop) -> None:
    status = cli.status(shop.settings, shop.services)
    assert status["pages"] == 48
    assert (status["failures"], status["watcher"], status["behind_ms"]) == ([], "does not run", None)
    shop.price("LAMP-OAK", 100)
    shop.follow()
    shop.housekeeping.beat()
    status = cli.status(shop.settings, shop.services)
    # More may be waiting: only a feed that has nothing to tell proves the contrary.
    assert status["behind_ms"] > 0
    shop.watcher.take(Batch((), shop.generator.manifest.meta("resume_token")))
    status = cli.status(shop.settings, shop.services)
    assert (status["watcher"], status["behind_ms"]) == ("runs", 0)
    assert 0 < status["latency_ms"]["p50"] <= status["latency_ms"]["p99"]
    assert status["oldest_unproved_s"] >= 0


def test_status_names_failing_pages_with_since_and_tries(shop: SmallShop) -> None:
    record = shop.generator.manifest.page("/")
    assert record is not None
    now = shop.services.clock.now()
    shop.generator.manifest.failures.put("/", record.ref, "Traceback", now)
    (failure,) = cli.status(shop.settings, shop.services)["failures"]
    assert (failure["url"], failure["tries"]) == ("/", 1)


def test_status_of_a_folder_without_pages(shop: SmallShop) -> None:
    shop.generator.manifest.clear()
    status = cli.status(shop.settings, shop.services)
    assert (status["pages"], status["oldest_unproved_s"]) == (0, 0.0)
    assert status["latency_ms"] == {"p50": 0.0, "p99": 0.0}


def test_explain_tells_keys_reason_and_moment(shop: SmallShop) -> None:
    shop.price("LAMP-OAK", 100)
    shop.follow()
    found = cli.explain(shop.settings, "/products/lamp/")
    assert found is not None
    assert found["because"] == "products prd_lamp changed"
    assert {"product prd_lamp page", "stock LAMP-OAK band", "layout"} <= set(found["keys"])
    assert found["failure"] is None
    assert len(found["fingerprint"]) == 64
    assert cli.explain(shop.settings, "/products/none/") is None
    untouched = cli.explain(shop.settings, "/products/card/")
    assert untouched is not None
    assert untouched["because"] == "the first build"


def test_a_build_reports_its_progress(shop: SmallShop) -> None:
    shop.close()
    shop.price("LAMP-OAK", 100)
    reporter = QuietReporter()
    report = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, reporter)
    assert reporter.report == report
    assert reporter.total == len(reporter.outcomes) == report.rendered
    assert reporter.outcomes["/products/lamp/"] == "published"
    assert reporter.outcomes["/de/products/lamp/"] == "unchanged"


def test_every_page_is_built_where_everything_is_asked_for(shop: SmallShop) -> None:
    shop.close()
    report = cli.build(shop.settings, shop.services, Scope.ALL, (), 1, QuietReporter())
    assert (report.rendered, report.published) == (48, 0)


def test_processes_render_the_same_bytes(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool's own functions, without the second that a process takes to start."""
    from sitegen import pool

    monkeypatch.setattr(pool, "_freezer", shop.generator.freezer)
    refs = [record.ref for record in shop.generator.manifest.pages()]
    outcomes = pool._freeze_chunk(refs, shop.settings.data / "staging" / "chunk")
    folder = shop.folder()
    assert all(folder[page.path] == page.content for page in outcomes)  # type: ignore[union-attr]
    assert [pool.is_worth_it(pages, jobs) for pages, jobs in ((399, 2), (400, 2), (400, 1))] == [
        False,
        True,
        False,
    ]


def test_a_long_build_shows_that_the_watcher_lives(shop: SmallShop) -> None:
    housekeeping = Housekeeping(shop.generator, behind_since=shop.services.clock.now())
    assert not shop.services.publishing.watcher_runs()
    reporter = BeatingReporter(housekeeping)
    reporter.page("/", "published")
    first = shop.services.publishing.store.watcher()
    reporter.page("/de/", "published")
    assert shop.services.publishing.watcher_runs()
    # Once a second is enough.
    assert shop.services.publishing.store.watcher() == first


def test_a_watcher_that_works_shows_that_it_lives_less_often_than_one_that_rests(shop: SmallShop) -> None:
    beats: list[int] = []
    housekeeping = Housekeeping(shop.generator)
    housekeeping.beat = lambda: beats.append(len(beats))  # type: ignore[method-assign]
    event = DocumentEvent("redirects", "/x", shop.services.clock.now())
    for events, seconds_ago in (((), 1.5), ((event,), 1.5), ((event,), 2.5)):
        housekeeping._beaten = time.monotonic() - seconds_ago
        housekeeping._audited = time.monotonic()
        housekeeping.after(events)
    assert len(beats) == 2


def test_a_watcher_is_behind_until_the_feed_has_nothing_to_tell(shop: SmallShop) -> None:
    housekeeping = Housekeeping(shop.generator, behind_since=shop.services.clock.now())
    housekeeping.beat()
    behind = shop.services.publishing.store.watcher()
    housekeeping.caught_up()
    caught_up = shop.services.publishing.store.watcher()
    assert behind is not None
    assert caught_up is not None
    assert (behind.behind_ms > 0, caught_up.behind_ms, housekeeping.behind_since) == (True, 0, None)
    # Nobody has to be told twice.
    housekeeping.caught_up()
    assert shop.services.publishing.store.watcher() == caught_up
