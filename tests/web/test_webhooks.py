"""Stripe's webhook over HTTP: stored once and answered, or refused with the reason and without a trace."""

from __future__ import annotations

import json
import time
from io import BytesIO
from typing import Any, cast

import pytest

from .shop import AwayStore, WebShop, signed

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "api_version": "2024-01-01",
    "livemode": False,
    "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
}
RUBBISH = [
    b"", b"{", b"null", b"[]", b"[[]]", b'"x"', b"1", b"{}", b"\xff\xfe", b'{"object": "event"}',
    b'{"object": "event", "id": {}, "type": [], "livemode": 1, "data": {"object": []}}',
    b'{"object": "event", "id": "evt", "type": "t", "livemode": 1, "data": null}',
    b'{"object": "v2.core.event", "id": "evt_1"}',
]  # fmt: skip


def inbox(shop: WebShop) -> list[str]:
    """Return the ids of every stored event."""
    return list(shop.parts.memory.tables["payment_events"])


def test_an_event_is_stored_and_a_worker_is_woken(shop: WebShop) -> None:
    answer = shop.deliver(EVENT)
    assert (answer.status_code, answer.data) == (204, b"")
    assert inbox(shop) == ["evt_1"]
    assert shop.queue == [("jobs.payments.handle_event", "evt_1")]
    assert shop.parts.memory.tables["payment_events"]["evt_1"].event.payload == EVENT


def test_a_second_delivery_is_answered_and_wakes_nobody(shop: WebShop) -> None:
    assert [shop.deliver(EVENT).status_code for _ in range(3)] == [204, 204, 204]
    assert shop.queue == [("jobs.payments.handle_event", "evt_1")]


def test_the_signature_is_over_the_raw_body(shop: WebShop) -> None:
    body = json.dumps(EVENT, indent=3).encode() + b"\n\n"
    form = {"Content-Type": "application/x-www-form-urlencoded", "Stripe-Signature": signed(body)}
    assert shop.client.post("/webhooks/stripe", data=body, headers=form).status_code == 204
    other = shop.deliver(body=body.replace(b"evt_1", b"evt_2"), signature=signed(body))
    assert other.status_code == 400
    assert inbox(shop) == ["evt_1"]


@pytest.mark.parametrize(
    "signature",
    ["", "x", "t=1", "v1=1", "t=x,v1=y", "t=1,v1=", "t=1,v1=ü", ",,,", "t=1,v0=1", "=", "t=" + "9" * 5000],
)
def test_a_wrong_signature_is_refused_with_the_reason(shop: WebShop, signature: str) -> None:
    body = json.dumps(EVENT).encode()
    headers = {"Stripe-Signature": signature} if signature else {}
    answer = shop.client.post("/webhooks/stripe", data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("The webhook was refused: ")
    assert (inbox(shop), shop.queue) == ([], [])


def test_an_old_or_foreign_signature_is_refused(shop: WebShop) -> None:
    body = json.dumps(EVENT).encode()
    old = shop.deliver(body=body, signature=signed(body, at=int(time.time()) - 3600))
    assert (old.status_code, "more than 300 seconds ago" in old.text) == (400, True)
    foreign = shop.deliver(body=body, signature=signed(body, "whsec_other"))
    assert (foreign.status_code, "none of the webhook secrets" in foreign.text) == (400, True)
    assert (inbox(shop), shop.queue) == ([], [])


@pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
def test_a_signed_body_that_is_no_event_is_refused(shop: WebShop, body: bytes) -> None:
    text = body if body != b"\xff\xfe" else b""
    answer = shop.deliver(body=body, signature=signed(text))
    assert answer.status_code == 400
    assert (inbox(shop), shop.queue) == ([], [])


def test_a_body_that_is_refused_for_its_size_is_taken_to_its_end(shop: WebShop) -> None:
    body = BytesIO(b"x" * (1024 * 1024 + 1))
    answer = shop.client.post("/webhooks/stripe", input_stream=body, content_length=1024 * 1024 + 1)
    assert answer.status_code == 413
    assert body.read() == b""


def test_a_body_larger_than_any_event_is_not_read(shop: WebShop) -> None:
    assert shop.deliver(body=b"x" * (1024 * 1024 + 1)).status_code == 413
    # One that announces no length is read up to there, so that its signature fails.
    body = b" " * (1024 * 1024) + json.dumps(EVENT).encode()
    answer = shop.client.post(
        "/webhooks/stripe",
        data=body,
        headers={"Stripe-Signature": signed(body), "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 400
    assert (inbox(shop), shop.queue) == ([], [])


def test_an_event_that_cannot_be_stored_is_asked_for_again(shop: WebShop) -> None:
    away: AwayStore = shop.without_database()
    answer = shop.deliver(EVENT)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert shop.queue == []
    assert away.asked == 1


def test_an_event_is_taken_while_redis_is_away(shop: WebShop) -> None:
    cast(Any, shop.services.queue).is_away = True
    assert shop.deliver(EVENT).status_code == 204
    assert inbox(shop) == ["evt_1"]
    assert shop.queue == []


def test_only_post_is_taken_and_no_origin_is_asked(shop: WebShop) -> None:
    assert shop.get("/webhooks/stripe").status_code == 405
    body = json.dumps(EVENT).encode()
    headers = {
        "Stripe-Signature": signed(body),
        "Sec-Fetch-Site": "cross-site",
        "Origin": "https://evil.example",
    }
    assert shop.client.post("/webhooks/stripe", data=body, headers=headers).status_code == 204
