"""Settling: whoever asks, whenever and how often, an order moves once to what Stripe says."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from app.effects.queue import CARRY_OUT_EFFECT
from app.inventory.model import ReservationState
from app.orders.model import Address, OrderState
from app.payments.model import CheckoutSession, GatewayUnavailable
from tests.builders import US, Shop, notes, usd
from tests.unit.checkout.waiting import effects_of, nothing_was_sold, started


def test_a_payment_sells_the_units_and_makes_the_effects_due(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    shop.clock.turn(minutes=3)
    paid = shop.checkout.settle("cs_1")
    assert paid is not None
    assert paid == shop.reread(order)
    assert (paid.state, paid.paid_at, paid.email) == (OrderState.PAID, shop.clock.now(), "ada@mail.example")
    assert paid.shipping == Address(name="Ada Lovelace", line1="12 St James's Square", city="London")
    (payment,) = paid.payments
    assert (payment.session_id, payment.payment_intent, payment.amount) == ("cs_1", "pi_cs_1", usd(9800))
    assert notes(paid) == ["placed; units held", "paid"]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.reservation(order).state is ReservationState.SOLD
    assert shop.effect_ids == effects_of(order)
    assert shop.queue.asked == [(CARRY_OUT_EFFECT, effect_id) for effect_id in effects_of(order)]
    assert shop.books_are_closed()


def test_what_was_paid_leaves_the_cart_and_what_was_added_since_stays(shop: Shop) -> None:
    started(shop)
    shop.cart(LAMP_OAK=1, LAMP_ASH=1)
    shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    cart = shop.carts.of("ada", US)
    assert cart is not None
    assert [(line.sku, line.quantity) for line in cart.lines] == [("LAMP-OAK", 1), ("LAMP-ASH", 1)]


def test_whoever_bought_before_need_not_type_the_address_again(shop: Shop) -> None:
    assert started(shop).email == ""
    shop.gateway.pay("cs_1", email="ada@mail.example")
    shop.checkout.settle("cs_1")
    assert started(shop).email == "ada@mail.example"
    assert started(shop, "grace").email == ""


def test_a_cart_that_has_run_out_does_not_keep_an_order_from_being_paid(shop: Shop) -> None:
    order = started(shop)
    shop.memory.tables["carts"].clear()
    shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    assert shop.reread(order).state is OrderState.PAID


def test_settling_twice_settles_once(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    first = shop.checkout.settle("cs_1")
    asked = list(shop.queue.asked)
    shop.clock.turn(minutes=1)
    assert shop.checkout.settle("cs_1") == first
    assert caplog.records == [], "the same payment is no second payment"
    assert shop.effect_ids == effects_of(order)
    assert shop.queue.asked == asked
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]


def test_three_callers_that_have_read_the_same_order_settle_once(shop: Shop) -> None:
    order = started(shop)
    session = shop.gateway.pay("cs_1")
    for _ in ("webhook", "return page", "sweep"):
        shop.settle.apply(order, session)
    assert len(shop.reread(order).payments) == 1
    assert notes(shop.reread(order)) == ["placed; units held", "paid"]
    assert shop.effect_ids == effects_of(order)
    assert shop.queue.asked == [(CARRY_OUT_EFFECT, effect_id) for effect_id in effects_of(order)]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]


def test_three_callers_at_the_same_time_settle_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    together, read = Barrier(3), shop.gateway.session

    def read_together(session_id: str) -> CheckoutSession | None:
        together.wait(timeout=10)
        return read(session_id)

    monkeypatch.setattr(shop.gateway, "session", read_together)
    callers = [Thread(target=shop.checkout.settle, args=("cs_1",)) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=10)
    assert len(shop.reread(order).payments) == 1
    assert shop.effect_ids == effects_of(order)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]


def test_a_repeated_transaction_sells_once_and_wakes_workers_once() -> None:
    shop = Shop(restless=True)
    order = started(shop)
    shop.gateway.pay("cs_1")
    shop.checkout.settle("cs_1")
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]
    assert shop.queue.asked == [(CARRY_OUT_EFFECT, effect_id) for effect_id in effects_of(order)]
    assert len(shop.reread(order).payments) == 1


def test_a_crash_within_the_sale_leaves_nothing_and_the_next_caller_does_it_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    with monkeypatch.context() as patched:
        patched.setattr(type(shop.carts), "drop_bought", _killed)
        with pytest.raises(KeyboardInterrupt):
            shop.checkout.settle("cs_1")
    assert shop.reread(order) == order
    assert nothing_was_sold(shop)
    assert shop.stock("LAMP-OAK") == (10, 2)
    shop.checkout.settle("cs_1")
    assert shop.effect_ids == effects_of(order)
    assert shop.stock("LAMP-OAK") == (8, 0)


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_queue_that_is_away_does_not_undo_a_payment(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    shop.queue.is_away = True
    shop.checkout.settle("cs_1")
    assert shop.reread(order).state is OrderState.PAID
    assert shop.queue.asked == []
    shop.queue.is_away = False
    assert shop.effects.sweep() == 3
    assert shop.queue.asked == [(CARRY_OUT_EFFECT, effect_id) for effect_id in effects_of(order)]


def test_an_open_session_changes_nothing(shop: Shop) -> None:
    order = started(shop)
    assert shop.checkout.settle("cs_1") == order
    assert nothing_was_sold(shop)
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_an_expired_session_gives_the_units_back_once(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.run_out("cs_1")
    for _ in range(2):
        shop.checkout.settle("cs_1")
    ended = shop.reread(order)
    assert (ended.state, ended.payments) == (OrderState.CANCELLED, ())
    assert notes(ended) == ["placed; units held", "cancelled: the payment page expired"]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert nothing_was_sold(shop)
    cart = shop.carts.of("ada", US)
    assert cart is not None
    assert cart.count == 2


def test_nothing_is_believed_while_stripe_cannot_be_asked(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1")
    shop.gateway.is_away = True
    with pytest.raises(GatewayUnavailable):
        shop.checkout.settle("cs_1")
    assert shop.reread(order) == order
