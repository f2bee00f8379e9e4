"""Signing in at the desk, and what is shut to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.staff.model import Permission, Role
from app.web.editor import ROUTES
from tests.web.editor_shop import PASSWORD, DeskShop, open_shop

PUBLIC = {
    *("sign_in", "sign_in_post", "sign_in_code", "sign_in_code_post", "sign_out"),
    *("set_password", "set_password_post"),
}


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    return open_shop(tmp_path)


def test_the_desk_sends_a_stranger_to_sign_in_and_back(shop: DeskShop) -> None:
    sent = shop.get("/editor/orders")
    assert (sent.status_code, sent.location) == (303, "/editor/sign-in?next=/editor/orders")
    assert 'name="next" value="/editor/orders"' in shop.get(str(sent.location)).text
    back = shop.post("/editor/sign-in", email="ann@shop.example", password=PASSWORD, next="/editor/orders")
    assert (back.status_code, back.location) == (303, "/editor/orders")
    assert "Order" in shop.get("/editor/orders").text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/cart",
        "editor/orders",
        "/editor/sign-out",
    ],
)
def test_a_way_back_leads_to_the_desk_only(shop: DeskShop, elsewhere: str) -> None:
    answer = shop.post("/editor/sign-in", email="ann@shop.example", password=PASSWORD, next=elsewhere)
    assert (answer.status_code, answer.location) == (303, "/editor/")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shop: DeskShop) -> None:
    cookie = shop.sign_in().headers["Set-Cookie"]
    name, _, value = cookie.partition(";")[0].partition("=")
    assert (name, len(value)) == ("staff", 43)
    assert cookie.endswith("; HttpOnly; Path=/; SameSite=Strict")


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, shop_url="https://shop.example")
    headers = {"Origin": "https://shop.example"}
    form = {"email": "ann@shop.example", "password": PASSWORD}
    answer = shop.client.post("/editor/sign-in", data=form, headers=headers, base_url="https://shop.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-staff=")
    assert cookie.endswith("; Secure; HttpOnly; Path=/; SameSite=Strict")
    assert "Domain" not in cookie


@pytest.mark.parametrize("email", ["ann@shop.example", "nobody@shop.example", "no address", ""])
def test_a_wrong_pair_gets_the_same_answer_whoever_it_names(shop: DeskShop, email: str) -> None:
    answer = shop.sign_in(email, "a wrong password")
    assert answer.status_code == 422
    assert "This e-mail address and this password do not belong together." in answer.text
    assert "<title>Error: Sign in" in answer.text
    assert "a wrong password" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert shop.get("/editor/").status_code == 303


def test_a_foreign_token_opens_nothing(shop: DeskShop) -> None:
    shop.client.set_cookie("staff", "x" * 43)
    assert shop.get("/editor/").status_code == 303


def test_signing_in_replaces_the_token_that_the_browser_had(shop: DeskShop) -> None:
    shop.sign_in()
    first = shop.client.get_cookie("staff")
    shop.sign_in()
    second = shop.client.get_cookie("staff")
    assert first is not None
    assert second is not None
    assert shop.services.staff.session(first.value) is None
    assert shop.services.staff.session(second.value) is not None


def test_after_ten_failures_the_form_says_how_long_to_wait(shop: DeskShop) -> None:
    for _ in range(10):
        assert shop.sign_in(password="a wrong password").status_code == 422
    answer = shop.sign_in()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Try again in 15 minutes." in answer.text
    assert "Set-Cookie" not in answer.headers
    shop.clock.turn(minutes=15)
    assert shop.sign_in().status_code == 303


def test_signing_out_ends_the_session_on_the_server(shop: DeskShop) -> None:
    shop.sign_in()
    token = shop.client.get_cookie("staff")
    answer = shop.post("/editor/sign-out")
    assert (answer.status_code, answer.location) == (303, "/editor/sign-in?notice=signed-out")
    assert shop.client.get_cookie("staff") is None
    assert token is not None
    assert shop.services.staff.session(token.value) is None


def test_a_link_sets_a_password_once(shop: DeskShop) -> None:
    _, token = shop.services.staff.add("eva@shop.example", Role.EDITOR)
    form = shop.get(f"/editor/set-password/{token}")
    assert (form.status_code, form.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "eva@shop.example" in form.text
    short = shop.post(f"/editor/set-password/{token}", password="too short")
    assert short.status_code == 422
    assert "The password must be 12 to 1024 characters long." in short.text
    done = shop.post(f"/editor/set-password/{token}", password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/editor/sign-in?notice=password-set")
    assert shop.sign_in("eva@shop.example").status_code == 303
    assert shop.get(f"/editor/set-password/{token}").status_code == 410
    assert shop.post(f"/editor/set-password/{token}", password="another harbour").status_code == 410
    assert "eva@shop.example" not in shop.get("/editor/set-password/unknown").text


def test_every_answer_of_the_desk_is_kept_by_nobody(shop: DeskShop) -> None:
    assert shop.get("/editor/sign-in").headers["Cache-Control"] == "no-store"
    shop.sign_in()
    for path in ("/editor/", "/editor/orders/1001", "/editor/nowhere"):
        assert shop.get(path).headers["Cache-Control"] == "no-store"


def test_a_form_of_another_site_is_refused(shop: DeskShop) -> None:
    shop.sign_in()
    form = {"sku": "LAMP-OAK", "currency": "USD", "amount": "1", "version": 1}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        answer = shop.client.post("/editor/products/prd_lamp/price", data=form, headers=headers)
        assert answer.status_code == 403
    lamp = shop.services.catalogue.store.product("prd_lamp")
    assert lamp is not None
    assert lamp.variants[0].prices["USD"] == 12000


def test_every_route_but_the_way_in_needs_a_permission() -> None:
    assert {route.name for route in ROUTES if route.permission is None} == PUBLIC
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))


def test_a_viewer_sees_products_and_changes_nothing(shop: DeskShop) -> None:
    shop.hire("vic@shop.example", Role.VIEWER)
    shop.sign_in("vic@shop.example")
    page = shop.get("/editor/products/prd_lamp")
    assert page.status_code == 200
    assert 'name="amount"' not in page.text
    assert 'name="count"' not in page.text
    assert "$120.00" in page.text
    assert "Make everything again" not in shop.get("/editor/pages").text
    for path, form in (
        (
            "/editor/products/prd_lamp/price",
            {"sku": "LAMP-OAK", "currency": "USD", "amount": "1", "version": "1"},
        ),
        ("/editor/products/prd_lamp/stock", {"sku": "LAMP-OAK", "count": "1"}),
        ("/editor/rebuild", {"scope": "all"}),
    ):
        answer = shop.post(path, **form)
        assert answer.status_code == 403
        assert "Your role does not include this." in answer.text
    pool = shop.services.inventory.store.pool("LAMP-OAK")
    assert pool is not None
    assert pool.on_hand == 9
    assert list(shop.services.publishing.store.waiting_requests()) == []


def test_a_viewer_learns_nothing_of_orders(shop: DeskShop) -> None:
    shop.hire("vic@shop.example", Role.VIEWER)
    shop.sign_in("vic@shop.example")
    for path in ("/editor/orders", "/editor/orders/1001"):
        answer = shop.get(path)
        assert answer.status_code == 403
        assert "buyer1001@example.com" not in answer.text
    assert "needs a person" not in shop.get("/editor/").text
    assert "/editor/orders" not in shop.get("/editor/").text


def test_the_account_lists_browsers_and_signs_them_out(shop: DeskShop) -> None:
    other = shop.services.staff.sign_in(
        "ann@shop.example", PASSWORD, address="192.0.2.7", browser="Mozilla/5.0 (iPhone) Safari/604"
    )
    shop.sign_in()
    page = shop.get("/editor/account").text
    assert "Safari on iPhone" in page
    assert "192.0.2.7" in page
    assert shop.post(f"/editor/account/sessions/{other.session.id}/end").status_code == 303
    assert shop.services.staff.session(other.token) is None
    assert shop.get("/editor/account").status_code == 200
    assert shop.post("/editor/account/sessions/ses_of_somebody_else/end").status_code == 404
    assert shop.post("/editor/account/sessions/end-all").status_code == 303
    assert shop.get("/editor/account").status_code == 303


def test_a_changed_password_leaves_only_this_browser_signed_in(shop: DeskShop) -> None:
    other = shop.services.staff.sign_in("ann@shop.example", PASSWORD, address="192.0.2.7")
    shop.sign_in()
    wrong = shop.post(
        "/editor/account/password", current="a wrong password", password="the other harbour wall"
    )
    assert wrong.status_code == 422
    done = shop.post("/editor/account/password", current=PASSWORD, password="the other harbour wall")
    assert (done.status_code, done.location) == (303, "/editor/account?notice=password")
    assert shop.get("/editor/account").status_code == 200
    assert shop.services.staff.session(other.token) is None
    assert shop.sign_in(password=PASSWORD).status_code == 422


def test_a_fragment_without_session_leads_the_whole_page_to_sign_in(shop: DeskShop) -> None:
    answer = shop.post("/editor/products/prd_lamp/stock", {"HX-Request": "true"}, sku="LAMP-OAK", count="1")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (403, "/editor/sign-in")
    assert answer.text == ""


def test_test_payments_are_said_on_every_page(tmp_path: Path) -> None:
    banner = "Test payments are in use"
    plain = open_shop(tmp_path)
    assert banner not in plain.get("/editor/sign-in").text
    keys = {"stripe_secret_key": "sk_test_1", "stripe_webhook_secrets": ("whsec_1",)}
    shop = open_shop(tmp_path, **keys)
    assert banner in shop.get("/editor/sign-in").text
    shop.sign_in()
    for path in ("/editor/", "/editor/orders", "/editor/pages", "/editor/account", "/editor/nowhere"):
        assert banner in shop.get(path).text


def test_permissions_are_those_that_routes_use() -> None:
    assert {route.permission for route in ROUTES} - {None} == set(Permission)
