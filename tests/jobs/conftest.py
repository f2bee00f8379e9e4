"""Workers that end with their test."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.jobs.workers import RunningWorker


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Callable[..., RunningWorker]]:
    """Start workers, by default on `payments`; those that still run at the end are killed."""
    started: list[RunningWorker] = []

    def start(redis_url: str, queue: str = "payments", **settings: str) -> RunningWorker:
        log = tmp_path / f"worker{len(started)}.log"
        started.append(RunningWorker(queue, log, redis_url=redis_url, **settings))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture(autouse=True)
def own_signal_handlers() -> Iterator[None]:
    """Give the signals back: RQ's worker takes them, and would answer for the rest of the tests."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
