"""The face of the shop in a browser: pictures large, variants chosen, both without a script too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

WIDTHS = (320, 390, 820, 1440)


def test_a_picture_opens_large_and_the_keyboard_comes_back_to_it(visit: Visit) -> None:
    page = visit().tab()
    page.goto("/products/ebb/")
    page.focus("a.gallery__work")
    page.keyboard.press("Enter")
    zoom = page.locator("dialog#zoom")
    expect(zoom).to_have_attribute("open", "")
    expect(zoom.locator("img")).to_have_attribute("alt", page.get_attribute(".gallery img", "alt") or "none")
    expect(page.locator(".zoom__close")).to_be_focused()
    # One picture alone leads nowhere else.
    page.keyboard.press("ArrowRight")
    expect(zoom.locator("img")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(zoom).not_to_have_attribute("open", "")
    expect(page.locator("a.gallery__work")).to_be_focused()
    assert page.url.endswith("/products/ebb/")


def test_without_a_script_a_picture_is_a_link_to_itself(visit: Visit) -> None:
    page = visit(java_script_enabled=False).tab()
    page.goto("/products/tides/")
    href = page.get_attribute("a.gallery__work", "href") or ""
    # Asked for, not opened: a browser shows a picture in a page of its own making, whose inline
    # style the policy refuses, and says so at some time.
    answer = page.request.get(href)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")


def test_what_is_chosen_stands_beside_the_button(visit: Visit) -> None:
    page = visit().tab()
    page.goto("/products/tides/")
    chosen = page.locator("#add-chosen")
    expect(chosen).to_contain_text("A4 / Unframed")
    top = page.locator("#add-form button").bounding_box()
    page.focus("[value=TIDES-A4-UNFRAMED]")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[value=TIDES-A4-OAK]")).to_be_checked()
    expect(chosen).to_contain_text("A4 / Oak")
    expect(chosen.locator(".price__now")).to_have_text("$74.00")
    expect(chosen.locator(".band")).to_have_text("In stock")
    assert page.locator("#add-form button").bounding_box() == top


def test_without_a_script_every_price_is_there_and_the_chosen_variant_is_bought(visit: Visit) -> None:
    page = visit(java_script_enabled=False).tab()
    page.goto("/products/tides/")
    prices = page.locator(".choice .price__now").all_inner_texts()
    assert prices == [
        *("$32.00", "$74.00", "$70.00"),
        *("$48.00", "$108.00", "$102.00"),
        *("$78.00", "$168.00", "$158.00"),
    ]
    expect(page.locator("#add-chosen")).to_be_hidden()
    page.check("[value=TIDES-A3-OAK]")
    page.click("#add-form button")
    expect(page.locator(".cart-line__variant")).to_contain_text("A3 / Oak")
    expect(page.locator(".cart-lines__subtotal")).to_have_text("$108.00")


SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push({
  value: entry.value,
  moved: entry.sources.map(({node}) => (node?.outerHTML ?? "").slice(0, 80)),
}))).observe({type: "layout-shift", buffered: true});
"""
"""Notes how much of the window moved by itself, and what it was."""


@pytest.mark.parametrize(
    "path", ["/", "/collections/prints/", "/products/tides/", "/de/products/tides/", "/cart"]
)
def test_no_page_scrolls_sideways_or_shifts(visit: Visit, path: str) -> None:
    page = visit().tab()
    page.add_init_script(SHIFTS)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        # A window that is still being resized would shift whatever is in it.
        page.wait_for_function("width => innerWidth === width", arg=width)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is {wider} px too wide at {width} px"
        shifts = page.evaluate("window.shifts")
        assert sum(shift["value"] for shift in shifts) < 0.01, shifts
