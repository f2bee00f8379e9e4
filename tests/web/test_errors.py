"""Whatever goes wrong is said in a page of the shop, or in one notice for htmx; nothing of ours shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import VitrineError
from app.settings import load_settings
from app.web.factory import create_app

from .markup import Markup
from .shop import HTMX, WebShop


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/none", 404, "Nothing is at this address."),
        ("GET", "/xx/cart", 404, "Nothing is at this address."),
        ("GET", "/products/gone/", 410, "This product is not sold any more."),
        ("GET", "/cart/lines", 405, "This address does not take such a request."),
        ("POST", "/cart", 405, "This address does not take such a request."),
        ("DELETE", "/cart", 405, "This address does not take such a request."),
    ],
)
def test_an_error_is_a_page_and_for_htmx_a_notice_beside_the_target(
    shop: WebShop, method: str, path: str, status: int, words: str
) -> None:
    page = shop.send(path, method, Sec_Fetch_Site="same-origin")
    assert page.status_code == status
    assert words in page.text
    assert page.text.startswith("<!doctype html>")
    assert Markup.of(page.text).faults == []
    assert '<meta name="robots" content="noindex">' in page.text
    notice = shop.send(path, method, Sec_Fetch_Site="same-origin", HX_Request="true")
    assert notice.status_code == status
    tags = Markup.of(notice.text).tags
    assert (tags[0].attributes["id"], tags[0].attributes["hx-swap-oob"]) == ("notice", "innerHTML")
    assert words in notice.text


def test_a_wrong_method_says_the_right_ones(shop: WebShop) -> None:
    assert set(shop.get("/checkout").headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert set(shop.post("/cart").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path", ["/de/none", "/de/products/none/", "/de/products/poster/", "/de/orders/none"]
)
def test_a_refusal_speaks_the_language_of_its_market(shop: WebShop, path: str) -> None:
    page = shop.get(path)
    assert page.status_code == 404
    assert '<html lang="de">' in page.text
    assert "Nicht gefunden" in page.text


def test_the_language_of_one_answer_is_not_that_of_the_next(shop: WebShop) -> None:
    assert "Warenkorb" in shop.get("/de/cart").text
    for path in ("/cart", "/none", "/counter-closed.html"):
        page = shop.get(path).text
        assert '<html lang="en">' in page
        assert "Warenkorb" not in page


def test_a_fault_of_ours_is_said_without_a_word_of_it(shop: WebShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.app.testing = False

    def break_down(_slug: str) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr(shop.services.catalogue.store, "product_by_slug", break_down)
    for headers in ({}, HTMX):
        answer = shop.client.get("/products/lamp/", headers=headers)
        assert answer.status_code == 500
        assert "Nothing was charged. Please try again in a minute." in answer.text
        assert "secret detail" not in answer.text
        assert "Traceback" not in answer.text


def test_an_unforeseen_error_of_a_room_is_a_fault_of_ours(
    shop: WebShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_slug: str) -> None:
        raise VitrineError("secret detail")

    monkeypatch.setattr(shop.services.catalogue.store, "product_by_slug", break_down)
    answer = shop.get("/products/lamp/")
    assert (answer.status_code, "secret detail" in answer.text) == (500, False)


AWAY = [
    "/",
    "/de/",
    "/products/lamp/",
    "/cart",
    "/de/cart",
    "/_fragments/cart",
    "/orders/none",
    "/sitemap.xml",
]


@pytest.mark.parametrize("path", AWAY)
def test_without_the_database_the_counter_is_closed_after_one_question(shop: WebShop, path: str) -> None:
    away = shop.without_database()
    answer = shop.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The counter is closed for a moment. Your cart is kept, please try again." in answer.text
    assert "Traceback" not in answer.text
    # Each question may take as long as the database's time-out.
    assert away.asked == 1


def test_without_the_database_the_published_page_is_shown(shop: WebShop) -> None:
    page = shop.get("/counter-closed.html").data
    public = shop.folder / "public"
    public.mkdir()
    (public / "counter-closed.html").write_bytes(page)
    away = shop.without_database()
    for path in ("/cart", "/de/cart", "/orders/none"):
        answer = shop.get(path)
        assert (answer.status_code, answer.data) == (503, page)
        assert answer.mimetype == "text/html"
    (public / "de").mkdir()
    (public / "de" / "counter-closed.html").write_bytes(b"geschlossen")
    assert shop.get("/de/cart").data == b"geschlossen"
    assert shop.get("/cart").data == page
    assert away.asked == 5


def test_without_the_database_htmx_leaves_its_target_alone(shop: WebShop) -> None:
    shop.add("LAMP-OAK", 2)
    before = shop.snapshot()
    shop.without_database()
    answer = shop.post("/cart/lines", HTMX, sku="LAMP-OAK")
    assert answer.status_code == 503
    assert answer.text.startswith('<div id="notice"')
    assert "Set-Cookie" not in answer.headers
    assert shop.snapshot() == before


def test_without_the_database_an_unknown_address_is_still_unknown(shop: WebShop) -> None:
    away = shop.without_database()
    answer = shop.get("/none")
    assert (answer.status_code, answer.mimetype, away.asked) == (404, "text/plain", 1)


def test_the_generator_s_app_raises_instead_of_answering(shop: WebShop, tmp_path: Path) -> None:
    app = create_app(load_settings(tmp_path), shop.services, serves=False)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    shop.without_database()
    with pytest.raises(VitrineError, match="The database did not answer"):
        app.test_client().get("/")
