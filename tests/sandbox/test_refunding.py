"""Refunds and disputes: never more than was paid, and all that can come later."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from .running import Running, as_json
from .test_shapes import faults_of


def intent_of(session: Any) -> str:
    """Return the payment behind a session that was read with it."""
    return str(session.payment_intent.id)


def test_parts_are_refunded_until_nothing_is_left(sandbox: Running) -> None:
    intent = intent_of(sandbox.paid())
    first = sandbox.v1.refunds.create({"payment_intent": intent, "amount": 1000, "metadata": {"row": "1"}})
    assert (first.status, first.amount, first.currency) == ("succeeded", 1000, "usd")
    with pytest.raises(
        stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(USD 15.00"
    ):
        sandbox.v1.refunds.create({"payment_intent": intent, "amount": 1501})
    rest = sandbox.v1.refunds.create({"charge": str(first.charge)})
    assert rest.amount == 1500
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"
    charge = sandbox.v1.charges.retrieve(str(first.charge), {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (2500, True)
    assert charge.refunds is not None
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    listed = sandbox.v1.refunds.list({"payment_intent": intent}).data
    assert [refund.id for refund in listed] == [rest.id, first.id]
    assert (
        sandbox.events(types=["refund.created", "charge.refunded"])
        == ["refund.created", "charge.refunded"] * 2
    )


def test_what_was_not_paid_cannot_be_refunded(sandbox: Running) -> None:
    session = sandbox.open()
    sandbox.pay(session, "4000000000000002")
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        sandbox.v1.refunds.create({"payment_intent": intent_of(sandbox.read(session))})
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        sandbox.v1.refunds.create({"amount": 5})
    assert sandbox.v1.refunds.list().data == []


def test_a_refund_can_take_its_time(sandbox: Running) -> None:
    refund = sandbox.v1.refunds.create({"payment_intent": intent_of(sandbox.paid("4000000000007726"))})
    assert refund.status == "pending"
    sandbox.later(60)
    assert sandbox.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert sandbox.events()[-2:] == ["refund.updated", "charge.refund.updated"]
    assert "refund.failed" not in sandbox.events()


def test_a_refund_can_fail_later_and_the_money_is_back(sandbox: Running) -> None:
    refund = sandbox.v1.refunds.create({"payment_intent": intent_of(sandbox.paid("4000000000005126"))})
    assert refund.status == "succeeded"
    sandbox.later(60)
    failed = sandbox.v1.refunds.retrieve(refund.id, {"expand": ["charge"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert as_json(failed)["charge"]["amount_refunded"] == 0
    assert sandbox.events()[-4:] == [
        "refund.failed", "charge.updated", "refund.updated", "charge.refund.updated"
    ]  # fmt: skip
    assert sandbox.v1.refunds.create({"charge": as_json(failed)["charge"]["id"]}).amount == 2500


def test_a_disputed_charge_is_not_refunded_but_an_inquiry_is(sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.v1.refunds.create({"payment_intent": intent_of(sandbox.paid("4000000000000259"))})
    assert refused.value.code == "charge_disputed"
    inquiry = intent_of(sandbox.paid("4000000000001976"))
    assert sandbox.v1.refunds.create({"payment_intent": inquiry}).status == "succeeded"


@pytest.mark.parametrize(
    ("outcome", "tail"),
    [
        ("won", ["charge.dispute.closed", "charge.dispute.funds_reinstated"]),
        ("lost", ["charge.dispute.closed"]),
    ],
)
def test_a_dispute_opens_and_closes_on_demand(sandbox: Running, outcome: str, tail: list[str]) -> None:
    session = sandbox.paid()
    sandbox.fault(fault="open_dispute", target=session.id, reason="product_not_received")
    dispute = sandbox.v1.disputes.list({"payment_intent": intent_of(session)}).data[0]
    assert (dispute.reason, dispute.status) == ("product_not_received", "needs_response")
    sandbox.fault(fault="close_dispute", target=dispute.id, outcome=outcome)
    assert sandbox.v1.disputes.retrieve(dispute.id).status == outcome
    assert sandbox.events()[-len(tail) :] == tail


def test_a_dispute_is_answered_and_its_money_is_an_entry_of_the_balance(sandbox: Running) -> None:
    session = sandbox.paid()
    sandbox.fault(fault="open_dispute", target=session.id, inquiry=True)
    dispute = sandbox.v1.disputes.list().data[0]
    assert dispute.balance_transactions == []
    for name in ("escalate_dispute", "answer_dispute"):
        sandbox.fault(fault=name, target=dispute.id)
    answered = sandbox.v1.disputes.retrieve(dispute.id)
    assert (answered.status, answered.evidence_details.has_evidence) == ("under_review", True)
    assert [entry.amount for entry in answered.balance_transactions] == [-2500]
    assert [faults_of(stripe.BalanceTransaction, entry) for entry in answered.balance_transactions] == [[]]
    assert sandbox.events()[-4:] == [
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
    ]
    again = requests.post(
        f"{sandbox.url}/_sandbox/faults", json={"fault": "escalate_dispute", "target": dispute.id}, timeout=10
    )
    assert (again.status_code, "waits for no answer" in again.text) == (400, True)
