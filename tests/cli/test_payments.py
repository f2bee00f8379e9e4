"""Payments on the command line, against a real database, the stand-in and a partner: no webhook is heard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import build_services
from app.inventory.model import StockPool
from app.orders.model import Order
from app.payments.model import SessionOpen
from app.services import Services
from app.settings import load_settings
from tests.adapters.orders import attempt, order
from tests.adapters.running_standin import KEYS, StandIn

from .conftest import Run

Told = Callable[..., dict[str, Any]]


class Partner(HTTPServer):
    """A partner who answers as told, and keeps the ids of what it heard."""

    status = 500
    heard: list[str]


class Ear(BaseHTTPRequestHandler):
    server: Partner

    def do_POST(self) -> None:  # noqa: N802 - the standard library's name
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(self.headers["webhook-id"])
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"so be it")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A partner on loopback."""
    server = Partner(("127.0.0.1", 0), Ear)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    """A stand-in that tells nobody of anything."""
    standin = StandIn(tmp_path / "sandbox")
    yield standin
    standin.close()


@pytest.fixture
def services(run: Run, standin: StandIn, partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A shop that asks the stand-in, tells the partner, and has stock."""
    assert run
    monkeypatch.setenv("STRIPE_SECRET_KEY", KEYS.secret_key)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", KEYS.webhook_secret)
    monkeypatch.setenv("STRIPE_API_BASE", standin.url)
    monkeypatch.setenv("VITRINE_PARTNER_URL", f"http://127.0.0.1:{partner.server_port}/hook")
    monkeypatch.setenv("VITRINE_PARTNER_SECRET", "a secret of the partner")
    monkeypatch.setenv("VITRINE_REDIS_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setattr("app.bootstrap.RECONCILE_PAUSE_SECONDS", 0)
    services = build_services(load_settings())
    for pool in ("LAMP-OAK", "POSTER"):
        services.inventory.open_pool(StockPool(pool, on_hand=9), by="test")
    return services


def placed(services: Services) -> tuple[Order, str]:
    """Place order 1001, 63.50 USD, and open its payment page; return both."""
    expires_at = (datetime.now(UTC) + timedelta(minutes=35)).replace(microsecond=0)
    wanted = order(attempts=(attempt(expires_at=expires_at),))
    services.orders.insert(wanted)
    services.inventory.hold(wanted.id, wanted.units, wanted.hold_until, wanted.skus)
    opened = services.gateway.create_session(wanted)
    assert isinstance(opened, SessionOpen)
    return wanted, opened.session.url


def on_hand(services: Services) -> int:
    """Return how many lamps lie on the shelf."""
    pool = services.inventory.store.pool("LAMP-OAK")
    assert pool is not None
    return pool.on_hand


def test_without_any_webhook_payment_refund_and_dispute_are_found_and_settled(
    services: Services, standin: StandIn, run: Run, told: Told
) -> None:
    _, page = placed(services)
    standin.pay(page)
    dry = told("payments", "reconcile", "--dry-run")
    assert [(one["kind"], one["order"], one["done"]) for one in dry["findings"]] == [("paid", "1001", "")]
    assert told("order", "1001")["state"] == "pending_payment"

    done = told("payments", "reconcile", "--since", "2h")
    assert [one["done"] for one in done["findings"]] == ["the order is paid"]
    assert (done["sessions"], done["failed"], on_hand(services)) == (1, 0, 7)
    assert told("payments", "reconcile")["findings"] == []

    intent = services.orders.list()[0].payments[0].payment_intent
    standin.arm("open_dispute", target=intent, reason="product_not_received")
    found = told("payments", "reconcile")["findings"]
    assert [(one["kind"], one["found"]) for one in found] == [
        ("dispute", "dispute of 63.50 USD is needs_response")
    ]
    (listed,) = told("orders", "--state", "disputed")["orders"]
    assert (listed["number"], listed["state"], listed["disputed"]) == ("1001", "paid", True)
    (dispute,) = told("order", "1001")["disputes"]
    assert (dispute["reason"], dispute["withdrawn"]) == ("product_not_received", True)
    assert dispute["answer_by"]
    assert f"disputed, answer by {dispute['answer_by']}" in run("order", "1001").output

    refused = run("ship", "1001")
    assert (refused.exit_code, "is disputed" in refused.output) == (1, True)
    refused = run("refund", "1001")
    assert (refused.exit_code, "the bank has the money" in refused.output) == (1, True)

    standin.arm("close_dispute", target=dispute["id"], outcome="lost")
    assert [one["kind"] for one in told("payments", "reconcile", "--since", "1h")["findings"]] == ["dispute"]
    assert told("orders", "--state", "disputed")["orders"] == []
    assert told("order", "1001")["disputes"][0]["state"] == "lost"
    # Who has lost the money has usually lost the goods too.
    assert on_hand(services) == 7
    assert told("ship", "1001")["fulfilment"] == "fulfilled"


def test_a_disputed_order_is_shipped_where_somebody_says_so(
    services: Services, standin: StandIn, told: Told
) -> None:
    _, page = placed(services)
    standin.pay(page)
    told("payments", "reconcile")
    standin.arm("open_dispute", target=services.orders.list()[0].payments[0].payment_intent)
    told("payments", "reconcile")
    assert told("ship", "1001", "--anyway")["fulfilment"] == "fulfilled"


def test_a_payment_for_an_order_that_is_not_there_ends_with_1_and_makes_none(
    services: Services, standin: StandIn, run: Run, database: Any
) -> None:
    _, page = placed(services)
    standin.pay(page)
    database.driver.orders.delete_many({})
    answer = run("payments", "reconcile")
    assert answer.exit_code == 1
    assert "63.50 USD was paid for an order that is not there: restore the database" in answer.output
    assert services.orders.list() == []


@pytest.mark.parametrize(
    ("since", "said"), [("soon", "such as 7d"), ("0d", "such as 7d"), ("2999-01-01", "in the past")]
)
def test_a_moment_that_is_none_is_refused(services: Services, run: Run, since: str, said: str) -> None:
    assert services
    answer = run("payments", "reconcile", "--since", since)
    assert answer.exit_code == 1
    assert said in answer.output


def test_a_partner_s_answers_are_shown_and_a_redelivery_has_the_same_id(
    services: Services, standin: StandIn, partner: Partner, run: Run, told: Told
) -> None:
    wanted, page = placed(services)
    assert run("redeliver", "1001").exit_code == 1
    standin.pay(page)
    told("payments", "reconcile")
    notice = f"partner_notice:{wanted.id}"
    assert not services.effects.carry_out(notice)

    partner.status = 204
    assert told("redeliver", "1001") == {"number": "1001", "message_id": notice}
    assert services.effects.carry_out(notice)
    told("redeliver", "1001")
    assert services.effects.carry_out(notice)

    assert partner.heard == [notice] * 3
    shown = told("order", "1001")["partner"]
    assert (shown["message_id"], bool(shown["done_at"])) == (notice, True)
    assert [(one["status"], one["error"]) for one in shown["deliveries"]] == [(500, ""), (204, ""), (204, "")]
    assert shown["deliveries"][0]["answer"] == "so be it"
    assert "partner: 500 after" in run("order", "1001").output
