"""The second factor in a real browser: set up, asked for, lost and reset, with scripts and without."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.stack import Stack

PASSWORD = "a quiet red harbour"
ACCOUNT = "/editor/account"


def hire(page: Page, stack: Stack, email: str, role: str = "editor") -> None:
    """Open an account on the command line, and set its password by the link."""
    link = stack.told("staff", "add", email, "--role", role)["link"]
    page.goto(link)
    page.fill("#password", PASSWORD)
    page.click("main button")
    sign_in(page, email)


def sign_in(page: Page, email: str) -> None:
    """Give address and password."""
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main button:text-is('Sign in')")


def begin(page: Page) -> pyotp.TOTP:
    """Begin to set a second factor up; return the phone that has read the secret."""
    page.goto(ACCOUNT)
    page.click("section:has(#second-factor) >> text=Set it up")
    page.fill("#password", PASSWORD)
    page.click("text=Go on")
    return pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))


def enrol(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up; return the phone and the recovery codes."""
    phone = begin(page)
    page.fill("#first-code", phone.now())
    page.click("text=Turn it on")
    expect(page).to_have_title(re.compile("^Recovery codes"))
    return phone, page.locator(".recovery-codes code").all_inner_texts()


def next_code(phone: pyotp.TOTP) -> str:
    """Return a code that was not used: that of the step to come, which is taken already."""
    return phone.at(time.time(), counter_offset=1)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_member_sets_a_second_factor_up_and_signs_in_by_phone_and_without_it(
    visit: Visit, stack: Stack, javascript: bool
) -> None:
    email = f"eva-{'with' if javascript else 'without'}@shop.example"
    visitor = visit(java_script_enabled=javascript, viewport={"width": 390, "height": 844})
    page = visitor.tab()
    hire(page, stack, email)
    expect(page).to_have_url("/editor/")

    phone = begin(page)
    picture = page.locator("img.qr")
    expect(picture).to_be_visible()
    drawn = page.request.get("/editor/account/second-factor/qr.svg")
    assert (drawn.status, drawn.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    # The policy let it be drawn: a picture that was refused has no size of its own.
    if javascript:
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.fill("#first-code", phone.now())
    page.click("text=Turn it on")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    page.click("text=I have kept them")
    expect(page).to_have_url("/editor/")

    page.click("header >> text=Sign out")
    page.goto("/editor/orders")
    sign_in(page, email)
    expect(page).to_have_title(re.compile("^Your code"))
    half = visitor.tab()
    half.goto("/editor/")
    expect(half).to_have_title(re.compile("^Sign in"))
    page.fill("#code", "000000")
    page.click("main button:text-is('Sign in')")
    expect(page.locator("[role=alert]")).to_contain_text("This code is wrong, or has been used.")
    page.fill("#code", next_code(phone))
    page.click("main button:text-is('Sign in')")
    expect(page).to_have_url("/editor/orders")
    half.goto("/editor/")
    expect(half).to_have_title(re.compile("^Products"))

    page.click("header >> text=Sign out")
    sign_in(page, email)
    page.click("text=I do not have my phone")
    page.fill("#recovery", codes[0].upper())
    page.click("main button:text-is('Sign in')")
    expect(page).to_have_url("/editor/")
    page.goto("/editor/account/second-factor")
    expect(page.locator(".facts")).to_contain_text(re.compile(r"Recovery codes left\s*9"))
    page.fill("#password", PASSWORD)
    page.click("text=I do not have my phone")
    page.fill("#recovery", codes[1])
    page.click("text=Turn it off")
    expect(page.locator("[role=status]").first).to_contain_text("Your second factor is off.")
    assert visitor.forgive("status of 422") != []


def test_a_lost_phone_is_reset_on_the_command_line_and_signs_out(visit: Visit, stack: Stack) -> None:
    page = visit().tab()
    hire(page, stack, "lost@shop.example", "viewer")
    enrol(page)
    answer = stack.told("staff", "reset-totp", "lost@shop.example")
    assert answer == {
        "email": "lost@shop.example",
        "role": "viewer",
        "second_factor": False,
        "must_enrol": False,
        "sessions_ended": 1,
    }
    page.goto("/editor/")
    sign_in(page, "lost@shop.example")
    expect(page).to_have_url("/editor/")
    assert stack.vitrine("staff", "reset-totp", "nobody@shop.example").code == 1
