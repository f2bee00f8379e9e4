"""`kill -9` of each process and of all at once while people buy: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import random
import signal

import pytest

from tests.resilience.buyers import GOODS, PLENTY, Buyers, faults_of_settlement, open_books, sold
from tests.stack import Stack, processes_of, until

CRASH_SECONDS = 150.0
"""A transaction of a killed process keeps its documents for a minute; then whoever waited goes on."""
NAMES = (
    "web",
    "worker",
    "worker_mail",
    "worker_media",
    "watcher",
    "cron",
    "redis",
    "mail",
    "sandbox",
    "caddy",
    "mongo",
)


def kill(stack: Stack, name: str) -> None:
    """Kill one process and wait for its successor."""
    old = stack.pids[name]
    os.kill(old, signal.SIGKILL)
    until(lambda: stack.pids[name] != old)


def everything_settles(stack: Stack, buyers: Buyers) -> None:
    """Wait until paid sessions, orders, receipts, stock and pages agree."""
    until(lambda: faults_of_settlement(stack) == [], CRASH_SECONDS, pause=0.5)
    until(lambda: stack.vitrine("doctor").data["ok"], CRASH_SECONDS, pause=1)
    assert open_books(stack) == []
    paid = {order["token"] for order in stack.db.orders.find({"state": "paid"})}
    assert {url.rpartition("/")[2] for url in buyers.seen_paid} <= paid
    for _, sku in GOODS[:3]:
        pool = stack.db.stock_pools.find_one({"_id": sku})
        assert pool
        assert pool["on_hand"] == PLENTY - sold(stack, sku)


def test_each_process_killed_in_turn_and_then_all_at_once_lose_nothing(stack: Stack) -> None:
    assert set(stack.pids) == {"supervisor", *NAMES}
    with Buyers(stack) as buyers:
        until(lambda: len(buyers.seen_paid) >= 3)
        for name in NAMES:
            others = {other: pid for other, pid in stack.pids.items() if other != name}
            kill(stack, name)
            bought = len(buyers.seen_paid)
            until(lambda bought=bought: len(buyers.seen_paid) > bought, CRASH_SECONDS)  # type: ignore[misc]
            assert {other: pid for other, pid in stack.pids.items() if other != name} == others, name
        stack.kill()
    assert processes_of(stack.data) == []

    stack.start()
    everything_settles(stack, buyers)
    assert len(buyers.seen_paid) > len(NAMES)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_kills_at_random_lose_nothing(stack: Stack) -> None:
    dice = random.Random(2)  # noqa: S311 - no secret; the same order of kills each time
    with Buyers(stack, people=4) as buyers:
        for number in range(100):
            bought = len(buyers.seen_paid)
            if number % 20 == 19:
                stack.kill()
                stack.start()
            else:
                kill(stack, dice.choice(NAMES))
            until(lambda bought=bought: len(buyers.seen_paid) > bought, CRASH_SECONDS)  # type: ignore[misc]
    everything_settles(stack, buyers)
