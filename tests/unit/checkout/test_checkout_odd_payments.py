"""Payments that come late, twice, wrong, out of order, or for nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.checkout.model import UnknownOrder
from app.inventory.model import ReservationState
from app.money import Money
from app.orders.model import Order, OrderState
from app.orders.refunds import RefundCause, RefundState
from app.payments.model import SessionStatus
from tests.builders import Shop, notes, usd
from tests.unit.checkout.waiting import effects_of, nothing_was_sold, started


def test_an_expiry_that_comes_after_the_payment_changes_nothing(shop: Shop) -> None:
    order = started(shop)
    session = shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    shop.settle.apply(order, replace(session, status=SessionStatus.EXPIRED, is_paid=False))
    shop.settle.apply(shop.reread(order), replace(session, status=SessionStatus.EXPIRED, is_paid=False))
    assert shop.reread(order).state is OrderState.PAID
    assert shop.stock("LAMP-OAK") == (8, 0)


def test_the_end_of_another_session_does_not_end_an_order_that_can_still_be_paid(shop: Shop) -> None:
    order = started(shop)
    other = shop.gateway.session("cs_1")
    assert other is not None
    shop.gateway.put(replace(other, id="cs_9", status=SessionStatus.EXPIRED))
    shop.checkout.settle("cs_9")
    assert shop.reread(order) == order
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_money_on_its_way_keeps_the_units_until_it_is_there(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", is_paid=False)
    for _ in range(2):
        shop.checkout.settle("cs_1")
    waiting = shop.reread(order)
    assert (waiting.state, waiting.payments) == (OrderState.PAYMENT_PROCESSING, ())
    assert notes(waiting) == ["placed; units held", "payment is on its way"]
    assert shop.stock("LAMP-OAK") == (10, 2)
    assert nothing_was_sold(shop)
    shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    assert shop.reread(order).state is OrderState.PAID
    assert shop.stock("LAMP-OAK") == (8, 0)


@pytest.mark.parametrize(
    "is_noted", [True, False], ids=["noted as on its way", "heard of for the first time"]
)
def test_money_that_will_never_come_gives_the_units_back_once(shop: Shop, is_noted: bool) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", is_paid=False)
    if is_noted:
        shop.checkout.settle("cs_1")
    shop.gateway.fail("cs_1")
    for _ in range(2):
        shop.checkout.settle("cs_1")
    ended = shop.reread(order)
    assert (ended.state, ended.payments) == (OrderState.CANCELLED, ())
    assert notes(ended)[-1] == "cancelled: the payment failed"
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert [kind for kind, _, _ in shop.movements("LAMP-OAK")] == ["hold", "release"]
    assert nothing_was_sold(shop)


def test_the_sweep_finds_money_that_will_never_come(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", is_paid=False)
    shop.checkout.settle("cs_1")
    shop.gateway.fail("cs_1")
    shop.clock.turn(minutes=41)
    shop.checkout.sweep()
    assert shop.reread(order).state is OrderState.CANCELLED
    assert shop.stock("LAMP-OAK") == (10, 0)


def late_payment(shop: Shop) -> Order:
    """Return an order for the last ash lamp: given up, and paid all the same."""
    order = started(shop, LAMP_ASH=1)
    session = shop.gateway.run_out("cs_1")
    shop.checkout.settle(session.id)
    shop.gateway.pay("cs_1")
    return order


def test_an_order_paid_after_its_hold_had_lapsed_takes_the_units_again(shop: Shop) -> None:
    order = late_payment(shop)
    shop.checkout.settle("cs_1")
    paid = shop.reread(order)
    assert (paid.state, len(paid.payments)) == (OrderState.PAID, 1)
    assert notes(paid)[-2:] == ["cancelled: the payment page expired", "paid"]
    assert shop.movements("LAMP-ASH") == [
        ("hold", 0, 1),
        ("release", 0, -1),
        ("hold", 0, 1),
        ("sale", -1, -1),
    ]
    assert shop.stock("LAMP-ASH") == (0, 0)
    assert shop.reservation(order).state is ReservationState.SOLD
    assert shop.effect_ids == effects_of(order)
    assert shop.books_are_closed()


def test_money_for_units_that_others_have_by_now_goes_back_by_itself(shop: Shop) -> None:
    order = late_payment(shop)
    faster = started(shop, "grace", LAMP_ASH=1)
    for _ in range(2):
        shop.checkout.settle("cs_1")
    returned = shop.reread(order)
    assert (returned.state, len(returned.payments), returned.paid_at) == (OrderState.REFUNDED, 1, None)
    (refund,) = returned.refunds
    assert (refund.state, refund.cause, refund.amount, refund.payment_intent) == (
        RefundState.SUCCEEDED,
        RefundCause.LATE_PAYMENT,
        usd(5400),
        "pi_cs_1",
    )
    assert notes(returned)[-3:] == [
        "paid after its hold had lapsed, and LAMP-ASH is gone",
        "refund of 54.00 USD requested: paid after its hold had lapsed, and LAMP-ASH is gone",
        "54.00 USD refunded",
    ]
    # The shopper is told the truth, and nothing else happens: no receipt, no invoice.
    assert shop.effect_ids == [f"refund_notice:{refund.id}"]
    assert shop.gateway.asked.count(f"refund {refund.id}") == 1
    assert shop.stock("LAMP-ASH") == (1, 1)
    assert shop.reservation(faster).state is ReservationState.HELD
    assert shop.reservation(order).state is ReservationState.RELEASED
    assert shop.books_are_closed()


def test_late_money_that_stripe_will_not_give_back_waits_for_a_person(shop: Shop) -> None:
    order = late_payment(shop)
    started(shop, "grace", LAMP_ASH=1)
    shop.gateway.refuses = "the balance is too low"
    shop.checkout.settle("cs_1")
    review = shop.reread(order)
    assert (review.state, review.refunds[0].state) == (OrderState.PAYMENT_REVIEW, RefundState.FAILED)
    assert notes(review)[-1] == "refund of 54.00 USD failed: the balance is too low"
    assert nothing_was_sold(shop)


@pytest.mark.parametrize(
    ("total", "fault"),
    [
        (usd(9799), "97.99 USD arrived, 98.00 is due"),
        (usd(9801), "98.01 USD arrived, 98.00 is due"),
        (Money(9800, "EUR"), "98.00 EUR arrived, 98.00 is due"),
    ],
)
def test_a_wrong_amount_needs_review_and_the_units_stay(shop: Shop, total: Money, fault: str) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", total)
    for _ in range(2):
        shop.checkout.settle("cs_1")
    review = shop.reread(order)
    assert review.state is OrderState.PAYMENT_REVIEW
    assert [payment.amount for payment in review.payments] == [total]
    assert notes(review) == ["placed; units held", f"needs review: {fault}"]
    assert (review.paid_at, review.email) == (None, "ada@mail.example")
    assert shop.stock("LAMP-OAK") == (10, 2)
    assert shop.reservation(order).state is ReservationState.HELD
    assert nothing_was_sold(shop)


@pytest.mark.parametrize("is_live_shop", [False, True])
def test_test_money_and_live_money_do_not_mix(is_live_shop: bool) -> None:
    shop = Shop(livemode=is_live_shop)
    order = started(shop)
    shop.gateway.pay("cs_1", livemode=not is_live_shop)
    shop.checkout.settle("cs_1")
    assert shop.reread(order).state is OrderState.PAYMENT_REVIEW
    assert nothing_was_sold(shop)


def test_a_live_shop_takes_live_money() -> None:
    shop = Shop(livemode=True)
    order = started(shop)
    shop.gateway.pay("cs_1", livemode=True)
    shop.checkout.settle("cs_1")
    assert shop.reread(order).state is OrderState.PAID


def test_a_second_payment_is_noted_once_sells_nothing_and_goes_back_by_itself(shop: Shop) -> None:
    order = started(shop)
    session = shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    paid_at = shop.reread(order).paid_at
    shop.clock.turn(minutes=5)
    shop.gateway.put(replace(session, id="cs_9", payment_intent="pi_9", email="eve@mail.example"))
    for _ in range(2):
        shop.checkout.settle("cs_9")
    paid = shop.reread(order)
    assert (paid.state, paid.paid_at, paid.email) == (OrderState.PAID, paid_at, "ada@mail.example")
    assert [payment.session_id for payment in paid.payments] == ["cs_1", "cs_9"]
    (refund,) = paid.refunds
    assert (refund.payment_intent, refund.amount, refund.cause) == (
        "pi_9",
        usd(9800),
        RefundCause.SECOND_PAYMENT,
    )
    assert notes(paid)[1:] == [
        "paid",
        "the order was paid before",
        "refund of 98.00 USD requested: the order was paid before",
        "98.00 USD refunded",
    ]
    assert shop.effect_ids == [*effects_of(order), f"refund_notice:{refund.id}"]
    assert shop.stock("LAMP-OAK") == (8, 0)


def test_two_payments_at_once_make_one_sale_and_one_note(shop: Shop) -> None:
    order = started(shop)
    session = shop.gateway.pay("cs_1")
    shop.settle.apply(order, session)
    shop.settle.apply(order, replace(session, id="cs_9"))
    assert [payment.session_id for payment in shop.reread(order).payments] == ["cs_1", "cs_9"]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]


def test_a_payment_that_races_with_a_cancellation_is_a_sale(shop: Shop) -> None:
    order = started(shop)
    session = shop.gateway.pay("cs_1")
    shop.settle.apply(order, replace(session, status=SessionStatus.EXPIRED, is_paid=False))
    assert shop.reread(order).state is OrderState.CANCELLED
    shop.settle.apply(order, session)
    assert shop.reread(order).state is OrderState.PAID
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.books_are_closed()


def test_a_session_that_nobody_noted_is_found_by_its_order_and_noted(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    order = started(shop)
    assert order.attempt.is_unknown
    shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    paid = shop.reread(order)
    assert (paid.state, paid.attempt.session_id) == (OrderState.PAID, "cs_1")


def test_a_session_without_metadata_is_found_by_what_was_noted(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.put(replace(shop.gateway.pay("cs_1"), order_id=""))
    shop.checkout.settle("cs_1")
    assert shop.reread(order).state is OrderState.PAID


@pytest.mark.parametrize("order_id", ["", "ord_of_another_shop"])
def test_a_session_of_no_order_of_ours_is_an_error_and_makes_none(shop: Shop, order_id: str) -> None:
    started(shop)
    other = shop.gateway.session("cs_1")
    assert other is not None
    shop.gateway.put(
        replace(other, id="cs_9", order_id=order_id, status=SessionStatus.COMPLETE, is_paid=True)
    )
    with pytest.raises(UnknownOrder) as unknown:
        shop.checkout.settle("cs_9")
    assert (unknown.value.session_id, unknown.value.order_id) == ("cs_9", order_id)
    assert len(shop.memory.tables["orders"]) == 1
    assert nothing_was_sold(shop)


def test_a_session_that_stripe_does_not_know_settles_nothing(shop: Shop) -> None:
    assert shop.checkout.settle("cs_forged") is None
