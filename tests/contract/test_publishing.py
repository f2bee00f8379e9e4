"""The publishing store, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace

from app.publishing.model import (
    BuildReport,
    DocumentChange,
    PageLive,
    Publication,
    RebuildRequest,
    RequestState,
    WatcherState,
)

from .conftest import Stores
from .samples import NOW, later


def test_a_request_waits_until_it_is_done(stores: Stores) -> None:
    first = RebuildRequest("req_1", ("/", "/products/lamp/"), "eva", NOW)
    second = RebuildRequest("req_2", (), "cron", later(seconds=1))
    stores.publishing.insert_request(second)
    stores.publishing.insert_request(first)
    assert stores.publishing.waiting_requests() == [first, second]

    report = BuildReport(rendered=2, published=1, unchanged=1, failed=0, seconds=0.5)
    stores.publishing.update_request("req_1", RequestState.RUNNING, 1, 2)
    running = replace(first, state=RequestState.RUNNING, done=1, total=2)
    assert stores.publishing.waiting_requests() == [running, second]

    stores.publishing.update_request("req_1", RequestState.DONE, 2, 2, report)
    done = replace(first, state=RequestState.DONE, done=2, total=2, report=report)
    assert stores.publishing.request("req_1") == done
    assert stores.publishing.waiting_requests() == [second]
    assert stores.publishing.request("req_3") is None


def test_the_first_record_that_covers_a_version_is_found(stores: Stores) -> None:
    def record(name: str, second: int, *changes: DocumentChange) -> Publication:
        pages = (PageLive("/products/lamp/", 12),)
        return Publication(name, later(seconds=second), "price", changes, pages, ("/products/gone/",), ())

    lamp_2, lamp_4 = DocumentChange("products", "prd_lamp", 2), DocumentChange("products", "prd_lamp", 4)
    first = record("pub_1", 1, lamp_2, DocumentChange("stock_pools", "LAMP", 9))
    second = record("pub_2", 2, lamp_4)
    third = record("pub_3", 3, lamp_4)
    for publication in (third, first, second):
        stores.publishing.insert_publication(publication)

    assert stores.publishing.publication_of("products", "prd_lamp", 2) == first
    assert stores.publishing.publication_of("products", "prd_lamp", 3) == second
    assert stores.publishing.publication_of("products", "prd_lamp", 5) is None
    assert stores.publishing.publication_of("stock_pools", "prd_lamp", 2) is None
    assert stores.publishing.publications() == [third, second, first]
    assert stores.publishing.publications(limit=1) == [third]


def test_the_watchers_last_word_is_kept(stores: Stores) -> None:
    assert stores.publishing.watcher() is None
    stores.publishing.beat(WatcherState(NOW, pages=3, failures=1, failing=("/products/lamp/",)))
    last = WatcherState(later(seconds=1), pages=4, behind_ms=7, latency_ms_p50=1.5, latency_ms_p99=9.0)
    stores.publishing.beat(last)

    assert stores.publishing.watcher() == last
