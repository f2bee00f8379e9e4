"""What the demo promises to show: exact counts, real pictures, clean text."""

from __future__ import annotations

from itertools import product as combinations

import nh3

from app.catalogue.model import Band, MenuEntry, parse_sku, parse_slug
from app.demo.catalogue import COLLECTIONS, PRODUCTS
from app.demo.pictures import drawn
from app.demo.shop import MARKETS, PAGES, SETTINGS
from app.demo.stock import COUNTS, POOLS
from app.money import parse_currency

VARIANTS = [variant for product in PRODUCTS for variant in product.variants]


def availability(sku: str) -> str:
    return next(pool for pool in POOLS if pool.id == sku).availability().recorded


def sold_in(currency: str) -> list[str]:
    return [
        product.slug
        for product in PRODUCTS
        if any(currency in variant.prices for variant in product.variants)
    ]


def test_six_products_hang_in_nineteen_variants() -> None:
    assert [product.slug for product in PRODUCTS] == [
        "tides",
        "saddle",
        "low-sun",
        "warp-and-weft",
        "turning-tiles",
        "paper-moons",
    ]
    assert [len(product.variants) for product in PRODUCTS] == [9, 6, 1, 1, 1, 1]


def test_two_products_have_a_full_matrix_of_sizes_and_frames() -> None:
    matrices = {product.slug: product for product in PRODUCTS if product.options}
    assert list(matrices) == ["tides", "saddle"]
    for product in matrices.values():
        assert [option.name for option in product.options] == ["Size", "Frame"]
        wanted = list(combinations(*(option.values for option in product.options)))
        assert [variant.options for variant in product.variants] == wanted
        for variant in product.variants:
            assert variant.sku == "-".join((product.slug, *variant.options)).upper()


def test_one_sku_is_sold_out_one_is_low_and_one_is_not_counted() -> None:
    bands = {sku: availability(sku) for sku in (variant.sku for variant in VARIANTS)}
    unusual = {sku: band for sku, band in bands.items() if band != Band.IN_STOCK}
    assert unusual == {"LOW-SUN-A4": "low_stock:2", "WARP-A2": "sold_out"}
    assert [pool.id for pool in POOLS if not pool.is_tracked] == ["MOONS-SHEET"]


def test_one_product_has_prices_in_three_currencies_and_no_market_is_empty() -> None:
    for product in PRODUCTS:
        currencies = {tuple(sorted(variant.prices)) for variant in product.variants}
        assert len(currencies) == 1, f"{product.slug} is sold in some sizes only"
    assert [p.slug for p in PRODUCTS if len(p.variants[0].prices) == 3] == ["tides"]
    assert len(sold_in("USD")) == 6
    assert sold_in("EUR") == ["tides", "saddle", "warp-and-weft", "paper-moons"]
    assert sold_in("GBP") == ["tides", "low-sun", "turning-tiles"]
    for variant in VARIANTS:
        assert all(parse_currency(code) == code for code in variant.prices)
        assert all(minor > 0 for minor in variant.prices.values())


def test_one_price_was_higher_before() -> None:
    lowered = [variant for variant in VARIANTS if variant.compare_at]
    assert [variant.sku for variant in lowered] == ["TILES-A4"]
    was = [lowered[0].was(currency) for currency in ("USD", "GBP")]
    assert [money and money.decimal for money in was] == ["36.00", "29.00"]


def test_no_sku_or_slug_appears_twice_and_all_are_spelt_as_the_shop_keeps_them() -> None:
    skus = [variant.sku for variant in VARIANTS]
    assert len(set(skus)) == len(skus) == 19
    assert [parse_sku(sku) for sku in skus] == skus
    slugs = [thing.slug for thing in (*PRODUCTS, *COLLECTIONS, *PAGES)]
    assert len(set(slugs)) == len(slugs)
    assert [parse_slug(slug) for slug in slugs] == slugs
    assert len({thing.id for thing in (*PRODUCTS, *COLLECTIONS, *PAGES, *MARKETS)}) == len(slugs) + 2


def test_every_variant_has_a_stock_pool_of_its_own_and_no_pool_is_left_over() -> None:
    assert sorted(variant.stock_id for variant in VARIANTS) == sorted(pool.id for pool in POOLS)
    assert all(variant.stock_id == variant.sku for variant in VARIANTS)
    assert len(COUNTS) == len(POOLS) - 1


def test_every_picture_is_told_in_words() -> None:
    for product in PRODUCTS:
        (image,) = product.images
        assert (image.width, image.height) == (1200, 1500)
        assert 40 <= len(image.alt) <= 140, image.alt
        assert product.title not in image.alt


def test_every_picture_is_drawn_and_differs() -> None:
    files = {drawn(product.slug) for product in PRODUCTS}
    assert len(files) == len(PRODUCTS)
    assert drawn("tides") in files


def test_descriptions_are_what_the_sanitiser_leaves_of_them() -> None:
    for product in PRODUCTS:
        assert product.description.startswith("<p>")
        assert nh3.clean(product.description) == product.description
        assert product.vendor == "Halftide Studio"
        assert product.type
        assert product.tags


def test_the_first_collection_by_title_holds_every_print_and_comes_first() -> None:
    assert sorted(COLLECTIONS, key=lambda collection: collection.title)[0].slug == "prints"
    assert COLLECTIONS[0].product_ids == tuple(product.id for product in PRODUCTS)
    known = {product.id for product in PRODUCTS}
    assert all(set(collection.product_ids) <= known for collection in COLLECTIONS)


def test_menu_and_footer_lead_to_what_is_there() -> None:
    there = {("collection", collection.slug) for collection in COLLECTIONS}
    there |= {("page", page.slug) for page in PAGES}

    def targets(entries: tuple[MenuEntry, ...]) -> list[tuple[str, str]]:
        return [(entry.kind, entry.slug) for entry in entries]

    assert set(targets(SETTINGS.menu)) <= there
    assert targets(SETTINGS.footer) == [("page", "shipping"), ("page", "about")]


def test_the_pages_say_that_nothing_is_really_sold() -> None:
    bodies = {page.slug: page.body for page in PAGES}
    assert "is a demonstration" in bodies["shipping"]
    assert "made up" in bodies["about"]
    assert not any("<" in body for body in bodies.values())
