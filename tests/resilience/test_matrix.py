"""What people can still do while something is away: the table of docs/operations.md, cell by cell.

A cell says `yes`, `no`, `late` (it happens by itself once the trouble is over) or `–` (there is
nothing to happen). Each row of the table is a trouble that is made here; and each trouble is a row.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import pytest
import requests

from tests.architecture.matrix import COLUMNS, matrix
from tests.resilience.test_closed_counter import without
from tests.shopper import Shopper, Unexpected, forms
from tests.stack import ROOT, Stack, environment, is_alive, until

SKU, SLUG = "TILES-A4", "turning-tiles"
NUMBERS = count(1)
NOT_YET_SECONDS = 1.0
"""So long is looked at what shall not happen before the trouble is over."""
REFUSED = (requests.RequestException, Unexpected, AssertionError, KeyError)
"""What a person meets where something does not work."""


@pytest.fixture(scope="module", autouse=True)
def enough(stack: Stack) -> None:
    """Let nobody be refused because everything is sold."""
    stack.write_count(SKU, 1000)


@pytest.fixture(scope="module")
def editor(stack: Stack) -> Iterator[Shopper]:
    """Somebody who is signed in at the desk."""
    account = json.loads((stack.data / "demo-editor.json").read_text("utf-8"))
    with Shopper(stack.shop) as editor:
        editor.http.headers["Sec-Fetch-Site"] = "same-origin"
        editor.get("/editor/")
        form = next(form for form in forms(editor.answer.text) if "password" in form.fields)
        form.fields |= {"email": account["email"], "password": account["password"]}
        editor.send(form)
        yield editor


@contextmanager
def arming(stack: Stack, **fault: Any) -> Iterator[None]:
    """Let the payment provider misbehave."""
    stack.fault(**fault)
    try:
        yield
    finally:
        stack.fault(clear=True)


@contextmanager
def full_disk(stack: Stack) -> Iterator[None]:
    """Let the watcher write no file any more: each write fails, as on a disk that is full."""
    pid = stack.pids["watcher"]
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def wrong_clock(stack: Stack) -> Iterator[None]:
    """Let our clock be ten minutes fast, seen from the payment provider."""
    stack.fault(fault="clock_offset", seconds=-600)
    try:
        yield
    finally:
        stack.fault(fault="clock_offset", seconds=0)


@contextmanager
def paused_watcher(stack: Stack) -> Iterator[None]:
    """Stop the watcher that publishes while another one stands by; it is succeeded, and ended."""
    log, first = stack.data / "logs" / "second-watcher.log", stack.pids["watcher"]
    argv = [sys.executable, "-m", "app.cli", "site", "watch", "--data", str(stack.data)]
    with log.open("wb") as output, subprocess.Popen(argv, env=environment(), cwd=ROOT, stderr=output) as heir:
        until(lambda: "standing by" in log.read_text("utf-8"))
        os.kill(first, signal.SIGSTOP)
        try:
            yield
        finally:
            # Its supervisor starts another one, which stands by until the heir ends.
            until(lambda: stack.pids["watcher"] != first and is_alive(stack.pids["watcher"]))
            heir.terminate()
            heir.wait(30)


TROUBLES: dict[str, Callable[[Stack], Any]] = {
    "MongoDB away": lambda stack: without(stack, "mongo"),
    "Redis away": lambda stack: without(stack, "redis"),
    "Stripe away": lambda stack: without(stack, "sandbox"),
    "Stripe answers with errors": partial(
        arming, fault="answer_500", path="/v1/checkout/sessions", method="POST", times=50
    ),
    "SMTP server away": lambda stack: without(stack, "mail"),
    "workers away": lambda stack: without(stack, "worker", "worker_mail", "worker_media"),
    "watcher away": lambda stack: without(stack, "watcher"),
    "watcher paused, another stands by": paused_watcher,
    "cron away": lambda stack: without(stack, "cron"),
    "web away": lambda stack: without(stack, "web"),
    "disk full for the watcher": full_disk,
    "webhooks lost": partial(arming, fault="drop_webhooks", times=50),
    "clock ten minutes fast": wrong_clock,
}


@dataclass
class Bystanders:
    """People who were in the middle of something when the trouble began."""

    stack: Stack
    editor: Shopper
    email: str = field(default_factory=lambda: f"matrix.{next(NUMBERS)}@example.com")
    payer: Shopper = field(init=False)
    collector: Shopper = field(init=False)
    payment_page: str = ""
    back: str = ""
    price: int = 0

    def __post_init__(self) -> None:
        self.payer, self.collector = Shopper(self.stack.shop), Shopper(self.stack.shop)
        self.payer.add(SLUG, SKU)
        self.payment_page = self.payer.checkout()
        self.collector.add(SLUG, SKU)

    def browse(self) -> str:
        """Look at a product."""
        with Shopper(self.stack.shop) as shopper:
            return yes(lambda: shopper.get("/products/tides/"))

    def search(self) -> str:
        """Look for one."""
        with Shopper(self.stack.shop) as shopper:
            return yes(lambda: shopper.get("/search?q=tides").text.index("/products/tides/"))

    def cart(self) -> str:
        """Put something into a cart."""
        with Shopper(self.stack.shop) as shopper:
            return yes(lambda: shopper.add(SLUG, SKU))

    def checkout(self) -> str:
        """Go from a cart to the payment page."""
        found = []
        said = yes(lambda: found.append(self.collector.checkout()))
        return "late" if found and "/orders/" in found[0] else said

    def pay(self) -> str:
        """Pay on the payment page, and go back to the shop."""
        said = yes(lambda: setattr(self, "back", self.payer.pay(self.payment_page, self.email)))
        if said == "no":
            return said
        return yes(lambda: self.payer.get(self.back).text.index("order-state--paid")).replace("no", "late")

    def editors(self) -> str:
        """Open the desk."""
        return yes(lambda: self.editor.get("/editor/"))

    def is_written(self) -> bool:
        """Say whether the receipt is there."""
        return bool(self.stack.mails_to(self.email))

    def reprice(self) -> None:
        """Write a price into the database."""
        self.price = 5000 + next(NUMBERS)
        self.stack.write_price("LOW-SUN-A4", self.price)

    def is_fresh(self) -> bool:
        """Say whether the price is on its page."""
        return self.stack.offers("low-sun")["LOW-SUN-A4"]["price"] == f"{self.price / 100:.2f}"

    def go(self) -> None:
        """Leave."""
        for person in (self.payer, self.collector):
            person.http.close()


def yes(act: Callable[[], object]) -> str:
    """Say whether somebody who does this is served."""
    try:
        act()
    except (*REFUSED, ValueError):
        return "no"
    return "yes"


def happens(look: Callable[[], bool], expected: str) -> str:
    """Say whether something happens by itself; what is expected says how long it is worth waiting."""
    if expected == "–":
        return expected
    try:
        until(look, 60 if expected == "yes" else NOT_YET_SECONDS)
    except AssertionError:
        return "late"
    return "yes"


def all_answer(stack: Stack) -> bool:
    """Say whether everything that the trouble before has ended is there again."""
    try:
        ready = requests.get(f"{stack.stack['app']}/readyz", timeout=10)
        provider = requests.get(f"{stack.stack['sandbox_control']}/_sandbox/faults", timeout=10)
    except requests.RequestException:
        return False
    return ready.ok and provider.ok


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_people_can_do_is_what_the_table_says(stack: Stack, editor: Shopper, trouble: str) -> None:
    expected = dict(zip(COLUMNS, matrix()[trouble].cells, strict=True))
    until(lambda: all_answer(stack))
    people = Bystanders(stack, editor)
    with ExitStack() as outage:
        outage.enter_context(TROUBLES[trouble](stack))
        if expected["freshness"] != "–":
            people.reprice()
        with ThreadPoolExecutor() as pool:
            asked = {
                name: pool.submit(getattr(people, name))
                for name in ("browse", "search", "cart", "checkout", "pay", "editors")
            }
            said = {name: answer.result() for name, answer in asked.items()}
        said["letters"] = happens(people.is_written, expected["letters"])
        said["freshness"] = happens(people.is_fresh, expected["freshness"])
    assert {name: said[name] for name in COLUMNS} == expected

    # And what was late comes by itself, once.
    if people.back:
        until(lambda: stack.order_of(people.back.partition("?")[0])["state"] == "paid", 120)
        until(people.is_written, 120)
    if people.price:
        until(people.is_fresh, 120)
    until(stack.effects_are_done, 120)
    assert list(stack.mails_to(people.email).values()) == ([1] if people.back else [])
    people.go()


def test_every_row_of_the_table_is_a_trouble_that_is_made_here() -> None:
    here = {
        trouble: row
        for trouble, row in matrix().items()
        if row.test == "test_matrix.py::test_what_people_can_do_is_what_the_table_says"
    }
    assert list(here) == list(TROUBLES)
