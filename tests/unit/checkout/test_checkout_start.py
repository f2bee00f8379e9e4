"""Starting a checkout: priced, held and written down first, and only then is Stripe asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cart.model import Problem, ProblemKind
from app.checkout.model import CartBlocked, Started, TooManyHolds
from app.errors import InsufficientStock
from app.inventory.model import StockPool
from app.orders.model import Order, OrderState
from tests.builders import JAPAN, NOON, US, Shop, notes, usd


def every_order(shop: Shop) -> list[Order]:
    """Return all orders, in the order that they were placed."""
    return list(shop.memory.tables["orders"].values())


def test_an_order_is_written_down_with_its_hold_before_stripe_is_asked(shop: Shop) -> None:
    seen: list[tuple[OrderState, int]] = []
    shop.gateway.before_answering = lambda session: seen.append(
        (shop.memory.tables["orders"][session.order_id].state, shop.stock("LAMP-OAK")[1])
    )
    started = shop.start(shop.cart(LAMP_OAK=2, GUIDE_PDF=1))
    assert seen == [(OrderState.PENDING_PAYMENT, 2)]
    order = shop.reread(started.order)
    assert started == Started(order, "https://pay.example/cs_1")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("LAMP-OAK", 2, usd(4900)),
        ("GUIDE-PDF", 1, usd(500)),
    ]
    assert (order.number, order.market, order.currency, order.total) == (
        "1001",
        "default",
        "USD",
        usd(10_300),
    )
    assert (order.countries, order.lowered, order.payments) == (("US",), (), ())
    assert notes(order) == ["placed; units held"]
    assert (shop.stock("LAMP-OAK"), shop.movements("LAMP-OAK")) == ((10, 2), [("hold", 0, 2)])
    assert shop.reservation(order).units == {"LAMP-OAK": 2}
    assert shop.effect_ids == []
    assert shop.queue.asked == []


def test_the_attempt_holds_everything_that_its_request_is_made_of(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    order = shop.start(cart).order
    (attempt,) = order.attempts
    assert (attempt.number, attempt.idempotency_key) == (1, f"{order.id}:attempt:1")
    assert attempt.cart_digest == cart.digest
    assert attempt.expires_at == NOON + timedelta(minutes=35)
    assert order.hold_until == shop.reservation(order).expires_at == NOON + timedelta(minutes=40)
    assert attempt.return_url == f"https://shop.example/orders/{order.token}"
    assert attempt.cancel_url == "https://shop.example/cart"
    assert (attempt.session_id, attempt.payment_url) == ("cs_1", "https://pay.example/cs_1")


def test_the_end_of_a_session_is_in_whole_seconds_because_stripe_counts_so(shop: Shop) -> None:
    shop.clock.turn(milliseconds=120)
    order = shop.start(shop.cart(LAMP_OAK=1)).order
    assert (order.created_at.microsecond, order.attempt.expires_at.microsecond) == (120_000, 0)


def test_an_order_of_another_market_is_in_its_currency(shop: Shop) -> None:
    order = shop.start(shop.cart("ada", JAPAN, LAMP_OAK=1), JAPAN).order
    assert (order.market, order.locale, order.total.minor, order.total.currency) == (
        "japan",
        "ja",
        7000,
        "JPY",
    )


def test_two_carts_have_an_order_each(shop: Shop) -> None:
    mine, theirs = shop.start(shop.cart("ada", LAMP_OAK=1)), shop.start(shop.cart("grace", LAMP_OAK=1))
    assert mine.order.id != theirs.order.id
    assert shop.gateway.open_sessions == ["cs_1", "cs_2"]
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_a_lower_price_is_passed_on_and_noted(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2, LAMP_ASH=1)
    shop.price("LAMP-OAK", 4000)
    order = shop.start(cart).order
    assert [line.unit_price for line in order.lines] == [usd(4000), usd(5400)]
    assert (order.lowered, order.total) == (("LAMP-OAK",), usd(13_400))


def test_a_higher_price_asks_before_anything_is_held(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.price("LAMP-OAK", 5000)
    with pytest.raises(CartBlocked) as refused:
        shop.start(cart)
    assert refused.value.priced.problems == (
        Problem(ProblemKind.PRICE_UP, "LAMP-OAK", seen=usd(4900), now=usd(5000)),
    )
    assert str(refused.value) == "The cart cannot be checked out yet: LAMP-OAK price_up."
    assert (every_order(shop), shop.gateway.asked, shop.movements("LAMP-OAK")) == ([], [], [])


def test_an_accepted_higher_price_is_paid(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.price("LAMP-OAK", 5000)
    order = shop.start(shop.carts.accept(cart, US)).order
    assert (order.total, order.lowered) == (usd(10_000), ())


def test_an_empty_cart_starts_nothing(shop: Shop) -> None:
    with pytest.raises(CartBlocked) as refused:
        shop.start(shop.carts.fresh("ada", US))
    assert str(refused.value) == "The cart cannot be checked out yet: it is empty."
    assert shop.gateway.asked == []


def test_lines_that_share_a_pool_are_summed(shop: Shop) -> None:
    order = shop.start(shop.cart(POSTER_BARE=2, POSTER_FRAMED=1)).order
    assert shop.reservation(order).units == {"POSTER": 3}
    assert shop.movements("POSTER") == [("hold", 0, 3)]
    assert shop.stock("POSTER") == (3, 3)


def test_a_shortage_between_the_look_and_the_hold_leaves_no_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart = shop.cart(LAMP_OAK=1, LAMP_ASH=1)
    number = shop.orders.next_number

    def somebody_is_faster() -> str:
        if shop.stock("LAMP-ASH") == (1, 0):
            shop.inventory.hold("ord_else", {"LAMP-ASH": 1}, NOON, {})
        return number()

    monkeypatch.setattr(shop.orders, "next_number", somebody_is_faster)
    with pytest.raises(CartBlocked) as refused:
        shop.start(cart)
    assert refused.value.priced.problems == (Problem(ProblemKind.SOLD_OUT, "LAMP-ASH"),)
    assert isinstance(refused.value.__cause__, InsufficientStock)
    assert refused.value.__cause__.sku == "LAMP-ASH"
    assert (every_order(shop), shop.gateway.asked) == ([], [])
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.movements("LAMP-OAK") == []


def test_one_address_holds_no_more_than_it_may(shop: Shop) -> None:
    for shopper in ("ada", "grace"):
        shop.start(shop.cart(shopper, LAMP_OAK=1), client="10.0.0.1")
    third = shop.cart("edsger", LAMP_OAK=1)
    with pytest.raises(TooManyHolds) as refused:
        shop.start(third, client="10.0.0.1")
    assert refused.value.limit == 2
    assert shop.stock("LAMP-OAK") == (10, 2)
    assert shop.start(third, client="10.0.0.2").payment_url == "https://pay.example/cs_3"


def test_where_holds_are_not_limited_nobody_is_counted(shop: Shop) -> None:
    for shopper in ("ada", "grace", "edsger"):
        assert shop.start(shop.cart(shopper, LAMP_OAK=1)).payment_url


def test_a_repeated_transaction_holds_once() -> None:
    shop = Shop(restless=True)
    shop.start(shop.cart(LAMP_OAK=2))
    assert len(every_order(shop)) == 1
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2)]
    assert shop.stock("LAMP-OAK") == (10, 2)


def test_a_hold_of_a_pool_that_another_program_has_emptied_is_not_started(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.memory.tables["stock_pools"]["LAMP-OAK"] = StockPool("LAMP-OAK", on_hand=1)
    with pytest.raises(CartBlocked) as refused:
        shop.start(cart)
    assert refused.value.priced.problems == (Problem(ProblemKind.FEWER_LEFT, "LAMP-OAK", available=1),)
