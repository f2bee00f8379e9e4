"""Products as values: what is sold where, and the texts that name things."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.model import ProductStatus, Variant, parse_sku, parse_slug
from app.errors import InvalidValue
from app.money import Money
from tests.builders import JAPAN, US, lamp


@pytest.mark.parametrize(
    ("text", "sku"), [(" lamp-oak ", "LAMP-OAK"), ("a/b c", "A/B C"), ("größe-ß", "GRÖSSE-SS")]
)
def test_a_sku_is_trimmed_and_upper_case(text: str, sku: str) -> None:
    assert parse_sku(text) == sku


@pytest.mark.parametrize("text", ["", "  ", "LAMP\nOAK", "LAMP\x00", "L" * 121])
def test_a_sku_that_nobody_could_type_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_sku(text)
    assert (refused.value.field, refused.value.value) == ("sku", text[:120])


@pytest.mark.parametrize("text", ["lamp", "lamp-2", "2-lamps"])
def test_a_slug_is_a_name_in_a_url(text: str) -> None:
    assert parse_slug(text) == text


@pytest.mark.parametrize(
    "text", ["", "Lamp", "lamp-", "-lamp", "a--b", "a/b", "..", "lamp\n", "lämp", "l" * 121]
)
def test_anything_else_is_no_slug(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_slug(text)


def test_a_product_is_sold_where_a_variant_has_a_price() -> None:
    assert [variant.sku for variant in lamp().sold_variants(US)] == ["LAMP-OAK", "LAMP-ASH"]
    assert [variant.sku for variant in lamp().sold_variants(JAPAN)] == ["LAMP-OAK"]
    assert lamp().is_sold_in(JAPAN)
    assert not lamp().is_sold_in(replace(JAPAN, currency="EUR"))


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_only_an_active_product_is_sold(status: ProductStatus) -> None:
    assert not lamp(status=status).is_sold_in(US)


def test_a_variant_is_found_by_sku_and_by_all_its_options() -> None:
    product = lamp()
    assert product.variant("LAMP-ASH") is product.chosen(("Ash",)) is product.variants[1]
    assert product.variant("LAMP-PINE") is None
    assert product.chosen(()) is None


@pytest.mark.parametrize(
    ("compare_at", "was"), [(5900, Money(5900, "USD")), (4900, None), (4000, None), (None, None)]
)
def test_a_former_price_is_shown_only_above_the_price(compare_at: int | None, was: Money | None) -> None:
    former = {} if compare_at is None else {"USD": compare_at}
    assert Variant("L", "L", prices={"USD": 4900}, compare_at=former).was("USD") == was


def test_a_variant_without_a_price_in_a_currency_has_none() -> None:
    variant = Variant("L", "L", options=("A3", "Oak"), prices={"USD": 0}, compare_at={"JPY": 5})
    assert (variant.price("USD"), variant.price("JPY"), variant.was("JPY")) == (Money(0, "USD"), None, None)
    assert variant.title == "A3 / Oak"
