"""Reconciling: whatever Stripe's lists know is settled without a single event, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.checkout.model import RefundRequest
from app.checkout.reconcile import FindingKind, Reconciliation
from app.orders.disputes import Dispute, DisputeState
from app.orders.model import Order, OrderState
from app.orders.refunds import RefundState
from app.payments.model import CheckoutSession, GatewayUnavailable, SessionStatus, StripeRefund
from tests.builders import NOON, Shop, usd
from tests.unit.checkout.waiting import effects_of, started

SINCE = NOON - timedelta(days=7)


def found(report: Reconciliation) -> list[tuple[FindingKind, str, str]]:
    """Return what was missed: kind, order, what became of it."""
    return [(one.kind, one.order, one.error or one.done) for one in report.findings]


def bought(shop: Shop) -> Order:
    """Return a paid order of two oak lamps, 98.00."""
    order = started(shop, LAMP_OAK=2)
    shop.checkout.settle(shop.gateway.pay(order.attempt.session_id).id)
    return shop.reread(order)


def disputed(**changes: object) -> Dispute:
    """Return a dispute of the first order's payment, opened at noon."""
    plain = Dispute(
        "du_1", "pi_cs_1", usd(9800), "fraudulent", DisputeState.NEEDS_RESPONSE, NOON, is_withdrawn=True
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_payment_that_nobody_has_told_of_is_settled_once(shop: Shop) -> None:
    order = started(shop, LAMP_OAK=2)
    shop.gateway.pay("cs_1")
    report = shop.checkout.reconcile(SINCE)
    assert found(report) == [(FindingKind.PAID, "1001", "the order is paid")]
    assert report.findings[0].found == "98.00 USD was paid, and the order is pending_payment"
    assert (shop.reread(order).state, shop.stock("LAMP-OAK")) == (OrderState.PAID, (8, 0))
    assert shop.checkout.reconcile(SINCE).findings == []
    assert shop.effect_ids == effects_of(order)
    # A page may have been opened before the window and paid within it.
    assert f"sessions since {SINCE - timedelta(minutes=35):%Y-%m-%d %H:%M}" in shop.gateway.asked


def test_an_expiry_gives_the_units_back_and_money_on_its_way_is_noted(shop: Shop) -> None:
    expired, waiting = started(shop, "ada", LAMP_OAK=2), started(shop, "bob", LAMP_OAK=1)
    shop.gateway.run_out("cs_1")
    shop.gateway.pay("cs_2", is_paid=False)
    report = shop.checkout.reconcile(SINCE)
    assert found(report) == [
        (FindingKind.PROCESSING, "1002", "the order is payment_processing"),
        (FindingKind.EXPIRED, "1001", "the order is cancelled"),
    ]
    assert shop.reread(expired).state is OrderState.CANCELLED
    assert shop.reread(waiting).state is OrderState.PAYMENT_PROCESSING
    assert shop.stock("LAMP-OAK") == (10, 1)
    assert shop.checkout.reconcile(SINCE).findings == []


def test_a_payment_page_whose_answer_was_lost_is_found_and_kept(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    order = started(shop, LAMP_OAK=1)
    assert order.attempt.session_id == ""
    assert found(shop.checkout.reconcile(SINCE)) == [
        (FindingKind.SESSION, "1001", "the order is pending_payment")
    ]
    assert shop.reread(order).attempt.session_id == "cs_1"


def test_a_refund_and_a_dispute_of_the_dashboard_are_found(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.put_refund(StripeRefund("re_9", "pi_cs_1", usd(800), RefundState.SUCCEEDED))
    shop.gateway.disputed["du_1"] = disputed()
    report = shop.checkout.reconcile(SINCE)
    assert found(report) == [
        (FindingKind.REFUND, "1001", "the order is partially_refunded"),
        (FindingKind.DISPUTE, "1001", "the order is partially_refunded"),
    ]
    assert (report.sessions, report.refunds, report.disputes) == (1, 1, 1)
    assert shop.reread(order).is_disputed
    assert shop.checkout.reconcile(SINCE).findings == []
    assert shop.stock("LAMP-OAK") == (8, 0)


def test_payment_refund_and_dispute_are_all_settled_in_one_go_with_webhooks_off(shop: Shop) -> None:
    order = started(shop, LAMP_OAK=2)
    shop.gateway.pay("cs_1")
    shop.gateway.put_refund(StripeRefund("re_9", "pi_cs_1", usd(800), RefundState.SUCCEEDED))
    shop.gateway.disputed["du_1"] = disputed(state=DisputeState.LOST)
    kinds = [kind for kind, _, _ in found(shop.checkout.reconcile(SINCE))]
    assert kinds == [FindingKind.PAID, FindingKind.REFUND, FindingKind.DISPUTE]
    settled = shop.reread(order)
    assert (settled.state, settled.disputes[0].state) == (
        OrderState.PARTIALLY_REFUNDED,
        DisputeState.LOST,
    )


def test_a_dry_run_says_the_same_and_changes_nothing(shop: Shop) -> None:
    order = started(shop, LAMP_OAK=2)
    shop.gateway.pay("cs_1")
    shop.gateway.put_refund(StripeRefund("re_9", "pi_cs_1", usd(800), RefundState.SUCCEEDED))
    shop.gateway.disputed["du_1"] = disputed()
    report = shop.checkout.reconcile(SINCE, is_dry=True)
    assert found(report) == [
        (FindingKind.PAID, "1001", ""),
        (FindingKind.REFUND, "1001", ""),
        (FindingKind.DISPUTE, "1001", ""),
    ]
    assert shop.reread(order) == order
    assert shop.effect_ids == []


def test_what_began_before_the_window_and_ended_within_it_is_found_too(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.refund_state = RefundState.PENDING
    refunded = shop.checkout.refund(order, RefundRequest(by="ada", amount=usd(800)))
    (made,) = shop.gateway.made.values()
    shop.gateway.older.add(made.id)
    old = disputed(opened_at=SINCE - timedelta(days=60))
    shop.gateway.disputed["du_1"] = old
    shop.checkout.follow_disputes("pi_cs_1")

    shop.gateway.put_refund(replace(made, state=RefundState.FAILED, error="account closed"))
    shop.gateway.disputed["du_1"] = replace(old, state=DisputeState.WON, is_withdrawn=False)
    report = shop.checkout.reconcile(SINCE)
    assert found(report) == [
        (FindingKind.REFUND, "1001", "the order is paid"),
        (FindingKind.DISPUTE, "1001", "the order is paid"),
    ]
    now = shop.reread(refunded)
    assert (now.refunds[0].state, now.disputes[0].state) == (RefundState.FAILED, DisputeState.WON)
    assert shop.pauses == 4
    assert shop.checkout.reconcile(SINCE).findings == []


def test_a_payment_of_an_order_that_is_not_there_is_said_and_makes_none(shop: Shop) -> None:
    bought(shop)
    session = shop.gateway.session("cs_1")
    assert session is not None
    shop.gateway.put(replace(session, id="cs_lost", order_id="ord_lost", payment_intent="pi_lost"))
    report = shop.checkout.reconcile(SINCE)
    assert [(one.kind, one.about, one.order) for one in report.failed] == [
        (FindingKind.UNKNOWN_ORDER, "cs_lost", "ord_lost")
    ]
    assert len(shop.orders.list()) == 1


def test_what_another_program_does_on_the_account_is_no_finding(shop: Shop) -> None:
    other = CheckoutSession("cs_x", SessionStatus.COMPLETE, True, "", usd(500), "", "pi_x", False)
    shop.gateway.put(other)
    shop.gateway.put_refund(StripeRefund("re_x", "pi_x", usd(500), RefundState.SUCCEEDED))
    shop.gateway.disputed["du_x"] = disputed(id="du_x", payment_intent="pi_x")
    report = shop.checkout.reconcile(SINCE)
    assert (report.findings, report.sessions, report.refunds, report.disputes) == ([], 1, 1, 1)
    assert shop.orders.list() == []


def test_one_that_cannot_be_settled_does_not_keep_the_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = started(shop, "ada", LAMP_OAK=2), started(shop, "bob", LAMP_OAK=1)
    for session in ("cs_1", "cs_2"):
        shop.gateway.pay(session)
    read = shop.gateway.session

    def falter(session_id: str) -> CheckoutSession | None:
        if session_id == "cs_2":
            raise GatewayUnavailable("reset")
        return read(session_id)

    monkeypatch.setattr(shop.gateway, "session", falter)
    report = shop.checkout.reconcile(SINCE)
    assert found(report) == [
        (FindingKind.PAID, "1002", "Stripe did not answer: reset"),
        (FindingKind.PAID, "1001", "the order is paid"),
    ]
    said = [record.message for record in caplog.records if record.name == "app.checkout.reconcile"]
    assert said == ["missed, and still open", "missed, and settled now"]
    assert (shop.reread(first).state, shop.reread(second).state) == (
        OrderState.PAID,
        OrderState.PENDING_PAYMENT,
    )


def test_while_stripe_is_away_it_says_so(shop: Shop) -> None:
    shop.gateway.is_away = True
    with pytest.raises(GatewayUnavailable):
        shop.checkout.reconcile(SINCE)
