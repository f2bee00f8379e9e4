"""Alive, ready by name, and in figures; quick to answer also while the database is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis

from app.errors import VitrineError
from app.publishing.model import WatcherState

from .shop import WebShop


class UnreadableOrders(VitrineError):  # noqa: N818 - it says what is the matter
    """Nobody can read the orders."""


def figures(shop: WebShop) -> dict[str, float]:
    """Return what /metrics says, by name and labels."""
    answer = shop.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_healthz_asks_nobody(shop: WebShop) -> None:
    away = shop.without_database()
    answer = shop.get("/healthz")
    assert (answer.status_code, answer.json, away.asked) == (200, {"ok": True}, 0)


def test_readyz_names_each_dependency(shop: WebShop) -> None:
    answer = shop.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"ok": True, "dependencies": {"mongo": "ok", "redis": "ok"}}


def test_readyz_says_who_does_not_answer_and_not_why(shop: WebShop) -> None:
    def refuse() -> None:
        raise redis.ConnectionError("Error 111 connecting to user:password@10.0.0.7")

    kept = shop.app.extensions["vitrine"]
    services = replace(kept.services, probes={"mongo": lambda: None, "redis": refuse})
    shop.app.extensions["vitrine"] = replace(kept, services=services)
    answer = shop.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ok": False, "dependencies": {"mongo": "ok", "redis": "does not answer"}}


def test_metrics_tell_of_watcher_queue_and_orders(shop: WebShop) -> None:
    shop.order()
    state = WatcherState(
        shop.parts.clock.now(),
        pages=3,
        behind_ms=1500,
        failures=2,
        latency_ms_p50=20,
        latency_ms_p99=300,
        tenure=2,
        holder="quay:42",
    )
    shop.services.publishing.store.beat(state)
    shop.parts.clock.turn(seconds=30)
    said = figures(shop)
    # It has been silent for too long to be working: nothing written since then is live.
    assert said["vitrine_freshness_lag_seconds"] == 31.5
    assert said["vitrine_watcher_silence_seconds"] == 30
    assert said["vitrine_pages_failing"] == 2
    assert said["vitrine_held_units"] == 1
    assert said['vitrine_orders{state="pending_payment"}'] == 1
    assert said["vitrine_inbox_age_seconds"] == 0
    assert (said["vitrine_inbox_open"], said["vitrine_orders_stuck"], said["vitrine_refunds_stuck"]) == (
        0,
        0,
        0,
    )
    assert (said["vitrine_pages"], said["vitrine_lease_tenure"]) == (3, 2)
    assert said['vitrine_publish_latency_seconds{quantile="0.5"}'] == 0.02
    assert said['vitrine_publish_latency_seconds{quantile="0.99"}'] == 0.3
    # It has been silent for half a minute: nobody can say who publishes.
    assert not [name for name in said if name.startswith("vitrine_lease_holder")]


def test_metrics_name_who_publishes(shop: WebShop) -> None:
    shop.services.publishing.store.beat(WatcherState(shop.parts.clock.now(), tenure=1, holder="quay:42"))
    assert figures(shop)['vitrine_lease_holder{holder="quay:42"}'] == 1


def test_an_order_that_nothing_moves_is_counted(shop: WebShop) -> None:
    shop.order()
    shop.parts.clock.turn(seconds=3600)
    assert figures(shop)["vitrine_orders_stuck"] == 1


def test_a_watcher_that_works_is_as_late_as_it_says(shop: WebShop) -> None:
    shop.services.publishing.store.beat(WatcherState(shop.parts.clock.now(), behind_ms=1500))
    shop.parts.clock.turn(seconds=2)
    assert figures(shop)["vitrine_freshness_lag_seconds"] == 1.5


def test_orders_that_cannot_be_counted_leave_the_other_figures(
    shop: WebShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> object:
        raise UnreadableOrders

    monkeypatch.setattr(shop.services.orders, "counts", unreadable)
    said = figures(shop)
    assert said["vitrine_held_units"] == 0
    assert not [name for name in said if name.startswith("vitrine_orders{")]


def test_a_watcher_that_never_ran_is_infinitely_late(shop: WebShop) -> None:
    assert figures(shop)["vitrine_freshness_lag_seconds"] == float("inf")


def test_without_the_database_metrics_invent_nothing_and_ask_once(shop: WebShop) -> None:
    away = shop.without_database()
    assert figures(shop) == {}
    assert away.asked == 1
