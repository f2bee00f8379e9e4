"""What a file of WooCommerce does not speak of stays, and a sale that has dates is no price."""

from __future__ import annotations

import pytest

from app.catalogue.model import Option, ProductStatus
from app.inventory.model import Policy, StockPool
from tests.import_desk import Desk, counts, faults

WHOLE = (
    'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,Description,Tax status,Stock,Low stock amount,'
    "Backorders allowed?,Weight (kg),Sale price,Regular price,Categories,Tags,Images,Brands,"
    "Attribute 1 name,Attribute 1 value(s),Parent\n"
    '1,variable,SHIRT,401,Shirt,-1,<p>Long</p>,none,5,2,1,2,,,Tops,"a, b",http://x.example/y.jpg,Ada,Size,S,\n'
    "2,variation,SHIRT-S,402,Shirt - S,-1,,none,4,2,1,2,39,49,,,http://x.example/s.jpg,,Size,S,SHIRT\n"
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.take(WHOLE)
    return desk


def test_columns_that_are_not_in_the_file_keep_what_the_shop_has(desk: Desk) -> None:
    before, pool = desk.product("shirt"), desk.pool("SHIRT-S")
    assert (before.status, before.tags) == (ProductStatus.DRAFT, ("a", "b"))
    assert pool == StockPool("SHIRT-S", 4, policy=Policy.CONTINUE, cap=1_000_000, low_at=2)
    few = "Type,SKU,Name,Regular price,Parent\nvariable,SHIRT,Shirt,,\nvariation,SHIRT-S,Shirt,59,SHIRT\n"

    report = desk.take(few, set_stock=True)

    assert (faults(report), counts(report)) == ([], (0, 1, 0, 0))
    after = desk.product("shirt")
    assert (after.status, after.description, after.tags, after.type) == (
        ProductStatus.DRAFT,
        "<p>Long</p>",
        ("a", "b"),
        "Tops",
    )
    assert (after.images, after.options, after.extra) == (
        before.images,
        (Option("Size", ("S",)),),
        before.extra,
    )
    [small] = after.variants
    assert (small.prices, small.compare_at) == ({"USD": 5900}, {"USD": 4900})
    assert (small.weight_grams, small.taxable, small.barcode) == (2000.0, False, "402")
    assert (small.image_url, small.options) == ("http://x.example/s.jpg", ("S",))
    assert desk.pool("SHIRT-S") == pool


def test_columns_whose_cells_are_empty_empty_what_they_stand_for(desk: Desk) -> None:
    few = (
        "Type,SKU,Name,Regular price,Parent,Tags,Brands,Sale price\n"
        "variable,SHIRT,Shirt,,,,,\nvariation,SHIRT-S,Shirt,59,SHIRT,,,\n"
    )

    assert counts(desk.take(few)) == (0, 1, 0, 0)

    product = desk.product("shirt")
    assert (product.tags, product.variants[0].compare_at) == ((), {})
    assert "WooCommerce / brands" not in dict(product.extra)


def test_a_sku_that_is_said_to_be_out_of_stock_has_none_and_others_keep_what_they_have() -> None:
    desk, header = Desk(), "Type,SKU,Name,Regular price,In stock?\n"
    desk.take(header + "simple,A,A,1,1\nsimple,B,B,1,0\n")
    assert (desk.pool("A").policy, desk.pool("B")) == (Policy.UNTRACKED, StockPool("B", 0))
    desk.inventory.store.move("B", on_hand=3, reserved=0)

    assert counts(desk.take(header + "simple,A,A,1,1\nsimple,B,B,1,1\n", set_stock=True)) == (0, 0, 2, 0)
    assert (desk.pool("A").policy, desk.pool("B").on_hand) == (Policy.UNTRACKED, 3)


@pytest.mark.parametrize("dates", ["2099-01-01,", ",2020-01-01", "2020-01-01,2099-01-01"])
def test_a_sale_that_has_dates_leaves_the_regular_price(dates: str) -> None:
    desk = Desk()

    desk.take(
        "Type,SKU,Name,Regular price,Sale price,Date sale price starts,Date sale price ends\n"
        f"simple,LAMP,Lamp,49,19,{dates}\nsimple,DESK,Desk,90,80,,\n"
    )

    [lamp], [other] = desk.product("lamp").variants, desk.product("desk").variants
    assert (lamp.prices, lamp.compare_at) == ({"USD": 4900}, {})
    assert (other.prices, other.compare_at) == ({"USD": 8000}, {"USD": 9000})


def test_variations_that_share_their_products_stock_share_its_warning() -> None:
    desk = Desk()

    report = desk.take(
        "Type,SKU,Name,Regular price,Parent,Stock,Low stock amount,Attribute 1 name,Attribute 1 value(s)\n"
        'variable,CUP,Cup,,,9,4,Size,"S, M"\n'
        "variation,CUP-S,Cup,5,CUP,parent,,Size,S\nvariation,CUP-M,Cup,5,CUP,parent,1,Size,M\n"
    )

    assert faults(report) == []
    assert desk.pool("CUP") == StockPool("CUP", 9, low_at=4)


def test_a_column_that_is_named_twice_in_different_letters_is_refused() -> None:
    report = Desk().take("Type,SKU,sku,Name,Regular price\nsimple,A,B,Lamp,5\n")

    assert faults(report) == [(1, "Column 3 is 'sku' a second time: remove one of the two.")]
