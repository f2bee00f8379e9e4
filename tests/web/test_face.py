"""What pages tell beyond their own document: the price list, openings of texts, an order's steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.model import Collection, ContentPage
from app.money import Money
from app.orders.model import Fulfilment, OrderState
from app.web.contexts.choice import choice_of
from app.web.contexts.leads import opening
from app.web.contexts.steps import steps_of
from app.web.contexts.views import VariantView
from app.web.reads import recording
from tests.builders import US
from tests.web import samples
from tests.web.samples import AT, placed_order
from tests.web.shop import WebShop


def variants(*options: str) -> list[VariantView]:
    """Variants whose options are separated by slashes; the SKU is the options."""
    return [
        VariantView(
            option,
            " / ".join(option.split("/")),
            Money(100, "USD"),
            None,
            samples.IN_STOCK,
            tuple(option.split("/")),
        )
        for option in options
    ]


def layout_of(names: str, *options: str) -> tuple[tuple[str, ...], list[tuple[str, list[tuple[str, str]]]]]:
    """Lay variants out; return the columns, and each group with its cells and their SKUs."""
    choice = choice_of(names.split("/") if names else (), variants(*options))
    groups = [
        (group.title, [(cell.title, cell.variant.sku if cell.variant else "") for cell in group.cells])
        for group in choice.groups
    ]
    return choice.columns, groups


def test_two_options_meet_in_a_table_that_shows_what_does_not_exist() -> None:
    assert layout_of("Size/Frame", "A4/None", "A4/Oak", "A3/None") == (
        ("None", "Oak"),
        [("A4", [("None", "A4/None"), ("Oak", "A4/Oak")]), ("A3", [("None", "A3/None"), ("Oak", "")])],
    )


def test_the_option_with_fewer_values_makes_the_columns() -> None:
    columns, rows = layout_of("Colour/Size", "Red/S", "Red/M", "Red/L", "Red/XL", "Blue/S")
    assert columns == ("Red", "Blue")
    assert [title for title, _ in rows] == ["S", "M", "L", "XL"]
    assert rows[3] == ("XL", [("Red", "Red/XL"), ("Blue", "")])


def test_options_too_long_for_a_table_make_groups() -> None:
    sizes, colours = "SMLX", "abcd"
    columns, groups = layout_of("Size/Colour", *(f"{size}/{colour}" for size in sizes for colour in colours))
    assert columns == ()
    assert [title for title, _ in groups] == ["S", "M", "L", "X"]
    assert groups[0][1] == [("a", "S/a"), ("b", "S/b"), ("c", "S/c"), ("d", "S/d")]


def test_three_options_are_grouped_by_the_first() -> None:
    columns, groups = layout_of("Size/Frame/Glass", "A4/Oak/Matt", "A4/Oak/Clear", "A3/Oak/Matt")
    assert columns == ()
    assert groups == [
        ("A4", [("Oak / Matt", "A4/Oak/Matt"), ("Oak / Clear", "A4/Oak/Clear")]),
        ("A3", [("Oak / Matt", "A3/Oak/Matt")]),
    ]


@pytest.mark.parametrize(
    ("names", "options"),
    [
        ("Size", ("A4", "A3")),
        ("", ("A4", "A3")),
        ("Size/Frame", ("A4/Oak", "A4/Black")),
        ("Size/Frame", ("A4/Oak", "A3/Oak/Matt")),
        ("Size/Frame", ("A4/Oak", "A4/Oak")),
    ],
)
def test_everything_else_is_one_list_with_every_variant(names: str, options: tuple[str, ...]) -> None:
    columns, groups = layout_of(names, *options)
    assert columns == ()
    assert [(title, [sku for _, sku in cells]) for title, cells in groups] == [("", list(options))]


@pytest.mark.parametrize(
    ("body", "paragraphs", "html"),
    [
        ("One *line*.\n\nTwo.\n\nThree.", 2, "<p>One <em>line</em>.</p>\n<p>Two.</p>\n"),
        ("One.\n\n## Then\n\nTwo.", 2, "<p>One.</p>\n"),
        ("# First\n\nOne.", 1, ""),
        ("- a\n- b\n\nOne.", 1, ""),
        ("<b>One</b> & two.", 1, "<p>&lt;b&gt;One&lt;/b&gt; &amp; two.</p>\n"),
        ("One\\\nline.", 1, "<p>One<br>\nline.</p>\n"),
        ("", 1, ""),
        # What stands below a heading says nothing above it, so that the opening alone decides.
        ("See [it].\n\n# Later\n\n[it]: /pages/it/", 1, "<p>See [it].</p>\n"),
    ],
)
def test_a_text_opens_with_its_first_paragraphs(body: str, paragraphs: int, html: str) -> None:
    assert opening(body, paragraphs) == html


def test_a_product_tells_of_delivery_what_the_page_about_it_opens_with(shop: WebShop) -> None:
    page = shop.get("/products/lamp/").text
    assert '<h2 class="promises__title"><a href="/pages/shipping/">Shipping</a></h2>' in page
    assert '<div class="promises__text"><p>We pack <em>flat</em>.</p>\n</div>' in page
    assert "/pages/returns/" not in page


def test_only_the_opening_of_a_text_is_read_by_other_pages(shop: WebShop) -> None:
    store, pages = shop.services.catalogue.store, shop.app.extensions["vitrine"].pages
    product = store.product_by_slug("lamp")
    assert product

    def read() -> dict[str, str]:
        with shop.app.test_request_context(), recording() as reads:
            pages.product(US, product)
        return {str(key): value for key, value in reads.items() if key.kind in ("lead", "page")}

    before = read()
    assert set(before) == {"lead shipping", "lead returns"}
    assert before["lead returns"] == ""
    store.put_page(ContentPage("pag_1", "shipping", "Shipping", "We pack *flat*.\n\n# Far\n\nBy ship."))
    assert read() == before
    store.put_page(ContentPage("pag_2", "returns", "Returns", "Thirty days."))
    assert read()["lead shipping"] == before["lead shipping"]
    assert read()["lead returns"] != ""


def test_the_front_page_shows_each_collection_with_a_picture_and_tells_the_story(shop: WebShop) -> None:
    store = shop.services.catalogue.store
    store.put_page(ContentPage("pag_9", "about", "About us", "We are two.\n\nAnd a press.\n\nAnd more."))
    page = shop.get("/").text
    assert '<a class="teaser__link" href="/collections/all/">All</a>' in page
    assert "<p>We are two.</p>\n<p>And a press.</p>" in page
    assert "And more." not in page
    assert '<a href="/pages/about/">Read on' in page


def test_the_collection_frontpage_opens_the_shop_and_is_named_nowhere(shop: WebShop) -> None:
    store = shop.services.catalogue.store
    store.put_collection(Collection("col_front", "frontpage", "Zz front", product_ids=("prd_poster",)))
    home = shop.get("/").text
    assert home.index('href="/products/poster/"') < home.index('href="/collections/all/"')
    assert "Zz front" not in home
    assert "Zz front" not in shop.get("/products/poster/").text
    assert shop.get("/collections/frontpage/").status_code == 200


def steps(
    state: OrderState, fulfilment: Fulfilment = Fulfilment.UNFULFILLED, is_paid: bool = True
) -> list[str]:
    """The steps of an order, as `kind state`."""
    order = replace(placed_order(), state=state, fulfilment=fulfilment, paid_at=AT if is_paid else None)
    return [f"{step.kind} {step.state}" for step in steps_of(order)]


def test_an_order_tells_what_comes_next_in_every_state() -> None:
    to_come = ["packing next", "sent next"]
    paid = ["placed done", "payment done"]
    assert steps(OrderState.PENDING_PAYMENT, is_paid=False) == ["placed done", "payment current", *to_come]
    assert steps(OrderState.PAYMENT_PROCESSING, is_paid=False) == ["placed done", "payment current", *to_come]
    assert steps(OrderState.PAYMENT_REVIEW) == ["placed done", "review current", *to_come]
    assert steps(OrderState.PAID) == [*paid, "packing current", "sent next"]
    assert steps(OrderState.PAID, Fulfilment.PARTIAL) == [*paid, "packing current", "partly_sent current"]
    assert steps(OrderState.PAID, Fulfilment.FULFILLED) == [*paid, "packing done", "sent done"]
    assert steps(OrderState.PARTIALLY_REFUNDED) == [
        *paid,
        "partly_refunded done",
        "packing current",
        "sent next",
    ]
    assert steps(OrderState.REFUNDED) == [*paid, "refunded done"]
    assert steps(OrderState.CANCELLED, is_paid=False) == ["placed done", "cancelled done"]
