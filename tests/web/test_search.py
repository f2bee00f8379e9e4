"""Search and narrowed listings in a browser: with and without script, in each market, whatever is typed."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.catalogue.model import Collection
from app.inventory.model import StockPool
from app.search.model import Facet, FacetValue
from app.web.contexts.facets import facet_view
from sitegen.search import SearchWriter
from tests import builders

from .markup import Markup
from .shop import HTMX, WebShop, open_web_shop

ODD = (
    "",
    " ",
    '"',
    "'",
    '""" OR "lamp',
    "*",
    "lamp*",
    "^lamp",
    "NEAR(",
    "NEAR(lamp poster, 2)",
    "title:lamp",
    "{title} : lamp",
    "lamp AND",
    "-lamp",
    "lamp OR",
    "NOT",
    "(((",
    "\x00",
    "lamp\x00",
    "lamp; DROP TABLE texts",
    "x" * 10_000,
    "lamp " * 2_000,
    "💡",
    "日本",
    "١٢",
    "𞤀𞤁",
    "\ufffe\U0010ffff",
    "ﬁ\u202e\u200d",
    "<script>alert(1)</script>",
    "%",
    "_",
    "a\r\nSet-Cookie: x=1",
    "Ⅷ ²½",
)


def index(shop: WebShop) -> WebShop:
    """Write the index of the shop, as the next build does."""
    store = shop.services.catalogue.store
    writer = SearchWriter(shop.folder / "search.sqlite", store, shop.services.inventory.store)
    writer.repair()
    writer.close()
    return shop


@pytest.fixture
def indexed(shop: WebShop) -> WebShop:
    """The shop, with an index."""
    everything = ("prd_lamp", "prd_poster", "prd_candle", "prd_guide", "prd_odd")
    shop.services.catalogue.store.put_collection(Collection("col_all", "all", "All", product_ids=everything))
    return index(shop)


def titles(text: str) -> list[str]:
    """Return the titles of the cards on a page."""
    return re.findall(r'class="product-card__link" href="[^"]*">([^<]*)<', text)


def status(text: str, region: str = "search-count") -> str:
    """Return what a page announces."""
    found = re.search(rf'<p id="{region}"[^>]*>([^<]*)</p>', text)
    assert found, text
    return found[1]


def checked(text: str) -> list[str]:
    """Return the values of a page's boxes that are ticked."""
    boxes = [tag.attributes for tag in Markup.of(text).tags if tag.attributes.get("type") == "checkbox"]
    return [box["value"] for box in boxes if "checked" in box]


def counts(text: str) -> dict[str, int]:
    """Return each facet value's label with its count."""
    pairs = re.findall(r"<span>([^<]*)</span> <span class=\"facet__number\">(\d+)</span>", text)
    return {label: int(count) for label, count in pairs}


def test_the_page_finds_a_title_and_belongs_in_no_index(indexed: WebShop) -> None:
    answer = indexed.get("/search?q=lamp")
    assert (answer.status_code, titles(answer.text), status(answer.text)) == (
        200,
        ["Reading lamp"],
        "One found.",
    )
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert '<meta name="robots" content="noindex">' in answer.text
    assert 'value="lamp"' in answer.text


def test_the_fragment_holds_what_the_page_shows_and_moves_the_address(indexed: WebShop) -> None:
    answer = indexed.get("/_fragments/search?q=rea%20lam", **HTMX)
    page = indexed.get("/search?q=rea%20lam").text
    results, announced = answer.text.split('<p id="search-count"')
    assert results.strip() in page
    assert titles(answer.text) == []
    assert "hx-swap-oob" in announced
    assert answer.headers["HX-Replace-Url"] == "/search?q=rea+lam"
    assert "<html" not in answer.text


def test_a_slip_is_forgiven_and_said(indexed: WebShop) -> None:
    text = indexed.get("/search?q=lmap").text
    assert titles(text) == ["Reading lamp"]
    assert status(text) == "Nothing is called “lmap”. This comes near: lamp."


def test_nothing_found_leads_to_the_collections(indexed: WebShop) -> None:
    text = indexed.get("/search?q=submarine").text
    assert titles(text) == []
    assert status(text) == "Nothing is called “submarine”."
    assert '<a class="search-results__way" href="/collections/all/">All</a>' in text


def test_a_market_finds_what_it_sells_at_its_own_price_and_in_its_own_words(indexed: WebShop) -> None:
    assert titles(indexed.get("/search?q=poster").text) == ["Poster"]
    german = indexed.get("/de/search?q=poster").text
    assert titles(german) == []
    assert status(german) == "Nichts heißt „poster“."
    lamp = indexed.get("/de/search?q=lamp").text
    assert titles(lamp) == ["Reading lamp"]
    assert 'action="/de/search"' in lamp
    assert "/de/products/lamp/" in lamp


