"""A page that raises keeps its last good version, is recorded, and stops nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.catalogue.model import Image, Product
from app.errors import NotFound, StoreUnavailable
from app.publishing.model import Scope
from app.web.contexts import pages
from sitegen import cli
from sitegen.housekeeping import Housekeeping
from sitegen.reporter import QuietReporter
from tests.sitegen.shop import SHOP, SmallShop

LOST = (Image("lost.jpg", "A picture that nobody has", 10, 10),)
CARD = "/products/card/"


@pytest.fixture(autouse=True)
def _pages_of_lost_pictures_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the own page of a product with the lost picture raise; listings do without it, as all pages do."""
    told = pages.json_ld

    def telling(product: Product, *others: Any) -> str:
        if product.images == LOST:
            raise NotFound("asset", "lost.jpg")
        return told(product, *others)

    monkeypatch.setattr(pages, "json_ld", telling)


def break_card(shop: SmallShop) -> None:
    """Let the card's own page fail."""
    shop.edit("prd_card", images=LOST, title="Broken card")


def test_the_page_stays_as_it_was_and_its_neighbours_go_live(shop: SmallShop) -> None:
    good = shop.text(CARD)
    break_card(shop)
    published = shop.follow()
    assert published == ["/collections/all/", "/", "/sitemap.xml"]
    assert shop.text(CARD) == good
    assert "Broken card" in shop.text("/collections/all/")
    assert shop.publications()[0].failed == (CARD,)
    failure = shop.generator.manifest.failures.of(CARD)
    assert failure is not None
    assert failure.tries == 1
    assert failure.traceback.splitlines()[-1] == "app.errors.NotFound: There is no asset 'lost.jpg'."
    assert shop.wrong() == {CARD: "does not render: NotFound: There is no asset 'lost.jpg'."}


def test_it_heals_with_the_next_change(shop: SmallShop) -> None:
    break_card(shop)
    shop.follow()
    shop.edit("prd_card", images=())
    assert CARD in shop.follow()
    assert "Broken card" in shop.text(CARD)
    assert shop.generator.manifest.failures.all() == []
    assert shop.wrong() == {}


def test_it_is_tried_again_with_a_growing_pause(shop: SmallShop) -> None:
    break_card(shop)
    shop.follow()
    failure = shop.generator.manifest.failures.of(CARD)
    assert failure is not None
    at = shop.services.clock.now()
    assert [failure.is_due(at + timedelta(seconds=seconds)) for seconds in (3, 5)] == [False, True]
    later = replace(failure, tries=9)
    assert [later.is_due(at + timedelta(seconds=seconds)) for seconds in (290, 301)] == [False, True]


def test_a_retry_heals_it_too(shop: SmallShop) -> None:
    break_card(shop)
    shop.follow()
    housekeeping = Housekeeping(shop.generator)
    housekeeping._retry_failures()
    assert shop.generator.manifest.failures.all()[0].tries == 1
    shop.generator.manifest._db.execute("UPDATE failures SET failed_at = '2020-01-01T00:00:00.000Z'")
    housekeeping._retry_failures()
    assert shop.generator.manifest.failures.all()[0].tries == 2
    # Healed by somebody whose write was never reported.
    shop.external("products").update_one({"_id": "prd_card"}, {"$set": {"images": []}})
    shop.generator.manifest._db.execute("UPDATE failures SET failed_at = '2020-01-01T00:00:00.000Z'")
    housekeeping._retry_failures()
    assert shop.generator.manifest.failures.all() == []
    assert "Broken card" in shop.text(CARD)


def test_a_page_that_never_was_is_listed_and_explained(shop: SmallShop) -> None:
    shop.edit("prd_vase", images=LOST, status="active")
    shop.follow()
    assert not shop.has("/products/vase/")
    found = cli.explain(shop.settings, "/products/vase/")
    assert found is not None
    assert (found["built_at"], found["fingerprint"]) == (None, None)
    assert found["keys"] == ["asset lost.jpg"] or "product prd_vase page" in found["keys"]
    assert "lost.jpg" in found["failure"]
    shop.external("products").delete_one({"_id": "prd_vase"})
    shop.follow()
    assert shop.generator.manifest.failures.all() == []
    assert cli.explain(shop.settings, "/products/vase/") is None


def test_a_build_counts_it_as_failed(shop: SmallShop) -> None:
    shop.close()
    break_card(shop)
    report = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    assert (report.failed, report.published) == (1, 3)
    again = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    assert (again.failed, again.published) == (1, 0)


def test_a_page_whose_product_has_gone_meanwhile_is_no_failure(shop: SmallShop) -> None:
    record = shop.generator.manifest.page(CARD)
    assert record is not None
    shop.external("products").delete_one({"_id": "prd_card"})
    shop.generator.freezer.refresh()
    built = shop.generator.builder.build({record.ref}, "a write that came too late")
    assert (built.failed, built.removed) == ([], [CARD])
    assert not shop.has(CARD)
    assert shop.generator.manifest.page(CARD) is None


def test_a_moved_page_is_not_filled_with_what_it_leads_to(shop: SmallShop) -> None:
    record = shop.generator.manifest.page(CARD)
    assert record is not None
    shop.edit("prd_card", slug="postcard")
    shop.services.catalogue.remember_move(CARD, "/products/postcard/")
    shop.generator.freezer.refresh()
    assert shop.generator.builder.build({record.ref}, "too late").removed == [CARD]


def test_a_database_that_is_away_is_no_fault_of_the_pages(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shop.services.inventory.store
    pools = store.pools

    def away(_store: object, stock_ids: Sequence[str]) -> object:
        # Gone at the moment when a page is rendered, and not before.
        if stock_ids:
            raise StoreUnavailable("gone fishing")
        return pools(stock_ids)

    before = shop.pages()
    shop.price("LAMP-OAK", 1)
    token = shop.generator.manifest.meta("resume_token")
    with monkeypatch.context() as patched:
        patched.setattr(type(store), "pools", away)
        with pytest.raises(StoreUnavailable):
            shop.follow()
    assert shop.generator.manifest.failures.all() == []
    assert shop.generator.manifest.meta("resume_token") == token
    assert shop.pages() == before
    shop.close()
    shop.follow()
    assert "$0.01" in shop.text("/products/lamp/")


def test_a_setting_that_breaks_every_page_leaves_every_page(shop: SmallShop, database: Database) -> None:
    before = shop.pages()
    database.driver["settings"].update_one(
        {"_id": "shop"}, {"$set": {"menu": [{"title": "?", "kind": "moon"}]}}
    )
    assert [url for url in shop.follow() if not url.endswith(".txt")] == []
    assert shop.pages() == before
    assert len(shop.generator.manifest.failures.all()) > 20
    shop.put(SHOP)
    shop.follow()
    assert shop.generator.manifest.failures.all() == []
    assert shop.pages() == before
