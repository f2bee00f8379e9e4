"""A collection in other orders: which pages there are, what is on them, and what touches them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.web.contexts import projections
from app.web.contexts.listing import Listing
from tests.sitegen.shop import ALL, CARD, GUIDE, LAMP, LIGHT, MARKETS, POSTER, SmallShop, is_sorted, variant

SORTS = ("newest", "title", "price-up", "price-down")
US = MARKETS[0]


def titles(shop: SmallShop, url: str) -> list[str]:
    """Return the products on a page of a listing, in order."""
    text = shop.text(url)
    known = ("Reading lamp", "Poster", "Greeting card", "Guide")
    found = {title: text.index(f">{title}</a>") for title in known if f">{title}</a>" in text}
    return sorted(found, key=lambda title: found[title])


def test_a_listing_sorts_by_each_order_and_equals_by_address() -> None:
    day = {product.id: number for number, product in enumerate((CARD, LAMP, GUIDE), start=1)}
    came = [
        replace(
            product, created_at=datetime(2026, 11, day[product.id], tzinfo=UTC) if product.id in day else None
        )
        for product in (LAMP, POSTER, CARD, GUIDE)
    ]
    listing = Listing((*came, replace(LAMP, id="prd_second", slug="a-second-lamp")), "USD")
    slugs = {sort: [product.slug for product in listing._sorted[sort]] for sort in listing.sorts}
    assert slugs == {
        "newest": ["guide", "lamp", "card", "a-second-lamp", "poster"],
        "title": ["card", "guide", "poster", "a-second-lamp", "lamp"],
        "price-up": ["card", "guide", "poster", "a-second-lamp", "lamp"],
        "price-down": ["a-second-lamp", "lamp", "poster", "guide", "card"],
    }


def test_titles_are_sorted_without_regard_to_capitals_and_accents() -> None:
    named = [
        replace(CARD, slug=f"s-{n}", title=title) for n, title in enumerate(("zoo", "Über", "Étude", "under"))
    ]
    assert [product.title for product in Listing(tuple(named), "USD")._sorted["title"]] == [
        "Étude",
        "Über",
        "under",
        "zoo",
    ]


def test_each_order_has_pages_where_a_market_sells_two_products(shop: SmallShop) -> None:
    assert titles(shop, "/collections/all/") == ["Reading lamp", "Poster", "Greeting card"]
    assert titles(shop, "/collections/all/sort/price-up/") == ["Greeting card", "Guide", "Poster"]
    assert titles(shop, "/collections/all/sort/price-up/page/2/") == ["Reading lamp"]
    assert titles(shop, "/de/collections/light/sort/price-down/") == ["Reading lamp", "Guide"]
    assert all(shop.has(f"/de/collections/all/sort/{sort}/") for sort in SORTS)
    # Japan has a price for the lamp alone.
    assert not [name for name in shop.folder() if name.startswith("jp/") and is_sorted(f"/{name}")]
    assert "/sort/" not in shop.text("/jp/collections/all/")


def test_a_sorted_page_leads_to_the_others_and_machines_to_the_collection(shop: SmallShop) -> None:
    text = shop.text("/collections/all/sort/price-up/page/2/")
    assert '<link rel="canonical" href="https://shop.example/collections/all/">' in text
    assert "hreflang" not in text
    assert 'href="/collections/all/sort/price-up/" aria-current="true">Price, lowest first</a>' in text
    assert '<a class="sort-links__order" href="/collections/all/">Our order</a>' in text
    assert 'href="/collections/all/sort/price-up/page/2/" aria-current="page"' in text
    assert "/sort/" not in (shop.settings.public / "sitemap.xml").read_text()


def test_whoever_narrows_a_sorted_page_keeps_its_order(shop: SmallShop) -> None:
    for number in ("", "page/2/"):
        text = shop.text(f"/collections/all/sort/price-up/{number}")
        assert 'href="/collections/all/filter?sort=price-up" rel="nofollow">Filter</a>' in text
    assert 'href="/de/collections/all/filter?sort=title"' in shop.text("/de/collections/all/sort/title/")
    assert 'href="/collections/all/filter" rel="nofollow">Filter</a>' in shop.text("/collections/all/")


def test_a_sorted_page_records_its_own_result(shop: SmallShop) -> None:
    keys = set(shop.generator.manifest.reads_of("/collections/all/sort/title/page/2/"))
    assert projections.result_key("col_all", "default", 2, "title") in keys
    assert not [key for key in keys if "/price-up/" in key.projection or key.projection == "result/default/2"]


def test_a_price_touches_the_sorted_pages_whose_result_or_cards_it_changes(shop: SmallShop) -> None:
    # From the middle of the order to the end: the guide is dearer than the lamp now.
    shop.price("GUIDE-PDF", 9900)
    published = [url for url in shop.follow_all() if is_sorted(url)]
    assert set(published) == {
        *("/collections/all/sort/newest/", "/collections/all/sort/title/"),
        *("/collections/all/sort/price-up/", "/collections/all/sort/price-up/page/2/"),
        # Its second page holds the card as before.
        "/collections/all/sort/price-down/",
        *(f"/collections/light/sort/{sort}/" for sort in SORTS),
    }
    assert titles(shop, "/collections/all/sort/price-up/page/2/") == ["Guide"]
    assert titles(shop, "/collections/all/sort/price-down/") == ["Guide", "Reading lamp", "Poster"]
    assert shop.wrong() == {}


def test_a_description_and_stock_within_a_band_touch_no_sorted_page(shop: SmallShop) -> None:
    shop.edit("prd_lamp", description="<p>For short evenings.</p>")
    shop.count("POSTER", 12)
    assert [url for url in shop.follow_all() if is_sorted(url)] == []


def test_another_order_of_the_editor_touches_no_sorted_page(shop: SmallShop) -> None:
    shop.put(replace(LIGHT, product_ids=("prd_guide", "prd_lamp")))
    assert shop.follow_all() == ["/collections/light/", "/de/collections/light/", "/sitemap.xml"]


def test_sorted_pages_come_with_the_second_product_and_go_with_it(shop: SmallShop) -> None:
    shop.edit("prd_guide", variants=(variant("GUIDE-PDF", USD=500, EUR=500, JPY=700),))
    shop.follow()
    assert titles(shop, "/jp/collections/light/sort/price-up/") == ["Guide", "Reading lamp"]
    assert "/sort/" in shop.text("/jp/collections/light/")
    shop.edit("prd_guide", variants=(variant("GUIDE-PDF", USD=500, EUR=500),))
    shop.follow()
    assert not shop.has("/jp/collections/light/sort/price-up/")
    assert "/sort/" not in shop.text("/jp/collections/light/")
    assert shop.wrong() == {}


def test_a_renamed_collections_sorted_pages_lead_on(shop: SmallShop) -> None:
    shop.put(replace(ALL, slug="everything"))
    shop.follow()
    redirect = shop.services.catalogue.store.redirect("/collections/all/sort/title/page/2/")
    assert redirect is not None
    assert redirect.target == "/collections/everything/sort/title/page/2/"
    assert not shop.has("/collections/all/sort/title/")


@pytest.mark.parametrize("address", ["sort/best/", "sort/title/page/1/", "sort/title/page/9/", "sort/"])
def test_an_order_or_a_page_that_does_not_exist_is_not_found(shop: SmallShop, address: str) -> None:
    client = shop.generator.freezer.app.test_client()
    shop.generator.freezer.app.config["TRAP_HTTP_EXCEPTIONS"] = False
    assert client.get(f"/collections/all/{address}").status_code == 404
