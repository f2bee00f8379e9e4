"""People who keep buying while the shop falls apart around them, and the books that must close afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter
from itertools import count, cycle
from typing import Any

import requests

from tests.shopper import Shopper, Unexpected
from tests.stack import Stack

GOODS = (
    ("tides", "TIDES-A4-UNFRAMED"),
    ("saddle", "SADDLE-A3-UNFRAMED"),
    ("turning-tiles", "TILES-A4"),
    ("paper-moons", "MOONS-SHEET"),
)
PLENTY = 100_000
TROUBLE = (requests.RequestException, Unexpected)
"""What a shopper meets while servers are killed; whoever meets it begins again."""


class Buyers:
    """A few people at once, each buying one thing after the other; use it as a context manager."""

    def __init__(self, stack: Stack, people: int = 3) -> None:
        self.shop = stack.shop
        self.seen_paid: list[str] = []
        """Orders whose page has said that they are paid."""
        self._numbers, self._stopped = count(1), threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(person,)) for person in range(people)]
        for _, sku in GOODS[:3]:
            stack.write_count(sku, PLENTY)

    def __enter__(self) -> Buyers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _live(self, person: int) -> None:
        wishes = cycle(GOODS[person:] + GOODS[:person])
        while not self._stopped.is_set():
            slug, sku = next(wishes)
            try:
                with Shopper(self.shop) as shopper:
                    email = f"buyer.{next(self._numbers)}@example.com"
                    self.seen_paid.append(shopper.buy(slug, sku, email))
            except TROUBLE:
                time.sleep(0.3)
            self._stopped.wait(0.1)


def faults_of_settlement(stack: Stack) -> list[str]:
    """Return what is wrong between the sessions that are paid, the orders and the receipts."""
    paid = {session.id: session for session in stack.sessions() if session.payment_status == "paid"}
    orders = {order["_id"]: order for order in stack.db.orders.find()}
    receipts = stack.receipts()
    faults = []
    for session in paid.values():
        order = orders.get(session.metadata["order"])
        if order is None:
            faults.append(f"{session.id} has no order")
            continue
        payments = [payment["session_id"] for payment in order.get("payments", [])]
        if (order["state"], payments) != ("paid", [session.id]):
            faults.append(f"{session.id} made order {order['number']} {order['state']} by {payments}")
        if receipts[order["_id"]] != 1:
            faults.append(f"order {order['number']} has {receipts[order['_id']]} receipts")
    settled = Counter(session.metadata["order"] for session in paid.values())
    for identifier, order in orders.items():
        if order["state"] == "paid" and settled[identifier] != 1:
            faults.append(f"order {order['number']} is paid by {settled[identifier]} sessions")
        if order["state"] not in ("paid", "pending_payment", "cancelled"):
            faults.append(f"order {order['number']} is {order['state']}")
    return faults


def open_books(stack: Stack) -> list[str]:
    """Return the stock pools whose counters are not the sums of their movements and holds."""
    sums: dict[str, list[int]] = {}
    for movement in stack.db.stock_movements.find():
        total = sums.setdefault(movement["pool"], [0, 0])
        total[0] += movement["on_hand"]
        total[1] += movement["reserved"]
    held: Counter[str] = Counter()
    for reservation in stack.db.reservations.find({"state": "held"}):
        for line in reservation["lines"]:
            held[line["stock_id"]] += line["quantity"]
    faults = []
    for pool in stack.db.stock_pools.find({"policy": {"$ne": "untracked"}}):
        name, have = pool["_id"], [pool["on_hand"], pool.get("reserved", 0)]
        if have != sums.get(name, [0, 0]) or have[1] != held[name] or not 0 <= have[1] <= have[0]:
            faults.append(f"{name}: {have}, movements {sums.get(name)}, held {held[name]}")
    return faults


def sold(stack: Stack, sku: str) -> int:
    """Return how many units of a SKU the paid orders hold."""
    orders: Any = stack.db.orders.find({"state": "paid", "lines.sku": sku})
    return sum(line["quantity"] for order in orders for line in order["lines"] if line["sku"] == sku)
