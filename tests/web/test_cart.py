"""The cart over HTTP: htmx and plain forms, refusals that leave it alone, and whose cart it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from app.cart.model import Cart
from app.catalogue.model import Image
from app.web.filters import dom_id
from tests.builders import US

from .markup import Markup
from .shop import GERMANY, HTMX, ODD_SKU, WebShop


def cookies(answer: TestResponse) -> list[str]:
    """Return what an answer sets, as it says it."""
    return answer.headers.getlist("Set-Cookie")


def test_adding_by_a_plain_form_leads_to_the_cart(shop: WebShop) -> None:
    answer = shop.post("/cart/lines", sku=" lamp-oak ", quantity="2")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    assert shop.lines() == {"LAMP-OAK": 2}
    page = shop.get("/cart")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "Reading lamp" in page.text
    assert "$98.00" in page.text
    assert shop.parts.stock("LAMP-OAK") == (10, 0)


def test_adding_by_htmx_answers_the_drawer_then_badge_and_notice_out_of_band(shop: WebShop) -> None:
    answer = shop.post("/cart/lines", HTMX, sku="LAMP-OAK")
    markup = Markup.of(answer.text)
    assert answer.status_code == 200
    assert markup.faults == []
    ids = [tag.attributes["id"] for tag in markup.tags if "id" in tag.attributes]
    tops = [name for name in ids if name in ("cart-drawer", "cart-lines", "cart-badge", "notice")]
    assert tops == ["cart-drawer", "cart-badge", "notice"]
    assert markup.values("hx-swap-oob") == ["true", "innerHTML"]
    assert "Added to your cart." in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_change_on_the_page_answers_the_lines_and_no_drawer(shop: WebShop) -> None:
    shop.add("LAMP-OAK", 3)
    answer = shop.post("/cart/lines/LAMP-OAK", HTMX, quantity=1, view="page")
    ids = Markup.of(answer.text).values("id")
    assert (ids[0], "cart-drawer" in ids) == ("cart-lines", False)
    assert shop.lines() == {"LAMP-OAK": 1}


def test_options_name_a_variant(shop: WebShop) -> None:
    answer = shop.post("/cart/lines", product="lamp", option1="Ash")
    assert answer.status_code == 303
    assert shop.lines() == {"LAMP-ASH": 1}


REFUSALS = [
    ({"sku": "LAMP-ASH", "quantity": "2"}, 409, "Only one is left"),
    ({"sku": "GONE"}, 409, "This is not sold here any more."),
    ({"sku": "DRAFT"}, 409, "This is not sold here any more."),
    ({"sku": "NO-SUCH"}, 422, "We do not know “NO-SUCH”."),
    ({"sku": "", "quantity": "1"}, 422, "This value cannot be right"),
    ({}, 422, "This value cannot be right"),
    ({"sku": "A\x00B"}, 422, "This value cannot be right"),
    ({"sku": "<script>"}, 422, "We do not know “&lt;SCRIPT&gt;”."),
    ({"sku": "LAMP-OAK", "quantity": "0"}, 422, "whole number from 1 to 999"),
    ({"sku": "LAMP-OAK", "quantity": "1000"}, 422, "whole number from 1 to 999"),
    ({"sku": "LAMP-OAK", "quantity": "-1"}, 422, "whole number from 1 to 999"),
    ({"sku": "LAMP-OAK", "quantity": "1.5"}, 422, "whole number from 1 to 999"),
    ({"sku": "LAMP-OAK", "quantity": "١"}, 422, "whole number from 1 to 999"),
    ({"sku": "LAMP-OAK", "quantity": "9" * 5000}, 422, "whole number from 1 to 999"),
    ({"product": "lamp", "option1": "Gold"}, 422, "Reading lamp does not exist so."),
    ({"product": "lamp"}, 422, "Reading lamp does not exist so."),
    ({"product": "no-such", "option1": "Oak"}, 422, "We do not know “no-such”."),
]


@pytest.mark.parametrize(("form", "status", "words"), REFUSALS)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_refusal_says_why_and_leaves_the_cart_as_it_was(
    shop: WebShop, headers: dict[str, str], form: dict[str, str], status: int, words: str
) -> None:
    shop.add("POSTER-BARE")
    before = shop.snapshot()
    answer = shop.post("/cart/lines", headers, **form)
    assert answer.status_code == status
    assert words in answer.text
    assert ("<!doctype" in answer.text) is not bool(headers)
    assert cookies(answer) == []
    assert shop.snapshot() == before
    assert shop.lines() == {"POSTER-BARE": 1}


def test_a_refused_first_line_gives_no_token(shop: WebShop) -> None:
    assert shop.post("/cart/lines", sku="NO-SUCH").status_code == 422
    assert (shop.token, shop.carts) == ("", {})


def test_an_unknown_name_of_any_length_is_repeated_in_part(shop: WebShop) -> None:
    answer = shop.post("/cart/lines", HTMX, product="x" * 50_000)
    assert answer.status_code == 422
    assert len(answer.text) < 5_000


def test_a_form_that_is_too_large_is_refused(shop: WebShop) -> None:
    answer = shop.post("/cart/lines", sku="x" * 3_000_000)
    assert answer.status_code == 413
    assert "larger than the shop takes" in answer.text
    assert shop.carts == {}


def test_lines_are_set_and_removed_and_removing_twice_is_no_mistake(shop: WebShop) -> None:
    shop.add("LAMP-OAK", 2)
    assert shop.post("/cart/lines/LAMP-OAK", quantity="5").status_code == 303
    assert shop.lines() == {"LAMP-OAK": 5}
    assert shop.post("/cart/lines/LAMP-OAK", quantity="").status_code == 422
    assert shop.post("/cart/lines/LAMP-OAK", quantity="11").status_code == 409
    assert shop.lines() == {"LAMP-OAK": 5}
    assert shop.post("/cart/lines/LAMP-OAK", quantity="0").status_code == 303
    assert shop.lines() == {}
    assert shop.post("/cart/lines/LAMP-OAK/remove").status_code == 303
    assert shop.post("/cart/lines/NO-SUCH/remove").status_code == 422


def test_removing_from_no_cart_makes_none(shop: WebShop) -> None:
    for path in ("/cart/lines/LAMP-OAK/remove", "/cart/accept"):
        answer = shop.post(path)
        assert (answer.status_code, answer.headers["Location"], cookies(answer)) == (303, "/cart", [])
    assert shop.carts == {}


def test_a_sku_of_slashes_percents_and_letters_is_reached_by_the_page_s_own_forms(shop: WebShop) -> None:
    shop.add(ODD_SKU)
    markup = Markup.of(shop.get("/cart").text)
    actions = [path for path in markup.values("action") if path.startswith("/cart/lines/")]
    quoted = quote(ODD_SKU, safe="")
    assert [quote(path, safe="/%") for path in actions] == actions
    assert dom_id(ODD_SKU, "page-quantity") in markup.values("id")
    assert quoted.count("%25") == 1
    assert shop.post(actions[0], quantity="2").status_code == 303
    assert shop.lines() == {ODD_SKU: 2}
    assert shop.post(actions[1]).status_code == 303
    assert shop.lines() == {}
    assert "<b>thing" not in shop.get("/cart").text


def test_a_higher_price_blocks_until_it_is_accepted(shop: WebShop) -> None:
    shop.add("LAMP-OAK")
    shop.parts.price("LAMP-OAK", 5900)
    page = shop.get("/cart")
    assert "Accept the changes" in page.text
    answer = shop.post("/cart/accept", HTMX, view="page")
    assert answer.status_code == 200
    assert "$59.00" in answer.text
    assert "Accept the changes" not in answer.text
    cart = next(iter(shop.carts.values()))
    assert cart.lines[0].unit_price_seen.minor == 5900


def test_a_change_that_met_another_tab_shows_the_cart_as_it_is(
    shop: WebShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add("LAMP-OAK", 2)
    store = shop.services.carts.store

    def be_late(cart: Cart, *, expected_version: int) -> bool:
        found = shop.carts[cart.id]
        line = replace(found.lines[0], quantity=3)
        shop.carts[cart.id] = replace(found, lines=(line,), version=found.version + 1)
        return False

    monkeypatch.setattr(store, "replace", be_late)
    answer = shop.post("/cart/lines/LAMP-OAK", HTMX, quantity="7")
    assert answer.status_code == 409
    assert "changed in another tab" in answer.text
    assert 'value="3"' in answer.text
    assert shop.lines() == {"LAMP-OAK": 3}


def test_the_cookies_are_one_secret_and_one_sign_and_last_from_each_change_on(shop: WebShop) -> None:
    first = shop.post("/cart/lines", sku="LAMP-OAK")
    secret, sign = cookies(first)
    age = int(timedelta(days=60).total_seconds())
    assert secret.startswith(f"cart={shop.token}; Expires=")
    assert f"; Max-Age={age}; HttpOnly; Path=/; SameSite=Lax" in secret
    assert sign.startswith("cart_present=1; ")
    assert sign.endswith(f"; Max-Age={age}; Path=/; SameSite=Lax")
    assert len(shop.token) == 43
    again = shop.post("/cart/lines", sku="LAMP-OAK")
    assert [line.split(";")[0] for line in cookies(again)] == [f"cart={shop.token}", "cart_present=1"]
    assert cookies(shop.get("/cart")) == []
    assert shop.token not in shop.get("/cart").text
    assert all(shop.token not in cart_id for cart_id in shop.carts)


@pytest.mark.parametrize("foreign", ["chosen-by-somebody", "t" * 10_000, '"><script>', "%00"])
def test_a_token_that_the_shop_did_not_make_is_never_adopted(shop: WebShop, foreign: str) -> None:
    mine = {"Cookie": f"cart={foreign}", "Sec_Fetch_Site": "same-origin"}
    assert shop.send("/cart", "GET", **mine).status_code == 200
    assert shop.carts == {}
    answer = shop.send("/cart/lines", form={"sku": "LAMP-OAK"}, **mine)
    assert answer.status_code == 303
    given = cookies(answer)[0].split(";")[0].removeprefix("cart=")
    assert (given != foreign, len(given)) == (True, 43)
    assert shop.lines(token=foreign) == {}
    assert shop.lines(token=given) == {"LAMP-OAK": 1}
    again = shop.send("/cart/lines", form={"sku": "LAMP-OAK"}, **{**mine, "Cookie": f"cart={given}"})
    assert cookies(again)[0].startswith(f"cart={given};")
    assert shop.lines(token=given) == {"LAMP-OAK": 2}


def test_another_browser_s_cart_is_not_seen(shop: WebShop) -> None:
    shop.add("LAMP-OAK")
    other = shop.app.test_client()
    assert "Reading lamp" not in other.get("/cart").text
    assert "cart-badge__count" not in other.get("/_fragments/cart-badge").text


def test_one_token_opens_a_cart_in_each_market(shop: WebShop) -> None:
    token = shop.add("LAMP-OAK", 2)
    assert shop.add("LAMP-OAK", 3, prefix="/de") == token
    assert (shop.lines(US), shop.lines(GERMANY)) == ({"LAMP-OAK": 2}, {"LAMP-OAK": 3})
    german = shop.get("/de/cart").text
    assert "135,00\xa0€" in german
    assert 'action="/de/checkout"' in german
    assert "$98.00" in shop.get("/cart").text
    assert shop.post("/de/cart/lines", sku="POSTER-BARE").status_code == 409
    assert shop.lines(GERMANY) == {"LAMP-OAK": 3}


def test_fragments_are_kept_nowhere_and_show_what_the_page_shows(shop: WebShop) -> None:
    shop.add("LAMP-OAK", 2)
    for path in ("/_fragments/cart-badge", "/_fragments/cart", "/de/_fragments/cart", "/_fragments/none"):
        answer = shop.get(path)
        headers = (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"])
        assert headers == ("no-store", "noindex"), path
    badge = shop.get("/_fragments/cart-badge").text
    assert '<span class="cart-badge__count">2</span>' in badge
    assert "hx-swap-oob" not in badge
    assert shop.get("/_fragments/cart").text.startswith('<div id="cart-drawer"')


def test_a_picture_without_a_file_takes_neither_cart_nor_product_away(shop: WebShop) -> None:
    store = shop.services.catalogue.store
    lamp = store.product_by_sku("LAMP-OAK")
    assert lamp is not None
    lost = replace(lamp, images=(Image("lost.jpg", "A lamp", 8, 8),), version=lamp.version + 1)
    assert store.replace_product(lost, expected_version=lamp.version)
    shop.add()
    for path in ("/cart", f"/products/{lamp.slug}/"):
        page = shop.get(path)
        assert page.status_code == 200
        assert "Reading lamp" in page.text
        assert "lost.jpg" not in page.text
