"""The carts' store, whatever keeps it."""

from __future__ import annotations

from app.cart.model import LineItem
from app.money import Money

from .conftest import Stores
from .samples import cart, later


def test_a_cart_is_added_once(stores: Stores) -> None:
    assert stores.carts.insert(cart())
    assert not stores.carts.insert(cart(lines=()))
    assert stores.carts.cart("digest") == cart()
    assert stores.carts.cart("other") is None


def test_of_two_tabs_that_change_a_cart_the_slower_one_is_told(stores: Stores) -> None:
    stores.carts.insert(cart())
    fuller = cart(
        lines=(*cart().lines, LineItem("DESK", 1, Money(9900, "USD"))), version=2, expires_at=later(days=61)
    )

    assert stores.carts.replace(fuller, expected_version=1)
    assert not stores.carts.replace(cart(lines=(), version=2), expected_version=1)
    assert stores.carts.cart("digest") == fuller


def test_a_cart_that_has_gone_is_not_replaced(stores: Stores) -> None:
    assert not stores.carts.replace(cart(version=2), expected_version=1)
    assert stores.carts.cart("digest") is None
