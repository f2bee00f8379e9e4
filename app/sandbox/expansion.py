"""`expand`: putting whole objects where an answer holds only their identifiers."""

from __future__ import annotations

import copy
from typing import Any

from app.ids import new_id
from app.sandbox import events
from app.sandbox.errors import invalid
from app.sandbox.store import Document, Record
from app.sandbox.work import Work

MAX_LEVELS = 4
KINDS = {
    "payment_intent": "payment_intent", "latest_charge": "charge", "charge": "charge", "product": "product",
    "shipping_rate": "shipping_rate", "coupon": "coupon",
}  # fmt: skip
"""What the identifier in a field of that name stands for."""
ALWAYS_EMPTY = frozenset({
    "application", "application_fee", "balance_transaction", "customer", "failure_balance_transaction",
    "invoice", "on_behalf_of", "payment_link", "payment_record", "promotion_code", "review",
    "setup_intent", "source", "source_transfer", "source_transfer_reversal", "subscription", "transfer",
    "transfer_reversal", "tax_code",
})  # fmt: skip
"""Fields that Stripe could expand and that hold nothing here."""


def present(work: Work, record: Record) -> Document:
    """Return an object as the API shows it now, without anything expanded."""
    body = copy.deepcopy(record.body)
    if body["object"] == "checkout.session":
        body["url"] = work.session_url(body)
    if body["object"] == "event":
        return events.present(work.tx, body)
    return body


def expand(work: Work, answer: Document, paths: list[str]) -> Document:
    """Expand an answer in place.

    Raises:
        ApiError: something that cannot be expanded, or too deep.
    """
    for path in paths:
        parts = path.split(".")
        if len([part for part in parts if part != "data"]) > MAX_LEVELS:
            message = f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {path}"
            raise invalid(message, "expand")
        _walk(work, answer, parts, path)
    return answer


def _walk(work: Work, holder: Document, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    if holder.get("object") == "list" and name == "data":
        for element in holder["data"]:
            if rest:
                _walk(work, element, rest, path)
        return
    value = _resolved(work, holder, name, path)
    holder[name] = value
    for inner in value if isinstance(value, list) else [value]:
        if rest and isinstance(inner, dict):
            _walk(work, inner, rest, path)


def _resolved(work: Work, holder: Document, name: str, path: str) -> Any:
    """Return what belongs into a field once it is expanded."""
    added = _ADDED.get((str(holder.get("object", "")), name))
    if added:
        return added(work, holder)
    value = holder.get(name)
    if isinstance(value, str) and name in KINDS:
        record = work.tx.find(KINDS[name], value)
        # A coupon may have been deleted since; then its identifier is all there is.
        return present(work, record) if record else value
    is_container = isinstance(value, dict | list)
    if is_container or name in ALWAYS_EMPTY or (name in KINDS and name in holder):
        return value
    message = f"This property cannot be expanded ({path}). You may want to try expanding another property."
    raise invalid(message, "expand")


def _line_items(work: Work, session: Document) -> Document:
    record = work.require("checkout.session", session["id"])
    return listed(record.private["lines"], f"/v1/checkout/sessions/{session['id']}/line_items", 10)


def _refunds(work: Work, charge: Document) -> Document:
    refunds = [record.body for record in reversed(work.tx.children("refund", charge["id"]))]
    return listed(refunds, f"/v1/charges/{charge['id']}/refunds", 10)


def _total_details(work: Work, session: Document) -> Document:
    """Add which coupon took what off: what `total_details.breakdown` asks for."""
    details: Document = session["total_details"]
    discounts = [
        {
            "amount": details["amount_discount"],
            "discount": {
                "id": new_id("di"), "object": "discount", "checkout_session": session["id"], "customer": None,
                "customer_account": None, "end": None, "invoice": None, "invoice_item": None,
                "promotion_code": None, "source": {"coupon": given["coupon"], "type": "coupon"},
                "start": session["created"], "subscription": None, "subscription_item": None,
            },
        }
        for given in session["discounts"]
    ]  # fmt: skip
    return {**details, "breakdown": {"discounts": discounts, "taxes": []}}


_ADDED = {
    ("checkout.session", "line_items"): _line_items,
    ("checkout.session", "total_details"): _total_details,
    ("charge", "refunds"): _refunds,
}


def listed(elements: list[Document], url: str, limit: int) -> Document:
    """Return the first elements as a list object."""
    return {
        "object": "list", "data": copy.deepcopy(elements[:limit]), "has_more": len(elements) > limit,
        "url": url,
    }  # fmt: skip