def test_a_hit_shows_today_s_price_whatever_the_index_knows(indexed: WebShop) -> None:
    indexed.parts.price("LAMP-OAK", 4100)
    assert "$41.00" in indexed.get("/search?q=lamp").text
    gone = replace(builders.poster(), variants=())
    indexed.parts.memory.tables["products"]["prd_poster"] = gone
    answer = indexed.get("/search?q=poster")
    assert (answer.status_code, titles(answer.text)) == (200, [])


def test_without_an_index_search_says_when_it_comes(shop: WebShop) -> None:
    for path in ("/search?q=lamp", "/_fragments/search?q=lamp", "/collections/all/filter"):
        answer = shop.get(path)
        assert answer.status_code == 200
        assert "with the next build" in answer.text
        assert titles(answer.text) == []
    assert (
        '<a class="search-results__way" href="/collections/all/">All</a>' in shop.get("/search?q=lamp").text
    )


def test_results_are_cut_into_pages(shop: WebShop) -> None:
    for number in range(30):
        sku = f"MUG-{number}"
        mug = replace(
            builders.guide(),
            id=f"prd_mug{number}",
            slug=f"mug-{number}",
            title=f"Mug {number:02}",
            variants=(builders.variant(sku, 900),),
        )
        shop.services.catalogue.create_product(mug, who="ada")
        shop.services.inventory.open_pool(StockPool(sku, on_hand=0 if number == 0 else 1), by="ada")
    index(shop)
    first, last = shop.get("/search?q=mug").text, shop.get("/search?q=mug&page=2").text
    assert (len(titles(first)), titles(first)[0]) == (24, "Mug 01")
    assert titles(last) == [f"Mug {number}" for number in range(25, 30)] + ["Mug 00"]
    assert 'href="/search?page=2&amp;q=mug"' in first
    for odd in ("0", "-1", "x", "999999999", "99", "1e3"):
        assert shop.get(f"/search?q=mug&page={odd}").status_code == 200


def test_the_form_is_in_every_header_and_plain(shop: WebShop) -> None:
    forms = [tag for tag in Markup.of(shop.get("/").text).tags if tag.attributes.get("role") == "search"]
    assert [(form.attributes["action"], form.attributes["method"]) for form in forms] == [("/search", "get")]
    assert "hx-get" not in forms[0].attributes


def test_searching_too_often_is_asked_to_wait(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_search="2/minute")
    answers = [shop.send("/search?q=a", "GET", X_Forwarded_For="203.0.113.9").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text)[:24])
