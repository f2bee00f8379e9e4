"""People look for things: while they type, with slips, with and without script, and narrow what they find."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Visit


def test_a_slip_finds_the_print_while_somebody_types(visit: Visit) -> None:
    person = visit()
    tab = person.tab()
    tab.goto("/search")
    tab.locator("#search-here").press_sequentially("tdies", delay=40)
    expect(tab.locator("#search-count")).to_have_text("Nothing is called “tdies”. This comes near: tides.")
    expect(tab.locator(".product-card__title").first).to_have_text("Tides")
    expect(tab).to_have_url(re.compile(r"/search\?q=tdies$"))
    assert tab.evaluate("document.activeElement.id") == "search-here"
    tab.locator(".product-card__link").first.click()
    expect(tab).to_have_url(re.compile("/products/tides/$"))
    tab.go_back()
    expect(tab.locator("#search-here")).to_have_value("tdies")


def test_without_script_the_form_of_every_page_leads_to_the_same(visit: Visit) -> None:
    tab = visit(java_script_enabled=False).tab()
    tab.goto("/")
    tab.fill("#search-everywhere", "sadlde")
    tab.press("#search-everywhere", "Enter")
    expect(tab.locator(".product-card__title").first).to_have_text("Saddle")


def test_a_choice_narrows_the_listing_and_keeps_the_keyboard_s_place(visit: Visit) -> None:
    tab = visit().tab()
    tab.goto("/collections/prints/")
    tab.click(".sort-links__filter")
    box = tab.locator('#facets-form input[name="option.Size"][value="A2"]')
    tab.click(".facet__title:text-is('Vendor')")
    box.focus()
    tab.keyboard.press("Space")
    expect(tab).to_have_url(re.compile(r"/filter\?option\.Size=A2$"))
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(tab.locator(".facet", has_text="Vendor")).to_have_attribute("open", "")
    expect(tab.locator(".facet", has_text="Tag")).not_to_have_attribute("open", "")
    announced = tab.locator("#facets-count").inner_text()
    tab.reload()
    expect(tab.locator("#facets-count")).to_have_text(announced)
    expect(box).to_be_checked()


def test_without_script_the_filter_is_a_form(visit: Visit) -> None:
    tab = visit(java_script_enabled=False).tab()
    tab.goto("/collections/prints/filter")
    tab.check('#facets-form input[name="option.Size"][value="A2"]')
    tab.click("#facets-form button")
    expect(tab).to_have_url(re.compile(r"/filter\?option\.Size=A2$"))
    expect(tab.locator('#facets-form input[name="option.Size"][value="A2"]')).to_be_checked()
