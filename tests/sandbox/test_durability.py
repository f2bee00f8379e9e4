"""The stand-in as a process: what it acknowledged outlives kill -9, and it ends when it should."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from app.sandbox.keys import Keys

from . import running
from .running import BUYER, LAMP, Shop, until

SERVE = """
import pathlib, sys
from app.sandbox.server import serve
serve(pathlib.Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), sys.argv[3])
"""


class Process:
    """A stand-in in a process of its own, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, webhook_url: str, **env: str) -> None:
        """Start it and wait until it answers."""
        argv = [sys.executable, "-c", SERVE, str(self.folder), str(self.port), webhook_url]
        self.process = subprocess.Popen(argv, env={**os.environ, **env})
        until(self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.ConnectionError:
            return False

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=10)

    @property
    def keys(self) -> Any:
        """The keys it made."""
        return json.loads((self.folder / "keys.json").read_text())


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A process that is gone after the test."""
    process = Process(tmp_path / "sandbox")
    yield process
    if process.process is not None and process.process.poll() is None:
        process.end(signal.SIGKILL)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop that is found at an address of its own."""
    shop = Shop()
    yield shop
    shop.close()


def test_what_was_acknowledged_survives_kill_9_and_is_told_at_the_new_address(
    process: Process, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.start("http://127.0.0.1:9/nobody")
    client = stripe.StripeClient(process.keys["secret_key"], base_addresses={"api": process.url})
    params: Any = {"mode": "payment", "success_url": "http://shop.test/o", "line_items": [LAMP]}
    session = client.v1.checkout.sessions.create(params, {"idempotency_key": "order:1:1"})
    form = {**BUYER, "card_number": "4000000000007726"}
    assert requests.post(session.url or "", form, allow_redirects=False, timeout=10).status_code == 303
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = client.v1.refunds.create({"payment_intent": str(intent), "amount": 100})
    arm = {"fault": "answer_429", "path": "/v1/coupons"}
    assert requests.post(f"{process.url}/_sandbox/faults", json=arm, timeout=10).ok
    process.end(signal.SIGKILL)

    monkeypatch.setattr(running, "KEYS", Keys("sk_test_unused_here", process.keys["webhook_secret"]))
    process.start(shop.url)
    replayed = client.v1.checkout.sessions.create(params, {"idempotency_key": "order:1:1"})
    assert replayed.id == session.id
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    with pytest.raises(stripe.RateLimitError):
        client.v1.coupons.list()
    until(lambda: client.v1.refunds.retrieve(refund.id).status == "succeeded")
    until(lambda: len(shop.types) >= 8, 30)
    # What waited for the new start arrives in any order, as with Stripe; nothing is missing or doubled.
    assert sorted(shop.types) == sorted(
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed",
            "refund.created",
            "charge.refunded",
            "refund.updated",
            "charge.refund.updated",
        ]
    )
    assert len({event.id for event in shop.heard}) == 8


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_asked(process: Process, number: signal.Signals) -> None:
    process.start("http://127.0.0.1:9/nobody")
    assert process.end(number) == 0


def test_it_ends_with_its_parent(process: Process, tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', *sys.argv[1:]])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    argv = [
        sys.executable,
        str(parent),
        SERVE,
        str(process.folder),
        str(process.port),
        "http://127.0.0.1:9/x",
    ]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as above:
        until(process._answers)
        above.kill()
    until(lambda: not process._answers())


def test_a_folder_has_one_stand_in(process: Process) -> None:
    process.start("http://127.0.0.1:9/nobody")
    argv = [sys.executable, "-c", SERVE, str(process.folder), "0", "http://127.0.0.1:9/nobody"]
    second = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "Another payment stand-in runs on" in second.stderr


def test_a_live_key_is_refused_before_anything_is_written(process: Process) -> None:
    code = SERVE.replace("sys.argv[3])", "sys.argv[3], secret_key='sk_live_0123456789')")
    argv = [sys.executable, "-c", code, str(process.folder), "0", "http://127.0.0.1:9/nobody"]
    refused = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert refused.returncode == 1
    assert "STRIPE_SECRET_KEY" in refused.stderr
    assert "0123456789" not in refused.stderr
    assert not (process.folder / "keys.json").exists()
