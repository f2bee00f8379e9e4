"""Addresses: renamed, exchanged, taken over, gone for good; and in which order pages come and go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.adapters.mongo.connection import Database
from app.web.factory import create_app
from sitegen.publisher import LocalPublisher, Stamp
from tests.sitegen.shop import ALL, LIGHT, SmallShop, furnish, is_sorted, open_shop, variant


@dataclass
class NotingPublisher(LocalPublisher):
    """Publishes, and notes in which order files appear and go."""

    steps: list[str] = field(default_factory=list)

    def publish(self, path: str, content: bytes, staged: Path | None = None) -> Stamp:
        stamp = super().publish(path, content, staged)
        if not path.startswith("assets/") and not is_sorted(path):
            self.steps.append(f"+/{path.removesuffix('index.html')}")
        return stamp

    def remove(self, path: str) -> None:
        super().remove(path)
        if not is_sorted(path):
            self.steps.append(f"-/{path.removesuffix('index.html')}")


@pytest.fixture
def steps(shop: SmallShop) -> list[str]:
    """What happens to the published folder from now on, in order."""
    shop.close()
    publisher = NotingPublisher(shop.settings.public.absolute(), shop.settings.data / "staging" / "files")
    noted = open_shop(shop.database, shop.settings.data, publisher)
    noted.open()
    shop.generator, shop.watcher = noted.generator, noted.watcher
    shop._feed, shop._batches = noted._feed, noted._batches
    assert publisher.steps == []
    return publisher.steps


def answer(shop: SmallShop, path: str) -> tuple[int, str | None]:
    """Return status and target of what the app says of an address without a file."""
    client = create_app(shop.settings, shop.services, serves=False).test_client()
    response = client.get(path)
    return response.status_code, response.headers.get("Location")


def test_a_renamed_products_old_page_goes_last_and_leads_on(shop: SmallShop, steps: list[str]) -> None:
    shop.edit("prd_card", slug="postcard")
    shop.follow()
    assert steps == [
        "+/products/postcard/",
        "+/collections/all/",
        "+/",
        "+/sitemap.xml",
        "-/products/card/",
    ]
    assert answer(shop, "/products/card/") == (301, "/products/postcard/")


def test_a_product_that_was_renamed_twice_leads_on_without_a_chain(shop: SmallShop) -> None:
    for slug in ("postcard", "letter"):
        shop.edit("prd_card", slug=slug)
        shop.follow()
    assert answer(shop, "/products/card/") == (301, "/products/letter/")
    assert answer(shop, "/products/postcard/") == (301, "/products/letter/")
    shop.edit("prd_card", slug="card")
    shop.follow()
    assert shop.has("/products/card/")
    assert answer(shop, "/products/letter/") == (301, "/products/card/")
    shop.external("products").delete_one({"_id": "prd_card"})
    shop.follow()
    assert answer(shop, "/products/card/") == (410, None)
    assert answer(shop, "/products/letter/") == (410, None)


def test_two_products_exchange_their_addresses(shop: SmallShop) -> None:
    shop.edit("prd_card", slug="in-between")
    shop.edit("prd_guide", slug="card")
    shop.edit("prd_card", slug="guide")
    shop.follow()
    assert '<h1 class="product__title">Guide</h1>' in shop.text("/products/card/")
    assert '<h1 class="product__title">Greeting card</h1>' in shop.text("/products/guide/")
    assert not shop.has("/de/products/guide/")
    assert shop.services.catalogue.store.redirect("/products/card/") is None
    assert shop.wrong() == {}


def test_a_new_product_takes_over_an_address_that_led_elsewhere(shop: SmallShop) -> None:
    shop.edit("prd_card", slug="postcard")
    shop.follow()
    shop.edit("prd_vase", slug="card", status="active")
    shop.follow()
    assert "Vase" in shop.text("/products/card/")
    shop.edit("prd_vase", status="draft")
    shop.follow()
    assert answer(shop, "/products/card/") == (404, None)


def test_an_editors_own_redirect_of_a_deleted_product_is_kept(shop: SmallShop) -> None:
    shop.external("redirects").insert_one({"_id": "/products/card/", "target": "/products/poster/"})
    shop.external("products").delete_one({"_id": "prd_card"})
    shop.follow()
    assert answer(shop, "/products/card/") == (301, "/products/poster/")


def test_a_rename_that_nobody_followed_leads_on_too(shop: SmallShop) -> None:
    shop.edit("prd_card", slug="postcard")
    shop.generator.repair("the history was lost")
    assert not shop.has("/products/card/")
    assert answer(shop, "/products/card/") == (301, "/products/postcard/")


def test_a_new_page_appears_before_any_link_to_it(shop: SmallShop, steps: list[str]) -> None:
    shop.put(replace(LIGHT, id="col_paper", slug="paper", title="Paper", product_ids=("prd_card",)))
    shop.follow()
    assert steps == [
        *("+/collections/paper/", "+/de/collections/paper/", "+/jp/collections/paper/"),
        "+/products/card/",
        *("+/", "+/de/", "+/jp/"),
        "+/sitemap.xml",
    ]


def test_a_second_page_of_a_listing_appears_before_the_first_leads_to_it(
    shop: SmallShop, steps: list[str]
) -> None:
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card")))
    shop.follow()
    del steps[:]
    # The first page lists what it did before, and leads on to the second.
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card", "prd_poster")))
    shop.follow()
    assert steps[0] == "+/collections/light/page/2/"
    assert steps.index("+/products/poster/") < steps.index("+/collections/light/")
    assert "-/collections/light/page/2/" not in steps
    del steps[:]
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card")))
    shop.follow()
    assert steps.index("+/collections/light/") < steps.index("-/collections/light/page/2/")
    assert steps[-1] == "-/collections/light/page/2/"


def test_a_product_that_enters_a_collection_touches_its_page_and_the_listing(
    shop: SmallShop, steps: list[str]
) -> None:
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card")))
    shop.follow()
    assert steps == ["+/products/card/", "+/collections/light/", "+/sitemap.xml"]
    assert "Light" in shop.text("/products/card/")


def test_a_collection_that_is_renamed_leads_on_page_by_page(shop: SmallShop, steps: list[str]) -> None:
    shop.put(replace(ALL, slug="everything"))
    shop.follow()
    assert steps[:4] == [
        "+/collections/everything/",
        "+/collections/everything/page/2/",
        "+/de/collections/everything/",
        "+/jp/collections/everything/",
    ]
    assert set(steps[-4:]) == {
        *("-/collections/all/", "-/collections/all/page/2/"),
        *("-/de/collections/all/", "-/jp/collections/all/"),
    }
    assert answer(shop, "/collections/all/page/2/") == (301, "/collections/everything/page/2/")
    assert answer(shop, "/de/collections/all/") == (301, "/de/collections/everything/")


def test_a_collection_that_is_deleted_is_gone_and_linked_from_nowhere(shop: SmallShop) -> None:
    shop.external("collections").delete_one({"_id": "col_light"})
    shop.follow()
    assert answer(shop, "/de/collections/light/") == (410, None)
    assert not [name for name, content in shop.pages().items() if b"collections/light" in content]
    assert shop.wrong() == {}


def test_a_first_build_puts_products_before_what_links_to_them(database: Database, tmp_path: Path) -> None:
    publisher = NotingPublisher(tmp_path / "data" / "public", tmp_path / "data" / "staging")
    shop = open_shop(database, tmp_path / "data", publisher)
    furnish(shop.services)
    shop.generator.repair("first")
    kinds = [step.split("/")[-3] if step.count("/") > 2 else "" for step in publisher.steps]
    assert kinds.index("collections") > max(n for n, kind in enumerate(kinds) if kind == "products")
    assert publisher.steps[-1] == "+/sitemap.xml"


def test_a_price_in_another_market_adds_a_page(shop: SmallShop, steps: list[str]) -> None:
    shop.edit("prd_card", variants=(variant("CARD", pool="POSTER", USD=300, EUR=250),))
    shop.follow()
    assert steps[0] == "+/de/products/card/"
    assert "+/de/collections/all/" in steps
    assert 'hreflang="de" href="https://shop.example/de/products/card/"' in shop.text("/products/card/")
