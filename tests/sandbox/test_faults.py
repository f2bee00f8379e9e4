"""Faults on demand, each seen from where a shop would see it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
import stripe

from .running import KEYS, Running

EXPIRED = "checkout.session.expired"


def expire(sandbox: Running, count: int) -> list[str]:
    """Let sessions expire, which is one event each; return their ids."""
    made = [sandbox.open().id for _ in range(count)]
    for identifier in made:
        sandbox.v1.checkout.sessions.expire(identifier)
    return made


def told(sandbox: Running) -> list[str]:
    """Return which sessions the shop was told about, in order."""
    return [event.data.object["id"] for event in sandbox.shop.heard]


def test_the_next_webhooks_are_sent_twice(sandbox: Running) -> None:
    sandbox.fault(fault="duplicate_webhooks", times=1)
    first, second = expire(sandbox, 2)
    sandbox.courier.deliver_due()
    assert told(sandbox) == [first, first, second]
    assert sandbox.shop.heard[0].id == sandbox.shop.heard[1].id


def test_the_next_webhooks_are_late(sandbox: Running) -> None:
    sandbox.fault(fault="delay_webhooks", times=1, seconds=30, events="checkout.session.*")
    late, punctual = expire(sandbox, 2)
    sandbox.courier.deliver_due()
    assert told(sandbox) == [punctual]
    sandbox.courier.deliver_due(time.time() + 31)
    assert told(sandbox) == [punctual, late]


def test_the_next_webhooks_come_in_reverse(sandbox: Running) -> None:
    sandbox.fault(fault="reorder_webhooks", times=3, seconds=20)
    made = expire(sandbox, 3)
    sandbox.courier.deliver_due()
    assert told(sandbox) == []
    sandbox.courier.deliver_due(time.time() + 21)
    assert told(sandbox) == made[::-1]


def test_the_next_webhooks_are_dropped_but_can_be_found(sandbox: Running) -> None:
    sandbox.fault(fault="drop_webhooks", times=1, events=EXPIRED)
    lost, heard = expire(sandbox, 2)
    sandbox.courier.deliver_due(time.time() + 3600)
    assert told(sandbox) == [heard]
    missed = sandbox.v1.events.list({"delivery_success": False}).data
    assert [event.data.object["id"] for event in missed] == [lost]


def test_an_event_can_carry_an_old_version(sandbox: Running) -> None:
    sandbox.fault(fault="old_api_version", times=1)
    expire(sandbox, 2)
    versions = [event.api_version for event in sandbox.v1.events.list().data]
    assert versions == ["2026-10-28.endive", "2025-03-31.basil"]


CREATE = {"path": "/v1/checkout/sessions", "method": "POST"}


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("answer_500", 500, stripe.APIError),
        ("answer_409", 409, stripe.APIError),
        ("answer_429", 429, stripe.RateLimitError),
    ],
)
def test_a_request_fails_before_its_effect_and_the_key_stays_free(
    sandbox: Running, fault: str, status: int, kind: type[stripe.StripeError]
) -> None:
    sandbox.fault(fault=fault, times=2, **CREATE)
    for _ in range(2):
        assert sandbox.v1.checkout.sessions.list().data == []
        with pytest.raises(kind) as failed:
            sandbox.open(key="k")
        assert failed.value.http_status == status
    assert sandbox.open(key="k").last_response.headers.get("Idempotent-Replayed") is None


def test_the_sdks_own_retries_outlast_failures(sandbox: Running) -> None:
    sandbox.fault(faults=[{"fault": "reset", **CREATE}, {"fault": "answer_500", **CREATE}])
    patient = stripe.StripeClient(KEYS.secret_key, base_addresses={"api": sandbox.url}, max_network_retries=2)
    sandbox.v1 = patient.v1
    assert sandbox.open(key="k").status == "open"
    assert len(sandbox.v1.checkout.sessions.list().data) == 1


def test_a_500_after_the_effect_is_replayed_and_the_effect_can_be_found(sandbox: Running) -> None:
    sandbox.fault(fault="answer_500", when="after", **CREATE)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            sandbox.open(key="k")
        assert failed.value.http_status == 500
    assert len(sandbox.v1.checkout.sessions.list().data) == 1


def test_a_500_can_be_kept_without_an_effect_or_not_kept_after_one(sandbox: Running) -> None:
    sandbox.fault(fault="answer_500", stored=True, **CREATE)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            sandbox.open(key="a")
    assert sandbox.v1.checkout.sessions.list().data == []
    sandbox.fault(fault="answer_500", when="after", stored=False, **CREATE)
    with pytest.raises(stripe.APIError):
        sandbox.open(key="b")
    assert sandbox.open(key="b").last_response.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(("when", "effects", "replayed"), [("before", 0, None), ("after", 1, "true")])
def test_the_connection_is_reset_before_or_after_the_effect(
    sandbox: Running, when: str, effects: int, replayed: str | None
) -> None:
    sandbox.fault(fault="reset", when=when, **CREATE)
    with pytest.raises(stripe.APIConnectionError) as failed:
        sandbox.open(key="k")
    assert "reset by peer" in str(failed.value)
    assert len(sandbox.v1.checkout.sessions.list().data) == effects
    assert sandbox.open(key="k").last_response.headers.get("Idempotent-Replayed") == replayed
    assert len(sandbox.v1.checkout.sessions.list().data) == 1


def test_the_shoppers_payment_can_lose_its_answer(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.fault(fault="reset", when="after", path="/c/pay/*", method="POST")
    with pytest.raises(requests.ConnectionError):
        sandbox.pay(session)
    assert sandbox.read(session).payment_status == "paid"


def test_an_answer_can_come_late(sandbox: Running) -> None:
    sandbox.fault(fault="stall", when="after", seconds=0.3, **CREATE)
    began = time.monotonic()
    assert sandbox.open().status == "open"
    assert time.monotonic() - began >= 0.3


def test_a_path_means_what_lies_below_it_and_a_pattern_what_it_matches(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.fault(fault="answer_429", path="/v1/checkout/sessions/*/expire")
    assert sandbox.read(session).status == "open"
    with pytest.raises(stripe.RateLimitError):
        sandbox.v1.checkout.sessions.expire(session.id)
    sandbox.fault(fault="answer_429", path="/v1/checkout")
    assert sandbox.v1.coupons.list().data == []
    with pytest.raises(stripe.RateLimitError):
        sandbox.v1.checkout.sessions.expire(session.id)
    assert sandbox.v1.checkout.sessions.expire(session.id).status == "expired"


@pytest.mark.parametrize(
    ("outcome", "status", "payment_status", "tail"),
    [
        ("succeed", "succeeded", "paid",
         ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"]),
        ("fail", "requires_payment_method", "unpaid",
         ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("by_hand", [False, True])
def test_a_payment_settles_later(
    sandbox: Running, outcome: str, status: str, payment_status: str, tail: list[str], by_hand: bool
) -> None:
    sandbox.fault(fault="async_payment", outcome=outcome, seconds=-1 if by_hand else 5)
    session = sandbox.paid()
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert session.payment_intent.status == "processing"
    head = [
        "payment_intent.created",
        "payment_intent.processing",
        "charge.pending",
        "checkout.session.completed",
    ]
    assert sandbox.events() == head
    if by_hand:
        sandbox.fault(fault="settle_payment", target=session.id, outcome=outcome)
    else:
        sandbox.later(6)
    settled = sandbox.read(session)
    assert (settled.status, settled.payment_status) == ("complete", payment_status)
    assert settled.payment_intent.status == status
    assert sandbox.events() == head + tail
    assert sandbox.paid().payment_status == "paid"


@pytest.mark.parametrize("starts", ["succeeded", "pending"])
def test_the_next_refund_fails(sandbox: Running, starts: str) -> None:
    intent = sandbox.paid().payment_intent
    sandbox.fault(fault="fail_refund", starts=starts, seconds=5)
    refund = sandbox.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    assert refund.status == starts
    sandbox.later(6)
    assert sandbox.v1.refunds.retrieve(refund.id).status == "failed"
    fine = sandbox.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    sandbox.fault(fault="refund_failed", target=fine.id)
    assert sandbox.v1.refunds.retrieve(fine.id).status == "failed"


def test_the_clock_can_be_moved(sandbox: Running) -> None:
    state = sandbox.fault(fault="clock_offset", seconds=86_400)
    assert state["clock_offset_seconds"] == 86_400
    assert abs(sandbox.open(expires_at=None).created - time.time() - 86_400) < 60
    assert (
        requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=10).json()["clock_offset_seconds"] == 86_400
    )


WRONG: list[tuple[Any, str]] = [
    ({"fault": "explode"}, "There is no fault 'explode'"),
    ({"fault": "drop_webhooks", "time": 2}, "has no option 'time'"),
    ({"fault": "drop_webhooks", "times": 0}, "cannot be 0"),
    ({"fault": "reset", "when": "during"}, "one of: before, after"),
    ({"fault": "answer_429", "when": "after"}, "one of: before"),
    ({"fault": "open_dispute"}, "needs a target"),
    ({"fault": "open_dispute", "target": "pi_none"}, "No such payment_intent: 'pi_none'"),
    ({"faults": [{"fault": "drop_webhooks"}, {"fault": "explode"}]}, "There is no fault 'explode'"),
    ([], "Send JSON"),
    ({"clear": "x"}, "true, for all of them"),
]


@pytest.mark.parametrize(("wish", "words"), WRONG)
def test_a_wrong_wish_is_refused_with_what_is_known(sandbox: Running, wish: Any, words: str) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/faults", json=wish, timeout=10)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]
    assert "reorder_webhooks" in answer.json()["known"]
    assert requests.get(f"{sandbox.url}/_sandbox/faults", timeout=10).json()["faults"] == []


def test_what_is_armed_is_shown_used_up_and_cleared(sandbox: Running) -> None:
    state = sandbox.fault(fault="drop_webhooks", times=2)
    assert state["faults"] == [{"id": state["armed"][0], "fault": "drop_webhooks", "times": 2, "events": "*"}]
    expire(sandbox, 1)
    seen = requests.get(f"{sandbox.url}/_sandbox/faults", timeout=10)
    assert [fault["times"] for fault in seen.json()["faults"]] == [1]
    html = requests.get(f"{sandbox.url}/_sandbox/faults", headers={"Accept": "text/html"}, timeout=10)
    assert html.headers["Content-Type"].startswith("text/html")
    assert "reorder_webhooks" in html.text
    assert sandbox.fault(clear=True)["faults"] == []
