"""A second click on a checkout: the same order, or a new one once the old one is out of the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.checkout.model import CartBlocked
from app.inventory.model import ReservationState
from app.orders.model import OpenOrderExists, Order, OrderState
from app.payments.model import GatewayUnavailable
from tests.builders import US, Shop, notes, usd


def every_order(shop: Shop) -> list[Order]:
    """Return all orders, in the order that they were placed."""
    return list(shop.memory.tables["orders"].values())


def test_a_second_click_gets_the_same_order_and_asks_stripe_nothing_new(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    first = shop.start(cart)
    asked = list(shop.gateway.asked)
    shop.clock.turn(minutes=34)
    assert shop.start(cart) == first
    assert shop.gateway.asked == asked == [f"create {first.order.id}:attempt:1"]
    assert every_order(shop) == [first.order]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2)]


def test_the_order_of_the_lines_does_not_make_another_cart(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=1, LAMP_ASH=1)
    first = shop.start(cart)
    assert shop.start(replace(cart, lines=cart.lines[::-1])) == first


def test_a_changed_cart_ends_the_old_session_before_a_new_order(shop: Shop) -> None:
    first = shop.start(shop.cart(LAMP_OAK=2)).order
    second = shop.start(shop.cart(LAMP_ASH=1)).order
    assert shop.gateway.asked == [
        f"create {first.id}:attempt:1",
        "expire cs_1",
        f"create {second.id}:attempt:1",
    ]
    assert second.id != first.id
    assert [line.sku for line in second.lines] == ["LAMP-OAK", "LAMP-ASH"]
    ended = shop.reread(first)
    assert (ended.state, notes(ended)[-1]) == (OrderState.CANCELLED, "cancelled: the cart was changed")
    assert shop.gateway.open_sessions == ["cs_2"]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2), ("hold", 0, 2)]
    assert (shop.stock("LAMP-OAK"), shop.stock("LAMP-ASH")) == ((10, 2), (1, 1))
    assert shop.books_are_closed()


def test_the_last_unit_goes_from_ones_old_checkout_to_the_new_one(shop: Shop) -> None:
    first = shop.start(shop.cart(LAMP_ASH=1)).order
    second = shop.start(shop.cart(GUIDE_PDF=1)).order
    assert shop.reservation(first).state is ReservationState.RELEASED
    assert shop.reservation(second).units == {"LAMP-ASH": 1}


def test_a_changed_cart_that_is_blocked_keeps_the_old_hold(shop: Shop) -> None:
    order = shop.start(shop.cart(LAMP_ASH=1)).order
    cart = shop.cart(LAMP_OAK=1)
    shop.price("LAMP-OAK", 5000)
    with pytest.raises(CartBlocked):
        shop.start(cart)
    assert shop.reread(order).state is OrderState.PENDING_PAYMENT
    assert shop.gateway.open_sessions == ["cs_1"]
    assert shop.stock("LAMP-ASH") == (1, 1)


def test_a_changed_cart_whose_old_session_was_paid_leads_to_the_paid_order(shop: Shop) -> None:
    first = shop.start(shop.cart(LAMP_OAK=2)).order
    shop.gateway.pay("cs_1")
    started = shop.start(shop.cart(LAMP_ASH=1))
    assert (started.order.id, started.order.state, started.payment_url) == (first.id, OrderState.PAID, "")
    assert len(every_order(shop)) == 1
    assert shop.stock("LAMP-ASH") == (1, 0)
    cart = shop.carts.of("ada", US)
    assert cart is not None
    assert [line.sku for line in cart.lines] == ["LAMP-ASH"]


@pytest.mark.parametrize("was_changed", [False, True])
def test_while_stripe_cannot_be_asked_an_old_session_keeps_its_units(shop: Shop, was_changed: bool) -> None:
    order = shop.start(shop.cart(LAMP_OAK=2)).order
    if was_changed:
        shop.cart(LAMP_ASH=1)
    else:
        shop.clock.turn(minutes=36)
    shop.gateway.is_away = True
    with pytest.raises(GatewayUnavailable):
        shop.start(shop.cart())
    assert every_order(shop) == [order]
    assert (shop.stock("LAMP-OAK"), shop.stock("LAMP-ASH")) == ((10, 2), (1, 0))


def test_an_expired_payment_page_is_replaced_by_a_new_order(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    first = shop.start(cart).order
    shop.clock.turn(minutes=35)
    shop.gateway.run_out("cs_1")
    second = shop.start(cart)
    assert second.payment_url == "https://pay.example/cs_2"
    assert notes(shop.reread(first))[-1] == "cancelled: its payment page has expired"
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_a_price_that_fell_since_gets_a_new_order_at_that_price(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    first = shop.start(cart).order
    shop.price("LAMP-OAK", 4000)
    second = shop.start(cart).order
    assert (second.total, second.lowered) == (usd(8000), ("LAMP-OAK",))
    assert notes(shop.reread(first))[-1] == "cancelled: the price fell"
    assert shop.gateway.open_sessions == ["cs_2"]


def test_a_price_that_rose_since_does_not_touch_what_was_agreed(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    first = shop.start(cart)
    shop.price("LAMP-OAK", 5000)
    assert shop.start(cart) == first
    assert first.order.total == usd(9800)


def test_two_tabs_that_start_at_once_share_one_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cart = shop.cart(LAMP_OAK=2)
    other_tab = shop.start(cart)
    look, looks = shop.orders.open_of_cart, iter([True])

    def looked_before_the_other_tab(cart_id: str) -> Order | None:
        return None if next(looks, False) else look(cart_id)

    monkeypatch.setattr(shop.orders, "open_of_cart", looked_before_the_other_tab)
    monkeypatch.setattr(shop.orders, "insert", lambda order: _taken(order.cart_id))
    assert shop.start(cart) == other_tab
    assert every_order(shop) == [other_tab.order]
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2)]


def _taken(cart_id: str) -> None:
    raise OpenOrderExists(cart_id)


def test_money_that_is_on_its_way_leads_to_the_order_and_not_to_the_used_page(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    order = shop.start(cart).order
    shop.gateway.pay("cs_1", is_paid=False)
    shop.checkout.settle("cs_1")
    started = shop.start(cart)
    assert (started.order.id, started.order.state) == (order.id, OrderState.PAYMENT_PROCESSING)
    assert started.payment_url == ""


def test_a_second_click_is_not_one_more_hold(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=1)
    for _ in range(3):
        started = shop.start(cart, client="10.0.0.1")
    assert started.payment_url == "https://pay.example/cs_1"
