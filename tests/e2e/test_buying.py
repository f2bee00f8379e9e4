"""A purchase in a real browser, from a page that is a file to a receipt in the mail."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.window import ADDRESS, CARD, pay
from tests.stack import Stack, until

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """Return a number as the front writes it into an ETag."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text


def etag_of(file: Path) -> str:
    """Return the ETag of a file as it lies on disk now."""
    stat = file.stat()
    return f'"{base36(stat.st_mtime_ns)}-{base36(stat.st_size)}"'


def to_the_cart(page: Page, *, javascript: bool) -> None:
    """Add the product of the page, and open the cart's page."""
    page.click("#add-form button")
    if javascript:
        expect(page.locator("dialog#drawer")).to_have_attribute("open", "")
        expect(page.locator("#cart-badge .cart-badge__count")).to_have_text("1")
        expect(page.locator("#cart-drawer .cart-line__title")).to_have_text("Low Sun")
        page.click("#cart-drawer >> text=See the whole cart")
    expect(page).to_have_url("/cart")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_browser_buys_the_last_print(visit: Visit, stack: Stack, javascript: bool) -> None:
    stack.write_count("LOW-SUN-A4", 1)
    until(lambda: "Only one left" in stack.page("products/low-sun"))
    buyer = f"ada.{javascript}@example.com".lower()
    visitor = visit(java_script_enabled=javascript)
    page = visitor.tab()

    answer = page.goto("/products/low-sun/")
    assert answer
    assert answer.status == 200
    file = stack.public / "products/low-sun/index.html"
    sent = answer.all_headers()
    assert sent["etag"] in (etag_of(file), etag_of(file.with_name("index.html.br")))
    assert "x-request-id" not in sent
    assert "form-action 'self' http://127.0.0.1:" in sent["content-security-policy"]
    assert answer.body() == file.read_bytes()
    expect(page.locator("#add-form .band")).to_have_text("Only one left")

    to_the_cart(page, javascript=javascript)
    page.click("text=Go to payment")
    expect(page).to_have_title("Pay USD 36.00 · Test payment page")
    until(lambda: "All in other carts" in stack.page("products/low-sun"))
    assert stack.offers("low-sun")["LOW-SUN-A4"]["availability"] == "https://schema.org/OutOfStock"

    pay(page, buyer)
    # The first answer after the return says so: nobody has to wait for the webhook.
    expect(page.locator("h1")).to_have_text("Thank you", timeout=3000)
    order = stack.order_of(page.url.partition("?")[0])
    assert (order["state"], order["fulfilment"], order["email"]) == ("paid", "unfulfilled", buyer)
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("LOW-SUN-A4", 1)]

    until(stack.effects_are_done)
    assert stack.mails_to(buyer) == {f"<receipt.{order['_id']}@127.0.0.1>": 1}
    until(lambda: "Sold out" in stack.page("products/low-sun"))
    assert "This is sold out." in requests.get(f"{stack.shop}/products/low-sun/", timeout=10).text
    assert [session.payment_status for session in stack.sessions() if session.id in page.url] == ["paid"]
    page.goto("/cart")
    expect(page.locator(".cart-lines__empty")).to_be_visible()
    assert stack.told("doctor")["ok"] is True


def test_a_declined_card_and_then_a_good_one_make_one_order_in_one_session(
    visit: Visit, stack: Stack
) -> None:
    visitor, sessions = visit(), {session.id for session in stack.sessions()}
    page = visitor.tab()
    page.goto("/products/paper-moons/")
    page.click("#add-form button")
    page.click("#cart-drawer >> text=Go to payment")
    pay(page, "bob@example.com", card="4000 0000 0000 0002")
    expect(page.get_by_role("alert")).to_contain_text("Your card was declined.")
    order = stack.db.orders.find_one(sort=[("created_at", -1)])
    assert order
    assert (order["state"], order["open"]) == ("pending_payment", True)

    pay(page, "bob@example.com")
    expect(page.locator("h1")).to_have_text("Thank you")

    assert stack.order_of(page.url.partition("?")[0])["_id"] == order["_id"]
    new = [session for session in stack.sessions() if session.id not in sessions]
    assert [session.payment_status for session in new] == ["paid"]
    until(stack.effects_are_done)
    assert stack.mails_to("bob@example.com") == {f"<receipt.{order['_id']}@127.0.0.1>": 1}
    # Chromium calls the refusal of a form an error, though the page is a designed one.
    assert len(visitor.forgive("402")) <= 1


