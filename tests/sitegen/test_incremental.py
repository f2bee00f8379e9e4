"""What one change rebuilds: exactly the pages that show it, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.model import ProductStatus
from app.inventory.model import MovementKind
from app.publishing.model import DocumentChange
from app.web.contexts import projections
from app.web.factory import create_app
from app.web.reads import Key
from sitegen.freezer import Frozen, PageFreezer, RenderFailed
from sitegen.pages import PageRef
from tests.sitegen.shop import ALL, LIGHT, POSTER, SHIPPING, SHOP, SmallShop, is_sorted, variant

LAMP_PAGES = {"/products/lamp/", "/de/products/lamp/", "/jp/products/lamp/"}
LAMP_LISTINGS = {
    *("/collections/all/", "/collections/light/"),
    *("/de/collections/all/", "/de/collections/light/"),
    *("/jp/collections/all/", "/jp/collections/light/"),
}
HOMES = {"/", "/de/", "/jp/"}
PAGES = 48
"""Eight of products, seven of collections, three each of text, home and 404, and four of the shop.

Twenty more show five of the pages of collections in four other orders: a market sells a single
product of each of the others.
"""


def test_the_second_build_publishes_nothing(shop: SmallShop) -> None:
    before = shop.inodes()
    built = shop.generator.repair("again")
    assert (built.published, built.unchanged, built.failed, built.removed) == ([], [], [], [])
    everything = shop.generator.rebuild_all("everything again")
    assert everything.published == []
    assert len(everything.unchanged) == shop.generator.manifest.count_pages() == PAGES
    assert shop.inodes() == before


def test_a_price_rebuilds_the_pages_that_show_it_product_first(shop: SmallShop) -> None:
    before = shop.inodes()
    shop.price("LAMP-OAK", 4200)
    published = shop.follow()
    assert published == [
        "/products/lamp/",
        *("/collections/all/", "/collections/light/"),
        "/",
        "/sitemap.xml",
    ]
    assert "$42.00" in shop.text("/products/lamp/")
    after = shop.inodes()
    changed = {f"/{name.removesuffix('index.html')}" for name in before if before[name] != after[name]}
    assert {url for url in changed if not is_sorted(url)} == set(published) - {"/sitemap.xml"}


def test_a_stock_change_within_a_band_publishes_nothing(shop: SmallShop) -> None:
    before = shop.folder()
    shop.count("POSTER", 12)
    assert shop.follow() == []
    assert shop.folder() == before
    assert shop.publications()[0].changes == (DocumentChange("stock_pools", "POSTER", 2),)


def test_a_stock_change_across_a_band_rebuilds_what_shares_the_pool(shop: SmallShop) -> None:
    shop.count("POSTER", 2)
    assert set(shop.follow()) == {
        *("/products/poster/", "/de/products/poster/", "/products/card/"),
        *("/collections/all/", "/de/collections/all/", "/", "/de/"),
    }
    assert "Only 2 left" in shop.text("/products/card/")
    # Two variants are left to choose from, so the card has no count.
    assert "Only a few left" in shop.text("/collections/all/")


def test_a_description_leaves_every_card_alone(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    freeze = PageFreezer.freeze

    def noting(self: PageFreezer, ref: PageRef, staging: Path) -> Frozen | RenderFailed:
        rendered.append(self.url(ref))
        return freeze(self, ref, staging)

    monkeypatch.setattr(PageFreezer, "freeze", noting)
    shop.edit("prd_lamp", description="<p>For short ones.</p>")
    assert set(shop.follow()) == {*LAMP_PAGES, "/sitemap.xml"}
    assert sorted(rendered) == sorted({*LAMP_PAGES, "/sitemap.xml"})


def test_a_product_page_records_exactly_these_keys(shop: SmallShop) -> None:
    assets = ("favicon.svg", "htmx-4.0.1.min.js", "shop.js", "site.css")
    assert set(shop.generator.manifest.reads_of("/products/lamp/")) == {
        projections.page_key("prd_lamp"),
        projections.crumbs_key("prd_lamp"),
        projections.collection_key("col_all"),
        projections.collection_key("col_light"),
        projections.band_key("LAMP-OAK"),
        projections.band_key("LAMP-ASH"),
        projections.lead_key("shipping"),
        projections.lead_key("returns"),
        projections.LAYOUT,
        projections.CODE,
        *(Key("asset", name, "") for name in assets),
    }


def test_a_listing_records_its_result_and_the_cards_on_it(shop: SmallShop) -> None:
    keys = {
        key for key in shop.generator.manifest.reads_of("/collections/all/page/2/") if key.kind != "asset"
    }
    assert keys == {
        projections.collection_key("col_all"),
        projections.result_key("col_all", "default", 2),
        projections.card_key("prd_guide", "USD"),
        projections.band_key("GUIDE-PDF"),
        projections.LAYOUT,
        projections.CODE,
    }


def test_another_programs_writes_are_followed_and_recorded_as_external(shop: SmallShop) -> None:
    shop.external("products").update_one(
        {"_id": "prd_lamp", "variants.sku": "LAMP-OAK"}, {"$set": {"variants.$.prices.USD": 100}}
    )
    shop.external("stock_pools").update_one({"_id": "LAMP-OAK"}, {"$set": {"on_hand": 2}})
    assert set(shop.follow()) >= LAMP_PAGES
    assert "$1.00" in shop.text("/products/lamp/")
    revision, *older = shop.services.catalogue.store.revisions("prd_lamp")
    assert (revision.who, list(revision.diff), len(older)) == ("external", ["variants"], 1)
    movement = shop.services.inventory.store.movements("LAMP-OAK")[0]
    assert (movement.kind, movement.on_hand, movement.by) == (MovementKind.EXTERNAL, -8, "external")
    assert shop.follow() == []
    assert len(shop.services.catalogue.store.revisions("prd_lamp")) == 2
    assert len(shop.services.inventory.store.movements("LAMP-OAK")) == 2


def test_what_was_written_while_nobody_followed_is_settled_in_idle_moments(shop: SmallShop) -> None:
    shop.external("stock_pools").update_one({"_id": "POSTER"}, {"$inc": {"on_hand": 7}})
    shop.housekeeping.settle_everything()
    while shop.housekeeping._unsettled:
        shop.housekeeping._settle([shop.housekeeping._unsettled.popleft()])
    assert shop.services.inventory.store.movements("POSTER")[0].on_hand == 7
    assert len(shop.services.inventory.store.movements("LAMP-OAK")) == 1


def test_a_document_that_cannot_be_read_takes_its_own_pages_away_and_no_others(shop: SmallShop) -> None:
    # The validator would refuse it; a database that was there before the validator may hold it.
    shop.external("products").update_one(
        {"_id": "prd_card"}, {"$set": {"images": "none"}}, bypass_document_validation=True
    )
    shop.follow()
    assert not shop.has("/products/card/")
    assert shop.has("/products/lamp/")
    assert shop.services.catalogue.store.redirect("/products/card/") is None
    shop.external("products").update_one({"_id": "prd_card"}, {"$unset": {"images": 1}})
    assert "/products/card/" in shop.follow()
    assert shop.wrong() == {}


def test_a_setting_rebuilds_every_page_that_shows_it(shop: SmallShop) -> None:
    shop.put(replace(SHOP, name="Smaller shop"))
    # The sitemap and the robots file read the settings too, but say the same.
    assert len(set(shop.follow_all())) == PAGES - 3
    assert "Smaller shop" in shop.text("/products/lamp/")


def test_how_a_content_page_opens_is_followed_wherever_it_stands(shop: SmallShop) -> None:
    own = {"/pages/shipping/", "/de/pages/shipping/", "/jp/pages/shipping/"}
    shop.put(replace(SHIPPING, body="We **ship**.\n\n## Far\n\nBy sea."))
    # What stands below a heading is on no other page.
    assert set(shop.follow()) - {"/sitemap.xml"} == own
    shop.put(replace(SHIPPING, body="We ship *tomorrow*.\n\n## Far\n\nBy sea."))
    touched = set(shop.follow()) - {"/sitemap.xml"}
    assert touched - own == {url for url in touched if "/products/" in url}
    assert touched >= LAMP_PAGES
    assert own <= touched
    assert "We ship <em>tomorrow</em>." in shop.text("/products/lamp/")
    # A page that is written later is found too.
    shop.put(replace(SHIPPING, id="pag_about", slug="about", title="About", body="We are two."))
    assert {"/", "/de/"} <= set(shop.follow())
    assert "We are two." in shop.text("/")


def test_a_content_page_is_published_changed_moved_and_removed(shop: SmallShop) -> None:
    faq = replace(SHIPPING, id="pag_faq", slug="faq", title="Questions")
    faqs = {"/pages/faq/", "/de/pages/faq/", "/jp/pages/faq/"}
    shop.put(faq)
    assert set(shop.follow()) == {*faqs, "/sitemap.xml"}
    shop.put(replace(faq, body="Ask."))
    assert set(shop.follow()) == faqs
    shop.put(replace(faq, slug="help"))
    shop.follow()
    assert shop.services.catalogue.store.redirect("/de/pages/faq/").target == "/de/pages/help/"
    shop.external("pages").delete_one({"_id": "pag_faq"})
    assert shop.follow() == ["/sitemap.xml"]
    assert not any("pages/help" in name or "pages/faq" in name for name in shop.folder())
    assert shop.wrong() == {}


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_a_product_leaves_and_comes_back(shop: SmallShop, status: ProductStatus) -> None:
    before = shop.pages()
    shop.edit("prd_lamp", status=status)
    assert set(shop.follow()) == {*LAMP_LISTINGS, *HOMES, "/sitemap.xml"}
    removed = {url for url in shop.publications()[0].removed if not is_sorted(url)}
    assert removed == {*LAMP_PAGES, "/collections/all/page/2/"}
    assert not any("lamp" in name or "page/2" in name for name in shop.folder())
    shop.edit("prd_lamp", status=ProductStatus.ACTIVE)
    shop.follow()
    after = shop.pages()
    assert set(before) == set(after)
    # The sitemap says when the product was last written.
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"sitemap.xml", "sitemap.xml.br", "sitemap.xml.gz"}


def test_a_market_without_a_price_has_no_page(shop: SmallShop) -> None:
    shop.edit("prd_guide", variants=(variant("GUIDE-PDF", USD=500),))
    shop.follow()
    assert not shop.has("/de/products/guide/")
    assert shop.has("/products/guide/")
    assert "guide" not in shop.text("/de/collections/light/")
    assert shop.services.catalogue.store.redirect("/de/products/guide/") is None


def test_a_pool_that_is_deleted_has_nothing_to_sell(shop: SmallShop) -> None:
    shop.external("stock_pools").delete_one({"_id": "LAMP-OAK"})
    assert set(shop.follow()) >= LAMP_PAGES
    assert "band--sold_out" in shop.text("/jp/products/lamp/")


def test_a_market_is_added_and_removed(shop: SmallShop) -> None:
    before = shop.pages()
    shop.external("markets").insert_one({"_id": "uk", "currency": "GBP", "locale": "en_GB", "prefix": "uk"})
    shop.edit("prd_guide", variants=(variant("GUIDE-PDF", USD=500, EUR=500, GBP=400),))
    shop.follow()
    assert shop.has("/uk/products/guide/")
    assert "/uk/" in shop.text("/products/lamp/")
    assert shop.wrong() == {}
    shop.external("markets").delete_one({"_id": "uk"})
    shop.follow()
    assert set(shop.pages()) == set(before)
    assert shop.wrong() == {}


def test_the_app_answers_with_the_bytes_of_the_file(shop: SmallShop) -> None:
    # The database's own order is now another than the order by title.
    shop.put(replace(ALL, title="Zebra and everything"))
    shop.put(replace(LIGHT, title="Bright"))
    shop.follow()
    client = create_app(shop.settings, shop.services, serves=False).test_client()
    records = list(shop.generator.manifest.pages())
    assert len(records) == PAGES
    folder = shop.folder()
    assert [record.url for record in records if client.get(record.url).data != folder[record.path]] == []


def test_a_variant_that_goes_uncovers_the_count_of_the_one_that_is_left(shop: SmallShop) -> None:
    bare, framed = POSTER.variants
    shop.edit("prd_poster", variants=(bare, replace(framed, prices=bare.prices)))
    shop.count("POSTER", 3)
    shop.follow()
    assert "Only 3 left" not in card_of(shop, "poster")
    # The same pool, the same price: only how many there are to choose from is another.
    shop.edit("prd_poster", variants=(bare,))
    assert "/collections/all/" in shop.follow()
    assert "Only 3 left" in card_of(shop, "poster")
    assert shop.wrong() == {}


def card_of(shop: SmallShop, slug: str) -> str:
    """Return what the listing says of a product, up to the next card."""
    text = shop.text("/collections/all/")
    return text[text.index(f'/products/{slug}/"') :].partition("</article>")[0]
