"""The editors' desk in a real browser: a price changed there is a price served."""

from __future__ import annotations

import json
import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.stack import Stack, until


def sign_in(page: Page, stack: Stack, path: str = "/editor/") -> None:
    """Go to a page of the desk, and sign in on the way."""
    account = json.loads((stack.data / "demo-editor.json").read_text("utf-8"))
    page.goto(path)
    expect(page).to_have_title(re.compile("^Sign in"))
    page.fill("#email", account["email"])
    page.fill("#password", account["password"])
    page.click("main button")
    expect(page).to_have_url(path)


def change_price(page: Page, sku: str, amount: str) -> None:
    """Type a price in dollars into the row of a variant, and save it."""
    row = page.locator(f"tr:has-text('{sku}')")
    # An answer brings a new row: this mark tells the old one, so that nobody types into what goes.
    row.evaluate("row => row.dataset.seen = 'yes'")
    field = row.get_by_label(f"Price of {sku} in USD")
    field.fill(amount)
    row.get_by_role("button", name=f"Save price of {sku} in USD").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_an_editor_changes_a_price_and_sees_which_pages_went_live(
    visit: Visit, stack: Stack, javascript: bool
) -> None:
    amount = "35.50" if javascript else "35.75"
    page = visit(java_script_enabled=javascript).tab()
    sign_in(page, stack)
    page.click("main >> text=Turning Tiles")
    change_price(page, "TILES-A4", amount)

    result = page.locator("#variant-TILES-A4 .result")
    expect(result).to_contain_text(re.compile(rf"{re.escape(amount)}.*\d+ ms", re.DOTALL))
    expect(result.locator("a[href='/products/turning-tiles/']")).to_be_visible()
    assert stack.offers("turning-tiles")["TILES-A4"]["price"] == amount

    result.locator("a[href='/products/turning-tiles/']").click()
    expect(page.locator("#add-form .price__now")).to_have_text(f"${amount}")
    page.goto("/editor/publications")
    record = page.locator(".publication-list__record").first
    expect(record.locator(".publication-list__pages a", has_text="/products/turning-tiles/")).to_have_count(1)
    expect(record).to_contain_text(re.compile(r"\d+ ms"))


def test_a_price_that_is_none_is_refused_where_it_was_typed(visit: Visit, stack: Stack) -> None:
    visitor = visit()
    page = visitor.tab()
    sign_in(page, stack)
    page.click("main >> text=Turning Tiles")
    before = stack.offers("turning-tiles")["TILES-A4"]["price"]
    for wrong in ("12,345", "-1", "abc", "1e3", ""):
        with page.expect_response("**/price") as refused:
            change_price(page, "TILES-A4", wrong)
        assert refused.value.status == 422
        expect(page.locator("#variant-TILES-A4 .result--error")).to_be_visible()
        expect(page.get_by_label("Price of TILES-A4 in USD")).to_have_value(wrong)
    assert stack.offers("turning-tiles")["TILES-A4"]["price"] == before
    assert visitor.forgive("status of 422") != []


def test_two_editors_do_not_overwrite_each_other(visit: Visit, stack: Stack) -> None:
    visitor = visit()
    first, second = visitor.tab(), visitor.tab()
    sign_in(first, stack)
    first.click("main >> text=Saddle")
    second.goto(first.url)
    change_price(first, "SADDLE-A3-BLACK", "107.00")
    expect(first.locator("#variant-SADDLE-A3-BLACK .result--status")).to_be_visible()
    change_price(second, "SADDLE-A3-BLACK", "1.00")
    expect(second.locator("#variant-SADDLE-A3-BLACK .result--error")).to_be_visible()
    assert stack.offers("saddle")["SADDLE-A3-BLACK"]["price"] == "107.00"
    assert visitor.forgive("status of 409") != []


