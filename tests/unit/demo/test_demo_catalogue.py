"""What the demo promises to show: exact counts, real pictures, clean text."""

from __future__ import annotations

from itertools import product as combinations

import nh3

from app.catalogue.model import Band, MenuEntry, parse_sku, parse_slug
from app.demo.catalogue import COLLECTIONS, PRODUCTS
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


FIRST_SIX = ("tides", "saddle", "low-sun", "warp-and-weft", "turning-tiles", "paper-moons")


def test_forty_eight_prints_hang_and_the_first_six_kept_their_variants() -> None:
    assert len(PRODUCTS) == len({product.slug for product in PRODUCTS}) == 48
    assert PRODUCTS[0].slug == "tides"
    known = {product.slug: product for product in PRODUCTS}
    assert [len(known[slug].variants) for slug in FIRST_SIX] == [9, 6, 1, 1, 1, 1]
    singles = [known[slug].variants[0].sku for slug in FIRST_SIX[2:]]
    assert singles == ["LOW-SUN-A4", "WARP-A2", "TILES-A4", "MOONS-SHEET"]
    assert len(VARIANTS) == 279


def test_sizes_and_frames_are_a_full_matrix_and_skus_spell_it() -> None:
    matrices = [product for product in PRODUCTS if product.options]
    assert [product.slug for product in PRODUCTS if not product.options] == [
        slug for slug in (product.slug for product in PRODUCTS) if slug in FIRST_SIX[2:]
    ]
    for product in matrices:
        wanted = list(combinations(*(option.values for option in product.options)))
        assert [variant.options for variant in product.variants] == wanted
        assert {option.name for option in product.options} <= {"Size", "Frame"}
        for variant in product.variants:
            parts = [part.replace(" ", "").upper() for part in variant.options]
            assert [part for part in variant.sku.split("-") if part in parts] == parts


def test_little_of_the_stock_is_unusual() -> None:
    bands = {sku: availability(sku) for sku in (variant.sku for variant in VARIANTS)}
    unusual = {sku: band for sku, band in bands.items() if band != Band.IN_STOCK}
    assert unusual == {
        "LOW-SUN-A4": "low_stock:2",
        "WARP-A2": "sold_out",
        "COW-PARSLEY-A2-OAK": "low_stock:2",
        "LIMIT-DISC-50CM-OAK": "low_stock:1",
        "STRATA-A3-BLACK": "low_stock:3",
        "ONE-LINE-MOON-A2-BLACK": "back_order",
    }
    assert [pool.id for pool in POOLS if not pool.is_tracked] == ["MOONS-SHEET"]


def test_all_but_the_first_six_have_prices_in_four_currencies() -> None:
    for product in PRODUCTS:
        currencies = {tuple(sorted(variant.prices)) for variant in product.variants}
        assert len(currencies) == 1, f"{product.slug} is sold in some sizes only"
    everywhere = {p.slug for p in PRODUCTS if set(p.variants[0].prices) == {"USD", "EUR", "GBP", "JPY"}}
    assert {p.slug for p in PRODUCTS} - everywhere == set(FIRST_SIX) - {"tides"}
    assert len(sold_in("USD")) == 48
    assert {market.currency for market in MARKETS} == {"EUR", "GBP", "JPY"}
    for variant in VARIANTS:
        assert all(parse_currency(code) == code for code in variant.prices)
        assert all(minor > 0 for minor in variant.prices.values())


def test_yen_are_whole_and_cost_about_what_dollars_do() -> None:
    tides = next(variant for variant in VARIANTS if variant.sku == "TIDES-A3-OAK")
    yen = tides.price("JPY")
    assert yen is not None
    assert yen.decimal == "16000"
    for variant in VARIANTS:
        if "JPY" in variant.prices:
            assert 1.3 < variant.prices["JPY"] / variant.prices["USD"] < 1.7, variant.sku


