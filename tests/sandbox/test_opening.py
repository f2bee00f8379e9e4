"""Opening, reading, listing and expiring Checkout Sessions with the unmodified SDK."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from .running import LAMP, Running


def test_an_open_session_holds_what_was_sent_and_no_payment_yet(sandbox: Running) -> None:
    ends = int(time.time()) + 35 * 60
    session = sandbox.open(
        expires_at=ends, metadata={"order_id": "ord_1"}, client_reference_id="ord_1", locale="de",
        customer_email="ann@example.com", allowed_payment_method_types=["card"],
        adaptive_pricing={"enabled": False},
    )  # fmt: skip
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (2500, 2500, "usd")
    assert session.url == f"{sandbox.url}/c/pay/{session.id}"
    assert session.expires_at == ends
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"order_id": "ord_1"}
    assert "line_items" not in session
    lines = sandbox.v1.checkout.sessions.line_items.list(session.id).data
    assert [(line.description, line.quantity, line.amount_total) for line in lines] == [("Oak lamp", 2, 2500)]
    assert lines[0].metadata is not None
    assert lines[0].metadata.to_dict() == {"sku": "LAMP-OAK"}
    assert session.last_response.headers["Request-Id"].startswith("req_")


PRICE = LAMP["price_data"]
REFUSALS: list[tuple[dict[str, Any], str | None, str, str]] = [
    ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported", "payment_method_types",
     "no longer supported"),
    ({"colour": "red"}, "parameter_unknown", "colour", "Received unknown parameter: colour"),
    ({"line_items": [{**LAMP, "sku": "X"}]}, "parameter_unknown", "line_items[0][sku]",
     "Received unknown parameter: line_items[0][sku]"),
    ({"mode": None}, "parameter_missing", "mode", "Missing required param: mode."),
    ({"success_url": None}, "parameter_missing", "success_url", "Missing required param: success_url."),
    ({"success_url": "/orders"}, "url_invalid", "success_url", "Not a valid URL"),
    ({"line_items": [LAMP] * 101}, None, "line_items", "between 1 and 100"),
    ({"line_items": [{**LAMP, "quantity": 0}]}, "parameter_invalid_integer", "line_items[0][quantity]",
     "greater than or equal to 1"),
    ({"line_items": [{**LAMP, "price_data": {**PRICE, "unit_amount": "12.5"}}]}, "parameter_invalid_integer",
     "line_items[0][price_data][unit_amount]", "Invalid integer: 12.5"),
    ({"line_items": [{**LAMP, "price_data": {**PRICE, "unit_amount": -1}}]}, "parameter_invalid_integer",
     "line_items[0][price_data][unit_amount]", "greater than or equal to 0"),
    ({"line_items": [{**LAMP, "price_data": {**PRICE, "currency": "dollars"}}]}, None,
     "line_items[0][price_data][currency]", "Invalid currency: dollars"),
    ({"line_items": [LAMP, {**LAMP, "price_data": {**PRICE, "currency": "eur"}}]}, None, "line_items",
     "same currency"),
    ({"line_items": [{"quantity": 1, "price_data": {**PRICE, "unit_amount": 49}}]}, "amount_too_small",
     "line_items", "at least USD 0.50"),
    ({"line_items": [{"quantity": 999, "price_data": {**PRICE, "unit_amount": 99_999_999}}]},
     "amount_too_large", "line_items", "no more than USD 999999.99"),
    ({"line_items": [{"quantity": 1, "price_data": {**PRICE, "currency": "kwd", "unit_amount": 5124}}]},
     "invalid_charge_amount_no_decimal_compatible", "line_items[0][price_data][unit_amount]",
     "divisible by 10"),
    ({"metadata": {f"k{number}": "v" for number in range(51)}}, None, "metadata", "at most 50 keys"),
    ({"metadata": {"k" * 41: "v"}}, None, "metadata", "at most 40 characters"),
    ({"metadata": {"k": "v" * 501}}, None, "metadata[k]", "501 characters"),
    ({"client_reference_id": "x" * 201}, None, "client_reference_id", "at most 200 characters"),
    ({"customer_email": "ann"}, "email_invalid", "customer_email", "Invalid email address: ann"),
    ({"cancel_url": ""}, "parameter_invalid_empty", "cancel_url", "empty string"),
    ({"ui_mode": "hosted"}, None, "ui_mode", "must be one of elements, embedded_page, form, or hosted_page"),
    ({"mode": "subscription"}, None, "mode=subscription", "does not support"),
    ({"adaptive_pricing": {"enabled": True}}, None, "adaptive_pricing[enabled]=true", "does not support"),
    ({"discounts": [{"coupon": "NONE"}]}, "resource_missing", "discounts[0][coupon]",
     "No such coupon: 'NONE'"),
    ({"shipping_address_collection": {"allowed_countries": ["us"]}}, None,
     "shipping_address_collection[allowed_countries]", "Invalid country code: us"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "param", "words"), REFUSALS)
def test_what_stripe_refuses_is_refused_in_its_words(
    sandbox: Running, change: dict[str, Any], code: str | None, param: str, words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.open(**change)
    assert refused.value.http_status == 400
    assert (refused.value.code, refused.value.param) == (code, param)
    assert words in str(refused.value)
    assert sandbox.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(("minutes", "words"), [(29, "at least 30 minutes"), (1441, "less than 24 hours")])
def test_a_session_lives_from_half_an_hour_to_a_day(sandbox: Running, minutes: int, words: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        sandbox.open(expires_at=int(time.time()) + minutes * 60)


def test_discount_and_shipping_change_the_total_and_say_so(sandbox: Running) -> None:
    coupon = sandbox.v1.coupons.create({"percent_off": 10, "duration": "once"})
    rate = sandbox.v1.shipping_rates.create(
        {"display_name": "Post", "fixed_amount": {"amount": 500, "currency": "usd"}}
    )
    chair = {
        "quantity": 1,
        "price_data": {"currency": "usd", "unit_amount": 999, "product_data": {"name": "C"}},
    }
    session = sandbox.open(
        line_items=[LAMP, chair], discounts=[{"coupon": coupon.id}],
        shipping_options=[{"shipping_rate": rate.id}],
    )  # fmt: skip
    assert session.total_details is not None
    assert (session.amount_subtotal, session.amount_total) == (3499, 3499 - 350 + 500)
    assert (session.total_details.amount_discount, session.total_details.amount_shipping) == (350, 500)
    lines = sandbox.v1.checkout.sessions.line_items.list(session.id).data
    assert [line.amount_discount for line in lines] == [250, 100]
    assert [line.amount_total for line in lines] == [2250, 899]


def test_an_open_session_expires_when_asked_and_only_once(sandbox: Running) -> None:
    session = sandbox.open()
    expired = sandbox.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url, expired.payment_status) == ("expired", None, "unpaid")
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions with a status in"):
        sandbox.v1.checkout.sessions.expire(session.id)
    assert sandbox.events() == ["checkout.session.expired"]


def test_a_paid_session_cannot_be_expired(sandbox: Running) -> None:
    session = sandbox.paid()
    with pytest.raises(stripe.InvalidRequestError, match="a status of `complete`"):
        sandbox.v1.checkout.sessions.expire(session.id)
    assert sandbox.read(session).status == "complete"


def test_a_session_expires_by_itself_when_its_time_is_over(sandbox: Running) -> None:
    session = sandbox.open(expires_at=int(time.time()) + 31 * 60)
    sandbox.later(30 * 60)
    assert sandbox.read(session).status == "open"
    sandbox.later(31 * 60 + 1)
    assert sandbox.read(session).status == "expired"
    assert sandbox.events() == ["checkout.session.expired"]
    assert sandbox.pay(session).status_code == 410
    assert sandbox.read(session).payment_intent is None


def test_lists_are_newest_first_and_paged(sandbox: Running) -> None:
    made = [sandbox.open(metadata={"n": str(number)}).id for number in range(5)]
    sandbox.v1.checkout.sessions.expire(made[0])
    first = sandbox.v1.checkout.sessions.list({"limit": 2})
    assert ([session.id for session in first.data], first.has_more) == (made[:2:-1], True)
    rest = sandbox.v1.checkout.sessions.list({"limit": 3, "starting_after": made[3]})
    assert ([session.id for session in rest.data], rest.has_more) == (made[2::-1], False)
    assert [session.id for session in first.auto_paging_iter()] == made[::-1]
    still_open = sandbox.v1.checkout.sessions.list({"status": "open", "ending_before": made[1]})
    assert [session.id for session in still_open.data] == made[:1:-1]
    assert sandbox.v1.checkout.sessions.list({"created": {"gt": int(time.time()) + 60}}).data == []


def test_an_unknown_object_is_missing_in_stripes_words(sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session: 'cs_none'") as missing:
        sandbox.v1.checkout.sessions.retrieve("cs_none")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert sandbox.raw("GET", "/v1/customers/cus_1").status_code == 404


def test_a_request_without_the_right_key_is_turned_away(sandbox: Running) -> None:
    for key in ("", "Bearer sk_test_other_key_of_somebody", "Bearer sk_live_0123456789abcdef"):
        answer = sandbox.raw("POST", "/v1/coupons", "percent_off=5", Authorization=key, Idempotency_Key="k")
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert "0123456789" not in answer.text
    assert sandbox.raw("POST", "/v1/coupons", "percent_off=5", Idempotency_Key="k").status_code == 200


def test_another_version_of_the_api_is_refused(sandbox: Running) -> None:
    answer = sandbox.raw("GET", "/v1/events", Stripe_Version="2024-06-20")
    assert answer.status_code == 400
    assert "2026-10-28.endive" in answer.json()["error"]["message"]


def test_metadata_can_be_changed_and_taken_away(sandbox: Running) -> None:
    session = sandbox.open(metadata={"a": "1", "b": "2"})
    changed = sandbox.v1.checkout.sessions.update(session.id, {"metadata": {"a": "", "2024": "x"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"b": "2", "2024": "x"}
