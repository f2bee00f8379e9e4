"""The second factor at the desk: enrolled, asked for, required, and opening nothing by halves."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from werkzeug.test import TestResponse

from app.staff.model import Role
from app.web.editor import ROUTES
from tests.web.editor_shop import PASSWORD, DeskShop, open_shop

PAGE = "/editor/account/second-factor"
EMAIL = "ann@shop.example"


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    return open_shop(tmp_path)


@pytest.fixture
def strict(tmp_path: Path) -> DeskShop:
    """A desk whose owners must have a second factor."""
    return open_shop(tmp_path, frozenset({Role.OWNER}))


class Phone:
    """Reads a secret from the page, and shows its codes by the shop's clock."""

    def __init__(self, shop: DeskShop) -> None:
        self.shop = shop
        self.secret = secret_on(shop.get(PAGE))

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.shop.clock.now(), counter_offset=steps)


def secret_on(page: TestResponse) -> str:
    """Return the secret that the page shows, or nothing."""
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page.text)
    return found[1].replace(" ", "") if found else ""


def codes_on(page: TestResponse) -> list[str]:
    """Return the recovery codes that the page shows."""
    return re.findall(r"<li><code>([0-9a-z-]{27})</code></li>", page.text)


def enrol(shop: DeskShop) -> tuple[Phone, list[str]]:
    """Set Ann's second factor up, and wait until its first code is past; she is signed in."""
    shop.sign_in()
    assert shop.post(PAGE, do="begin", password=PASSWORD).location == PAGE
    phone = Phone(shop)
    done = shop.post(f"{PAGE}/confirm", code=phone.code())
    assert done.status_code == 200
    shop.clock.turn(seconds=30)
    return phone, codes_on(done)


def test_enrolling_shows_the_secret_until_its_first_code_and_the_recovery_codes_once(shop: DeskShop) -> None:
    shop.sign_in()
    assert "Off: your password alone opens the desk." in shop.get("/editor/account").text
    assert secret_on(shop.get(PAGE)) == ""
    assert shop.get(f"{PAGE}/qr.svg").status_code == 404
    shop.post(PAGE, do="begin", password=PASSWORD)
    phone = Phone(shop)
    assert len(phone.secret) == 32
    wrong = shop.post(f"{PAGE}/confirm", code="000000")
    assert (wrong.status_code, secret_on(wrong)) == (422, phone.secret)
    assert "This code is wrong, or has been used." in wrong.text
    before = shop.client.get_cookie("staff")
    done = shop.post(f"{PAGE}/confirm", code=phone.code())
    assert (done.status_code, len(codes_on(done))) == (200, 10)
    assert done.headers["Cache-Control"] == "no-store"
    after = shop.client.get_cookie("staff")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    page = shop.get(PAGE)
    assert (secret_on(page), codes_on(page)) == ("", [])
    assert re.search(r"<dt>Recovery codes left</dt><dd>10</dd>", page.text)
    assert "On: signing in takes your password and a code" in shop.get("/editor/account").text


def test_beginning_without_the_password_shows_no_secret(shop: DeskShop) -> None:
    shop.sign_in()
    refused = shop.post(PAGE, do="begin", password="a wrong password")
    assert (refused.status_code, secret_on(refused)) == (422, "")
    assert "a wrong password" not in refused.text
    assert secret_on(shop.get(PAGE)) == ""


def test_the_picture_is_for_the_session_that_it_waits_in(shop: DeskShop) -> None:
    shop.sign_in()
    shop.post(PAGE, do="begin", password=PASSWORD)
    drawn = shop.get(f"{PAGE}/qr.svg")
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert drawn.headers["Cache-Control"] == "no-store"
    assert drawn.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    assert f'src="{PAGE}/qr.svg"' in shop.get(PAGE).text
    shop.post("/editor/sign-out")
    assert shop.get(f"{PAGE}/qr.svg").status_code == 303
    shop.sign_in()
    assert shop.get(f"{PAGE}/qr.svg").status_code == 404