def test_a_few_prices_were_higher_before() -> None:
    lowered = [variant for variant in VARIANTS if variant.compare_at]
    slugs = {product.slug for product in PRODUCTS if product.variants[0].compare_at}
    assert slugs == {"turning-tiles", "houndstooth", "blanket", "reeds"}
    for variant in lowered:
        assert set(variant.compare_at) == set(variant.prices)
        assert all(variant.compare_at[code] > variant.prices[code] for code in variant.prices)
    (tiles,) = [variant for variant in lowered if variant.sku == "TILES-A4"]
    was = [tiles.was(currency) for currency in ("USD", "GBP")]
    assert [money and money.decimal for money in was] == ["36.00", "29.00"]


def test_no_sku_or_slug_appears_twice_and_all_are_spelt_as_the_shop_keeps_them() -> None:
    skus = [variant.sku for variant in VARIANTS]
    assert len(set(skus)) == len(skus)
    assert [parse_sku(sku) for sku in skus] == skus
    slugs = [thing.slug for thing in (*PRODUCTS, *COLLECTIONS, *PAGES)]
    assert len(set(slugs)) == len(slugs)
    assert [parse_slug(slug) for slug in slugs] == slugs
    assert len({thing.id for thing in (*PRODUCTS, *COLLECTIONS, *PAGES, *MARKETS)}) == len(slugs) + len(
        MARKETS
    )


def test_every_variant_has_a_stock_pool_of_its_own_and_no_pool_is_left_over() -> None:
    assert sorted(variant.stock_id for variant in VARIANTS) == sorted(pool.id for pool in POOLS)
    assert all(variant.stock_id == variant.sku for variant in VARIANTS)
    assert set(COUNTS) <= {pool.id for pool in POOLS}


def test_every_picture_is_told_in_words() -> None:
    for product in PRODUCTS:
        (image,) = product.images
        assert image.picture == ""
        assert 40 <= len(image.alt) <= 140, image.alt
        assert product.title not in image.alt


def test_descriptions_are_what_the_sanitiser_leaves_of_them() -> None:
    for product in PRODUCTS:
        assert product.description.startswith("<p>")
        assert nh3.clean(product.description) == product.description
        assert product.type
        assert len(product.tags) >= 2
    vendors = {product.vendor for product in PRODUCTS}
    assert vendors == {"Halftide Studio", "Corin Vale", "Ottilie Brandt", "Mirel Sato"}


def test_the_first_collection_by_title_holds_every_print_and_comes_first() -> None:
    assert sorted(COLLECTIONS, key=lambda collection: collection.title)[0].slug == "prints"
    assert COLLECTIONS[0].product_ids == tuple(product.id for product in PRODUCTS)
    known = {product.id for product in PRODUCTS}
    assert all(set(collection.product_ids) <= known for collection in COLLECTIONS)
    assert [collection.slug for collection in COLLECTIONS] == [
        "prints",
        "maps-and-mountains",
        "pattern",
        "sea-and-sky",
        "small-works",
    ]
    small = [product for product in PRODUCTS if product.id in COLLECTIONS[-1].product_ids]
    assert all("A3" not in variant.sku and "A2" not in variant.sku for p in small for variant in p.variants)


def test_menu_and_footer_lead_to_what_is_there() -> None:
    there = {("collection", collection.slug) for collection in COLLECTIONS}
    there |= {("page", page.slug) for page in PAGES}

    def targets(entries: tuple[MenuEntry, ...]) -> list[tuple[str, str]]:
        return [(entry.kind, entry.slug) for entry in entries]

    assert set(targets(SETTINGS.menu)) <= there
    assert {slug for _, slug in targets(SETTINGS.footer)} == {page.slug for page in PAGES}


def test_the_pages_say_that_nothing_is_really_sold() -> None:
    bodies = {page.slug: page.body for page in PAGES}
    assert list(bodies) == ["shipping", "returns", "about", "contact", "terms", "privacy", "imprint"]
    honest = ("demonstration", "made up", "invented", "does not exist")
    assert all(any(word in body for word in honest) for body in bodies.values())
    assert not any("<" in body for body in bodies.values())
