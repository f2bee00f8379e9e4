"""What Stripe answers when it is asked for a payment page: yes, no, and nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.checkout.model import PaymentPending, PaymentRefused, Started
from app.orders.model import Order, OrderState
from app.payments.model import CheckoutSession
from tests.builders import Shop, notes


def every_order(shop: Shop) -> list[Order]:
    """Return all orders, in the order that they were placed."""
    return list(shop.memory.tables["orders"].values())


def test_an_unknown_outcome_keeps_hold_and_key_and_the_same_key_is_used_again(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.gateway.loses_requests = 1
    first = shop.start(cart)
    assert first.payment_url == ""
    assert first.order.attempt.is_unknown
    assert first.order.state is OrderState.PENDING_PAYMENT
    assert shop.stock("LAMP-OAK") == (10, 2)
    second = shop.start(cart)
    assert (second.order.id, second.payment_url) == (first.order.id, "https://pay.example/cs_1")
    assert shop.gateway.asked == [f"create {first.order.id}:attempt:1"] * 2
    assert len(every_order(shop)) == 1
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2)]


def test_a_session_whose_answer_was_lost_is_found_by_its_key(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.gateway.loses_answers = 1
    assert shop.start(cart).payment_url == ""
    assert shop.start(cart).payment_url == "https://pay.example/cs_1"
    assert shop.gateway.open_sessions == ["cs_1"]


def test_a_session_whose_answer_was_lost_may_be_paid_by_now(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.gateway.loses_answers = 1
    shop.start(cart)
    shop.gateway.pay("cs_1")
    started = shop.start(cart)
    assert (started.order.state, started.payment_url) == (OrderState.PAID, "")


def test_a_changed_cart_waits_while_nobody_knows_of_the_old_session(shop: Shop) -> None:
    shop.gateway.loses_requests = 2
    first = shop.start(shop.cart(LAMP_OAK=2)).order
    with pytest.raises(PaymentPending) as pending:
        shop.start(shop.cart(LAMP_ASH=1))
    assert pending.value.order.id == first.id
    assert every_order(shop) == [first]
    assert (shop.stock("LAMP-OAK"), shop.stock("LAMP-ASH")) == ((10, 2), (1, 0))


def test_a_changed_cart_looks_for_the_old_session_and_ends_it(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    first = shop.start(shop.cart(LAMP_OAK=2)).order
    second = shop.start(shop.cart(LAMP_ASH=1)).order
    key = f"create {first.id}:attempt:1"
    assert shop.gateway.asked == [key, key, "expire cs_1", f"create {second.id}:attempt:1"]
    assert shop.reread(first).state is OrderState.CANCELLED
    assert shop.gateway.open_sessions == ["cs_2"]


def test_a_refused_session_gives_the_units_back(shop: Shop) -> None:
    shop.gateway.refuses = "amount too small"
    cart = shop.cart(LAMP_OAK=2)
    with pytest.raises(PaymentRefused) as refused:
        shop.start(cart)
    assert refused.value.reason == "amount too small"
    (order,) = every_order(shop)
    assert (order.state, order.attempt.refused) == (OrderState.CANCELLED, "amount too small")
    assert notes(order)[-1] == "cancelled: payment page refused: amount too small"
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]
    assert shop.books_are_closed()
    shop.gateway.refuses = ""
    assert shop.start(cart).order.id != order.id


def test_a_crash_after_a_refusal_is_made_good_by_the_next_click(shop: Shop) -> None:
    shop.gateway.refuses = "amount too small"
    cart = shop.cart(LAMP_OAK=2)
    with pytest.raises(PaymentRefused):
        shop.start(cart)
    (order,) = every_order(shop)
    shop.memory.tables["orders"][order.id] = replace(order, state=OrderState.PENDING_PAYMENT)
    with pytest.raises(PaymentRefused):
        shop.start(cart)
    assert shop.reread(order).state is OrderState.CANCELLED


def test_a_refusal_and_its_compensation_are_one_step(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.gateway.refuses = "amount too small"

    def killed(order: str, *, reason: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(shop.inventory), "release", staticmethod(killed))
    with pytest.raises(KeyboardInterrupt):
        shop.start(shop.cart(LAMP_OAK=2))
    (order,) = every_order(shop)
    assert (order.state, order.attempt.is_unknown) == (OrderState.PENDING_PAYMENT, True)


def test_a_webhook_that_is_faster_than_the_answer_settles_the_order(shop: Shop) -> None:
    def webhook(session: CheckoutSession) -> None:
        shop.gateway.pay(session.id)
        shop.checkout.settle(session.id)

    shop.gateway.before_answering = webhook
    started = shop.start(shop.cart(LAMP_OAK=2))
    assert (started.order.state, started.payment_url) == (OrderState.PAID, "")
    assert started.order.attempt.session_id == "cs_1"
    assert shop.stock("LAMP-OAK") == (8, 0)


def test_an_order_that_another_tab_ended_meanwhile_leads_to_no_payment_page(shop: Shop) -> None:
    def other_tab(session: CheckoutSession) -> None:
        shop.gateway.before_answering = lambda session: None
        shop.checkout.abandon(shop.memory.tables["orders"][session.order_id], "given back")

    shop.gateway.before_answering = other_tab
    started = shop.start(shop.cart(LAMP_OAK=2))
    assert (started.order.state, started.payment_url) == (OrderState.CANCELLED, "")
    assert shop.stock("LAMP-OAK") == (10, 0)


def test_opening_the_payment_of_an_order_asks_stripe_only_where_that_is_not_known(shop: Shop) -> None:
    shop.gateway.loses_answers = 1
    order = shop.start(shop.cart(LAMP_OAK=2)).order
    opened = shop.checkout.open_payment(order)
    assert (
        opened.payment_url
        == shop.checkout.open_payment(opened.order).payment_url
        == "https://pay.example/cs_1"
    )
    assert shop.gateway.asked == [f"create {order.id}:attempt:1"] * 2


def test_an_order_that_is_over_is_never_opened_again(shop: Shop) -> None:
    shop.gateway.refuses = "amount too small"
    with pytest.raises(PaymentRefused):
        shop.start(shop.cart(LAMP_OAK=2))
    (order,) = every_order(shop)
    asked = list(shop.gateway.asked)
    assert shop.checkout.open_payment(order) == Started(order)
    assert shop.gateway.asked == asked
