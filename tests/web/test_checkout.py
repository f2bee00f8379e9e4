"""Starting a checkout over HTTP: where it leads, and that a refusal holds and orders nothing."""

from __future__ import annotations

import pytest

from app.orders.model import OrderState
from tests.builders import HOLDS_PER_CLIENT

from .shop import WebShop, open_web_shop


def test_a_checkout_holds_the_units_and_leads_to_the_payment_page(shop: WebShop) -> None:
    shop.add("LAMP-OAK", 2)
    answer = shop.post("/checkout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://pay.example/cs_1")
    order = next(iter(shop.orders.values()))
    assert order.state is OrderState.PENDING_PAYMENT
    assert order.attempt.return_url == f"http://127.0.0.1:8000/orders/{order.token}"
    assert order.attempt.cancel_url == "http://127.0.0.1:8000/cart"
    assert shop.parts.stock("LAMP-OAK") == (10, 2)
    assert shop.gateway.asked == [f"create {order.id}:attempt:1"]
    assert shop.lines() == {"LAMP-OAK": 2}
    assert order.token not in str(answer.headers)


def test_a_second_click_gets_the_same_order(shop: WebShop) -> None:
    shop.order()
    assert shop.post("/checkout").headers["Location"] == "https://pay.example/cs_1"
    assert len(shop.orders) == 1
    assert shop.parts.stock("LAMP-OAK") == (10, 1)


def test_a_claimed_host_is_in_no_address(shop: WebShop) -> None:
    claims = {"Host": "evil.example", "X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https"}
    shop.send("/checkout", Sec_Fetch_Site="same-origin", Cookie=f"cart={shop.add()}", **claims)
    order = next(iter(shop.orders.values()))
    assert order.attempt.return_url.startswith("http://127.0.0.1:8000/orders/")
    assert order.attempt.cancel_url == "http://127.0.0.1:8000/cart"


def test_an_empty_cart_leads_back_and_asks_nobody(shop: WebShop) -> None:
    for prefix in ("", "/de"):
        answer = shop.post(f"{prefix}/checkout")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{prefix}/cart")
    assert shop.orders == {}
    assert shop.gateway.asked == []


def test_a_higher_price_is_asked_about_before_anything_is_held(shop: WebShop) -> None:
    shop.add("LAMP-OAK")
    shop.parts.price("LAMP-OAK", 5900)
    answer = shop.post("/checkout")
    assert answer.status_code == 409
    assert "Something has changed. Please look at your cart." in answer.text
    assert "Accept the changes" in answer.text
    assert shop.orders == {}
    assert shop.parts.stock("LAMP-OAK") == (10, 0)
    assert shop.gateway.asked == []


def test_a_shortage_is_asked_about_before_anything_is_held(shop: WebShop) -> None:
    shop.add("LAMP-ASH")
    shop.services.inventory.set_count("LAMP-ASH", 0, by="ada")
    assert shop.post("/checkout").status_code == 409
    assert shop.orders == {}
    assert shop.parts.stock("LAMP-ASH") == (0, 0)
    assert shop.lines() == {"LAMP-ASH": 1}


def test_an_unknown_outcome_leads_to_the_order_which_leads_on(shop: WebShop) -> None:
    shop.add()
    shop.gateway.loses_answers = 1
    answer = shop.post("/checkout")
    order = next(iter(shop.orders.values()))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/orders/{order.token}")
    assert shop.parts.stock("LAMP-OAK") == (10, 1)
    page = shop.get(f"/orders/{order.token}").text
    assert f"/orders/{order.token}/payment" in page
    onward = shop.get(f"/orders/{order.token}/payment")
    assert (onward.status_code, onward.headers["Location"]) == (303, "https://pay.example/cs_1")
    assert shop.gateway.asked == [f"create {order.id}:attempt:1"] * 2


def test_a_refused_payment_page_gives_the_units_back_and_keeps_the_cart(shop: WebShop) -> None:
    shop.add()
    shop.gateway.refuses = "no such country"
    answer = shop.post("/checkout")
    assert answer.status_code == 409
    assert "Nothing was charged." in answer.text
    assert "no such country" not in answer.text
    assert [order.state for order in shop.orders.values()] == [OrderState.CANCELLED]
    assert shop.parts.stock("LAMP-OAK") == (10, 0)
    assert shop.lines() == {"LAMP-OAK": 1}


def test_a_changed_cart_waits_with_its_page_while_the_old_payment_cannot_be_ended(shop: WebShop) -> None:
    shop.order()
    shop.add("POSTER-BARE")
    shop.gateway.is_away = True
    answer = shop.post("/checkout")
    assert answer.status_code == 503
    assert "The payment service does not answer just now. Your cart is kept." in answer.text
    assert "Poster" in answer.text
    assert len(shop.orders) == 1
    assert shop.parts.stock("LAMP-OAK") == (10, 1)
    assert shop.parts.stock("POSTER") == (3, 0)


def test_a_changed_cart_waits_with_its_page_while_nobody_knows_of_the_old_payment(shop: WebShop) -> None:
    shop.add()
    shop.gateway.loses_requests = 2
    shop.post("/checkout")
    shop.add("POSTER-BARE")
    answer = shop.post("/checkout")
    assert answer.status_code == 409
    assert "An earlier checkout is still being ended." in answer.text
    assert "Poster" in answer.text
    assert len(shop.orders) == 1


def test_a_market_s_checkout_is_in_its_currency_and_returns_to_its_cart(shop: WebShop) -> None:
    shop.add(prefix="/de")
    assert shop.post("/de/checkout").status_code == 303
    order = next(iter(shop.orders.values()))
    assert (order.total.minor, order.currency, order.locale) == (4500, "EUR", "de")
    assert order.attempt.cancel_url == "http://127.0.0.1:8000/de/cart"


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8:1:2::7"])
def test_an_address_holds_no_more_than_it_may(shop: WebShop, address: str) -> None:
    statuses = []
    for number in range(HOLDS_PER_CLIENT + 1):
        browser = shop.app.test_client()
        # Within one line of IPv6 a client has as many addresses as it likes.
        place = {"REMOTE_ADDR": f"{address}{number}"} if ":" in address else {"REMOTE_ADDR": address}
        headers = {"Sec-Fetch-Site": "same-origin"}
        browser.post("/cart/lines", data={"sku": "LAMP-OAK"}, headers=headers, environ_overrides=place)
        statuses.append(browser.post("/checkout", headers=headers, environ_overrides=place).status_code)
    assert statuses == [303, 303, 429]
    assert len(shop.orders) == HOLDS_PER_CLIENT
    assert all(order.client and address not in order.client for order in shop.orders.values())


def test_get_starts_nothing(shop: WebShop) -> None:
    shop.add()
    answer = shop.get("/checkout")
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)
    assert shop.orders == {}


def test_the_address_that_orders_return_to_is_the_configured_one(tmp_path: object) -> None:
    shop = open_web_shop(tmp_path, shop_url="https://Shop.example:443")  # type: ignore[arg-type]
    home = {"Origin": "https://shop.example"}
    assert shop.post("/cart/lines", home, sku="LAMP-OAK").status_code == 303
