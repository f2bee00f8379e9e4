"""The payment stand-in on a port of its own, in this process, with a hand that pays."""

from __future__ import annotations

import threading
from pathlib import Path

import requests
import stripe
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.sandbox.keys import Keys
from app.sandbox.server import create_app

KEYS = Keys(secret_key="sk_test_vitrine", webhook_secret="whsec_of_the_stand_in")
SECONDS = 10


class Quiet(WSGIRequestHandler):
    """A handler that logs nothing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


class StandIn:
    """The stand-in with what a test does to it."""

    def __init__(self, folder: Path) -> None:
        # The app must know its address before it is built, and the port is the kernel's choice.
        self.server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.app = create_app(folder, webhook_url=None, public_url=self.url, keys=KEYS)
        self.server.app = self.app
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.app.extensions["standin"].store.close()

    def arm(self, fault: str, **options: object) -> None:
        """Arm a fault."""
        answer = requests.post(
            f"{self.url}/_sandbox/faults", json={"fault": fault, **options}, timeout=SECONDS
        )
        assert answer.ok, answer.text

    def sessions(self) -> int:
        """Return how many sessions there are."""
        client = stripe.StripeClient(KEYS.secret_key, base_addresses={"api": self.url})
        return len(client.v1.checkout.sessions.list({"limit": 100}).data)

    def pay(self, page: str, **address: str) -> None:
        """Fill in the payment page with a card that works."""
        form = {
            "email": "buyer@mail.example",
            "card_number": "4242 4242 4242 4242",
            "exp": "12/40",
            "cvc": "123",
            "name": "Ada Weber",
            **address,
        }
        answer = requests.post(page, form, allow_redirects=False, timeout=SECONDS)
        assert answer.status_code == 303, answer.text