def test_signing_in_takes_password_and_code_and_leads_on(shop: DeskShop) -> None:
    phone, _ = enrol(shop)
    shop.post("/editor/sign-out")
    asked = shop.post("/editor/sign-in", email=EMAIL, password=PASSWORD, next="/editor/orders")
    assert (asked.status_code, asked.location) == (303, "/editor/sign-in/code?next=/editor/orders")
    half = shop.client.get_cookie("staff")
    form = shop.get(str(asked.location))
    assert (form.status_code, 'value="/editor/orders"' in form.text) == (200, True)
    wrong = shop.post("/editor/sign-in/code", code="000000", next="/editor/orders")
    assert (wrong.status_code, "<title>Error: Your code" in wrong.text) == (422, True)
    assert 'value="/editor/orders"' in wrong.text
    done = shop.post("/editor/sign-in/code", code=phone.code(), next="/editor/orders")
    assert (done.status_code, done.location) == (303, "/editor/orders")
    whole = shop.client.get_cookie("staff")
    assert half is not None
    assert whole is not None
    assert half.value != whole.value
    assert done.headers["Set-Cookie"].endswith("; HttpOnly; Path=/; SameSite=Strict")
    assert shop.get("/editor/orders").status_code == 200


def test_half_a_session_opens_nothing(shop: DeskShop) -> None:
    enrol(shop)
    shop.post("/editor/sign-out")
    shop.sign_in()
    for route in ROUTES:
        if route.permission is None:
            continue
        path = "/editor" + re.sub(r"<[^>]+>", "x", route.rule)
        answer = shop.client.open(path, method=route.methods[0], headers={"Origin": "http://127.0.0.1:8000"})
        assert (answer.status_code, str(answer.location).partition("?")[0]) == (303, "/editor/sign-in"), path
    assert shop.services.staff.half(cookie(shop)) is not None


def cookie(shop: DeskShop) -> str:
    """Return the browser's token."""
    found = shop.client.get_cookie("staff")
    return found.value if found else ""


