"""A browser that holds pages, style sheet and scripts of the previous version buys from this one.

The old files take the place of the new ones on their way into the browser; the headers, the
policy among them, and everything that is asked for afterwards are this version's.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.window import Visitor, pay
from tests.shopper import Shopper, forms
from tests.stack import Stack, until
from tests.upgrades.freeze import CARTS, FILTER, PAGES, PREVIOUS, kept

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def hold_old_pages(visitor: Visitor, page: Page, *pages: str) -> list[str]:
    """Let a tab get these pages, and every asset, as the previous version made them; return what it got."""
    got: list[str] = []

    def old_page(route: Route) -> None:
        address = route.request.url.removeprefix(visitor.shop)
        if route.request.method != "GET" or address not in pages:
            route.fallback()
            return
        got.append(address)
        # The head of this version's own answer, around the old page.
        route.fulfill(response=route.fetch(), body=kept(address))

    def old_asset(route: Route) -> None:
        file = PREVIOUS / route.request.url.removeprefix(visitor.shop).strip("/")
        if not file.is_file():
            route.fallback()
            return
        got.append(file.name)
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])

    page.route("**/*", old_page)
    page.route("**/assets/*", old_asset)
    return got


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_old_pages_sell_from_the_new_shop(visit: Visit, stack: Stack, javascript: bool) -> None:
    stack.write_count("LOW-SUN-A4", 20)
    buyer = f"old.{javascript}@example.com".lower()
    visitor = visit(java_script_enabled=javascript)
    page = visitor.tab()
    got = hold_old_pages(visitor, page, *PAGES, *CARTS)

    page.goto("/")
    page.goto("/collections/prints/")
    page.goto("/products/low-sun/")
    page.fill("#add-quantity", "2")
    page.click("#add-form button")
    if javascript:
        expect(page.locator("dialog#drawer")).to_have_attribute("open", "")
        expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("2")
        expect(page.locator("#cart-drawer .cart-line__title")).to_have_text("Low Sun")
        page.click("#cart-drawer >> text=See the whole cart")
    expect(page).to_have_url(f"{stack.shop}/cart")
    # Where a redirect leads cannot be replaced on its way.
    page.goto("/cart")
    assert {"/", "/collections/prints/", "/products/low-sun/", "/cart"} <= set(got)

    # The old cart page, over the new shop's cart.
    page.fill("[name=quantity]", "3")
    if javascript:
        page.press("[name=quantity]", "Tab")
        expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("3")
        expect(page.locator("#notice")).to_have_text("Your cart is up to date.")
        page.fill("[name=quantity]", "1")
        page.press("[name=quantity]", "Tab")
        expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("1")
    else:
        page.click(".cart-line__form button >> nth=0")
        expect(page.locator("[name=quantity]")).to_have_value("3")
        page.goto("/cart")
        page.fill("[name=quantity]", "1")
        page.click(".cart-line__form button >> nth=0")
        expect(page.locator("[name=quantity]")).to_have_value("1")
        page.goto("/cart")
    page.click("text=Go to payment")
    expect(page).to_have_title("Pay USD 36.00 · Test payment page")
    pay(page, buyer)

    expect(page.locator("h1")).to_have_text("Thank you")
    order = stack.order_of(page.url.partition("?")[0])
    assert (order["state"], order["email"]) == ("paid", buyer)
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("LOW-SUN-A4", 1)]
    until(stack.effects_are_done)
    assert stack.mails_to(buyer) == {f"<receipt.{order['_id']}@127.0.0.1>": 1}
    # A picture that is another one by now is no reason to complain.
    assert all("404" in said for said in visitor.forgive("/media/", "404"))


def test_an_old_german_page_sells_in_its_own_market(visit: Visit, stack: Stack) -> None:
    visitor = visit(locale="de-DE")
    page = visitor.tab()
    got = hold_old_pages(visitor, page, "/de/products/tides/")

    page.goto("/de/products/tides/")
    page.click("#add-form button")
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("1")
    page.click("#cart-drawer >> text=Zur Zahlung")
    expect(page).to_have_title(re.compile("^Pay EUR"))
    assert "/de/products/tides/" in got
    assert any(name.endswith(".js") for name in got)
    visitor.forgive("/media/", "404")


def test_an_old_listing_narrows_and_an_old_page_searches(visit: Visit) -> None:
    visitor = visit()
    page = visitor.tab()
    hold_old_pages(visitor, page, *PAGES, FILTER)

    page.goto("/")
    page.fill("header [name=q]", "sun")
    page.press("header [name=q]", "Enter")
    expect(page.locator("#search-results")).to_contain_text("Low Sun")

    page.goto(FILTER)
    page.fill("#facets-most", "36")
    page.press("#facets-most", "Tab")
    expect(page).to_have_url(f"{FILTER}?price_max=36")
    expect(page.locator("#facets")).to_contain_text("Low Sun")
    visitor.forgive("/media/", "404")


def test_old_forms_sell_without_a_browser(stack: Stack, shopper: Shopper) -> None:
    def send_old(page: str, ending: str, **fields: str) -> str:
        """Send a form of an old page as it stands there; return where it leads."""
        form = next(form for form in forms(kept(page)) if form.action.endswith(ending))
        form.fields |= fields
        shopper.get(stack.shop)
        return shopper.send(form).headers["Location"]

    assert send_old("/products/tides/", "/cart/lines", sku="TIDES-A4-OAK").endswith("/cart")
    assert send_old("/products/low-sun/", "/cart/lines").endswith("/cart")
    assert send_old("/cart", "/cart/lines/LOW-SUN-A4", quantity="2").endswith("/cart")
    text = shopper.cart()
    assert ("TIDES-A4-OAK" in text, 'name="quantity" value="2"' in text) == (True, True)
    send_old("/cart", "/cart/lines/LOW-SUN-A4/remove")
    assert "LOW-SUN-A4" not in shopper.cart()

    payment = send_old("/cart", "/checkout")
    shopper.get(shopper.pay(payment, "plain.old@example.com"))

    assert "order-state--paid" in shopper.answer.text
    order = stack.order_of(shopper.answer.url.partition("?")[0])
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("TIDES-A4-OAK", 1)]
