"""Pages of the previous version, held against this version's routes, fields and fragments.

A page that was loaded before an upgrade, or lies in a cache, still asks for what it was
made for. Where one of these tests fails, the new code must go on accepting the old name for
one version; only then may `make freeze-previous` take the old page away.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from tests.upgrades.freeze import CARTS, DEARER, FILTER, PAGES, kept
from tests.upgrades.reading import Paper, Sending
from tests.web.shop import HTMX, WebShop, open_web_shop

EVERY = (*PAGES, FILTER, *CARTS, DEARER)
READ: set[str] = set()
SKUS = re.compile(r"\b(LOW-SUN-A4|TIDES-A\d-[A-Z]+)\b")


class Told(ImmutableMultiDict[str, str]):
    """Fields of a request, which note by what names they are asked."""

    def get(self, key: Any, *args: Any, **options: Any) -> Any:
        READ.add(key)
        return super().get(key, *args, **options)

    def getlist(self, key: Any, *args: Any, **options: Any) -> Any:
        READ.add(key)
        return super().getlist(key, *args, **options)

    def __getitem__(self, key: Any) -> Any:
        READ.add(key)
        return super().__getitem__(key)


@pytest.fixture
def shop(tmp_path: Path) -> WebShop:
    """The shop of now, with two lamps in the cart of either market."""
    shop = open_web_shop(tmp_path)
    base: Any = shop.app.request_class
    shop.app.request_class = type("Request", (base,), {"parameter_storage_class": Told})
    for prefix in ("", "/de"):
        shop.add("LAMP-OAK", 2, prefix)
    READ.clear()
    return shop


def old_paper(page: str) -> Paper:
    """Return a page of the previous version, about what the small shop of these tests sells."""
    text = SKUS.sub("LAMP-OAK", kept(page))
    return Paper.of(text.replace("/collections/prints/", "/collections/all/"))


def unread(shop: WebShop, form: Sending) -> set[str]:
    """Send a form, plainly and by htmx; return the fields that the shop does not ask for."""
    READ.clear()
    for headers in ({}, HTMX):
        answer = shop.post(form.action, headers=headers, **form.first)
        assert answer.status_code in (200, 303), (form.action, answer.status_code, answer.text[-500:])
    return set(form.fields) - READ


@pytest.mark.parametrize("page", EVERY)
def test_every_address_that_an_old_page_asks_for_is_there(shop: WebShop, page: str) -> None:
    routes = shop.app.url_map.bind("prints.example")
    paper = old_paper(page)

    assert ("GET", "/de/search" if page.startswith("/de") else "/search") in paper.asks
    for method, address in paper.asks:
        # Raises where there is no such route, or none that takes the method.
        routes.match(urlsplit(address).path, method=method)


@pytest.mark.parametrize("page", EVERY)
def test_every_field_that_an_old_form_posts_is_read(shop: WebShop, page: str) -> None:
    forms = [form for form in old_paper(page).forms if form.method == "POST"]

    # What leads to the payment page or empties the cart comes last.
    for form in sorted(forms, key=lambda form: form.action.endswith(("/remove", "/checkout"))):
        assert unread(shop, form) == set(), form.action


def test_old_pages_hold_the_forms_that_a_purchase_needs() -> None:
    found = {form.action for page in EVERY for form in old_paper(page).forms}

    assert {
        "/cart/lines",
        "/de/cart/lines",
        "/cart/lines/LAMP-OAK",
        "/cart/lines/LAMP-OAK/remove",
        "/de/cart/lines/LAMP-OAK",
        "/cart/accept",
        "/checkout",
        "/de/checkout",
        "/search",
        "/collections/all/filter",
    } <= found


def test_a_field_that_the_shop_would_not_read_is_found(shop: WebShop) -> None:
    form = next(form for form in old_paper("/products/low-sun/").forms if form.method == "POST")
    form.fields["amount"] = ["1"]

    assert unread(shop, form) == {"amount"}


@pytest.mark.parametrize("page", EVERY)
def test_every_field_of_an_old_form_that_asks_is_understood(shop: WebShop, page: str) -> None:
    for form in [form for form in old_paper(page).forms if form.method == "GET"]:
        for name, values in form.fields.items():
            # The first of a choice is often what is meant without saying so.
            value = values[-1] or "12"
            answer = shop.client.get(form.action, query_string={name: value}, follow_redirects=True)
            assert answer.status_code == 200
            said = dict(parse_qsl(urlsplit(answer.request.url).query))
            assert said == {name: value}, form.action


@pytest.mark.parametrize("page", EVERY)
def test_what_htmx_is_answered_finds_its_places_in_the_old_page(shop: WebShop, page: str) -> None:
    paper = old_paper(page)
    assert paper.targets <= paper.ids
    assert "cart-badge" in paper.ids

    for form in paper.forms:
        if "hx-post" not in form.attributes:
            continue
        assert form.attributes["hx-post"] == form.action
        answer = Paper.of(shop.post(form.action, headers=HTMX, **form.first).text)
        assert answer.out_of_band == {"cart-badge", "notice"}
        assert answer.out_of_band <= paper.ids
        if form.attributes["hx-target"] == "#cart-drawer":
            # The old script puts the focus there when it opens the drawer.
            assert answer.has_place
        # What comes back asks for nothing that is not there.
        for method, address in answer.asks:
            shop.app.url_map.bind("prints.example").match(urlsplit(address).path, method=method)
    badge = next(address for _, address in paper.asks if address.endswith("/_fragments/cart-badge"))
    assert "cart-badge" in Paper.of(shop.get(badge).text).ids
