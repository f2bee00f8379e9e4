"""The shop window when the app serves it: live pages, moved ones, gone ones, and each market's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask import render_template

from app.catalogue.model import Collection, Market, Product
from app.inventory.model import StockPool
from app.settings import load_settings
from app.web.factory import create_app
from app.web.shop import code_digest
from tests.builders import variant

from .markup import Markup
from .shop import WebShop

PAGES = [
    *("/", "/de/", "/products/lamp/", "/de/products/lamp/", "/products/odd/", "/collections/all/"),
    *("/de/collections/all/", "/pages/shipping/", "/de/pages/shipping/", "/404.html", "/de/404.html"),
    *("/counter-closed.html", "/counter-closed-fragment.html", "/sitemap.xml", "/robots.txt"),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_live_page_is_to_the_byte_what_the_generator_renders(
    shop: WebShop, tmp_path: Path, path: str
) -> None:
    generator = create_app(load_settings(tmp_path, **shop.settings), shop.services, serves=False)
    frozen = generator.test_client().get(path, base_url="http://localhost")
    shop.add()
    live = shop.send(path, "GET", Cookie=f"cart={shop.token}", Accept_Language="fr", Host="evil.example")
    assert (live.status_code, frozen.status_code) == (200, 200)
    assert live.data == frozen.data
    assert "evil.example" not in live.text
    assert "localhost" not in live.text
    assert "Set-Cookie" not in live.headers


def test_a_page_is_its_template_over_its_context(shop: WebShop) -> None:
    pages = shop.app.extensions["vitrine"].pages
    market = shop.services.catalogue.market("")
    assert market is not None
    product = shop.services.catalogue.store.product_by_slug("lamp")
    with shop.app.test_request_context("/"):
        rendered = render_template("pages/product.html", page=pages.product(market, product))
    assert shop.get("/products/lamp/").text == rendered


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("/collections/all/products/lamp", 301, "/products/lamp/"),
        ("/collections/all/products/lamp/", 301, "/products/lamp/"),
        ("/collections/any/products/lamp", 301, "/products/lamp/"),
        ("/de/collections/all/products/lamp", 301, "/de/products/lamp/"),
        ("/collections/all/products//evil.example", 404, None),
        ("/collections/all/products/%5Cevil.example", 301, "/products/%5Cevil.example/"),
        ("/collections/all/products/a%0d%0ab", 301, "/products/a%0D%0Ab/"),
        ("/xx/collections/all/products/lamp", 404, None),
        ("/products/old-lamp/", 301, "/products/lamp/"),
        ("/collections/old/", 301, "/collections/all/"),
        ("/pages/old/", 301, "/pages/shipping/"),
        ("/products/lamp", 308, "/products/lamp/"),
        ("/products/gone/", 410, None),
        ("/de/products/gone/", 410, None),
        ("/products/burnt/", 410, None),
        ("/collections/closed/", 410, None),
        ("/products/draft/", 404, None),
        ("/products/none/", 404, None),
        ("/de/products/poster/", 404, None),
        ("/collections/none/", 404, None),
        ("/collections/all/page/2/", 404, None),
        ("/collections/all/page/1/", 404, None),
        ("/collections/all/page/0/", 404, None),
        ("/collections/all/page/-1/", 404, None),
        (f"/collections/all/page/{'9' * 5000}/", 404, None),
        ("/pages/none/", 404, None),
        ("/xx/", 404, None),
        ("/DE/", 404, None),
        ("//evil.example/", 404, None),
    ],
)
def test_an_address_leads_to_its_page_or_says_what_became_of_it(
    shop: WebShop, path: str, status: int, target: str | None
) -> None:
    answer = shop.client.get("/", environ_overrides=raw(path))
    assert (answer.status_code, answer.headers.get("Location")) == (status, target)


def raw(path: str) -> dict[str, str]:
    """Return a path as a server hands it on; the test client would read a host into two slashes."""
    return {"PATH_INFO": unquote_to_bytes(path).decode("latin1")}


def test_a_page_that_lives_is_never_led_away_from(shop: WebShop) -> None:
    shop.services.catalogue.remember_move("/products/lamp/", "/products/poster/")
    assert shop.get("/products/lamp/").status_code == 200


def test_a_product_is_shown_in_the_markets_that_have_a_price_for_it(shop: WebShop) -> None:
    lamp = shop.get("/de/products/lamp/").text
    assert '<html lang="de">' in lamp
    assert "45,00\xa0€" in lamp
    assert "LAMP-OAK" in lamp
    assert "LAMP-ASH" not in lamp
    assert 'action="/de/cart/lines"' in lamp
    cards = Markup.of(shop.get("/de/collections/all/").text).values("href")
    assert "/de/products/lamp/" in cards
    assert "/de/products/poster/" not in cards
    assert "/products/poster/" in Markup.of(shop.get("/collections/all/").text).values("href")


def data_of(text: str) -> Any:
    """Return a page's JSON-LD."""
    tags = Markup.of(text).tags
    scripts = [tag.text for tag in tags if tag.attributes.get("type") == "application/ld+json"]
    assert len(scripts) == 1
    return json.loads(scripts[0])


