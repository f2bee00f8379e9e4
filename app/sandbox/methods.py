"""Paying without the page, as Stripe's own command-line client does in `stripe trigger`.

The `payment_pages` endpoints are not part of Stripe's documented API; they answer only
what that client reads.
"""

from __future__ import annotations

from typing import Any

from app.ids import new_id
from app.sandbox import payments
from app.sandbox.cards import PresentedCard, find_card
from app.sandbox.containers import Hash, Metadata
from app.sandbox.errors import ApiError, invalid
from app.sandbox.parameters import Choice, Email, Text, Whole
from app.sandbox.payform import ONLY_TEST_CARDS
from app.sandbox.payments import Buyer
from app.sandbox.resources import address
from app.sandbox.schemas import ADDRESS, EXPAND
from app.sandbox.store import Document, Record
from app.sandbox.work import Work

TOKENS = {
    "tok_visa": "4242424242424242", "tok_mastercard": "5555555555554444", "tok_amex": "378282246310005",
    "tok_chargeDeclined": "4000000000000002",
}  # fmt: skip
"""Stripe's test tokens (https://docs.stripe.com/testing?testing-method=tokens)."""
CARD = Hash(
    {
        "token": Text(100), "number": Text(30), "exp_month": Whole(1, 12), "exp_year": Whole(2000, 2100),
        "cvc": Text(4),
    }
)  # fmt: skip
METHOD = Hash(
    {
        "type": Choice(("card",)), "card": CARD, "metadata": Metadata(), "expand": EXPAND,
        "billing_details": Hash({"email": Email(), "name": Text(), "phone": Text(), "address": ADDRESS}),
    },
    required=("type", "card"),
)  # fmt: skip
CONFIRM = Hash(
    {"payment_method": Text(200), "expected_amount": Whole(0), "expand": EXPAND}, required=("payment_method",)
)


def create(work: Work) -> Record:
    """Create a payment method of a test card.

    Raises:
        ApiError: any other card.
    """
    given, details = work.params["card"], work.params.get("billing_details", {})
    card = find_card(TOKENS.get(given.get("token", ""), given.get("number", "")))
    if card is None:
        raise invalid(ONLY_TEST_CARDS, "card[number]", "invalid_number")
    card = card.until(given.get("exp_month", 12), given.get("exp_year", 2050))
    body: Document = {
        "id": new_id("pm"), "object": "payment_method",
        "billing_details": {
            "address": address(details.get("address")), "email": details.get("email"),
            "name": details.get("name"), "phone": details.get("phone"), "tax_id": None,
        },
        "card": {
            "brand": card.brand, "checks": None, "country": card.country, "display_brand": card.brand,
            "exp_month": card.exp_month, "exp_year": card.exp_year, "funding": card.funding,
            "generated_from": None, "last4": card.last4, "networks": None, "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True}, "wallet": None,
        },
        "created": work.now, "customer": None, "customer_account": None, "livemode": False,
        "metadata": work.params.get("metadata", {}), "type": "card",
    }  # fmt: skip
    return work.tx.insert("payment_method", body, {"card": card.to_document()})


def page(work: Work) -> Document:
    """Return what the payment page of a session would ask for."""
    return _page(work, work.require("checkout.session", work.subject))


def confirm(work: Work) -> Document:
    """Pay a session with a payment method; a declined card leaves the page as open as it was.

    Raises:
        ApiError: the amount is not what was expected.
    """
    record = work.require("checkout.session", work.subject)
    method = work.require("payment_method", work.params["payment_method"], "payment_method")
    if work.params.get("expected_amount", record.body["amount_total"]) != record.body["amount_total"]:
        raise ApiError(400, "The expected amount is not the session's.", param="expected_amount")
    details: dict[str, Any] = method.body["billing_details"]
    email = record.body["customer_email"] or details["email"] or "stripe@example.com"
    buyer = Buyer(email, details["name"] or "", details["phone"] or "", details["address"])
    payments.pay(work, record, buyer, PresentedCard(**method.private["card"]))
    return _page(work, record)


def _page(work: Work, record: Record) -> Document:
    session = record.body
    return {
        "id": record.id, "object": "payment_page", "amount_total": session["amount_total"],
        "currency": session["currency"], "payment_intent": session["payment_intent"],
        "payment_status": session["payment_status"], "session_id": record.id, "status": session["status"],
        "url": work.session_url(session),
    }  # fmt: skip
