"""What a shopper can do with a cart: add, set, remove, in as many tabs as there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.cart.model import (
    Cart,
    CartFull,
    Gone,
    ImpossibleCombination,
    LineItem,
)
from app.catalogue.model import Market, Product, ProductStatus
from app.errors import InsufficientStock, InvalidValue, NotFound, VersionConflict
from app.money import Money
from tests.builders import JAPAN, NOON, US, Shop, lamp, usd, variant


def contents(cart: Cart | None) -> dict[str, int]:
    """Return a cart as units by SKU."""
    return {line.sku: line.quantity for line in cart.lines} if cart else {}


def kept(shop: Shop, shopper: str = "ada", market: Market = US) -> dict[str, int]:
    """Return what the store has of a shopper's cart."""
    return contents(shop.carts.of(shopper, market))


def hide(shop: Shop, product: Product) -> None:
    """Take a product off the shelf without a trace."""
    shop.memory.tables["products"][product.id] = replace(product, status=ProductStatus.ARCHIVED)


def test_adding_twice_adds_up(shop: Shop) -> None:
    shop.cart(LAMP_OAK=2)
    cart = shop.cart(LAMP_OAK=3)
    assert cart.lines == (LineItem("LAMP-OAK", 5, usd(4900)),)
    assert (cart.version, cart.expires_at) == (2, NOON + timedelta(days=60))
    assert shop.carts.of("ada", US) == cart


def test_the_token_is_kept_nowhere(shop: Shop) -> None:
    cart = shop.cart("a-secret-token", LAMP_OAK=1)
    assert "a-secret-token" not in repr(shop.memory.tables["carts"])
    assert len(cart.id) == 64


def test_looking_makes_no_cart(shop: Shop) -> None:
    assert shop.carts.of(None, US) is None
    assert shop.carts.of("ada", US) is None
    assert not shop.carts.knows("ada", [US, JAPAN])
    assert shop.memory.tables["carts"] == {}


def test_every_market_has_a_cart_of_its_own_under_one_token(shop: Shop) -> None:
    shop.cart("ada", JAPAN, LAMP_OAK=1)
    assert kept(shop) == {}
    assert kept(shop, market=JAPAN) == {"LAMP-OAK": 1}
    assert shop.carts.knows("ada", [US, JAPAN])


def test_a_price_is_the_one_of_the_market(shop: Shop) -> None:
    cart = shop.cart("ada", JAPAN, LAMP_OAK=1)
    assert cart.lines[0].unit_price_seen == Money(7000, "JPY")


def test_options_choose_a_variant(shop: Shop) -> None:
    assert shop.carts.choose("lamp", ("Ash",)) == "LAMP-ASH"


def test_a_combination_that_is_not_made_is_refused(shop: Shop) -> None:
    with pytest.raises(ImpossibleCombination) as refused:
        shop.carts.choose("lamp", ("Oak", "Large"))
    assert str(refused.value) == "Reading lamp does not exist as Oak / Large."


def test_a_hidden_product_cannot_be_chosen(shop: Shop) -> None:
    hide(shop, lamp())
    with pytest.raises(Gone):
        shop.carts.choose("lamp", ("Ash",))
    with pytest.raises(NotFound):
        shop.carts.choose("lampe", ("Ash",))


def test_an_unknown_sku_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    with pytest.raises(NotFound) as refused:
        shop.cart(LAMP_PINE=1)
    assert refused.value.name == "LAMP-PINE"
    assert shop.memory.tables["carts"] == {}


def test_what_the_market_does_not_sell_is_gone(shop: Shop) -> None:
    with pytest.raises(Gone):
        shop.cart("ada", JAPAN, LAMP_ASH=1)
    hide(shop, lamp())
    with pytest.raises(Gone):
        shop.cart(LAMP_OAK=1)
    assert shop.memory.tables["carts"] == {}


def test_more_than_is_free_is_refused_with_what_is_left(shop: Shop) -> None:
    shop.cart(LAMP_OAK=8)
    with pytest.raises(InsufficientStock) as refused:
        shop.cart(LAMP_OAK=3)
    assert (refused.value.sku, refused.value.requested, refused.value.available) == ("LAMP-OAK", 11, 10)
    assert kept(shop) == {"LAMP-OAK": 8}


def test_lines_that_share_a_pool_are_summed_when_adding(shop: Shop) -> None:
    shop.cart(POSTER_BARE=2)
    with pytest.raises(InsufficientStock) as refused:
        shop.cart(POSTER_FRAMED=2)
    assert (refused.value.sku, refused.value.requested, refused.value.available) == ("POSTER-FRAMED", 2, 1)
    assert contents(shop.cart(POSTER_FRAMED=1)) == {"POSTER-BARE": 2, "POSTER-FRAMED": 1}


def test_another_pool_does_not_count(shop: Shop) -> None:
    assert contents(shop.cart(LAMP_OAK=10, LAMP_ASH=1)) == {"LAMP-OAK": 10, "LAMP-ASH": 1}


def test_a_back_order_takes_what_is_on_hand_and_the_cap(shop: Shop) -> None:
    assert contents(shop.cart(CANDLE=3)) == {"CANDLE": 3}
    with pytest.raises(InsufficientStock) as refused:
        shop.cart(CANDLE=1)
    assert (refused.value.requested, refused.value.available) == (4, 3)


