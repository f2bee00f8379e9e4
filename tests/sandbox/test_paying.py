"""Paying on the hosted page: each test card with its documented outcome, and the events in Stripe's order."""

from __future__ import annotations

import pytest
import requests
import stripe

from app.sandbox.cards import TEST_CARDS

from .running import BUYER, Running, as_json

CREATED = ["payment_intent.created"]
PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
DECLINED = ["charge.failed", "payment_intent.payment_failed"]


def test_a_paid_session_leads_back_to_the_shop_and_tells_in_order(sandbox: Running) -> None:
    session = sandbox.open(metadata={"order_id": "1"}, payment_intent_data={"metadata": {"order_id": "1"}})
    answer = sandbox.pay(session)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://shop.test/orders/t?session_id={session.id}"
    assert sandbox.events() == CREATED + PAID
    paid = sandbox.read(session)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details is not None
    assert (paid.customer_details.email, paid.customer_details.name) == ("ann@example.com", "Ann Buyer")
    intent = as_json(paid)["payment_intent"]
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 2500)
    assert intent["metadata"] == intent["latest_charge"]["metadata"] == {"order_id": "1"}
    card = intent["latest_charge"]["payment_method_details"]["card"]
    assert (card["brand"], card["last4"], card["exp_month"], card["exp_year"]) == ("visa", "4242", 12, 2040)


def test_a_second_submit_pays_nothing_and_leads_to_the_same_place(sandbox: Running) -> None:
    session = sandbox.open()
    first, second = sandbox.pay(session), sandbox.pay(session)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert sandbox.events() == CREATED + PAID
    assert len(sandbox.v1.charges.list().data) == 1


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
        ("4000000000006975", "card_declined", "card_velocity_exceeded"),
        ("4000000000000341", "card_declined", "generic_decline"),
    ],
)
def test_a_declined_card_says_why_and_leaves_the_session_open(
    sandbox: Running, number: str, code: str, decline_code: str | None
) -> None:
    session = sandbox.open()
    answer = sandbox.pay(session, number)
    intent = as_json(sandbox.read(session))["payment_intent"]
    error = intent["last_payment_error"]
    assert answer.status_code == 402
    assert error["message"].replace("'", "&#39;") in answer.text
    assert (error["code"], error.get("decline_code")) == (code, decline_code)
    assert (intent["status"], intent["latest_charge"]["status"]) == ("requires_payment_method", "failed")
    assert sandbox.read(session).status == "open"
    assert sandbox.events() == CREATED + DECLINED
    assert sandbox.pay(session).status_code == 303
    assert sandbox.events() == CREATED + DECLINED + PAID
    assert as_json(sandbox.read(session))["payment_intent"]["id"] == intent["id"]


def decide(sandbox: Running, session: stripe.checkout.Session, decision: str) -> requests.Response:
    """Answer the bank's question."""
    url = f"{sandbox.url}/c/pay/{session.id}/authenticate"
    assert "Approve" in requests.get(url, timeout=10).text
    return requests.post(url, {"decision": decision}, allow_redirects=False, timeout=10)


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184", "4000000000003220"])
def test_a_card_that_must_be_approved_pays_once_it_is(sandbox: Running, number: str) -> None:
    session = sandbox.open()
    answer = sandbox.pay(session, number)
    assert answer.headers["Location"] == f"/c/pay/{session.id}/authenticate"
    assert as_json(sandbox.read(session))["payment_intent"]["status"] == "requires_action"
    assert sandbox.events() == [*CREATED, "payment_intent.requires_action"]
    assert decide(sandbox, session, "approve").headers["Location"].endswith(session.id)
    assert sandbox.events() == [*CREATED, "payment_intent.requires_action", *PAID]


