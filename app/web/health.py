"""How the shop is doing: alive, ready by dependency, and in figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from app.errors import StoreUnavailable, VitrineError
from app.orders.disputes import next_answer
from app.services import Services
from app.web.shop import current_shop

health = Blueprint("health", __name__)

STUCK_AFTER = timedelta(minutes=10)
"""The sweeps look at what is open every minute; what is open so long after its time nothing moves."""
ANSWER_SOON = timedelta(days=3)
COUNTED = 100
"""So many stuck orders are told apart; more than that are this many."""

MetricValue = tuple[str, str, Callable[[Services], float]]


def _age(moment: datetime | None, services: Services) -> float:
    return max(0.0, (services.clock.now() - moment).total_seconds()) if moment else 0.0


def _watcher_silence(services: Services) -> float:
    state = services.publishing.store.watcher()
    return _age(state.at, services) if state else float("inf")


def _behind(services: Services) -> float:
    state = services.publishing.store.watcher()
    if state is None:
        return float("inf")
    # A watcher that is silent does not follow: its last word grows old with every second.
    silence = 0.0 if services.publishing.watcher_runs() else _watcher_silence(services)
    return state.behind_ms / 1000 + silence


def _failing_pages(services: Services) -> float:
    state = services.publishing.store.watcher()
    return state.failures if state else 0


def _pages(services: Services) -> float:
    state = services.publishing.store.watcher()
    return state.pages if state else 0


def _tenure(services: Services) -> float:
    state = services.publishing.store.watcher()
    return state.tenure if state else 0


def _stuck_orders(services: Services) -> float:
    return len(services.orders.open_before(services.clock.now() - STUCK_AFTER, COUNTED))


def _stuck_refunds(services: Services) -> float:
    return len(services.orders.refunds_requested_before(services.clock.now() - STUCK_AFTER, COUNTED))


def _disputes_due(services: Services) -> float:
    until = services.clock.now() + ANSWER_SOON
    answers = (next_answer(order.disputes) for order in services.orders.disputed(COUNTED))
    return sum(answer is not None and answer < until for answer in answers)


METRICS: tuple[MetricValue, ...] = (
    ("vitrine_freshness_lag_seconds", "Age of the oldest change that is not live yet.", _behind),
    ("vitrine_watcher_silence_seconds", "Since when the watcher has not been heard of.", _watcher_silence),
    ("vitrine_pages_failing", "Pages that keep an old version because they fail to render.", _failing_pages),
    ("vitrine_pages", "Pages that are published.", _pages),
    (
        "vitrine_lease_tenure",
        "Number of the lease's tenure; one more: a holder had to be fenced off.",
        _tenure,
    ),
    (
        "vitrine_inbox_open",
        "Payment events that are not handled.",
        lambda services: services.inbox.count_unhandled(),
    ),
    (
        "vitrine_inbox_age_seconds",
        "Age of the oldest payment event that is not handled.",
        lambda services: _age(services.inbox.oldest_unhandled(), services),
    ),
    (
        "vitrine_outbox_age_seconds",
        "Since when the longest-waiting effect is due.",
        lambda services: _age(services.effects.outbox.oldest_due(services.clock.now()), services),
    ),
    (
        "vitrine_effects_given_up",
        "Effects that wait for a person.",
        lambda services: services.effects.outbox.count_given_up(),
    ),
    ("vitrine_orders_stuck", "Orders still open ten minutes after their hold has ended.", _stuck_orders),
    ("vitrine_refunds_stuck", "Refunds that Stripe has not confirmed for ten minutes.", _stuck_refunds),
    (
        "vitrine_disputes_open",
        "Orders with a dispute that is not decided.",
        lambda services: services.orders.count_disputed(),
    ),
    ("vitrine_disputes_due", "Of those, how many must be answered within three days.", _disputes_due),
    (
        "vitrine_held_units",
        "Units held for checkouts.",
        lambda services: services.inventory.store.held_units(),
    ),
)


class ShopCollector:
    """Reads the figures when they are asked for, so that every worker answers the same."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; one that cannot be read is left out rather than invented."""
        readers: list[tuple[str, Callable[[], Metric]]] = [
            (name, partial(self._gauge, name, explanation, read)) for name, explanation, read in METRICS
        ]
        readers += [
            ("vitrine_publish_latency_seconds", self._latency),
            ("vitrine_lease_holder", self._holder),
            ("vitrine_orders", self._orders),
        ]
        for name, metric in readers:
            try:
                yield metric()
            except StoreUnavailable as away:
                # Each further figure would wait for the database as long as this one has.
                current_app.logger.warning("no metric read", extra={"metric": name, "reason": away.reason})
                return
            except VitrineError as error:
                current_app.logger.warning("metric not read", extra={"metric": name, "reason": str(error)})

    def _gauge(self, name: str, explanation: str, read: Callable[[Services], float]) -> Metric:
        return GaugeMetricFamily(name, explanation, value=read(self.services))

    def _latency(self) -> Metric:
        latency = GaugeMetricFamily(
            "vitrine_publish_latency_seconds", "From a change to its live page.", labels=["quantile"]
        )
        if state := self.services.publishing.store.watcher():
            latency.add_metric(["0.5"], state.latency_ms_p50 / 1000)
            latency.add_metric(["0.99"], state.latency_ms_p99 / 1000)
        return latency

    def _holder(self) -> Metric:
        holder = GaugeMetricFamily(
            "vitrine_lease_holder", "Who publishes, while it is heard of.", labels=["holder"]
        )
        publishing = self.services.publishing
        if (state := publishing.store.watcher()) and state.holder and publishing.watcher_runs():
            holder.add_metric([state.holder], 1)
        return holder

    def _orders(self) -> Metric:
        orders = GaugeMetricFamily("vitrine_orders", "Orders by state.", labels=["state"])
        for state, count in self.services.orders.counts().items():
            orders.add_metric([state], count)
        return orders


@health.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return jsonify(ok=True)


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say of each dependency by name whether it answers."""
    answers = {}
    for name, probe in current_shop().services.probes.items():
        try:
            probe()
        except Exception as error:  # Whatever a driver raises means the same: not ready.
            current_app.logger.warning("not ready", extra={"dependency": name, "reason": str(error)})
            answers[name] = "does not answer"
        else:
            answers[name] = "ok"
    is_ready = all(answer == "ok" for answer in answers.values())
    return jsonify(ok=is_ready, dependencies=answers), 200 if is_ready else 503


@health.get("/metrics")
def metrics() -> Response:
    """Return the figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ShopCollector(current_shop().services))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