def test_what_is_not_counted_is_never_short(shop: Shop) -> None:
    assert contents(shop.cart(GUIDE_PDF=999)) == {"GUIDE-PDF": 999}


def test_a_line_takes_999_units_and_not_one_more(shop: Shop) -> None:
    shop.cart(GUIDE_PDF=999)
    with pytest.raises(InvalidValue) as refused:
        shop.cart(GUIDE_PDF=1)
    assert (refused.value.field, refused.value.value) == ("quantity", "1000")
    assert kept(shop) == {"GUIDE-PDF": 999}


def test_a_variant_whose_pool_is_missing_counts_as_none_left(shop: Shop) -> None:
    shop.catalogue.create_product(
        Product("prd_vase", "vase", "Vase", variants=(variant("VASE", 100),)), who="ada"
    )
    with pytest.raises(InsufficientStock) as refused:
        shop.cart(VASE=1)
    assert refused.value.available == 0


def test_a_cart_takes_a_hundred_lines(shop: Shop) -> None:
    lines = tuple(LineItem(f"SKU-{number}", 1, usd(1)) for number in range(100))
    full = replace(shop.carts.fresh("ada", US), lines=lines)
    with pytest.raises(CartFull) as refused:
        shop.carts.add(full, US, "LAMP-OAK", 1)
    assert refused.value.limit == 100


def test_setting_a_quantity_replaces_it_at_todays_price(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    shop.price("LAMP-OAK", 5100)
    changed = shop.carts.set_quantity(cart, US, "LAMP-OAK", 4)
    assert changed.lines == (LineItem("LAMP-OAK", 4, usd(5100)),)


def test_removing_a_line_twice_is_no_mistake(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2, LAMP_ASH=1)
    once = shop.carts.set_quantity(cart, US, "LAMP-OAK", 0)
    twice = shop.carts.set_quantity(once, US, "LAMP-OAK", 0)
    assert contents(once) == kept(shop) == {"LAMP-ASH": 1}
    assert twice is once


def test_removing_what_was_never_known_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.carts.set_quantity(shop.cart(LAMP_OAK=2), US, "LAMP-PINE", 0)


def test_removing_from_no_cart_makes_none(shop: Shop) -> None:
    shop.carts.set_quantity(shop.carts.fresh("ada", US), US, "LAMP-OAK", 0)
    assert shop.memory.tables["carts"] == {}


def test_a_line_of_a_product_that_is_gone_can_still_be_removed(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=2)
    del shop.memory.tables["products"]["prd_lamp"]
    assert shop.carts.set_quantity(cart, US, "LAMP-OAK", 0).lines == ()


def test_two_tabs_that_add_at_once_both_have_their_way(shop: Shop) -> None:
    seen_by_both = shop.cart(LAMP_OAK=1)
    shop.carts.add(seen_by_both, US, "LAMP-ASH", 1)
    shop.carts.add(seen_by_both, US, "LAMP-OAK", 2)
    assert kept(shop) == {"LAMP-OAK": 3, "LAMP-ASH": 1}


def test_two_first_clicks_at_once_make_one_cart(shop: Shop) -> None:
    nothing_yet = shop.carts.fresh("ada", US)
    shop.carts.add(nothing_yet, US, "LAMP-OAK", 1)
    shop.carts.add(nothing_yet, US, "LAMP-OAK", 1)
    assert kept(shop) == {"LAMP-OAK": 2}
    assert len(shop.memory.tables["carts"]) == 1


def test_a_cart_that_is_changed_without_end_gives_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cart = shop.cart(LAMP_OAK=1)
    tries: list[int] = []

    def always_late(changed: Cart, *, expected_version: int) -> bool:
        tries.append(expected_version)
        return False

    monkeypatch.setattr(shop.carts.store, "replace", always_late)
    with pytest.raises(VersionConflict):
        shop.carts.add(cart, US, "LAMP-OAK", 1)
    assert tries == [1] * 8


def test_ones_own_hold_can_be_taken_again_and_no_more(shop: Shop) -> None:
    cart = shop.cart(LAMP_ASH=1)
    shop.start(cart)
    assert shop.carts.set_quantity(cart, US, "LAMP-ASH", 1).count == 1
    with pytest.raises(InsufficientStock) as refused:
        shop.cart(LAMP_ASH=1)
    assert (refused.value.requested, refused.value.available) == (2, 1)


def test_what_was_bought_leaves_the_cart_and_what_was_added_since_stays(shop: Shop) -> None:
    cart = shop.cart(LAMP_OAK=3, LAMP_ASH=1, GUIDE_PDF=1)
    shop.carts.drop_bought(cart.id, {"LAMP-OAK": 2, "LAMP-ASH": 1, "CANDLE": 5})
    assert kept(shop) == {"LAMP-OAK": 1, "GUIDE-PDF": 1}


@pytest.mark.parametrize("cart_of", [lambda shop: "unknown", lambda shop: shop.cart(GUIDE_PDF=1).id])
def test_a_cart_without_what_was_bought_is_left_alone(shop: Shop, cart_of: Callable[[Shop], str]) -> None:
    cart_id = cart_of(shop)
    before = dict(shop.memory.tables["carts"])
    shop.carts.drop_bought(cart_id, {"LAMP-OAK": 2})
    assert shop.memory.tables["carts"] == before
