"""A product's whole life at the desk, in a browser: made, published, argued over, gone."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_desk import sign_in
from tests.stack import Stack


def fill(page: Page, **texts: str) -> None:
    """Type into fields by their ids: `variant_0_sku` is `variant-0-sku`."""
    for name, text in texts.items():
        page.fill(f"#{name.replace('_', '-')}", text)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_product_is_made_published_argued_over_and_archived(
    visit: Visit, stack: Stack, javascript: bool
) -> None:
    name = "ferry" if javascript else "harbour"
    sku, path = name.upper(), f"/products/night-{name}/"
    visitor = visit(java_script_enabled=javascript)
    page = visitor.tab()
    sign_in(page, stack)

    # Two options, by buttons that save nothing.
    page.click("text=New product")
    fill(page, title=f"Night {name.title()}", variant_0_price_USD="34", variant_0_price_EUR="31")
    page.click("text=Add an option")
    fill(page, option_0_name="Size", option_0_value_0="A4", option_0_value_1="A3")
    page.click("text=Add an option")
    expect(page.locator("#option-1-name")).to_be_focused()
    fill(page, option_1_name="Frame", option_1_value_0="Oak", option_1_value_1="Black")
    page.click("text=Make the missing variants")
    expect(page.locator(".variant-edit")).to_have_count(4)
    expect(page.locator("#variant-3-sku")).to_have_value(f"NIGHT-{sku}-A3-BLACK")
    fill(page, variant_0_sku=f"NIGHT-{sku}-A4-OAK", variant_0_count="5", variant_3_price_USD="1e3")

    # What is wrong is said at its field, and nothing that was typed is lost.
    page.click("#save")
    expect(page).to_have_title(re.compile("^Error: New product"))
    expect(page.locator("#error-summary")).to_be_focused()
    page.click("#error-summary a")
    expect(page.locator("#variant-3-price-USD")).to_have_value("1e3")
    assert visitor.forgive("status of 422") != [] or not javascript
    fill(page, variant_3_price_USD="64.50", why="The autumn range")
    page.click("#save")
    expect(page.locator("#result")).to_contain_text(f"Night {name.title()} is created.")
    assert requests.get(stack.shop + path, timeout=10).status_code == 404

    # Seen in the shop's own template before it is saved, then published with a click.
    page.click("main >> text=Edit")
    fill(page, description=f"<p>The last {name} of the day.</p>")
    with page.context.expect_page() as opened:
        page.click("text=Preview United States")
    expect(opened.value.locator("main")).to_contain_text(f"The last {name} of the day.")
    expect(opened.value.locator("main")).to_contain_text("$64.50")
    opened.value.close()
    page.select_option("#status", "active")
    page.click("#save")
    expect(page.locator("#result")).to_contain_text(
        re.compile(r"Saved: 2 fields changed\..*\d+ ms", re.DOTALL)
    )
    offers = stack.offers(f"night-{name}")
    assert {sku: offer["price"] for sku, offer in offers.items()} == {
        f"NIGHT-{sku}-A4-OAK": "34.00",
        f"NIGHT-{sku}-A4-BLACK": "34.00",
        f"NIGHT-{sku}-A3-OAK": "34.00",
        f"NIGHT-{sku}-A3-BLACK": "64.50",
    }
    page.goto(path)
    expect(page.locator("h1")).to_have_text(f"Night {name.title()}")

    # Two people at once: both answers side by side, and each field by choice.
    page.goto("/editor/")
    page.click(f"main th a:has-text('Night {name.title()}')")
    desk = page.url
    page.click("main >> text=Edit")
    second = visitor.tab()
    second.goto(f"{desk}/edit")
    fill(second, title=f"Late {name.title()}", variant_0_price_USD="36", why="It runs late")
    second.click("#save")
    expect(second.locator("#result")).to_contain_text("Saved: 2 fields changed.")
    fill(page, title=f"Last {name.title()}", variant_0_price_USD="39.00")
    page.click("#save")
    expect(page).to_have_title(re.compile("^Error: Edit"))
    expect(page.locator("#conflict")).to_be_focused()
    expect(page.locator("#conflict")).to_contain_text("“It runs late”")
    expect(page.locator("#conflict tbody tr")).to_have_count(2)
    page.click(f"text=Take theirs for NIGHT-{sku}-A4-OAK, price in USD")
    expect(page.locator("#variant-0-price-USD")).to_have_value("36.00")
    expect(page.locator("#title")).to_have_value(f"Last {name.title()}")
    page.click("#save")
    expect(page.locator("h1")).to_have_text(f"Last {name.title()}")
    assert stack.offers(f"night-{name}")[f"NIGHT-{sku}-A4-OAK"]["price"] == "36.00"
    assert visitor.forgive("status of 409") != [] or not javascript

    # All prices at once, seen before they are set.
    page.click("text=Change all prices")
    page.select_option("#direction", "down")
    page.select_option("#currency", "USD")
    page.select_option("#rounding", "90")
    page.fill("#number", "10")
    page.click("text=Show the new prices")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.click("text=Set these prices")
    expect(page.locator("#result")).to_contain_text("Saved: 1 field changed.")
    assert {offer["price"] for offer in stack.offers(f"night-{name}").values()} == {"32.90", "30.90", "57.90"}

    # Another address: the old one leads there.
    page.click("main >> text=Edit")
    fill(page, slug=f"last-{name}")
    page.click("#save")
    expect(page.locator("#result")).to_contain_text(
        re.compile(r"Saved: 1 field changed\..*\d+ ms", re.DOTALL)
    )
    moved = requests.get(stack.shop + path, timeout=10, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/products/last-{name}/")

    # Gone, and said to be gone.
    page.click("main >> button:has-text('Archive')")
    expect(page.locator("#result")).to_contain_text("Archived: its pages answer that it is gone.")
    assert requests.get(f"{stack.shop}/products/last-{name}/", timeout=10).status_code == 410


def test_the_enter_key_saves_and_a_double_click_makes_one_product(visit: Visit, stack: Stack) -> None:
    page = visit().tab()
    sign_in(page, stack, "/editor/products/new")
    fill(page, title="Tide Table", variant_0_sku="TIDE-TABLE", variant_0_price_USD="12")
    page.dblclick("#save")
    expect(page.locator("h1")).to_have_text("Tide Table")
    page.goto("/editor/?q=tide-table")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("tbody >> text=Edit")
    fill(page, vendor="Halftide Press")
    page.press("#vendor", "Enter")
    expect(page.locator("#result")).to_contain_text("Saved: 1 field changed.")
