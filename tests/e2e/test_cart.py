"""The cart as people use it: by keyboard, in two tabs, going back, too late, and not at all."""

from __future__ import annotations

import requests
from playwright.sync_api import Error, Page, Playwright, expect

from tests.e2e.conftest import Visit
from tests.e2e.window import Visitor, launched
from tests.shopper import Shopper
from tests.stack import Stack, until

HTMX = {"HX-Request": "true", "Accept": "text/html"}


def active(page: Page) -> str:
    """Return what has the keyboard: id, else class, else tag."""
    script = "(({id, className, localName}) => id || className || localName)(document.activeElement)"
    found: str = page.evaluate(script)
    return found


def go_back(page: Page) -> None:
    """Press the back button; Playwright's own way waits for a load that a cached page does not have."""
    browser = page.context.new_cdp_session(page)
    history = browser.send("Page.getNavigationHistory")
    before = history["entries"][history["currentIndex"] - 1]
    browser.send("Page.navigateToHistoryEntry", {"entryId": before["id"]})


def look(page: Page, script: str) -> object:
    """Return what a script sees, or nothing where the page goes away in the same moment."""
    try:
        return page.evaluate(script)
    except Error:
        return None


def test_the_keyboard_alone_adds_to_the_cart_and_finds_its_way_back(visit: Visit) -> None:
    page = visit().tab()
    page.goto("/products/turning-tiles/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main"
    page.keyboard.press("Enter")
    assert active(page) == "main"
    page.keyboard.press("Tab")
    assert active(page) == "gallery__work"
    page.keyboard.press("Tab")
    assert active(page) == "add-quantity"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    assert active(page) == "button"
    page.keyboard.press("Enter")

    expect(page.locator("dialog#drawer")).to_have_attribute("open", "")
    expect(page.locator(".cart-drawer__title")).to_be_focused()
    expect(page.locator("#cart-drawer [name=quantity]")).to_have_value("2")
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("2")
    expect(page.locator("#cart-badge")).to_have_text("Cart 2 pieces")

    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.querySelector('#drawer').contains(document.activeElement)"))
    # Beside the drawer only the browser itself, which is the body for the page, gets the keyboard.
    assert seen.count(True) >= 7

    page.keyboard.press("Escape")
    expect(page.locator("dialog#drawer")).not_to_have_attribute("open", "")
    expect(page.locator("#add-form button")).to_be_focused()


def test_the_drawer_changes_a_line_and_keeps_the_keyboard_inside(visit: Visit) -> None:
    page = visit().tab()
    page.goto("/products/turning-tiles/")
    page.click("#add-form button")
    quantity = page.locator("#cart-drawer [name=quantity]")
    expect(quantity).to_have_value("1")
    quantity.fill("3")
    quantity.press("Tab")
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("3")
    expect(page.locator("#cart-drawer .cart-lines__subtotal")).to_have_text("$84.00")
    page.click("#cart-drawer >> text=Remove")
    expect(page.locator("#cart-drawer .cart-lines__empty")).to_be_visible()
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_count(0)
    expect(page.locator(".cart-drawer__title")).to_be_focused()


def test_back_after_adding_shows_the_right_badge(playwright: Playwright, stack: Stack) -> None:
    # Playwright turns the back/forward cache off, which is exactly what a badge can go stale in.
    with launched(playwright, ("--disable-back-forward-cache",)) as browser:
        visitor = Visitor(browser, stack.shop)
        page = visitor.tab()
        page.add_init_script("addEventListener('pageshow', (event) => window.isFromCache = event.persisted)")
        page.goto("/collections/prints/")
        expect(page.locator("#cart-badge")).to_have_text("Cart")
        shown = "[location.pathname, document.querySelector('#cart-badge').textContent]"
        # A browser is free to keep a page or not: the badge is right either way, and seen from the cache.
        for badge in ("Cart 1 piece", "Cart 2 pieces", "Cart 3 pieces", "Cart 4 pieces"):
            page.click("main >> text=Turning Tiles")
            page.click("#add-form button")
            expect(page.locator("#cart-badge")).to_have_text(badge)
            page.keyboard.press("Escape")
            go_back(page)
            until(lambda badge=badge: look(page, shown) == ["/collections/prints/", badge])  # type: ignore[misc]
            if page.evaluate("window.isFromCache"):
                break
        assert page.evaluate("window.isFromCache"), "the browser kept no page in four times"
        visitor.close()
        assert visitor.complaints == []


def test_a_second_tab_hears_of_what_the_first_one_adds(visit: Visit) -> None:
    visitor = visit()
    first, second = visitor.tab(), visitor.tab()
    first.goto("/products/paper-moons/")
    second.goto("/products/turning-tiles/")
    first.click("#add-form button")
    expect(first.locator("#cart-badge .cart-badge__count")).to_have_text("1")
    expect(second.locator("#cart-badge .cart-badge__count")).to_have_text("1")
    second.click("#add-form button")
    expect(second.locator("#cart-drawer .cart-line__title")).to_have_text(["Paper Moons", "Turning Tiles"])
    expect(first.locator("#cart-badge .cart-badge__count")).to_have_text("2")


def test_who_comes_too_late_is_told_so_and_gets_nothing(visit: Visit, stack: Stack) -> None:
    visitor = visit()
    page = visitor.tab()
    page.goto("/products/saddle/")
    page.check("[value=SADDLE-A2-OAK]")
    stack.write_count("SADDLE-A2-OAK", 0)
    page.click("#add-form button")
    expect(page.locator("#notice")).to_have_text("This one has just been sold or is in somebody's checkout.")
    expect(page.locator("dialog#drawer")).not_to_have_attribute("open", "")
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_count(0)
    until(lambda: stack.offers("saddle")["SADDLE-A2-OAK"]["availability"].endswith("OutOfStock"))
    page.reload()
    expect(page.locator("[value=SADDLE-A2-OAK]")).to_be_disabled()
    assert visitor.forgive("status of 409") != []


def test_a_sold_out_variant_cannot_be_added(stack: Stack, shopper: Shopper) -> None:
    carts = stack.db.carts.count_documents({})
    line = {"sku": "WARP-A2", "quantity": "1"}
    page = requests.post(f"{stack.shop}/cart/lines", line, timeout=10)
    fragment = requests.post(f"{stack.shop}/cart/lines", line, headers=HTMX, timeout=10)
    sentence = "This one has just been sold or is in somebody&#39;s checkout."
    assert (page.status_code, fragment.status_code) == (409, 409)
    assert "<!doctype html>" in page.text
    assert sentence in page.text
    assert "<!doctype html>" not in fragment.text
    assert sentence in fragment.text
    assert 'id="cart-badge"' in fragment.text
    assert (page.cookies.get("cart"), fragment.cookies.get("cart")) == (None, None)
    assert stack.db.carts.count_documents({}) == carts
    shopper.get("/products/warp-and-weft/")
    assert "This is sold out." in shopper.answer.text
    assert '<button class="button" type="submit" disabled' in shopper.answer.text


def test_a_cart_whose_goods_have_changed_says_so_and_is_accepted_in_one_click(
    visit: Visit, stack: Stack
) -> None:
    page = visit().tab()
    page.goto("/products/saddle/")
    page.check("[value=SADDLE-A3-OAK]")
    page.fill("#add-quantity", "3")
    page.click("#add-form button")
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("3")
    stack.write_price("SADDLE-A3-OAK", 12000)
    stack.write_count("SADDLE-A3-OAK", 2)
    page.goto("/cart")
    expect(page.locator(".problem")).to_have_text(
        ["The price has risen from $112.00 to $120.00.", "Only 2 are left."]
    )
    expect(page.locator("main >> text=Go to payment")).to_be_disabled()
    page.click("text=Accept the changes")
    expect(page.locator("main .cart-lines__subtotal")).to_have_text("$240.00")
    expect(page.locator(".problem")).to_have_count(0)
    expect(page.locator("main >> text=Go to payment")).to_be_enabled()


def test_somebody_who_only_looks_costs_the_app_nothing(visit: Visit, stack: Stack) -> None:
    log = stack.data / "logs" / "web.log"
    visitor = visit()
    page = visitor.tab()
    before = log.read_bytes().count(b'"event": "request"')
    paths = ("/", "/collections/prints/", "/products/tides/", "/pages/about/", "/de/", "/de/products/tides/")
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_load_state("networkidle")

    assert log.read_bytes().count(b'"event": "request"') == before
    # The front adds nothing of its own either: every address is a file.
    for url in set(visitor.requests):
        assert url.startswith(f"{stack.shop}/"), url
        path = url.removeprefix(stack.shop).lstrip("/")
        target = stack.public / path
        assert target.is_file() or (target / "index.html").is_file(), url
    assert visitor.context.cookies() == []

    page.goto("/products/paper-moons/")
    page.click("#add-form button")
    expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("1")
    until(lambda: log.read_bytes().count(b'"event": "request"') > before)