def test_a_refused_approval_brings_the_form_back_with_the_reason(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.pay(session, "4000002760003184")
    assert decide(sandbox, session, "refuse").headers["Location"] == f"/c/pay/{session.id}"
    assert "unable to authenticate" in requests.get(session.url or "", timeout=10).text
    assert sandbox.read(session).status == "open"
    assert sandbox.events()[-1] == "payment_intent.payment_failed"
    url = f"{sandbox.url}/c/pay/{session.id}/authenticate"
    again = requests.post(url, {"decision": "approve"}, allow_redirects=False, timeout=10)
    assert again.headers["Location"] == f"/c/pay/{session.id}"
    assert sandbox.v1.charges.list().data == []


def test_a_card_can_be_approved_and_then_declined(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.pay(session, "4000008400001629")
    assert decide(sandbox, session, "approve").headers["Location"] == f"/c/pay/{session.id}"
    assert sandbox.events()[-2:] == DECLINED


@pytest.mark.parametrize(
    ("number", "reason", "status"),
    [
        ("4000000000000259", "fraudulent", "needs_response"),
        ("4000000000002685", "product_not_received", "needs_response"),
        ("4000000000001976", "fraudulent", "warning_needs_response"),
    ],
)
def test_a_dispute_card_is_paid_and_disputed(sandbox: Running, number: str, reason: str, status: str) -> None:
    session = sandbox.paid(number)
    dispute = sandbox.v1.disputes.list().data[0]
    assert (dispute.reason, dispute.status, dispute.amount) == (reason, status, 2500)
    assert as_json(session)["payment_intent"]["latest_charge"]["disputed"] is True
    withdrawn = [] if status.startswith("warning") else ["charge.dispute.funds_withdrawn"]
    assert sandbox.events() == [*CREATED, *PAID, "charge.dispute.created", *withdrawn]


def test_nothing_to_pay_needs_no_card(sandbox: Running) -> None:
    coupon = sandbox.v1.coupons.create({"percent_off": 100, "max_redemptions": 1})
    session = sandbox.open(discounts=[{"coupon": coupon.id}])
    assert "card_number" not in requests.get(session.url or "", timeout=10).text
    assert requests.post(
        session.url or "", {"email": "ann@example.com"}, allow_redirects=False, timeout=10
    ).status_code == 303  # fmt: skip
    done = sandbox.read(session)
    assert (done.status, done.payment_status, done.payment_intent) == (
        "complete",
        "no_payment_required",
        None,
    )
    assert sandbox.events() == ["coupon.created", "checkout.session.completed"]
    with pytest.raises(stripe.InvalidRequestError) as used_up:
        sandbox.open(discounts=[{"coupon": coupon.id}])
    assert used_up.value.code == "coupon_expired"


def test_every_test_card_is_a_possible_number() -> None:
    for number in TEST_CARDS:
        digits = [int(digit) for digit in reversed(number)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        assert (sum(digits[::2]) + sum(doubled)) % 10 == 0, number


@pytest.mark.parametrize("number", ["4111111111111111", "4242424242424241", "5500005555555559", "abc"])
def test_another_number_is_refused_and_never_kept(sandbox: Running, number: str) -> None:
    session = sandbox.open()
    answer = sandbox.pay(session, number)
    assert answer.status_code == 422
    assert "test cards only" in answer.text
    assert number not in answer.text
    assert sandbox.read(session).payment_intent is None
    assert sandbox.events() == []


def test_no_card_number_reaches_the_disk(sandbox: Running) -> None:
    for number in ("4242424242424242", "4000000000000002", "4000002760003184"):
        sandbox.pay(sandbox.open(), number)
    with sandbox.app.extensions["standin"].store.transaction() as tx:
        tables = ("objects", "deliveries", "timers", "idempotency", "faults", "settings")
        kept = "".join(str(tuple(row)) for name in tables for row in tx.execute(f"SELECT * FROM {name}"))  # noqa: S608
    assert "4242" in kept
    for secret in ("424242424242", "400000000000", "400000276000", f'"{BUYER["cvc"]}"'):
        assert secret not in kept