def test_a_count_changed_at_the_desk_moves_the_band_of_the_page(visit: Visit, stack: Stack) -> None:
    page = visit().tab()
    sign_in(page, stack)
    page.click("main >> text=Saddle")
    row = page.locator("tr:has-text('SADDLE-A2-UNFRAMED')")
    row.get_by_label("Units of SADDLE-A2-UNFRAMED").fill("2")
    row.get_by_role("button", name="Save count of SADDLE-A2-UNFRAMED").click()
    expect(page.locator("#variant-SADDLE-A2-UNFRAMED .result--status")).to_be_visible()
    offer = stack.offers("saddle")["SADDLE-A2-UNFRAMED"]
    assert offer["availability"] == "https://schema.org/LimitedAvailability"


def test_a_rebuild_of_everything_shows_its_progress_until_it_is_done(visit: Visit, stack: Stack) -> None:
    until(stack.is_quiet)
    page = visit().tab()
    sign_in(page, stack, "/editor/pages")
    before = stack.published()
    page.click("text=Make everything again")
    expect(page).to_have_url(re.compile(r"/editor/.*rebuild"))
    expect(page.locator("#rebuild-progress .facts")).to_be_visible(timeout=30_000)
    facts = page.locator("#rebuild-progress .facts > div").all_inner_texts()
    numbers = dict(text.split("\n") for text in facts)
    pages = stack.told("site", "status")["pages"]
    assert (numbers["Rendered"], numbers["Published"]) == (str(pages), "0")
    assert (numbers["Unchanged"], numbers["Failed"]) == (str(pages), "0")
    expect(page.locator("#rebuild-progress [hx-get]")).to_have_count(0)
    assert stack.published() == before


def test_who_signs_out_is_out_and_a_session_ended_elsewhere_opens_nothing(visit: Visit, stack: Stack) -> None:
    here, elsewhere = visit(user_agent="Firefox/140 Windows"), visit()
    first, second = here.tab(), elsewhere.tab()
    sign_in(first, stack)
    sign_in(second, stack)
    token = next(cookie["value"] for cookie in here.context.cookies() if cookie["name"] == "staff")

    second.goto("/editor/account")
    second.click("text=Sign out every other browser")
    expect(second.get_by_role("status").first).to_have_text("Every other browser is signed out.")
    first.goto("/editor/")
    expect(first).to_have_url("/editor/sign-in?next=/editor/")

    second.click("header >> text=Sign out")
    expect(second).to_have_url(re.compile("/editor/sign-in"))
    second.go_back()
    second.reload()
    expect(second).to_have_title(re.compile("^Sign in"))
    assert [cookie for cookie in elsewhere.context.cookies() if cookie["name"] == "staff"] == []

    old = {"staff": token}
    answer = requests.get(f"{stack.shop}/editor/", cookies=old, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/editor/sign-in?next=/editor/")
    change = requests.post(
        f"{stack.shop}/editor/products/prd_tides/price",
        {"sku": "TIDES-A4-OAK", "currency": "USD", "amount": "1.00", "version": "1"},
        cookies=old,
        headers={"Origin": stack.shop},
        allow_redirects=False,
        timeout=10,
    )
    assert change.status_code == 303
    assert stack.offers("tides")["TIDES-A4-OAK"]["price"] == "74.00"


def test_a_wrong_password_is_refused_without_a_hint_which_part_was_wrong(visit: Visit, stack: Stack) -> None:
    visitor = visit()
    page = visitor.tab()
    said = set()
    for email in ("editor@vitrine.example", "nobody@vitrine.example"):
        page.goto("/editor/sign-in")
        page.fill("#email", email)
        page.fill("#password", "not the password")
        page.click("main button")
        said.add(page.get_by_role("alert").inner_text())
    assert len(said) == 1
    assert [cookie for cookie in visitor.context.cookies() if cookie["name"] == "staff"] == []
    until(lambda: visitor.forgive("status of 401", "status of 403", "status of 422"))