def test_json_ld_has_one_offer_a_variant_in_the_market_s_currency(shop: WebShop) -> None:
    def offers(path: str) -> list[tuple[str, ...]]:
        offers = data_of(shop.get(path).text)["offers"]
        return [
            tuple(offer[name] for name in ("sku", "price", "priceCurrency", "availability"))
            for offer in offers
        ]

    assert offers("/de/products/lamp/") == [("LAMP-OAK", "45.00", "EUR", "https://schema.org/InStock")]
    assert offers("/products/lamp/") == [
        ("LAMP-OAK", "49.00", "USD", "https://schema.org/InStock"),
        ("LAMP-ASH", "54.00", "USD", "https://schema.org/LimitedAvailability"),
    ]
    shop.post("/cart/lines", sku="LAMP-ASH")
    shop.post("/checkout")
    assert offers("/products/lamp/")[1][3] == "https://schema.org/OutOfStock"


def test_a_shop_whose_default_market_speaks_german_says_so_everywhere(shop: WebShop) -> None:
    shop.services.catalogue.store.put_market(Market("default", "USD", "de"))
    for path in ("/", "/cart", "/none", "/counter-closed.html", "/404.html"):
        assert '<html lang="de">' in shop.get(path).text, path
    assert "The counter is closed" not in shop.get("/counter-closed.html").text


def test_markup_in_a_title_is_text(shop: WebShop) -> None:
    title = "</title><script>alert(1)</script>"
    product = Product(
        "prd_x", "x", title, (variant("X", 100),), vendor='"><i>', description="<script>x</script>ok"
    )
    shop.services.catalogue.create_product(product, who="ada")
    shop.services.inventory.open_pool(StockPool("X", on_hand=1), by="ada")
    shop.add("X")
    for path in ("/products/x/", "/cart", "/_fragments/cart"):
        text = shop.get(path).text
        assert "<script>alert" not in text
        assert "<i>" not in text
    assert data_of(shop.get("/products/x/").text)["name"] == title


def test_crawlers_are_kept_from_what_is_personal_in_every_market(shop: WebShop) -> None:
    lines = shop.get("/robots.txt").text.splitlines()
    prefixes = [
        f"/{market.prefix}" * bool(market.prefix) for market in shop.services.catalogue.store.markets()
    ]
    assert len(prefixes) > 1
    for prefix in prefixes:
        for path in ("/cart", "/checkout", "/orders/", "/_fragments/", "/search", "/collections/*/filter"):
            assert f"Disallow: {prefix}{path}" in lines
    assert lines.count("Disallow: /cart") == 1
    assert "Disallow: /" not in lines


def test_the_sitemap_names_collections_by_their_addresses(shop: WebShop) -> None:
    # By title the two would stand the other way round.
    for slug, title in (("aa-first", "Zebra"), ("zz-last", "Apple")):
        shop.services.catalogue.store.put_collection(Collection(f"col_{slug}", slug, title))
    text = shop.get("/sitemap.xml").text
    assert text.index("/collections/aa-first/") < text.index("/collections/zz-last/")


def test_what_pages_are_made_with_has_another_name_when_it_is_changed(tmp_path: Path) -> None:
    def digest_after(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return code_digest(tmp_path)

    digests = [
        digest_after("templates/pages/home.html", "<p>"),
        digest_after("app/inventory/model.py", "LOW = 3"),
        digest_after("requirements.lock", "nh3==1"),
        digest_after("app/web/contexts/pages.py", "FEATURED = 8"),
    ]
    assert len(set(digests)) == 4
    # The desk is rendered live.
    assert digest_after("app/web/editor/orders.py", "PER_PAGE = 50") == digests[-1]