def test_whatever_is_typed_is_answered_with_a_page(indexed: WebShop, text: str) -> None:
    for path in ("/search", "/_fragments/search"):
        answer = indexed.client.get(path, query_string={"q": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "Set-Cookie" not in answer.headers
    for path in ("/collections/all/filter", "/_fragments/collections/all/filter"):
        for name in ("vendor", "option.Wood", f"option.{text}", "price_min", "sort", "page", "availability"):
            answer = indexed.client.get(path, query_string={name: text}, follow_redirects=True)
            assert answer.status_code == 200, (path, name)
            assert "<script>alert" not in answer.text


def test_words_of_a_query_are_never_syntax(indexed: WebShop) -> None:
    assert titles(indexed.get("/search?q=lamp+OR+poster").text) == []
    assert titles(indexed.get('/search?q="lamp"').text) == ["Reading lamp"]
    assert titles(indexed.get("/search?q=poster:lamp").text) == []


def test_random_rubbish_is_answered(indexed: WebShop) -> None:
    dice = random.Random(3)  # noqa: S311 - a seed makes it repeatable
    pieces: tuple[Any, ...] = (*ODD, "lamp", "poster", "AND", "+", ":", "\\")
    for _ in range(150):
        text = "".join(str(piece) for piece in dice.choices(pieces, k=dice.randrange(1, 5)))[:3000]
        assert indexed.client.get("/search", query_string={"q": text}).status_code == 200, text


def test_a_listing_is_narrowed_by_option_and_counts_ignore_their_own_choice(indexed: WebShop) -> None:
    text = indexed.get("/collections/all/filter?option.Wood=Ash").text
    assert (titles(text), status(text, "facets-count")) == (["Reading lamp"], "One found.")
    assert checked(text) == ["Ash"]
    # Oak would give the lamp as well; the availability counts what is left of the choice.
    assert counts(text) == {"Can be bought now": 1, "Not to be had now": 0, "Oak": 1, "Ash": 1}
    assert 'href="/collections/all/"' in text
    assert '<meta name="robots" content="noindex">' in text


def test_each_choice_is_taken_back_by_a_link_that_keeps_the_others(indexed: WebShop) -> None:
    text = indexed.get("/collections/all/filter?option.Wood=Ash&price_max=90&sort=title").text
    taken = re.findall(r'class="facets__taken" href="([^"]*)"><span[^>]*>Without </span>([^<]*) <', text)
    assert taken == [
        ("/collections/all/filter?price_max=90&amp;sort=title", "Ash"),
        ("/collections/all/filter?option.Wood=Ash&amp;sort=title", "up to $90.00"),
    ]
    assert "facets__taken" not in indexed.get("/collections/all/filter?sort=title").text


def test_the_ten_most_frequent_values_are_in_sight_and_of_the_rest_what_still_shows_something() -> None:
    counts = [3, 0, 9, 8, 7, 6, 5, 4, 0, 9, 9, 1, 9]
    values = [FacetValue(f"t{at}", count, is_chosen=at == 8) for at, count in enumerate(counts)]
    shown = facet_view(Facet("tag", tuple(values)), number=5)
    assert [one.label for one in shown.choices] == [f"t{at}" for at in (0, 2, 3, 4, 5, 6, 7, 9, 10, 12)]
    assert [one.label for one in shown.rest] == ["t8", "t11"]
    assert len({one.id for one in (*shown.choices, *shown.rest)}) == 12
    assert (shown.is_open, shown.is_rest_open) == (True, True)


@pytest.mark.parametrize(("number", "is_open"), [(0, True), (2, True), (3, False)])
def test_only_the_first_facets_are_unfolded_where_nothing_is_chosen(number: int, is_open: bool) -> None:
    shown = facet_view(Facet("vendor", (FacetValue("Nord", 2, False), FacetValue("Süd", 1, False))), number)
    assert (shown.is_open, shown.rest) == (is_open, ())


def test_prices_are_read_in_the_market_s_currency(indexed: WebShop) -> None:
    assert titles(indexed.get("/collections/all/filter?price_max=20&price_min=9").text) == [
        "Poster",
        "Candle",
    ]
    japan = indexed.get("/de/collections/all/filter?price_min=1,5")
    assert japan.status_code == 200
    wrong = indexed.get("/collections/all/filter?price_min=cheap").text
    assert "“cheap” is no price, so it was left out." in wrong
    assert len(titles(wrong)) == 5


def test_the_same_question_has_one_address(indexed: WebShop) -> None:
    choices = "option.Wood=Oak&option.Wood=Ash&availability=in-stock"
    typed = f"/collections/all/filter?sort=featured&price_max=&{choices}&x=1"
    answer = indexed.get(typed)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/collections/all/filter?availability=in-stock&option.Wood=Ash&option.Wood=Oak",
    )
    assert indexed.get(answer.headers["Location"]).status_code == 200
    fragment = indexed.get(typed.replace("/collections", "/_fragments/collections"), **HTMX)
    assert fragment.headers["HX-Replace-Url"] == answer.headers["Location"]
    assert 'id="facets"' in fragment.text


def test_an_unknown_value_is_left_out_and_said(indexed: WebShop) -> None:
    text = indexed.get("/collections/all/filter?option.Wood=Plastic&vendor=Nobody").text
    assert "Nothing here has “Plastic”." in text
    assert "Nothing here has “Nobody”." in text
    assert len(titles(text)) == 5


def test_a_listing_is_put_into_order(indexed: WebShop) -> None:
    def shown(sort: str) -> list[str]:
        return titles(indexed.get(f"/collections/all/filter?sort={sort}").text)

    assert shown("price-up")[:2] == ["Odd &lt;b&gt;thing&lt;/b&gt;", "Guide"]
    assert shown("price-down")[0] == "Reading lamp"
    assert shown("title")[:2] == ["Candle", "Guide"]


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", ["Our order", "Newest", "Title", "Price, lowest first", "Price, highest first"]),
        (
            "/de",
            ["Unsere Reihenfolge", "Neueste", "Titel", "Preis, niedrigster zuerst", "Preis, höchster zuerst"],
        ),
    ],
)
def test_an_order_is_called_the_same_on_the_pages_and_in_the_filter(
    indexed: WebShop, prefix: str, words: list[str]
) -> None:
    page = indexed.get(f"{prefix}/collections/all/").text
    # Where a market sells one product, its pages have no other orders.
    assert re.findall(r'class="sort-links__order" [^>]*>([^<]*)<', page) == ([] if prefix else words)
    assert re.findall(r"<option[^>]*>([^<]*)<", indexed.get(f"{prefix}/collections/all/filter").text) == words


def test_a_collection_leads_to_its_filter_and_one_that_is_not_there_to_nothing(indexed: WebShop) -> None:
    assert 'href="/collections/all/filter"' in indexed.get("/collections/all/").text
    assert indexed.get("/collections/nowhere/filter").status_code == 404
    assert indexed.get("/fr/collections/all/filter").status_code == 404
