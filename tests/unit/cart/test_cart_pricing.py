"""What a cart says of today's prices and stock, and how its problems are answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cart.model import (
    LineItem,
    PricedCart,
    Problem,
    ProblemKind,
)
from app.catalogue.model import Band, Market, Product, ProductStatus
from app.inventory.model import StockPool
from app.money import Money
from tests.builders import US, Shop, lamp, usd


def priced(shop: Shop, shopper: str = "ada", market: Market = US) -> PricedCart:
    """Return a shopper's cart at today's prices."""
    cart = shop.carts.of(shopper, market)
    assert cart is not None
    return shop.carts.priced(cart, market)


def hide(shop: Shop, product: Product) -> None:
    """Take a product off the shelf without a trace."""
    shop.memory.tables["products"][product.id] = replace(product, status=ProductStatus.ARCHIVED)


def test_a_cart_at_todays_prices_has_no_problem(shop: Shop) -> None:
    shop.cart(LAMP_OAK=2, GUIDE_PDF=1)
    cart = priced(shop)
    assert (cart.problems, cart.is_blocked, cart.subtotal) == ((), False, usd(10_300))


def test_a_lower_price_is_passed_on_and_said(shop: Shop) -> None:
    shop.cart(LAMP_OAK=2)
    shop.price("LAMP-OAK", 4000)
    cart = priced(shop)
    assert cart.problems == (Problem(ProblemKind.PRICE_DOWN, "LAMP-OAK", seen=usd(4900), now=usd(4000)),)
    assert not cart.is_blocked
    assert cart.subtotal == usd(8000)


def test_a_higher_price_asks(shop: Shop) -> None:
    shop.cart(LAMP_OAK=2)
    shop.price("LAMP-OAK", 5000)
    cart = priced(shop)
    assert cart.problems == (Problem(ProblemKind.PRICE_UP, "LAMP-OAK", seen=usd(4900), now=usd(5000)),)
    assert cart.is_blocked


@pytest.mark.parametrize("yen", [3000, 4900, 7000])
def test_a_market_that_changes_its_currency_asks(shop: Shop, yen: int) -> None:
    shop.cart("ada", LAMP_OAK=1)
    shop.catalogue.change_price("LAMP-OAK", Money(yen, "JPY"), who="ada")
    cart = priced(shop, market=replace(US, currency="JPY"))
    assert cart.problems == (
        Problem(ProblemKind.PRICE_UP, "LAMP-OAK", seen=usd(4900), now=Money(yen, "JPY")),
    )
    assert cart.subtotal == Money(yen, "JPY")


def test_what_is_gone_asks_and_costs_nothing(shop: Shop) -> None:
    shop.cart(LAMP_OAK=2, GUIDE_PDF=1)
    hide(shop, lamp())
    cart = priced(shop)
    assert cart.problems == (Problem(ProblemKind.GONE, "LAMP-OAK"),)
    assert cart.is_blocked
    assert cart.subtotal == usd(500)
    assert (cart.lines[0].product, cart.lines[0].availability.band) == (None, Band.SOLD_OUT)


def test_fewer_left_says_how_many(shop: Shop) -> None:
    shop.cart(LAMP_OAK=5)
    shop.inventory.set_count("LAMP-OAK", 2, by="ada")
    cart = priced(shop)
    assert cart.problems == (Problem(ProblemKind.FEWER_LEFT, "LAMP-OAK", available=2),)
    assert cart.is_blocked


def test_lines_that_share_a_pool_share_its_units(shop: Shop) -> None:
    shop.cart(POSTER_BARE=2, POSTER_FRAMED=1)
    shop.inventory.set_count("POSTER", 2, by="ada")
    assert priced(shop).problems == (Problem(ProblemKind.SOLD_OUT, "POSTER-FRAMED"),)


def test_the_last_unit_held_by_ones_own_checkout_is_not_sold_out(shop: Shop) -> None:
    mine = shop.cart(LAMP_ASH=1)
    theirs = shop.cart("grace", LAMP_ASH=1)
    shop.start(mine)
    assert shop.stock("LAMP-ASH") == (1, 1)
    assert shop.carts.priced(mine, US).problems == ()
    assert shop.carts.priced(mine, US).lines[0].availability.band is Band.LOW_STOCK
    assert shop.carts.priced(theirs, US).problems == (Problem(ProblemKind.SOLD_OUT, "LAMP-ASH"),)


def test_ones_own_hold_of_units_that_were_taken_away_is_not_free(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=4)
    shop.start(cart)
    shop.memory.tables["stock_pools"]["LAMP-OAK"] = StockPool("LAMP-OAK", on_hand=1, reserved=4)
    problems = shop.carts.priced(cart, US).problems
    assert problems == (Problem(ProblemKind.FEWER_LEFT, "LAMP-OAK", available=1),)


def test_accepting_answers_every_problem_at_once(shop: Shop) -> None:
    shop.cart(LAMP_OAK=5, LAMP_ASH=1, POSTER_BARE=2, POSTER_FRAMED=1, GUIDE_PDF=1)
    shop.price("LAMP-OAK", 5000)
    shop.inventory.set_count("LAMP-ASH", 0, by="ada")
    shop.inventory.set_count("POSTER", 1, by="ada")
    hide(shop, shop.memory.tables["products"]["prd_guide"])
    seen = shop.carts.of("ada", US)
    assert seen is not None
    accepted = shop.carts.accept(seen, US)
    assert accepted.lines == (LineItem("LAMP-OAK", 5, usd(5000)), LineItem("POSTER-BARE", 1, usd(2000)))
    assert priced(shop).problems == ()