def test_a_code_that_was_seen_over_a_shoulder_is_worth_nothing(shop: DeskShop) -> None:
    phone, _ = enrol(shop)
    shop.post("/editor/sign-out")
    shop.sign_in()
    code = phone.code()
    assert shop.post("/editor/sign-in/code", code=code).status_code == 303
    thief = shop.app.test_client()
    headers = {"Origin": "http://127.0.0.1:8000"}
    thief.post("/editor/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert thief.post("/editor/sign-in/code", data={"code": code}, headers=headers).status_code == 422
    assert thief.get("/editor/").status_code == 303


def test_a_recovery_code_signs_in_once(shop: DeskShop) -> None:
    _, codes = enrol(shop)
    for status in (303, 422):
        shop.post("/editor/sign-out")
        shop.sign_in()
        assert shop.post("/editor/sign-in/code", recovery=codes[0]).status_code == status
    assert shop.post("/editor/sign-in/code", recovery=codes[1]).status_code == 303
    assert "<dt>Recovery codes left</dt><dd>8</dd>" in shop.get(PAGE).text


def test_who_waits_too_long_begins_again(shop: DeskShop) -> None:
    phone, _ = enrol(shop)
    shop.post("/editor/sign-out")
    shop.sign_in()
    shop.clock.turn(minutes=10)
    late = shop.post("/editor/sign-in/code", code=phone.code())
    assert (late.status_code, late.location) == (303, "/editor/sign-in?notice=too-late")
    assert "This took too long. Sign in again." in shop.get(str(late.location)).text
    assert cookie(shop) == ""
    assert shop.get("/editor/sign-in/code").location == "/editor/sign-in"


def test_wrong_codes_make_the_account_wait(shop: DeskShop) -> None:
    phone, _ = enrol(shop)
    shop.post("/editor/sign-out")
    shop.sign_in()
    statuses = [shop.post("/editor/sign-in/code", code="000000").status_code for _ in range(10)]
    assert statuses == [422] * 9 + [429]
    waiting = shop.post("/editor/sign-in/code", code=phone.code())
    assert (waiting.status_code, int(waiting.headers["Retry-After"]) > 800) == (429, True)
    assert shop.sign_in().status_code == 429


def test_codes_are_limited_for_each_client_too(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, rate_login="3/minute")
    for path in ("/editor/sign-in/code", f"{PAGE}/confirm", PAGE):
        shop.clock.turn(minutes=1)
        headers = {"X-Forwarded-For": "203.0.113.7"}
        statuses = [shop.post(path, headers, code="000000").status_code for _ in range(4)]
        assert statuses == [303, 303, 303, 429]


def test_turning_off_takes_both_and_new_codes_replace_the_old(shop: DeskShop) -> None:
    phone, codes = enrol(shop)
    for proof in ({"password": PASSWORD}, {"code": phone.code()}):
        assert shop.post(PAGE, do="off", **proof).status_code == 422
    renewed = shop.post(PAGE, do="codes", password=PASSWORD, code=phone.code())
    assert len(codes_on(renewed)) == 10
    assert not set(codes_on(renewed)) & set(codes)
    off = shop.post(PAGE, do="off", password=PASSWORD, recovery=codes_on(renewed)[3])
    assert (off.status_code, off.location) == (303, f"{PAGE}?notice=off")
    assert "Your second factor is off." in shop.get(str(off.location)).text
    shop.post("/editor/sign-out")
    assert shop.sign_in().location == "/editor/"


def test_a_secret_that_waits_can_be_forgotten(shop: DeskShop) -> None:
    shop.sign_in()
    shop.post(PAGE, do="begin", password=PASSWORD)
    assert shop.post(PAGE, do="cancel").location == PAGE
    assert secret_on(shop.get(PAGE)) == ""
    late = shop.post(f"{PAGE}/confirm", code="000000")
    assert late.location == f"{PAGE}?notice=too-late"


def test_an_owner_who_must_have_one_lands_there_and_nothing_else_opens(strict: DeskShop) -> None:
    strict.sign_in()
    opens = {route.name for route in ROUTES if route.opens_early}
    assert opens == {
        *("second_factor", "change_second_factor", "second_factor_qr", "confirm_second_factor"),
    }
    for route in ROUTES:
        if route.permission is None or route.opens_early:
            continue
        path = "/editor" + re.sub(r"<[^>]+>", "x", route.rule)
        answer = strict.client.open(
            path, method=route.methods[0], headers={"Origin": "http://127.0.0.1:8000"}
        )
        assert (answer.status_code, answer.location) == (303, PAGE), path
    fragment = strict.post("/editor/products/prd_lamp/stock", {"HX-Request": "true"}, sku="LAMP-OAK")
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (403, PAGE)
    page = strict.get(PAGE)
    assert "Your role needs one." in page.text
    for of_the_shop in ("/editor/orders", "needs a person", "/editor/publications"):
        assert of_the_shop not in page.text
    pool = strict.services.inventory.store.pool("LAMP-OAK")
    assert pool is not None
    assert pool.on_hand == 9


def test_an_owner_who_has_enrolled_works_and_cannot_turn_it_off(strict: DeskShop) -> None:
    phone, _ = enrol(strict)
    assert strict.get("/editor/").status_code == 200
    page = strict.get(PAGE)
    assert 'value="off"' not in page.text
    refused = strict.post(PAGE, do="off", password=PASSWORD, code=phone.code())
    assert refused.status_code == 403
    assert "Your role needs a second factor." in refused.text
    assert strict.services.staff.store.member_by_email(EMAIL).has_second_factor  # type: ignore[union-attr]


def test_an_editor_need_not_where_owners_must(strict: DeskShop) -> None:
    strict.hire("eva@shop.example", Role.EDITOR)
    strict.sign_in("eva@shop.example")
    assert strict.get("/editor/").status_code == 200


def test_a_session_from_before_it_was_required_is_shut_as_well(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    shop.sign_in()
    assert shop.get("/editor/").status_code == 200
    factor = shop.services.second_factor
    object.__setattr__(factor, "required", frozenset(Role))
    assert shop.get("/editor/").location == PAGE


def test_no_secret_and_no_code_is_written_to_the_log(
    shop: DeskShop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    phone, codes = enrol(shop)
    shop.post(PAGE, do="codes", password=PASSWORD, code=phone.code())
    said = repr([record.__dict__ for record in caplog.records])
    assert "second factor on" in said
    assert "recovery codes renewed" in said
    for secret in (phone.secret, codes[0], PASSWORD, EMAIL):
        assert secret not in said
