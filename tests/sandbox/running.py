"""A stand-in on a free port with a shop beside it, driven by the unmodified SDK and by plain HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import stripe
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.sandbox.keys import Keys
from app.sandbox.server import create_app

KEYS = Keys("sk_test_stand_in_of_the_tests", "whsec_stand_in_of_the_tests")
LAMP: dict[str, Any] = {
    "quantity": 2,
    "metadata": {"sku": "LAMP-OAK"},
    "price_data": {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Oak lamp"}},
}
BUYER = {"email": "ann@example.com", "exp": "12/40", "cvc": "123", "name": "Ann Buyer"}


class Shop:
    """A shop that hears webhooks, checks their signature and answers as told."""

    def __init__(self) -> None:
        self.heard: list[stripe.Event] = []
        self.headers: list[str] = []
        self.answers: list[int] = []
        """Statuses to answer with, one a webhook; 204 when there is none left."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signature = self.headers["Stripe-Signature"]
                shop.heard.append(stripe.Webhook.construct_event(body, signature, KEYS.webhook_secret))
                shop.headers.append(signature)
                status = shop.answers.pop(0) if shop.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", shop.url)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    @property
    def types(self) -> list[str]:
        """The types of what was heard, in order."""
        return [event.type for event in self.heard]

    def close(self) -> None:
        """Close the shop."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


class Running:
    """The stand-in, its shop, and what a test does to them."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop()
        self.server = make_server("127.0.0.1", 0, Flask("none"), threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.app = create_app(folder, webhook_url=self.shop.url, public_url=self.url, keys=KEYS)
        self.server.app = self.app
        self.courier = self.app.extensions["courier"]
        self.client = stripe.StripeClient(KEYS.secret_key, base_addresses={"api": self.url})
        # The SDK types parameters so strictly that a test could not even send wrong ones.
        self.v1: Any = self.client.v1
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        """Stop everything."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.app.extensions["standin"].store.close()
        self.shop.close()

    def open(self, key: str | None = None, **params: Any) -> Any:
        """Open a session of two lamps, or with other parameters."""
        wanted = {
            "mode": "payment",
            "success_url": "http://shop.test/orders/t?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.test/cart",
            "line_items": [LAMP],
            **params,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        options: dict[str, Any] = {"idempotency_key": key} if key else {}
        return self.v1.checkout.sessions.create(given, options)

    def pay(self, session: Any, card: str = "4242424242424242", **fields: str) -> requests.Response:
        """Send the payment form."""
        form = {**BUYER, "card_number": card, **fields}
        url = f"{self.url}/c/pay/{session.id}"
        return requests.post(url, form, allow_redirects=False, timeout=10)

    def paid(self, card: str = "4242424242424242", **params: Any) -> Any:
        """Open a session, pay it, and read it again with its payment."""
        session = self.open(**params)
        assert self.pay(session, card).status_code == 303
        return self.read(session)

    def read(self, session: Any) -> Any:
        """Read a session with its lines and its payment."""
        expand = ["line_items", "payment_intent.latest_charge.refunds"]
        return self.v1.checkout.sessions.retrieve(session.id, {"expand": expand})

    def events(self, **filters: Any) -> list[str]:
        """Return the types of all events, oldest first."""
        found = self.v1.events.list({"limit": 100, **filters})
        return [event.type for event in reversed(found.data)]

    def fault(self, **wish: Any) -> dict[str, Any]:
        """Arm a fault, or several with `faults=[…]`."""
        answer = requests.post(f"{self.url}/_sandbox/faults", json=wish, timeout=10)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def later(self, seconds: float) -> None:
        """Move the stand-in's clock."""
        self.fault(fault="clock_offset", seconds=seconds)

    def raw(self, method: str, path: str, body: str = "", **headers: str) -> requests.Response:
        """Ask the API without the SDK."""
        sent = {
            "Authorization": f"Bearer {KEYS.secret_key}",
            "Content-Type": "application/x-www-form-urlencoded",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return requests.request(method, self.url + path, data=body or None, headers=sent, timeout=10)


def until(is_so: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is so; the time is generous because it only counts when it never is."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


def as_json(resource: Any) -> Any:
    """Return what was really sent, without the SDK's classes."""
    return json.loads(str(resource))
