"""The window stays lit while everything behind it is dark; and how the shop starts, and starts again."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import expect, sync_playwright

from app.embedded import sessions
from tests.e2e.window import Visitor, launched
from tests.shopper import Shopper
from tests.stack import Stack, free_port, is_alive, processes_of, until

APP = ("web", "worker", "worker_mail", "worker_media", "watcher", "cron")
BEHIND = (*APP, "mongo", "redis", "sandbox")
CLOSED = "The counter is closed for a moment"


@contextmanager
def without(stack: Stack, *names: str) -> Iterator[None]:
    """Kill processes with all they have started; their supervisor sleeps, so that they stay dead."""
    pids = stack.pids
    os.kill(pids["supervisor"], signal.SIGSTOP)
    try:
        assert sessions.kill({pids[name] for name in names})
        yield
    finally:
        os.kill(pids["supervisor"], signal.SIGCONT)
    until(lambda: all(stack.pids[name] != pids[name] and is_alive(stack.pids[name]) for name in names))


def add(stack: Stack, sku: str = "TILES-A4", **headers: str) -> requests.Response:
    """Add to a cart as a browser would, with or without htmx."""
    line = {"sku": sku, "quantity": "1"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(f"{stack.shop}/cart/lines", line, headers=given, timeout=60, allow_redirects=False)


def test_with_everything_behind_it_dead_the_window_is_lit_and_the_counter_says_so(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4", 2)
        with without(stack, *BEHIND):
            for path in ("/", "/products/tides/", "/collections/prints/", "/pages/about/", "/de/"):
                page = requests.get(f"{stack.shop}{path}", timeout=10)
                assert (page.status_code, "site-header" in page.text) == (200, True), path
            missing = requests.get(f"{stack.shop}/products/nowhere/", timeout=10)
            assert (missing.status_code, "Nothing is at this address" in missing.text) == (404, True)
            german = requests.get(f"{stack.shop}/de/products/nowhere/", timeout=10)
            assert (german.status_code, '<html lang="de">' in german.text) == (404, True)

            page = add(stack)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
            assert "<!doctype html>" in page.text
            assert CLOSED in page.text
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]
            fragment = add(stack, HX_Request="true")
            assert fragment.status_code == 503
            assert "<!doctype html>" not in fragment.text
            assert '<div id="notice" hx-swap-oob="innerHTML">' in fragment.text
            assert CLOSED in fragment.text
            with sync_playwright() as playwright, launched(playwright) as browser:
                visitor = Visitor(browser, stack.shop)
                window = visitor.tab()
                window.goto("/products/turning-tiles/")
                window.click("#add-form button")
                expect(window.locator("#notice")).to_contain_text(CLOSED)
                expect(window.locator("h1")).to_have_text("Turning Tiles")
                expect(window.locator("#add-form button")).to_be_enabled()
                visitor.close()
        until(lambda: shopper.http.get(f"{stack.shop}/cart", timeout=30).status_code == 200)
        assert 'value="2"' in shopper.cart()
        shopper.get(shopper.pay(shopper.checkout(), "after.dark@example.com"))
        assert "Thank you" in shopper.answer.text
    until(stack.effects_are_done)
    assert list(stack.mails_to("after.dark@example.com").values()) == [1]
    assert stack.told("doctor")["ok"] is True


def test_with_the_database_dead_the_app_itself_says_that_the_cart_is_kept(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4", 3)
        with without(stack, "mongo"):
            answer = add(stack)
            assert answer.status_code == 503
            assert "Your cart is kept" in answer.text
            assert "Traceback" not in answer.text
            fragment = add(stack, HX_Request="true")
            assert (fragment.status_code, 'hx-swap-oob="innerHTML"' in fragment.text) == (503, True)
            webhook = requests.post(f"{stack.shop}/webhooks/stripe", "{}", timeout=30)
            assert webhook.status_code == 400
        until(lambda: shopper.http.get(f"{stack.shop}/cart", timeout=30).status_code == 200)
        assert 'value="3"' in shopper.cart()


def test_with_redis_dead_the_shop_sells_and_the_receipt_follows(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        with without(stack, "redis"):
            order_url = shopper.buy("turning-tiles", "TILES-A4", "no.redis@example.com")
            assert stack.order_of(order_url)["state"] == "paid"
        until(stack.effects_are_done, 120)
    assert list(stack.mails_to("no.redis@example.com").values()) == [1]


def test_a_port_that_is_taken_is_named_with_the_way_out(stack: Stack, tmp_path: Path) -> None:
    other = Stack(tmp_path / "other", stack.port).begin()
    assert (other.ends(), other.said()) == (1, "")
    said = other.errors.read_text("utf-8")
    assert f"Port {stack.port} on 127.0.0.1 is taken by caddy (process {stack.pids['caddy']})." in said
    assert "Choose another with --port." in said
    assert processes_of(other.data) == []


def test_a_second_start_on_the_same_folder_is_refused_and_disturbs_nobody(stack: Stack) -> None:
    before = stack.stack
    second = Stack(stack.data, free_port()).begin()
    assert (second.ends(), second.said()) == (1, "")
    said = second.errors.read_text("utf-8")
    assert f"already runs on {stack.data} (process {stack.pids['supervisor']})" in said
    assert stack.stack == before
    assert requests.get(f"{stack.shop}/cart", timeout=10).status_code == 200


def test_after_an_orderly_stop_nothing_runs_and_a_second_start_keeps_everything(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4", 4)
        stack.told("price", "LOW-SUN-A4", "31.00", "USD")
        orders, published, said = list(stack.db.orders.find()), stack.published(), stack.stack
        assert stack.stop() == 0
        assert processes_of(stack.data) == []
        assert not (stack.data / "stack.json").exists()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", stack.port)) != 0

        stack.start()
        kept = ("shop", "app", "mongo", "redis", "stripe", "stripe_key", "webhook_secret")
        assert {name: stack.stack[name] for name in kept} == {name: said[name] for name in kept}
        assert list(stack.db.orders.find()) == orders
        assert stack.published() == published
        assert stack.offers("low-sun")["LOW-SUN-A4"]["price"] == "31.00"
        assert 'value="4"' in shopper.cart()
    assert stack.told("doctor")["ok"] is True
