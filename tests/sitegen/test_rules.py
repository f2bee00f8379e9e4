"""Collections by rule: a product that comes to meet one, or no longer does, touches exactly what shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.model import Collection, ProductStatus
from app.catalogue.rules import Condition, Operator, Rule, RuleField, RuleOrder
from sitegen.freezer import Frozen, PageFreezer, RenderFailed
from sitegen.pages import PageRef
from tests.sitegen.shop import SmallShop

SEA = Rule((Condition(RuleField.TAG, Operator.EQUALS, "sea"),))
BY_RULE = Collection("col_sea", "sea", "Sea", "What lies by it.", rule=SEA)
POSTER_PAGES = {"/products/poster/", "/de/products/poster/"}
CARDS_OF_POSTER = {"/collections/all/", "/de/collections/all/", "/", "/de/"}


@pytest.fixture
def sea(shop: SmallShop) -> SmallShop:
    """The small shop with a collection that finds whatever is tagged `sea`: nothing yet."""
    shop.put(BY_RULE)
    shop.follow()
    return shop


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were rendered, whether or not they came out differently."""
    found: list[str] = []
    freeze = PageFreezer.freeze

    def noting(self: PageFreezer, ref: PageRef, staging: Path) -> Frozen | RenderFailed:
        found.append(self.url(ref))
        return freeze(self, ref, staging)

    monkeypatch.setattr(PageFreezer, "freeze", noting)
    return found


def order_of(shop: SmallShop, url: str) -> list[str]:
    """Return the products of a listing in the order of its page."""
    text = shop.text(url)
    slugs = ("lamp", "poster", "card", "guide")
    return sorted(
        (slug for slug in slugs if f'/products/{slug}/"' in text), key=lambda s: text.index(f"/{s}/")
    )


def test_a_tag_brings_a_product_into_the_collection_and_touches_exactly_these_pages(
    sea: SmallShop, rendered: list[str]
) -> None:
    sea.edit("prd_poster", tags=("sea",))

    assert set(sea.follow()) == {
        *POSTER_PAGES,
        *("/collections/sea/", "/de/collections/sea/"),
        "/sitemap.xml",
    }
    # No card has changed, and the market that does not sell it keeps its pages. The front page
    # shows a picture of each collection's first page, and comes out as it was.
    assert set(rendered) == {
        *POSTER_PAGES,
        *("/", "/de/"),
        *("/collections/sea/", "/de/collections/sea/"),
        "/sitemap.xml",
    }
    assert "/products/poster/" in sea.text("/collections/sea/")
    assert "/collections/sea/" in sea.text("/products/poster/")
    assert sea.wrong() == {}


def test_a_tag_that_no_rule_asks_for_touches_nothing_but_the_sitemap(sea: SmallShop) -> None:
    sea.edit("prd_poster", tags=("land",))

    assert sea.follow() == ["/sitemap.xml"]


def test_a_tag_that_goes_takes_the_product_out_again(sea: SmallShop) -> None:
    empty = sea.text("/collections/sea/")
    sea.edit("prd_poster", tags=("sea",))
    sea.follow()
    sea.edit("prd_poster", tags=())

    assert set(sea.follow()) == {
        *POSTER_PAGES,
        *("/collections/sea/", "/de/collections/sea/"),
        "/sitemap.xml",
    }
    assert sea.text("/collections/sea/") == empty
    assert "/collections/sea/" not in sea.text("/products/poster/")
    assert sea.wrong() == {}


def test_a_program_that_adds_a_tag_is_followed_like_an_editor(sea: SmallShop) -> None:
    sea.external("products").update_one({"_id": "prd_card"}, {"$set": {"tags": ["Sea"]}})

    assert set(sea.follow()) == {"/products/card/", "/collections/sea/"}


def test_a_price_moves_a_product_within_a_rule_by_price_and_in_its_market_alone(shop: SmallShop) -> None:
    dear = Rule((Condition(RuleField.PRICE, Operator.GREATER_THAN, "4.00 USD"),), order=RuleOrder.PRICE_UP)
    shop.put(replace(BY_RULE, rule=dear))
    shop.follow()
    assert order_of(shop, "/collections/sea/") == ["guide", "poster", "lamp"]
    assert order_of(shop, "/de/collections/sea/") == ["guide", "poster", "lamp"]
    shop.price("LAMP-OAK", 900, "USD")
    published = set(shop.follow())

    assert order_of(shop, "/collections/sea/") == ["guide", "lamp", "poster"]
    assert order_of(shop, "/de/collections/sea/") == ["guide", "poster", "lamp"]
    assert "/collections/sea/" in published
    assert "/de/collections/sea/" not in published
    shop.price("CARD", 500, "USD")
    shop.follow()
    # Three stand on a page, so the last one has moved to a second that was not there.
    assert order_of(shop, "/collections/sea/") == ["card", "guide", "lamp"]
    assert order_of(shop, "/collections/sea/page/2/") == ["poster"]
    assert shop.wrong() == {}


def test_a_draft_that_meets_a_rule_appears_when_it_is_published_and_goes_when_it_is_archived(
    sea: SmallShop,
) -> None:
    sea.edit("prd_vase", tags=("sea",))
    assert sea.follow() == []
    sea.edit("prd_vase", status=ProductStatus.ACTIVE)
    sea.follow()
    assert "/products/vase/" in sea.text("/collections/sea/")
    assert sea.wrong() == {}
    sea.edit("prd_vase", status=ProductStatus.ARCHIVED)
    sea.follow()
    assert "/products/vase/" not in sea.text("/collections/sea/")
    assert sea.wrong() == {}


def test_a_deleted_product_leaves_the_rules_that_found_it(sea: SmallShop) -> None:
    sea.edit("prd_poster", tags=("sea",))
    sea.follow()
    sea.external("products").delete_one({"_id": "prd_poster"})
    sea.follow()

    assert "/products/poster/" not in sea.text("/collections/sea/")
    assert not sea.has("/products/poster/")
    assert sea.wrong() == {}


def test_another_rule_or_a_list_in_its_place_changes_the_crumbs_of_what_comes_and_goes(
    sea: SmallShop,
) -> None:
    sea.edit("prd_poster", tags=("sea",))
    sea.follow()
    sea.put(replace(BY_RULE, rule=None, product_ids=("prd_card",)))

    assert set(sea.follow()) >= {*POSTER_PAGES, "/products/card/", "/collections/sea/"}
    assert "/collections/sea/" not in sea.text("/products/poster/")
    assert "/collections/sea/" in sea.text("/products/card/")
    assert sea.wrong() == {}


def test_what_a_product_had_recorded_before_its_page_failed_hides_no_listing(
    sea: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sea.edit("prd_poster", tags=("sea",))
    sea.follow()
    freeze = PageFreezer.freeze

    def failing(self: PageFreezer, ref: PageRef, staging: Path) -> Frozen | RenderFailed:
        if ref.endpoint == "storefront.product":
            return RenderFailed(self.url(ref), ref, {}, "no", "no")
        return freeze(self, ref, staging)

    monkeypatch.setattr(PageFreezer, "freeze", failing)
    sea.edit("prd_poster", tags=())
    sea.follow()
    sea.edit("prd_poster", tags=("sea",))
    sea.follow()

    assert "/products/poster/" in sea.text("/collections/sea/")