def test_the_way_back_from_the_payment_page_leads_to_the_cart_as_it_was(visit: Visit, stack: Stack) -> None:
    visitor = visit()
    page = visitor.tab()
    page.goto("/products/turning-tiles/")
    page.fill("#add-quantity", "2")
    page.click("#add-form button")
    page.click("#cart-drawer >> text=Go to payment")
    payment_page = page.url

    page.click("text=Back to the shop")
    expect(page).to_have_url("/cart")
    expect(page.locator("main .cart-line__title")).to_have_text("Turning Tiles")
    expect(page.locator("main .cart-line [name=quantity]")).to_have_value("2")
    expect(page.locator("main .cart-lines__open")).to_contain_text("A payment is still open")

    page.click("main >> text=Continue with it")
    expect(page.locator("h1")).to_have_text("Waiting for your payment")
    page.click("main >> text=Continue to payment")
    expect(page).to_have_url(payment_page)

    page.goto("/cart")
    page.click("main >> text=Go to payment")
    expect(page).to_have_url(payment_page)
    assert stack.db.orders.count_documents({"lines.sku": "TILES-A4", "open": True}) == 1

    page.goto("/cart")
    page.click("main >> text=Continue with it")
    page.click("text=Cancel and give the pieces back")
    expect(page.locator("h1")).to_have_text("This order was cancelled")
    assert stack.db.orders.count_documents({"lines.sku": "TILES-A4", "open": True}) == 0
    pool = stack.db.stock_pools.find_one({"_id": "TILES-A4"})
    assert pool
    assert (pool["on_hand"], pool["reserved"]) == (21, 0)
    page.goto(payment_page)
    expect(page.locator("h1")).to_have_text("This payment page has expired")
    assert visitor.forgive("status of 410") != []


def test_a_double_click_on_the_button_makes_one_order_and_one_session(visit: Visit, stack: Stack) -> None:
    sessions = {session.id for session in stack.sessions()}
    orders = stack.db.orders.count_documents({})
    page = visit().tab()
    page.goto("/products/paper-moons/")
    page.click("#add-form button")
    page.click("#cart-drawer >> text=See the whole cart")
    with page.expect_navigation(url="**/c/pay/*"):
        page.dblclick("main >> text=Go to payment")
    expect(page).to_have_title("Pay USD 6.00 · Test payment page")

    assert stack.db.orders.count_documents({}) == orders + 1
    [new] = [session for session in stack.sessions() if session.id not in sessions]
    assert new.id in page.url


def test_a_german_shopper_pays_in_euro_and_reads_german(visit: Visit, stack: Stack) -> None:
    page = visit(locale="de-DE").tab()
    page.goto("/de/products/tides/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.check("[value=TIDES-A4-OAK]")
    page.click("#add-form >> text=In den Warenkorb")
    expect(page.locator("#cart-drawer .cart-lines__subtotal")).to_have_text("68,00\u00a0€")
    page.click("#cart-drawer >> text=Zur Zahlung")
    pay(page, "clara@example.de", postal_code="20095", city="Hamburg")
    expect(page.locator("h1")).to_have_text("Vielen Dank")
    expect(page.locator("html")).to_have_attribute("lang", "de")

    order = stack.order_of(page.url.partition("?")[0])
    assert (order["market"], order["currency"], order["total"]["minor"]) == ("de", "EUR", 6800)
    assert order["shipping"]["country"] == "DE"
    newest = stack.orders()[0]
    assert {name: newest[name] for name in ("number", "state", "fulfilment", "token", "email")} == {
        name: order[name] for name in ("number", "state", "fulfilment", "token", "email")
    }
    assert (newest["total"], newest["currency"]) == (6800, "EUR")
    assert [(line["sku"], line["quantity"]) for line in newest["lines"]] == [("TIDES-A4-OAK", 1)]
    until(stack.effects_are_done)
    [receipt] = [mail for mail in stack.mails() if "clara@example.de" in str(mail["To"])]
    text = receipt.get_body(("plain",))
    assert text
    assert "Vielen Dank" in text.get_content()
    assert "68,00\u00a0€" in text.get_content()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the keyboard, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard never gets to {selector}")


def test_the_keyboard_alone_buys_a_print(visit: Visit, stack: Stack) -> None:
    page = visit().tab()
    page.goto("/")
    tab_to(page, ".site-header__link[href='/collections/prints/']")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/collections/prints/")
    tab_to(page, ".product-card__link[href='/products/tides/']")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/products/tides/")
    tab_to(page, "#add-form [name=sku]")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#add-form [name=sku]:checked")).to_have_value("TIDES-A4-OAK")
    tab_to(page, "#add-form button")
    page.keyboard.press("Enter")
    expect(page.locator("dialog#drawer")).to_have_attribute("open", "")
    expect(page.locator("#cart-drawer .cart-line")).to_have_count(1)
    tab_to(page, "#cart-drawer form[action$='/checkout'] button")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Pay USD 74.00 · Test payment page")
    given = {"email": "keys@example.com", "card_number": "4242 4242 4242 4242", **CARD, **ADDRESS}
    for name, value in given.items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you")
    expect(page.locator(".order-lines__detail")).to_contain_text("TIDES-A4-OAK")
    until(lambda: sum(stack.mails_to("keys@example.com").values()) == 1)
