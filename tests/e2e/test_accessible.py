"""axe finds nothing on any kind of page, wide or narrow, light or dark (WCAG 2.2, levels A and AA)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.ids import new_id
from tests.e2e.conftest import Visit
from tests.e2e.test_second_factor import begin, enrol, hire
from tests.e2e.test_second_factor import sign_in as password_of
from tests.e2e.window import pay
from tests.stack import Stack

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
Look = tuple[int, Literal["light", "dark"]]
LOOKS: tuple[Look, ...] = ((1280, "light"), (320, "dark"))
MORE_LOOKS: tuple[Look, ...] = ((1280, "dark"), (390, "dark"), (390, "light"), (320, "light"))


def add(page: Page, slug: str = "paper-moons") -> None:
    """Put a product into the cart."""
    page.goto(f"/products/{slug}/")
    page.click("#add-form button")
    page.wait_for_selector("dialog#drawer[open]")


def filled_cart(page: Page, _stack: Stack) -> None:
    """Show a cart with a line."""
    add(page)
    page.goto("/cart")


def open_drawer(page: Page, _stack: Stack) -> None:
    """Show the drawer over a page."""
    add(page)


def zoom(page: Page, _stack: Stack) -> None:
    """Show a picture large."""
    page.goto("/products/tides/")
    page.click("a.gallery__work")
    page.wait_for_selector("dialog#zoom[open]")


def cart_with_problems(page: Page, stack: Stack) -> None:
    """Show a cart one of whose lines has sold out and one has become dearer."""
    skus = {"TIDES-A2-BLACK": "tides", "SADDLE-A2-BLACK": "saddle"}
    for sku, slug in skus.items():
        page.goto(f"/products/{slug}/")
        page.check(f"[value={sku}]")
        page.click("#add-form button")
        page.wait_for_selector("dialog#drawer[open]")
    stack.write_price("TIDES-A2-BLACK", 16000)
    stack.write_count("SADDLE-A2-BLACK", 0)
    page.goto("/cart")
    assert page.locator(".problem").count() == 2
    stack.write_price("TIDES-A2-BLACK", 15800)
    stack.write_count("SADDLE-A2-BLACK", 5)


def paid_order(page: Page, _stack: Stack) -> None:
    """Show a paid order."""
    filled_cart(page, _stack)
    page.click("main >> text=Go to payment")
    pay(page, "axe@example.com")
    page.wait_for_url("**/orders/**")


def refunded_order(page: Page, stack: Stack) -> None:
    """Show an order of which a part went back."""
    paid_order(page, stack)
    number = page.locator(".order__facts dd").first.inner_text()
    stack.told("refund", number, "--amount", "1")
    page.reload()
    page.wait_for_selector(".refunds")


def unfolded_filter(page: Page, _stack: Stack) -> None:
    """Show everything that a listing can be narrowed by."""
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/collections/prints/filter")
    for summary in (".facets__summary", ".facet:not([open]) > .facet__title", ".facet__more"):
        for found in page.locator(summary).all()[::-1]:
            found.click()


def open_order(page: Page, _stack: Stack) -> None:
    """Show an order that waits for its payment."""
    filled_cart(page, _stack)
    page.click("main >> text=Go to payment")
    page.goto("/cart")
    page.click("text=Continue with it")


def signed_in(page: Page, stack: Stack) -> None:
    """Sign in at the desk."""
    account = json.loads((stack.data / "demo-editor.json").read_text("utf-8"))
    page.goto("/editor/sign-in")
    page.fill("#email", account["email"])
    page.fill("#password", account["password"])
    page.click("main button")
    page.wait_for_url("**/editor/")


def desk_product(page: Page, stack: Stack) -> None:
    """Show a product at the desk."""
    signed_in(page, stack)
    page.click("main >> text=Saddle")


def desk_edit(page: Page, stack: Stack) -> None:
    """Show the form of a product, with a new option and one row unfolded."""
    desk_product(page, stack)
    page.click("main >> text=Edit")
    page.click("text=Add an option")
    page.wait_for_selector("#option-2-name")
    page.locator("summary").first.click()


def desk_edit_faulty(page: Page, stack: Stack) -> None:
    """Show the form of a product with faults."""
    desk_product(page, stack)
    page.click("main >> text=Edit")
    page.fill("#title", "")
    page.fill("#variant-0-price-USD", "abc")
    page.click("#save")
    page.wait_for_selector("#error-summary")


def desk_edit_conflict(page: Page, stack: Stack) -> None:
    """Show the form of a product that somebody else has changed meanwhile."""
    desk_product(page, stack)
    page.click("main >> text=Edit")
    stack.write_price("SADDLE-A2-OAK", 17100)
    page.fill("#variant-4-price-USD", "170.00")
    page.click("#save")
    page.wait_for_selector("#conflict")
    stack.write_price("SADDLE-A2-OAK", 17400)


def desk_prices(page: Page, stack: Stack) -> None:
    """Show all prices of a product before and after."""
    desk_product(page, stack)
    page.click("text=Change all prices")
    page.fill("#number", "10")
    page.click("text=Show the new prices")


def desk_collection(page: Page, stack: Stack) -> None:
    """Show a collection that is chosen by hand, with a search for more."""
    signed_in(page, stack)
    page.goto("/editor/collections")
    page.click("main >> text=All prints")
    page.fill("#q", "moon")
    page.click("button:text-is('Search')")
    page.wait_for_load_state()


def desk_rule(page: Page, stack: Stack) -> None:
    """Show a rule with what it finds."""
    signed_in(page, stack)
    page.goto("/editor/collections/new")
    page.fill("#title", "Under sixty")
    page.fill("#slug", "under-sixty")
    page.check("input[name=kind][value=rule]")
    page.click("button:text-is('Show')")
    page.select_option("#field-1", "vendor")
    page.fill("#value-1", "Halftide Studio")
    page.click("button:text-is('Show what it finds')")
    page.wait_for_selector("#preview li")


def desk_history(page: Page, stack: Stack) -> None:
    """Show what happened to a product."""
    signed_in(page, stack)
    page.click("main >> text=Saddle")
    page.click("main >> text=History")
    page.wait_for_selector(".revision")


def factor_off(page: Page, stack: Stack) -> None:
    """Show the page of a second factor that is not set up."""
    hire(page, stack, f"axe-{new_id('off')}@shop.example")
    page.goto("/editor/account/second-factor")


def factor_waiting(page: Page, stack: Stack) -> None:
    """Show a secret that waits for its first code, after a wrong one."""
    hire(page, stack, f"axe-{new_id('wait')}@shop.example")
    begin(page)
    page.fill("#first-code", "000000")
    page.click("text=Turn it on")


def recovery_codes(page: Page, stack: Stack) -> None:
    """Show recovery codes, the only time."""
    hire(page, stack, f"axe-{new_id('codes')}@shop.example")
    enrol(page)


def factor_on(page: Page, stack: Stack) -> None:
    """Show a second factor that is on, with everything unfolded."""
    recovery_codes(page, stack)
    page.goto("/editor/account/second-factor")
    page.click("text=I do not have my phone")


def asked_for_code(page: Page, stack: Stack) -> None:
    """Show the second step of signing in."""
    email = f"axe-{new_id('step')}@shop.example"
    hire(page, stack, email)
    enrol(page)
    page.click("header >> text=Sign out")
    password_of(page, email)
    page.wait_for_selector("#code")
    page.click("text=I do not have my phone")


def desk_page(name: str) -> Callable[[Page, Stack], None]:
    """Show another page of the desk."""

    def show(page: Page, stack: Stack) -> None:
        signed_in(page, stack)
        page.goto(f"/editor/{name}")

    return show


def at(path: str) -> Callable[[Page, Stack], None]:
    """Show a page by its address."""

    def show(page: Page, _stack: Stack) -> None:
        page.goto(path)

    return show


PAGES: dict[str, Callable[[Page, Stack], None]] = {
    "home": at("/"),
    "collection": at("/collections/prints/"),
    "search": at("/search?q=tdies"),
    "nothing found": at("/search?q=submarine"),
    "filter": at("/collections/prints/filter?option.Size=A2"),
    "filter, unfolded": unfolded_filter,
    "product": at("/products/tides/"),
    "sold-out product": at("/products/warp-and-weft/"),
    "German product": at("/de/products/tides/"),
    "zoom": zoom,
    "content": at("/pages/shipping/"),
    "not found": at("/nowhere/"),
    "empty cart": at("/cart"),
    "filled cart": filled_cart,
    "drawer": open_drawer,
    "cart with problems": cart_with_problems,
    "open order": open_order,
    "paid order": paid_order,
    "refunded order": refunded_order,
    "sign-in": at("/editor/sign-in"),
    "desk list": signed_in,
    "desk product": desk_product,
    "desk new product": desk_page("products/new"),
    "desk edit": desk_edit,
    "desk edit with faults": desk_edit_faulty,
    "desk edit in conflict": desk_edit_conflict,
    "desk prices": desk_prices,
    "desk orders": desk_page("orders"),
    "desk publications": desk_page("publications"),
    "desk pages": desk_page("pages"),
    "desk account": desk_page("account"),
    "second factor, off": factor_off,
    "second factor, waiting": factor_waiting,
    "recovery codes": recovery_codes,
    "second factor, on": factor_on,
    "code asked for": asked_for_code,
    "desk collections": desk_page("collections"),
    "desk collection": desk_collection,
    "desk rule": desk_rule,
    "desk history": desk_history,
    "desk change sets": desk_page("changes"),
    "desk pictures": desk_page("products/prd_saddle/pictures"),
}

REFUSED = {
    "not found": 404,
    "second factor, waiting": 422,
    "desk edit with faults": 422,
    "desk edit in conflict": 409,
}
"""Pages that a browser's console complains of for their status."""


@pytest.mark.parametrize(
    "looks",
    [pytest.param(LOOKS, id="looks"), pytest.param(MORE_LOOKS, id="more looks", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visit: Visit, stack: Stack, name: str, looks: tuple[Look, ...]) -> None:
    # axe is put into the page from outside, which the shop's policy forbids to everybody else.
    # What fades in would be judged half transparent.
    visitor = visit(bypass_csp=True, reduced_motion="reduce")
    page = visitor.tab()
    PAGES[name](page, stack)
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []
        # Nothing is cut off either: the page does not scroll sideways (reflow, WCAG 1.4.10).
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} is {wider} px too wide at {width} px"
    if name in REFUSED:
        assert visitor.forgive(f"status of {REFUSED[name]}") != []
