"""Paying as `stripe trigger checkout.session.completed` does, with `[]` lists and no version named."""

from __future__ import annotations

import pytest
import stripe

from .running import Running
from .test_shapes import faults_of


def test_the_steps_of_stripes_own_client_complete_a_session(sandbox: Running) -> None:
    product = sandbox.raw("POST", "/v1/products", "name=myproduct&description=(created by Stripe CLI)").json()
    price = sandbox.raw("POST", "/v1/prices", f"product={product['id']}&unit_amount=1500&currency=usd").json()
    session = sandbox.raw(
        "POST",
        "/v1/checkout/sessions",
        "success_url=https://httpbin.org/post&cancel_url=https://httpbin.org/post&mode=payment"
        f"&line_items[][price]={price['id']}&line_items[][quantity]=2",
    ).json()
    page = sandbox.raw("GET", f"/v1/payment_pages/{session['id']}").json()
    assert (page["status"], page["amount_total"]) == ("open", 3000)
    method = sandbox.raw("POST", "/v1/payment_methods", "type=card&card[token]=tok_visa").json()
    done = sandbox.raw(
        "POST",
        f"/v1/payment_pages/{session['id']}/confirm",
        f"payment_method={method['id']}&expected_amount=3000",
    )
    assert done.json()["status"] == "complete"
    assert sandbox.events()[-1] == "checkout.session.completed"
    assert faults_of(stripe.PaymentMethod, sandbox.v1.payment_methods.retrieve(method["id"])) == []


def test_another_amount_or_another_card_is_refused(sandbox: Running) -> None:
    session = sandbox.open()
    with pytest.raises(stripe.InvalidRequestError, match="test cards only"):
        sandbox.v1.payment_methods.create({"type": "card", "card": {"number": "4111111111111111"}})
    method = sandbox.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    body = f"payment_method={method.id}&expected_amount=1"
    assert sandbox.raw("POST", f"/v1/payment_pages/{session.id}/confirm", body).status_code == 400
    assert sandbox.read(session).status == "open"
    assert sandbox.events() == []
