"""What every answer tells the browser, which requests are refused for their origin, and the cookies."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from app.web.headers import security_headers
from app.web.security import origin_of

from .editor_shop import ORIGIN
from .shop import HTMX, WebShop, open_web_shop

CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"
PATHS = (
    *("/", "/de/", "/products/lamp/", "/products/lamp", "/products/none/", "/products/burnt/", "/cart"),
    *("/_fragments/cart", "/checkout", "/orders/none", "/webhooks/stripe", "/healthz", "/readyz", "/metrics"),
    *("/editor/", "/editor/sign-in", "/none", "/collections/old/", "/sitemap.xml", "/404.html"),
)


def headers_of_the_front() -> dict[str, str]:
    """Return the table of the Caddyfile, for a shop that is reached by https."""
    text = CADDYFILE.read_text("utf-8")
    block = re.search(r"\(security_headers\) \{\n(.*?)\n\}", text, re.DOTALL)
    assert block is not None
    lines = re.findall(r'^\t(?:\t|header @https )([A-Z][\w-]+) (?:"([^"]*)"|(\S+))$', block[1], re.MULTILINE)
    table = {name: quoted or bare for name, quoted, bare in lines}
    assert len(table) == len(block[1].splitlines()) - 2
    return {name: re.sub(r"\{\$\w+:([^}]*)\}", r"\1", value) for name, value in table.items()}


@pytest.mark.parametrize("url", ["https://shop.example", "http://127.0.0.1:8000"])
def test_app_and_front_send_the_same_headers(tmp_path: Path, url: str) -> None:
    shop = open_web_shop(tmp_path, shop_url=url)
    expected = headers_of_the_front()
    assert "https://checkout.stripe.com" in expected["Content-Security-Policy"]
    if not url.startswith("https"):
        expected.pop("Strict-Transport-Security")
    assert security_headers(shop.app.extensions["vitrine"].config) == expected


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_them(shop: WebShop, path: str) -> None:
    expected = security_headers(shop.app.extensions["vitrine"].config)
    answer = shop.get(path)
    sent = {name: answer.headers.get(name) for name in expected}
    if path.startswith("/orders/"):
        expected["Referrer-Policy"] = "no-referrer"
    assert sent.pop("Referrer-Policy") in ("no-referrer", expected.pop("Referrer-Policy"))
    assert sent == expected
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"].startswith("req_")
    assert "Set-Cookie" not in answer.headers


def test_the_policy_names_the_payment_page_s_origin(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, payment_page_origin="http://127.0.0.1:4242")
    policy = shop.get("/cart").headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:4242;" in policy
    assert "stripe.com" not in policy
    assert "unsafe" not in policy


FORGERY = [
    # Sec-Fetch-Site, Origin, taken
    ("same-origin", None, True),
    ("none", None, True),
    ("same-origin", "https://evil.example", True),
    ("cross-site", None, False),
    ("same-site", None, False),
    ("cross-site", ORIGIN, False),
    ("same-site", ORIGIN, False),
    ("", ORIGIN, False),
    ("rubbish", ORIGIN, False),
    (None, ORIGIN, True),
    (None, "https://evil.example", False),
    (None, "null", False),
    (None, "", False),
    (None, "http://127.0.0.1:8001", False),
    (None, "https://127.0.0.1:8000", False),
    (None, f"{ORIGIN}.evil.example", False),
    # A program, not a browser: every browser of today names an origin with a POST.
    (None, None, True),
]


@pytest.mark.parametrize(("site", "origin", "is_taken"), FORGERY)
def test_a_request_is_judged_by_where_it_comes_from(
    shop: WebShop, site: str | None, origin: str | None, is_taken: bool
) -> None:
    given = {"Sec_Fetch_Site": site, "Origin": origin}
    headers = {name: value for name, value in given.items() if value is not None}
    answer = shop.send("/cart/lines", form={"sku": "LAMP-OAK"}, **headers)
    assert answer.status_code == (303 if is_taken else 403)
    assert len(shop.carts) == is_taken
    if not is_taken:
        assert "came from another site, so nothing was changed" in answer.text
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/cart/lines", "/cart/lines/LAMP-OAK", "/cart/lines/LAMP-OAK/remove", "/cart/accept", "/checkout",
     "/de/checkout", "/orders/{}/release"],
)  # fmt: skip
def test_no_change_is_made_for_another_site(shop: WebShop, path: str) -> None:
    order = shop.order()
    before = shop.snapshot()
    headers = {"Cookie": f"cart={shop.token}", "Origin": "https://evil.example"}
    form = {"sku": "LAMP-OAK", "quantity": "3"}
    for extra in ({}, {"HX_Request": "true"}):
        answer = shop.send(path.format(order.token), form=form, **headers, **extra)
        assert answer.status_code == 403
    assert shop.snapshot() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "BREW"])
def test_unusual_methods_change_nothing_for_another_site(shop: WebShop, method: str) -> None:
    assert shop.send("/cart/lines", method, Origin="https://evil.example").status_code == 403
    assert shop.send("/cart/lines", method, Origin=ORIGIN).status_code == 405


def test_the_claimed_host_is_no_origin(shop: WebShop) -> None:
    answer = shop.send(
        "/cart/lines", form={"sku": "LAMP-OAK"}, Host="evil.example", Origin="http://evil.example"
    )
    assert (answer.status_code, shop.carts) == (403, {})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Shop.Example:443/", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("https://shop.example:80/a", "https://shop.example:80"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_compared_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:1", '"><script>', "a" * 300, "ü.example", "", "[::"]
)
@pytest.mark.parametrize("path", ["/products/lamp", "/de/products/lamp?a=b&c=//d", "/cart", "/none"])
def test_no_address_is_made_of_a_claimed_host(shop: WebShop, host: str, path: str) -> None:
    answer = shop.send(path, "GET", Host=host, X_Forwarded_Host=host, X_Forwarded_Proto="https")
    assert answer.status_code == {"/cart": 200, "/none": 404}.get(path, 308)
    expected = {
        "/products/lamp": "/products/lamp/",
        "/de/products/lamp?a=b&c=//d": "/de/products/lamp/?a=b&c=//d",
    }
    assert answer.headers.get("Location") == expected.get(path)
    assert "evil" not in answer.text


def test_over_https_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, shop_url="https://shop.example")
    answer = shop.send("/cart/lines", form={"sku": "LAMP-OAK"}, Origin="https://shop.example")
    secret, sign = answer.headers.getlist("Set-Cookie")
    assert secret.startswith("__Host-cart=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in secret
    assert sign.startswith("cart_present=1;")
    assert "; Secure; Path=/; SameSite=Lax" in sign
    assert all("domain" not in line.lower() for line in (secret, sign))
    token = secret.split(";")[0].removeprefix("__Host-cart=")
    # The unbound name may have been set by another port or a subdomain.
    assert "Reading lamp" in shop.send("/cart", "GET", Cookie=f"__Host-cart={token}").text
    assert "Reading lamp" not in shop.send("/cart", "GET", Cookie=f"cart={token}").text


def test_no_token_is_logged(
    shop: WebShop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.app.testing = False
    with caplog.at_level(logging.DEBUG):
        order = shop.order()
        shop.get(f"/orders/{order.token}?session_id=cs_1")
        shop.get(f"/orders/{order.token}/payment")
        shop.post(f"/orders/{order.token}/release")

        def break_down(_token: str) -> None:
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(shop.services.orders, "by_token", break_down)
        broken = shop.get(f"/orders/{order.token}")
        assert (broken.status_code, "a fault of ours" in broken.text) == (500, False)
    assert "a fault of ours" in caplog.text
    everything = " ".join(f"{record.__dict__}" for record in caplog.records)
    assert "/orders/<token>" in everything
    assert order.token not in everything
    assert shop.token not in everything


def test_htmx_is_told_of_a_forgery_in_one_notice(shop: WebShop) -> None:
    answer = shop.post("/de/cart/lines", {**HTMX, "Origin": "https://evil.example"}, sku="LAMP-OAK")
    assert answer.status_code == 403
    assert answer.text.startswith('<div id="notice"')
    assert "anderen Website" in answer.text
