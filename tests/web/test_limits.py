"""How often one address may ask: counted by what the trusted proxy says, and open while Redis is away."""

from __future__ import annotations

from pathlib import Path

from app.web.limits import client_digest
from tests.embedded.running import free_port

from .shop import WebShop, open_web_shop

PRODUCTION = {
    "env": "production",
    "shop_url": "https://shop.example",
    "secret_key": "s" * 32,
    "mongo_uri": "mongodb://db/vitrine",
    "smtp_url": "smtp://mail.example",
    "stripe_secret_key": "sk_live_1",
    "stripe_webhook_secrets": "whsec_1",
}


def adds(shop: WebShop, times: int, client: str, origin: str = "http://127.0.0.1:8000") -> list[int]:
    """Add a lamp several times as the proxy reports it; return the statuses."""
    return [
        shop.send("/cart/lines", form={"sku": "GUIDE-PDF"}, Origin=origin, X_Forwarded_For=client).status_code
        for _ in range(times)
    ]


def test_one_address_is_asked_to_wait_and_another_is_not(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="2/minute")
    assert adds(shop, 4, "203.0.113.7") == [303, 303, 429, 429]
    assert len(shop.carts) == 2
    assert adds(shop, 2, "203.0.113.8") == [303, 303]


def test_waiting_is_asked_in_words_and_in_the_market_s_language(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute")
    adds(shop, 1, "203.0.113.7")
    headers = {"X_Forwarded_For": "203.0.113.7", "Sec_Fetch_Site": "same-origin"}
    page = shop.send("/cart/lines", form={"sku": "GUIDE-PDF"}, **headers)
    assert (page.status_code, "That was a little too often." in page.text) == (429, True)
    assert page.text.startswith("<!doctype html>")
    assert page.headers["Retry-After"] == "60"
    notice = shop.send("/de/cart/lines", form={"sku": "LAMP-OAK"}, HX_Request="true", **headers)
    assert (notice.status_code, notice.text.startswith('<div id="notice"')) == (429, True)
    assert "ein wenig zu oft" in notice.text


def test_a_client_that_claims_an_address_is_counted_by_what_the_proxy_adds(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute")
    claims = ["127.0.0.1, 203.0.113.7", "198.51.100.1, 203.0.113.7", "203.0.113.7"]
    assert [adds(shop, 1, claim)[0] for claim in claims] == [303, 429, 429]


def test_without_a_proxy_no_header_is_believed(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute", trusted_proxies="none")
    claims = [f"203.0.113.{number}" for number in range(3)]
    place = {"REMOTE_ADDR": "198.51.100.1"}
    browser = shop.app.test_client()
    statuses = [
        browser.post("/cart/lines", headers={"X-Forwarded-For": claim}, environ_overrides=place).status_code
        for claim in claims
    ]
    assert statuses == [422, 429, 429]


def test_loopback_is_exempt_in_development(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute")
    assert adds(shop, 3, "127.0.0.1") == [303, 303, 303]
    assert adds(shop, 3, "::1") == [303, 303, 303]
    with shop.app.test_request_context("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert client_digest() == ""


def test_loopback_is_not_exempt_in_production(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute", **PRODUCTION)
    assert adds(shop, 2, "127.0.0.1", "https://shop.example") == [303, 429]
    with shop.app.test_request_context("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert len(client_digest()) == 64


def test_one_line_of_ipv6_is_one_client(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute")
    clients = ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"]
    assert [adds(shop, 1, client)[0] for client in clients] == [303, 429, 303]


def test_checkouts_are_counted_apart_from_the_cart(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_checkout="1/minute")
    headers = {"X_Forwarded_For": "203.0.113.7", "Sec_Fetch_Site": "same-origin"}
    statuses = [shop.send("/checkout", **headers).status_code for _ in range(2)]
    assert statuses == [303, 429]
    assert adds(shop, 1, "203.0.113.7") == [303]


def test_a_forgery_does_not_use_up_its_victim_s_share(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute")
    assert adds(shop, 5, "203.0.113.7", "https://evil.example") == [403] * 5
    assert adds(shop, 1, "203.0.113.7") == [303]


def test_without_redis_the_shop_sells_at_half_the_rate(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="4/minute", redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert adds(shop, 4, "203.0.113.7") == [303, 303, 429, 429]
    assert len(shop.carts) == 2


def test_looking_is_never_limited(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, rate_cart="1/minute", rate_checkout="1/minute")
    headers = {"X_Forwarded_For": "203.0.113.7"}
    for path in ("/cart", "/_fragments/cart-badge", "/", "/healthz"):
        assert [shop.send(path, "GET", **headers).status_code for _ in range(5)] == [200] * 5
