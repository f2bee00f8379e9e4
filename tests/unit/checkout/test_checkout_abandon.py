"""Ending an order before its time: its session first, then its units; and the sweep for what is left."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from app.checkout.model import PaymentPending
from app.money import Money
from app.orders.model import Order, OrderState
from app.payments.model import CheckoutSession, GatewayUnavailable
from tests.builders import Shop, notes, usd


def started(shop: Shop, shopper: str = "ada") -> Order:
    """Return an order for two lamps that waits for its money."""
    return shop.start(shop.cart(shopper, LAMP_OAK=2)).order


def test_the_session_is_ended_before_the_units_are_given_back(shop: Shop) -> None:
    order = started(shop)
    ended = shop.checkout.abandon(order, "cancelled by staff", by="grace")
    assert ended == shop.reread(order)
    assert ended.state is OrderState.CANCELLED
    assert [(entry.what, entry.by) for entry in ended.timeline][1:] == [
        ("cancelled: cancelled by staff", "grace")
    ]
    assert shop.gateway.asked[1:] == ["expire cs_1"]
    assert shop.gateway.open_sessions == []
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]
    assert shop.books_are_closed()


def test_an_order_is_ended_once(shop: Shop) -> None:
    order = started(shop)
    ended = shop.checkout.abandon(order, "given back by the shopper")
    assert shop.checkout.abandon(order, "given back by the shopper") == ended
    assert shop.checkout.abandon(ended, "given back by the shopper") is ended
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]


def test_an_order_that_turns_out_to_be_paid_is_a_sale(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    paid = shop.checkout.abandon(order, "cancelled by staff")
    assert (paid.state, len(paid.payments)) == (OrderState.PAID, 1)
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert notes(paid) == ["placed; units held", "paid"]


def test_an_order_whose_money_is_on_its_way_keeps_its_units(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", is_paid=False)
    assert shop.checkout.abandon(order, "cancelled by staff").state is OrderState.PAYMENT_PROCESSING
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_a_paid_order_is_left_alone_and_stripe_is_not_asked(shop: Shop) -> None:
    started(shop)
    shop.gateway.pay("cs_1")
    paid = shop.checkout.settle("cs_1")
    assert paid is not None
    asked = list(shop.gateway.asked)
    assert shop.checkout.abandon(paid, "cancelled by staff") is paid
    assert shop.gateway.asked == asked


def test_a_session_that_stripe_has_forgotten_cannot_be_paid(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.forget("cs_1")
    assert shop.checkout.abandon(order, "cancelled by staff").state is OrderState.CANCELLED
    assert shop.stock("LAMP-OAK") == (10, 0)


def test_while_stripe_cannot_be_asked_nothing_is_given_back(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.is_away = True
    with pytest.raises(GatewayUnavailable):
        shop.checkout.abandon(order, "cancelled by staff")
    assert shop.reread(order) == order
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_a_session_of_unknown_outcome_is_looked_for_with_the_same_key(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    order = started(shop)
    ended = shop.checkout.abandon(order, "cancelled by staff")
    key = f"create {order.id}:attempt:1"
    assert shop.gateway.asked == [key, key, "expire cs_1"]
    assert (ended.state, ended.attempt.session_id) == (OrderState.CANCELLED, "cs_1")


def test_units_are_not_given_back_while_nobody_knows_of_a_session(shop: Shop) -> None:
    shop.gateway.loses_requests = 2
    order = started(shop)
    with pytest.raises(PaymentPending):
        shop.checkout.abandon(order, "cancelled by staff")
    assert shop.reread(order) == order
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_a_session_that_was_never_opened_is_a_plain_cancellation(shop: Shop) -> None:
    shop.gateway.loses_requests = 1
    order = started(shop)
    shop.gateway.refuses = "expires_at is too near"
    ended = shop.checkout.abandon(order, "cancelled by staff")
    assert (ended.state, ended.attempt.refused) == (OrderState.CANCELLED, "expires_at is too near")
    assert notes(ended)[-1] == "cancelled: cancelled by staff"
    assert shop.stock("LAMP-OAK") == (10, 0)


def test_a_crash_after_the_session_was_ended_is_finished_by_the_sweep(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = started(shop)
    with monkeypatch.context() as patched:
        patched.setattr(type(shop.inventory), "release", _killed)
        with pytest.raises(KeyboardInterrupt):
            shop.checkout.abandon(order, "cancelled by staff")
    assert shop.reread(order) == order
    shop.clock.turn(minutes=41)
    assert shop.checkout.sweep() == 1
    assert shop.reread(order).state is OrderState.CANCELLED
    assert shop.stock("LAMP-OAK") == (10, 0)


def _killed(*_arguments: object, **_named: object) -> bool:
    raise KeyboardInterrupt


def test_the_sweep_leaves_orders_alone_whose_time_is_not_over(shop: Shop) -> None:
    order = started(shop)
    asked = list(shop.gateway.asked)
    shop.clock.turn(minutes=40)
    assert shop.checkout.sweep() == 0
    assert shop.gateway.asked == asked
    assert shop.reread(order) == order


def test_the_sweep_ends_an_order_whose_hold_is_over(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.run_out("cs_1")
    shop.clock.turn(minutes=41)
    assert shop.checkout.sweep() == 1
    assert shop.checkout.sweep() == 0
    ended = shop.reread(order)
    assert (ended.state, ended.timeline[-1].by) == (OrderState.CANCELLED, "sweep")
    assert notes(ended)[-1] == "cancelled: the hold ended without a payment"
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]


def test_the_sweep_finds_a_payment_that_nobody_reported(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    shop.clock.turn(minutes=41)
    shop.checkout.sweep()
    assert shop.reread(order).state is OrderState.PAID
    assert shop.effect_ids == [f"{kind}:{order.id}" for kind in ("receipt", "merchant_notice", "invoice")]


def test_the_sweep_repeats_a_request_of_unknown_outcome_with_its_key(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    order = started(shop)
    shop.clock.turn(seconds=15)
    assert shop.checkout.sweep() == 0
    shop.clock.turn(seconds=1)
    assert shop.checkout.sweep() == 1
    assert shop.reread(order).attempt.payment_url == "https://pay.example/cs_1"
    assert shop.gateway.asked == [f"create {order.id}:attempt:1"] * 2
    assert shop.checkout.sweep() == 0


def test_the_sweep_gives_back_what_was_held_for_a_session_that_is_refused(shop: Shop) -> None:
    shop.gateway.loses_requests = 1
    order = started(shop)
    shop.gateway.refuses = "amount too small"
    shop.clock.turn(minutes=1)
    shop.checkout.sweep()
    assert shop.reread(order).state is OrderState.CANCELLED
    assert shop.stock("LAMP-OAK") == (10, 0)


def test_an_order_of_unknown_outcome_whose_hold_is_over_is_ended(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    order = started(shop)
    shop.clock.turn(minutes=41)
    assert shop.checkout.sweep() == 2
    assert shop.reread(order).state is OrderState.CANCELLED
    assert shop.gateway.open_sessions == []
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]


@pytest.mark.parametrize("fault", [GatewayUnavailable("connection refused"), AttributeError("no such field")])
def test_an_order_that_cannot_be_finished_does_not_keep_the_others_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    stuck, other = started(shop, "ada"), started(shop, "grace")
    shop.clock.turn(minutes=41)
    expire = shop.gateway.expire

    def expire_but_one(session_id: str) -> CheckoutSession | None:
        if session_id == "cs_1":
            raise fault
        return expire(session_id)

    monkeypatch.setattr(shop.gateway, "expire", expire_but_one)
    with caplog.at_level(logging.WARNING):
        assert shop.checkout.sweep() == 2
    assert shop.reread(stuck) == stuck
    assert shop.reread(other).state is OrderState.CANCELLED
    assert [record.order_id for record in caplog.records] == [stuck.id]  # type: ignore[attr-defined]
    assert shop.stock("LAMP-OAK") == (10, 2)


@pytest.mark.parametrize("total", [None, usd(1)])
def test_units_of_an_order_that_has_moved_meanwhile_are_not_given_back(
    shop: Shop, total: Money | None
) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", total, is_paid=total is not None)
    shop.checkout.settle("cs_1")
    moved = shop.reread(order)
    assert not shop.settle.cancel(order, "too late")
    assert shop.reread(order) == moved
    assert shop.stock("LAMP-OAK") == (10, 2)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2)]


def test_a_cancellation_of_an_order_that_has_moved_meanwhile_changes_nothing(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    shop.gateway.forget("cs_1")
    assert shop.checkout.abandon(replace(order), "cancelled by staff").state is OrderState.PAID
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]
