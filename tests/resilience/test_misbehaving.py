"""Servers that forget, networks that drop, double and reorder, a watcher that dies at work."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
import requests

from tests.resilience.buyers import faults_of_settlement, open_books
from tests.shopper import Shopper
from tests.stack import Stack, until


@contextmanager
def meanwhile(act: Callable[[], object], every_seconds: float) -> Iterator[None]:
    """Do something again and again while the block runs."""
    stopped = threading.Event()

    def go_on() -> None:
        while not stopped.wait(every_seconds):
            act()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


@pytest.fixture(autouse=True)
def good_manners(stack: Stack) -> Iterator[None]:
    """Disarm what a test has armed; and after each test everything must be settled."""
    yield
    stack.fault(clear=True)
    until(stack.effects_are_done, 120)
    assert faults_of_settlement(stack) == []
    assert open_books(stack) == []


def deliveries_are_over(stack: Stack) -> bool:
    """Say whether the stand-in has no webhook left to send."""
    address = f"{stack.stack['sandbox_control']}/_sandbox/faults"
    state = requests.get(address, headers={"Accept": "application/json"}, timeout=10).json()
    return bool(state["pending_deliveries"] == 0)


def sales_of(stack: Stack, order: dict[str, Any]) -> int:
    """Return how many movements have sold something for an order."""
    return stack.db.stock_movements.count_documents({"order": order["_id"], "kind": "sale"})


def test_a_redis_that_forgets_all_the_time_loses_nothing(stack: Stack) -> None:
    emails = [f"forgotten.{number}@example.com" for number in range(5)]
    with redis.Redis.from_url(stack.stack["redis"]) as server:
        with meanwhile(server.flushall, 0.02):
            for address in emails:
                with Shopper(stack.shop) as shopper:
                    shopper.buy("turning-tiles", "TILES-A4", address)
        server.flushall()
    until(stack.effects_are_done, 120)
    assert [list(stack.mails_to(address).values()) for address in emails] == [[1]] * 5


def test_without_webhooks_the_way_back_settles_the_order(stack: Stack) -> None:
    stack.fault(fault="drop_webhooks", times=50)
    events = stack.db.payment_events.count_documents({})
    with Shopper(stack.shop) as shopper:
        order = stack.order_of(shopper.buy("paper-moons", "MOONS-SHEET", "no.hooks@example.com"))
    assert order["state"] == "paid"
    until(stack.effects_are_done)
    assert stack.mails_to("no.hooks@example.com") == {f"<receipt.{order['_id']}@127.0.0.1>": 1}
    assert stack.db.payment_events.count_documents({}) == events


def test_without_webhooks_and_without_a_way_back_the_sweep_settles_the_order(stack: Stack) -> None:
    stack.fault(fault="drop_webhooks", times=50)
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4")
        back = shopper.pay(shopper.checkout(), "closed.browser@example.com")
    order_url = back.partition("?")[0]
    order = stack.order_of(order_url)
    assert order["state"] == "pending_payment"
    # Nobody waits for forty minutes here: the hold's end is moved instead of the clock.
    past = datetime.now(UTC) - timedelta(seconds=1)
    stack.db.orders.update_one({"_id": order["_id"]}, {"$set": {"hold_until": past}})
    until(lambda: stack.order_of(order_url)["state"] == "paid")
    until(stack.effects_are_done)
    assert stack.mails_to("closed.browser@example.com") == {f"<receipt.{order['_id']}@127.0.0.1>": 1}
    assert sales_of(stack, order) == 1


def test_webhooks_alone_settle_the_order_of_a_closed_browser(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4")
        back = shopper.pay(shopper.checkout(), "hooks.only@example.com")
    until(lambda: stack.order_of(back.partition("?")[0])["state"] == "paid")
    until(stack.effects_are_done)
    assert list(stack.mails_to("hooks.only@example.com").values()) == [1]


def test_doubled_and_reordered_webhooks_sell_once_and_send_one_receipt(stack: Stack) -> None:
    stack.fault(
        faults=[
            {"fault": "duplicate_webhooks", "times": 12, "copies": 3},
            {"fault": "reorder_webhooks", "times": 12, "seconds": 0.5},
        ]
    )
    with Shopper(stack.shop) as shopper:
        order_url = shopper.buy("turning-tiles", "TILES-A4", "doubled@example.com")
    order = stack.order_of(order_url)
    until(lambda: deliveries_are_over(stack))
    until(stack.effects_are_done)
    again = stack.order_of(order_url)
    assert (again["state"], len(again["payments"]), sales_of(stack, again)) == ("paid", 1, 1)
    assert stack.mails_to("doubled@example.com") == {f"<receipt.{order['_id']}@127.0.0.1>": 1}


def test_a_session_whose_answer_is_lost_is_found_again_from_the_orders_page(stack: Stack) -> None:
    known = {session.id for session in stack.sessions()}
    # The SDK repeats a lost request twice by itself.
    stack.fault(fault="reset", path="/v1/checkout/sessions", method="POST", when="after", times=3)
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4")
        order_path = shopper.checkout()
        assert "/orders/" in order_path
        shopper.get(order_path)
        assert "The payment page is being opened" in shopper.answer.text
        assert 'http-equiv="refresh"' in shopper.answer.text
        onward = f"{order_path}/payment"
        assert f'href="{onward}" data-leads-on' in shopper.answer.text
        shopper.get(onward)
        payment_page = shopper.answer.url
        assert "/c/pay/cs_" in payment_page
        assert shopper.checkout() == payment_page
        shopper.get(shopper.pay(payment_page, "lost.answer@example.com"))
        assert "Thank you" in shopper.answer.text
    new = [session for session in stack.sessions() if session.id not in known]
    assert [session.payment_status for session in new] == ["paid"]
    order = stack.db.orders.find_one({"attempts.session_id": new[0].id})
    assert order
    assert (order["state"], len(order["attempts"])) == ("paid", 1)


def test_a_stand_in_that_answers_nothing_but_errors_keeps_cart_and_hold(stack: Stack) -> None:
    stack.fault(fault="answer_500", path="/v1/checkout/sessions", method="POST", times=3)
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4", 2)
        order_url = f"{stack.shop}{shopper.checkout().removeprefix(stack.shop)}"
        order = stack.order_of(order_url)
        assert (order["state"], order["attempts"][0]["session_id"]) == ("pending_payment", "")
        reservation = stack.db.reservations.find_one({"_id": order["_id"]})
        assert reservation
        assert reservation["state"] == "held"
        assert 'value="2"' in shopper.cart()
        # The sweep repeats the request with its own key, whether or not anybody looks; the order
        # is made older here, for it leaves a request that may still be under way alone.
        past = datetime.now(UTC) - timedelta(minutes=1)
        stack.db.orders.update_one({"_id": order["_id"]}, {"$set": {"created_at": past}})
        until(lambda: stack.order_of(order_url)["attempts"][0]["session_id"])
        shopper.get(f"{order_url}/payment")
        shopper.get(shopper.pay(shopper.answer.url, "patient@example.com"))
        assert "Thank you" in shopper.answer.text


def prices_follow_a_watcher_that_is_killed(stack: Stack, writes: int, kills: int) -> None:
    """Write prices in a row, kill the watcher now and then, and compare every page in the end."""
    products = [
        (product["slug"], variant["sku"])
        for product in stack.db.products.find().sort("_id", 1)
        for variant in product["variants"]
    ]
    last: dict[tuple[str, str], int] = {}
    for number in range(writes):
        place = products[number % len(products)]
        last[place] = 10_000 + number
        stack.write_price(place[1], last[place])
        if number % (writes // kills) == writes // kills // 2:
            watcher = stack.pids["watcher"]
            os.kill(watcher, signal.SIGKILL)
            until(lambda watcher=watcher: stack.pids["watcher"] != watcher)  # type: ignore[misc]
    until(lambda: stack.vitrine("site", "verify").data["ok"])
    for (slug, sku), minor in last.items():
        assert stack.offers(slug)[sku]["price"] == f"{minor // 100}.{minor % 100:02}"
    until(stack.is_quiet)
    assert stack.told("doctor")["ok"] is True


def test_a_watcher_killed_during_two_hundred_writes_ends_with_the_right_pages(stack: Stack) -> None:
    prices_follow_a_watcher_that_is_killed(stack, writes=200, kills=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_watcher_killed_again_and_again_during_five_thousand_writes(stack: Stack) -> None:
    prices_follow_a_watcher_that_is_killed(stack, writes=5000, kills=20)
