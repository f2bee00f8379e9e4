"""The hosted page itself: what it shows, asks, refuses and forbids."""

from __future__ import annotations

import re

import pytest
import requests

from .running import LAMP, Running


def page(url: str | None) -> requests.Response:
    """Read a page."""
    return requests.get(url or "", timeout=10, allow_redirects=False)


def test_the_form_shows_the_order_and_says_that_it_is_a_test(sandbox: Running) -> None:
    chair = {"currency": "usd", "unit_amount": 129900, "product_data": {"name": "<b>Chair</b>"}}
    answer = page(sandbox.open(line_items=[LAMP, {"quantity": 1, "price_data": chair}]).url)
    assert answer.status_code == 200
    for words in ("Only test cards", "Oak lamp", "2 × USD 12.50", "USD 25.00", "&lt;b&gt;Chair&lt;/b&gt;",
                  "Pay USD 1324.00", 'href="http://shop.test/cart"'):  # fmt: skip
        assert words in answer.text, words
    for name in ("email", "card_number", "exp", "cvc", "name"):
        assert f'name="{name}"' in answer.text
        assert f'<label class="field__label" for="{name}">' in answer.text
    for unasked in ('name="line1"', 'name="phone"', 'name="shipping_rate"', 'name="billing_line1"'):
        assert unasked not in answer.text


def test_nothing_inline_and_only_the_shop_may_be_led_to(sandbox: Running) -> None:
    answer = page(sandbox.open().url)
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://shop.test"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", answer.text)
    css = page(f"{sandbox.url}/_sandbox/sandbox.css")
    assert css.headers["Content-Type"].startswith("text/css")
    assert "url(" not in css.text


def test_the_shops_email_is_locked(sandbox: Running) -> None:
    session = sandbox.open(customer_email="ann@example.com")
    assert re.search(
        r'<input[^>]* name="email"[^>]*value="ann@example.com"[^>]* readonly', page(session.url).text
    )
    assert sandbox.pay(session, email="other@example.com").status_code == 303
    details = sandbox.read(session).customer_details
    assert details is not None
    assert details.email == "ann@example.com"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "ann", "Enter an e-mail address"),
        ("exp", "13/40", "as MM/YY"),
        ("exp", "01/20", "in the past"),
        ("cvc", "12", "any 3 digits"),
        ("name", " ", "Enter the name on the card."),
        ("card_number", "", "Enter the number of a test card"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(
    sandbox: Running, field: str, value: str, sentence: str
) -> None:
    session = sandbox.open()
    form = {"card": "4242424242424242", field: value} if field != "card_number" else {"card": value}
    answer = sandbox.pay(session, **form)
    assert answer.status_code == 422
    assert f'<a href="#{field}">{sentence}' in answer.text or sentence in answer.text
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count('class="field__error"') == 1
    assert "4242424242424242" not in answer.text
    assert sandbox.read(session).payment_intent is None


def test_addresses_phone_and_shipping_are_asked_where_the_session_collects_them(sandbox: Running) -> None:
    session = sandbox.open(
        shipping_address_collection={"allowed_countries": ["US", "DE"]},
        phone_number_collection={"enabled": True},
        billing_address_collection="required",
        shipping_options=[
            {
                "shipping_rate_data": {
                    "display_name": name, "fixed_amount": {"amount": cents, "currency": "usd"}
                }
            }
            for name, cents in (("Post", 500), ("Express", 1500))
        ],
    )  # fmt: skip
    rates = re.findall(r'name="shipping_rate" value="(shr_\w+)"', page(session.url).text)
    assert len(rates) == 2
    bare = sandbox.pay(session, country="US")
    assert bare.status_code == 422
    for name in ("phone", "line1", "city", "postal_code"):
        assert f'id="{name}-error"' in bare.text
    where = {
        "line1": "Am Ring 1",
        "city": "Ulm",
        "postal_code": "89073",
        "country": "DE",
        "phone": "+49 731 1",
    }
    assert 'id="country-error"' in sandbox.pay(session, **{**where, "country": "FR"}).text
    assert sandbox.pay(session, **where, shipping_rate=rates[1]).status_code == 303
    paid = sandbox.read(session)
    assert paid.customer_details is not None
    assert paid.customer_details.address is not None
    assert paid.collected_information is not None
    assert paid.collected_information.shipping_details is not None
    assert paid.shipping_cost is not None
    assert (paid.amount_total, paid.shipping_cost.shipping_rate) == (4000, rates[1])
    assert paid.collected_information.shipping_details.name == "Ann Buyer"
    assert paid.collected_information.shipping_details.address.city == "Ulm"
    assert paid.customer_details.address.line1 == "Am Ring 1"
    assert paid.customer_details.phone == "+49 731 1"
    assert paid.payment_intent.latest_charge.amount == 4000


def test_a_session_that_is_over_says_so_and_leads_back(sandbox: Running) -> None:
    paid, expired = sandbox.open(), sandbox.open()
    sandbox.pay(paid)
    sandbox.v1.checkout.sessions.expire(expired.id)
    answer = page(paid.url)
    assert (answer.status_code, "is paid" in answer.text) == (200, True)
    assert f"http://shop.test/orders/t?session_id={paid.id}" in answer.text
    answer = page(expired.url)
    assert (answer.status_code, "has expired" in answer.text) == (410, True)
    assert 'href="http://shop.test/cart"' in answer.text
    assert "<form" not in answer.text
    assert page(f"{sandbox.url}/c/pay/cs_none").status_code == 404


def test_the_server_says_that_it_is_alive(sandbox: Running) -> None:
    assert page(f"{sandbox.url}/healthz").text == "ok\n"
