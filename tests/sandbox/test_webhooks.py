"""Webhooks: signed, retried, and the same event until somebody takes it."""

from __future__ import annotations

import time

import pytest
import requests
import stripe

from app.sandbox.work import API_VERSION

from .running import Running, until

ALL = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def test_a_payment_is_told_with_signatures_the_sdk_accepts(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.pay(session)
    assert sandbox.courier.deliver_due() == 4
    assert sandbox.shop.types == ALL
    completed = sandbox.shop.heard[-1]
    assert (completed.api_version, completed.livemode, completed.pending_webhooks) == (API_VERSION, False, 1)
    assert completed.data.object["id"] == session.id
    assert completed.data.object["payment_status"] == "paid"
    assert sandbox.courier.deliver_due() == 0
    assert sandbox.v1.events.retrieve(completed.id).pending_webhooks == 0


@pytest.mark.parametrize("status", [500, 400, 302])
def test_what_is_not_taken_comes_again_as_the_same_event_with_a_new_signature(
    sandbox: Running, status: int
) -> None:
    sandbox.v1.checkout.sessions.expire(sandbox.open().id)
    sandbox.shop.answers = [status, status]
    # Moments far ahead of the machine's clock make the back-off exact, however slow the machine is.
    ahead = time.time() + 1000
    assert [sandbox.courier.deliver_due(ahead + wait) for wait in (0, 0.4)] == [1, 0]
    waiting = sandbox.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in waiting] == ["checkout.session.expired"]
    sandbox.later(2)
    assert [sandbox.courier.deliver_due(ahead + wait) for wait in (0.6, 1.5, 2, 9)] == [1, 0, 1, 0]
    assert len({event.id for event in sandbox.shop.heard}) == 1
    assert len(sandbox.shop.heard) == 3
    assert len(set(sandbox.shop.headers)) > 1
    assert sandbox.v1.events.list({"delivery_success": False}).data == []
    assert len(sandbox.v1.events.list({"delivery_success": True}).data) == 1


def test_a_shop_that_moved_gets_them_at_its_present_address(sandbox: Running) -> None:
    standin = sandbox.app.extensions["standin"]
    present, standin.webhook_url = standin.webhook_url, "http://127.0.0.1:9/closed"
    sandbox.v1.checkout.sessions.expire(sandbox.open().id)
    assert sandbox.courier.deliver_due() == 1
    assert sandbox.shop.heard == []
    standin.webhook_url = present
    assert sandbox.courier.deliver_due(time.time() + 60) == 1
    assert sandbox.shop.types == ["checkout.session.expired"]


def test_endpoints_made_by_api_hear_what_they_asked_for_under_their_own_secret(sandbox: Running) -> None:
    sandbox.app.extensions["standin"].webhook_url = None
    wanted: list[str] = ["checkout.session.completed"]
    endpoint = sandbox.v1.webhook_endpoints.create(
        {"url": sandbox.shop.url, "enabled_events": wanted, "api_version": API_VERSION}
    )
    assert endpoint.secret is not None
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in sandbox.v1.webhook_endpoints.retrieve(endpoint.id)
    sandbox.paid()
    with sandbox.app.extensions["standin"].store.transaction() as tx:
        rows = tx.execute("SELECT endpoint_id FROM deliveries").fetchall()
    assert [row["endpoint_id"] for row in rows] == [endpoint.id]
    sandbox.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    sandbox.paid()
    assert sandbox.v1.webhook_endpoints.delete(endpoint.id).deleted is True
    assert sandbox.courier.deliver_due() == 0


def test_events_can_be_found_by_type_and_time(sandbox: Running) -> None:
    sandbox.paid()
    assert sandbox.events(type="checkout.session.*") == ["checkout.session.completed"]
    assert sandbox.events(type="charge.succeeded") == ["charge.succeeded"]
    assert sandbox.events(types=["charge.succeeded", "payment_intent.created"]) == [
        "payment_intent.created", "charge.succeeded"
    ]  # fmt: skip
    assert sandbox.events(created={"gte": int(time.time()) - 60}) == ALL
    assert sandbox.events(created={"lt": int(time.time()) - 60}) == []


def test_an_event_names_the_request_that_caused_it(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "drop:1"})
    event = sandbox.v1.events.list().data[0]
    assert event.request is not None
    assert event.request.idempotency_key == "drop:1"
    assert str(event.request.id).startswith("req_")


def test_the_courier_works_by_itself_once_it_is_started(sandbox: Running) -> None:
    sandbox.courier.start()
    session = sandbox.open(expires_at=int(time.time()) + 31 * 60)
    sandbox.pay(sandbox.open())
    until(lambda: sandbox.shop.types == ALL)
    sandbox.later(32 * 60)
    until(lambda: sandbox.shop.types == [*ALL, "checkout.session.expired"])
    assert sandbox.shop.heard[-1].data.object["id"] == session.id
    sandbox.courier.stop()


def test_a_wrong_secret_is_noticed(sandbox: Running) -> None:
    sandbox.v1.checkout.sessions.expire(sandbox.open().id)
    sandbox.courier.deliver_due()
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event("{}", sandbox.shop.headers[0], "whsec_of_somebody_else")
    assert requests.get(f"{sandbox.url}/_sandbox/faults", timeout=10).json()["pending_deliveries"] == 0
