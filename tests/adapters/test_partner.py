"""Notices to a partner: signed, told once more under the same id, never to a private door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from app.adapters.partner import SignedPartner
from app.effects.letters import PartnerRefused
from app.effects.model import Effect, EffectKind
from app.errors import InvalidValue
from tests.adapters.orders import PAID, paid_order

KEY = b"a key of the partner"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
EFFECT = Effect.due(EffectKind.PARTNER_NOTICE, "ord_1", PAID)


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return noon."""
        return datetime(2026, 11, 24, 12, tzinfo=UTC)


class PartnerServer(HTTPServer):
    """A partner that answers as told, and keeps what it heard."""

    status = 200
    answer = b""
    heard: list[tuple[str, dict[str, str], bytes]]


class Ear(BaseHTTPRequestHandler):
    """Hears one notice."""

    server: PartnerServer

    def do_POST(self) -> None:  # noqa: N802 - the standard library's name
        """Keep the notice and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def partner() -> Iterator[PartnerServer]:
    """A partner on loopback."""
    server = PartnerServer(("127.0.0.1", 0), Ear)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def teller(server: PartnerServer) -> SignedPartner:
    """Return what tells the partner in development."""
    return SignedPartner(
        f"http://127.0.0.1:{server.server_port}/hook?shop=1", SECRET, Noon(), is_production=False
    )


def test_a_notice_is_signed_and_names_what_was_bought(partner: PartnerServer) -> None:
    teller(partner).notify(EFFECT, paid_order())
    [(path, headers, body)] = partner.heard
    assert path == "/hook?shop=1"
    assert headers["webhook-id"] == "partner_notice:ord_1"
    assert headers["webhook-timestamp"] == "1795521600"
    expected = hmac.new(KEY, b"partner_notice:ord_1.1795521600." + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    told = json.loads(body)
    assert told["type"] == "order.paid"
    assert told["timestamp"] == "2026-11-24T14:35:00.000Z"
    assert told["data"]["number"] == "1001"
    assert told["data"]["total"] == 6350
    assert told["data"]["currency"] == "USD"
    assert told["data"]["shipping"]["city"] == "Berlin"
    assert [(line["sku"], line["quantity"], line["unit_price"]) for line in told["data"]["lines"]] == [
        ("LAMP-OAK", 2, 2550),
        ("POSTER", 1, 1250),
    ]


def test_the_attempt_is_told_with_status_duration_and_the_beginning_of_the_answer(
    partner: PartnerServer,
) -> None:
    partner.answer = "schön, \x1b[31mnotiert\n".encode() + b"x" * 5000
    delivery = teller(partner).notify(EFFECT, paid_order())
    assert (delivery.at, delivery.status, delivery.error) == (Noon().now(), 200, "")
    assert 0 <= delivery.duration_ms < 10_000
    assert delivery.answer.startswith("schön,  [31mnotiert xxx")
    assert len(delivery.answer) == 200
    assert delivery.is_confirmed


def test_a_refusal_carries_its_attempt_too(partner: PartnerServer) -> None:
    partner.status, partner.answer = 503, b"we are moving \xff"
    with pytest.raises(PartnerRefused) as refused:
        teller(partner).notify(EFFECT, paid_order())
    delivery = refused.value.delivery
    assert delivery is not None
    assert (delivery.status, delivery.answer, delivery.is_confirmed) == (503, "we are moving \ufffd", False)


def test_a_partner_that_is_away_leaves_an_attempt_without_an_answer() -> None:
    with pytest.raises(PartnerRefused) as refused:
        SignedPartner("http://127.0.0.1:9/", SECRET, Noon(), is_production=False).notify(EFFECT, paid_order())
    delivery = refused.value.delivery
    assert delivery is not None
    assert (delivery.status, delivery.answer) == (0, "")
    assert "127.0.0.1" in delivery.error


def test_a_notice_opens_no_order_page(partner: PartnerServer) -> None:
    teller(partner).notify(EFFECT, paid_order(token="opens-everything", cart_id="cart-digest"))
    body = partner.heard[0][2]
    assert b"opens-everything" not in body
    assert b"cart-digest" not in body


@pytest.mark.parametrize("status", [302, 400, 410, 500])
def test_only_a_confirmation_counts_and_redirects_are_not_followed(
    partner: PartnerServer, status: int
) -> None:
    partner.status = status
    with pytest.raises(PartnerRefused, match=f"answered {status}"):
        teller(partner).notify(EFFECT, paid_order())
    assert [path for path, _, _ in partner.heard] == ["/hook?shop=1"]


def test_a_partner_that_is_away_is_an_error_that_names_it() -> None:
    with pytest.raises(PartnerRefused, match="127.0.0.1"):
        SignedPartner("http://127.0.0.1:9/", SECRET, Noon(), is_production=False).notify(EFFECT, paid_order())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_production_knocks_at_no_private_door(host: str) -> None:
    guarded = SignedPartner(f"https://{host}/", SECRET, Noon(), is_production=True)
    with pytest.raises(PartnerRefused, match="no public address"):
        guarded.notify(EFFECT, paid_order())


def test_production_tells_nothing_in_the_clear() -> None:
    with pytest.raises(InvalidValue, match="VITRINE_PARTNER_URL"):
        SignedPartner("http://partner.example/", SECRET, Noon(), is_production=True)


def test_a_secret_that_is_no_base64_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidValue) as refusal:
        SignedPartner("https://partner.example/", "whsec_%%%", Noon(), is_production=False)
    assert "%%%" not in str(refusal.value)
