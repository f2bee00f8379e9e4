"""Carts as values: lines, the name of their content, quantities."""

from __future__ import annotations

import pytest

from app.cart.model import Cart, LineItem, Problem, ProblemKind, parse_quantity
from app.errors import InvalidValue
from tests.builders import usd

OAK, ASH = LineItem("LAMP-OAK", 2, usd(4900)), LineItem("LAMP-ASH", 1, usd(5400))
CART = Cart("cart_1", "default", "USD", lines=(OAK, ASH))


def test_a_cart_counts_units_and_not_lines() -> None:
    assert CART.count == 3


def test_setting_a_line_keeps_its_place_and_leaves_the_old_cart_alone() -> None:
    more = LineItem("LAMP-OAK", 5, usd(4900))
    assert CART.with_line(more).lines == (more, ASH)
    assert CART.lines == (OAK, ASH)


def test_a_new_line_goes_to_the_end() -> None:
    guide = LineItem("GUIDE-PDF", 1, usd(500))
    assert CART.with_line(guide).lines == (OAK, ASH, guide)


def test_a_quantity_of_zero_removes_the_line() -> None:
    assert CART.with_line(LineItem("LAMP-OAK", 0, usd(4900))).lines == (ASH,)
    assert CART.with_line(LineItem("UNKNOWN", 0, usd(1))).lines == (OAK, ASH)


def test_the_digest_names_the_content_whatever_the_order_of_the_lines() -> None:
    assert Cart("cart_2", "default", "USD", lines=(ASH, OAK)).digest == CART.digest
    assert len(CART.digest) == 32


@pytest.mark.parametrize(
    "other",
    [
        CART.with_line(LineItem("LAMP-OAK", 3, usd(4900))),
        CART.with_line(LineItem("LAMP-ASH", 0, usd(5400))),
        Cart("cart_1", "japan", "JPY", lines=(OAK, ASH)),
    ],
)
def test_another_content_or_market_has_another_digest(other: Cart) -> None:
    assert other.digest != CART.digest


def test_the_digest_does_not_follow_the_price_seen() -> None:
    assert CART.with_line(LineItem("LAMP-OAK", 2, usd(1))).digest == CART.digest


def test_only_a_lower_price_does_not_ask() -> None:
    kinds = [kind for kind in ProblemKind if not kind.blocks]
    assert kinds == [ProblemKind.PRICE_DOWN]
    assert Problem(ProblemKind.GONE, "LAMP-OAK").available == 0


@pytest.mark.parametrize(
    ("text", "least", "quantity"), [("1", 1, 1), (" 999 ", 1, 999), ("0", 0, 0), ("007", 1, 7)]
)
def test_a_whole_number_is_a_quantity(text: str, least: int, quantity: int) -> None:
    assert parse_quantity(text, least=least) == quantity


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1000", "1000000000", "abc", "1.5", "1e2", "२", "+1", "9" * 500]
)
def test_anything_else_is_refused_and_quoted_in_short(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_quantity(text)
    assert (refused.value.field, refused.value.value) == ("quantity", text[:40])
    assert refused.value.expected == "a whole number from 1 to 999"
