"""An order's page: opened by its token alone, believed of Stripe alone, and shown to nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.money import Money
from app.orders.model import OrderState
from app.orders.refunds import Refund, RefundCause, RefundLine, RefundState
from app.payments.model import CheckoutSession, SessionStatus

from .shop import WebShop


def test_coming_back_from_stripe_settles_the_order_once(shop: WebShop) -> None:
    order = shop.order()
    shop.gateway.pay("cs_1", email="ada.lovelace@mail.example")
    page = shop.get(f"/orders/{order.token}?session_id=cs_1")
    assert page.status_code == 200
    assert shop.orders[order.id].state is OrderState.PAID
    assert "a…@mail.example" in page.text
    assert "lovelace" not in page.text.lower()
    assert shop.parts.stock("LAMP-OAK") == (9, 0)
    effects = list(shop.parts.effect_ids)
    assert shop.get(f"/orders/{order.token}?session_id=cs_1").status_code == 200
    assert shop.parts.effect_ids == effects
    assert [asked for asked in shop.gateway.asked if asked.startswith("read")] == ["read cs_1"]
    assert shop.lines() == {}


def test_without_a_session_in_the_address_stripe_is_not_asked(shop: WebShop) -> None:
    order = shop.order()
    shop.gateway.pay("cs_1")
    shop.get(f"/orders/{order.token}")
    assert shop.orders[order.id].state is OrderState.PENDING_PAYMENT
    assert not any(asked.startswith("read") for asked in shop.gateway.asked)


@pytest.mark.parametrize("claimed", ["cs_foreign", "'; DROP", "{CHECKOUT_SESSION_ID}", "x" * 10_000])
def test_the_session_in_the_address_is_never_believed(shop: WebShop, claimed: str) -> None:
    order = shop.order()
    paid = CheckoutSession(
        "cs_foreign", SessionStatus.COMPLETE, True, "", Money(4900, "USD"), order.id, "pi_1", False
    )
    shop.gateway.put(paid)
    page = shop.client.get(f"/orders/{order.token}", query_string={"session_id": claimed})
    assert page.status_code == 200
    assert shop.orders[order.id].state is OrderState.PENDING_PAYMENT
    assert shop.gateway.asked[1:] == ["read cs_1"]
    assert shop.parts.effect_ids == []


def test_a_session_that_names_another_order_shows_none_but_this(shop: WebShop) -> None:
    order = shop.order()
    other = replace(
        shop.orders[order.id],
        id="ord_2",
        number="2002",
        token="other",
        cart_id="cart_2",
        attempts=(replace(order.attempt, session_id="cs_other"),),
    )
    shop.parts.orders.insert(other)
    session = shop.gateway.session("cs_1")
    assert session is not None
    shop.gateway.put(replace(session, order_id="ord_2"))
    page = shop.get(f"/orders/{order.token}?session_id=cs_1").text
    assert order.number in page
    assert "2002" not in page


def test_while_stripe_is_away_the_page_says_what_is_known(shop: WebShop) -> None:
    order = shop.order()
    shop.gateway.is_away = True
    page = shop.get(f"/orders/{order.token}?session_id=cs_1")
    assert page.status_code == 200
    assert order.number in page.text
    assert shop.orders[order.id].state is OrderState.PENDING_PAYMENT


@pytest.mark.parametrize("token", ["nope", "x" * 101, "x" * 10_000, "%00", "%FF", "1001", "ord_1"])
@pytest.mark.parametrize("part", ["", "/payment"])
def test_any_other_token_opens_nothing(shop: WebShop, token: str, part: str) -> None:
    shop.order()
    answer = shop.get(f"/orders/{token}{part}")
    assert answer.status_code == 404
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_neither_number_nor_id_opens_the_order(shop: WebShop) -> None:
    order = shop.order()
    assert [shop.get(f"/orders/{name}").status_code for name in (order.number, order.id)] == [404, 404]


@pytest.mark.parametrize(
    ("part", "method", "status"),
    [
        ("", "GET", 200),
        ("/payment", "GET", 303),
        ("", "POST", 405),
        ("/release", "GET", 405),
        ("/x", "GET", 404),
    ],
)
def test_the_token_stays_out_of_indexes_referrers_and_caches(
    shop: WebShop, part: str, method: str, status: int
) -> None:
    order = shop.order()
    answer = shop.client.open(
        f"/orders/{order.token}{part}", method=method, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == status
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"


def test_giving_the_units_back_ends_the_payment_page_first(shop: WebShop) -> None:
    order = shop.order()
    answer = shop.post(f"/orders/{order.token}/release")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/orders/{order.token}")
    assert shop.gateway.asked[-1] == "expire cs_1"
    assert shop.orders[order.id].state is OrderState.CANCELLED
    assert shop.parts.stock("LAMP-OAK") == (10, 0)
    assert shop.lines() == {"LAMP-OAK": 1}


def test_units_stay_held_while_the_payment_page_cannot_be_ended(shop: WebShop) -> None:
    order = shop.order()
    shop.gateway.is_away = True
    answer = shop.post(f"/orders/{order.token}/release")
    assert answer.status_code == 503
    assert "<!doctype" in answer.text
    assert shop.orders[order.id].state is OrderState.PENDING_PAYMENT
    assert shop.parts.stock("LAMP-OAK") == (10, 1)


def test_a_paid_order_leads_to_no_payment_and_gives_nothing_back(shop: WebShop) -> None:
    order = shop.order()
    shop.gateway.pay("cs_1")
    shop.get(f"/orders/{order.token}?session_id=cs_1")
    onward = shop.get(f"/orders/{order.token}/payment")
    assert (onward.status_code, onward.headers["Location"]) == (303, f"/orders/{order.token}")
    shop.post(f"/orders/{order.token}/release")
    assert shop.orders[order.id].state is OrderState.PAID
    assert shop.parts.stock("LAMP-OAK") == (9, 0)
    assert "expire cs_1" not in shop.gateway.asked


def test_the_page_and_its_refusals_speak_the_order_s_language(shop: WebShop) -> None:
    shop.add(prefix="/de")
    shop.post("/de/checkout")
    order = next(iter(shop.orders.values()))
    page = shop.get(f"/orders/{order.token}").text
    assert '<html lang="de">' in page
    assert "45,00\xa0€" in page
    shop.gateway.is_away = True
    refused = shop.post(f"/orders/{order.token}/release").text
    assert '<html lang="de">' in refused
    assert "Der Zahlungsdienst" in refused


def test_the_page_says_what_goes_back_but_not_what_staff_noted(shop: WebShop) -> None:
    order = shop.order()
    refund = Refund(
        id="rfn_1",
        payment_intent="pi_1",
        amount=Money(4900, "USD"),
        at=order.created_at,
        by="ada@shop.example",
        reason="third complaint this year",
        state=RefundState.PENDING,
        lines=(RefundLine("LAMP-OAK", 1),),
    )
    shop.orders[order.id] = replace(shop.orders[order.id], refunds=(refund,))
    page = shop.get(f"/orders/{order.token}").text
    assert '<strong class="refunds__amount">$49.00</strong>' in page
    assert '<p class="refunds__unit">1 × Reading lamp' in page
    assert "On its way to the card or account that you paid with." in page
    assert "complaint" not in page
    assert "ada@shop.example" not in page


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (RefundCause.LATE_PAYMENT, "after the pieces had been given to somebody else"),
        (RefundCause.SECOND_PAYMENT, "The order was paid twice. It stands"),
    ],
)
def test_a_refund_that_nobody_asked_for_says_why(shop: WebShop, cause: RefundCause, said: str) -> None:
    order = shop.order()
    refund = Refund("rfn_1", "pi_1", Money(4900, "USD"), order.created_at, "checkout", cause)
    shop.orders[order.id] = replace(shop.orders[order.id], refunds=(refund,))
    page = shop.get(f"/orders/{order.token}").text
    assert said in page
    assert "We are arranging it." in page
