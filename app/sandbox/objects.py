"""The small objects a checkout leans on: coupons, shipping rates, webhook endpoints, products, prices."""

from __future__ import annotations

import secrets

from app.ids import new_id
from app.sandbox import events, resources, sessions
from app.sandbox.errors import ApiError, invalid, unsupported
from app.sandbox.store import Document, Record
from app.sandbox.work import API_VERSION, Work

ACCOUNT_SINCE = 1_700_000_000


def create_coupon(work: Work) -> Record:
    """Create a coupon that takes an amount or a share off.

    Raises:
        ApiError: both or neither are given, or the identifier is taken.
    """
    params = work.params
    if ("amount_off" in params) == ("percent_off" in params):
        raise invalid("You must specify exactly one of `amount_off` or `percent_off`.", "percent_off")
    if "amount_off" in params and "currency" not in params:
        raise invalid("Missing required param: currency.", "currency", "parameter_missing")
    if params.get("percent_off") == 0:
        raise invalid("Invalid decimal: 0; must be greater than 0.", "percent_off")
    if (params["duration"] == "repeating") != ("duration_in_months" in params):
        raise invalid("`duration_in_months` belongs to the duration `repeating`.", "duration_in_months")
    if "id" in params and work.tx.find("coupon", params["id"]):
        raise ApiError(400, "Coupon already exists.", "resource_already_exists", "id")
    record = work.tx.insert("coupon", resources.coupon(params, work.now))
    events.emit(work, "coupon.created", record.body)
    return record


def create_shipping_rate(work: Work) -> Record:
    """Create a shipping rate of a fixed amount."""
    return work.tx.insert("shipping_rate", resources.shipping_rate(work.params, work.now))


def create_product(work: Work) -> Record:
    """Create a product."""
    return work.tx.insert("product", resources.product(work.params, work.now))


def create_price(work: Work) -> Record:
    """Create a price of a product, which is created in passing if only its data is given."""
    params = work.params
    sessions.check_price(params)
    product_id = params.get("product")
    if product_id is None:
        made = work.tx.insert("product", resources.product(params["product_data"], work.now))
        product_id = made.id
    else:
        work.require("product", product_id, "product", status=400)
    price = resources.price(params, product_id, work.now, is_active=params.get("active", True))
    return work.tx.insert("price", price)


def create_endpoint(work: Work) -> Document:
    """Create a webhook endpoint; its secret is shown this once."""
    if work.params.get("api_version", API_VERSION) != API_VERSION:
        raise unsupported(f"api_version={work.params['api_version']}")
    secret = f"whsec_{secrets.token_hex(24)}"
    body: Document = {
        "id": new_id("we"), "object": "webhook_endpoint", "api_version": work.params.get("api_version"),
        "application": None, "created": work.now, "description": work.params.get("description"),
        "enabled_events": work.params["enabled_events"], "livemode": False,
        "metadata": work.params.get("metadata", {}), "status": "enabled", "url": work.params["url"],
    }  # fmt: skip
    work.tx.insert("webhook_endpoint", body, {"secret": secret})
    return {**body, "secret": secret}


def update_endpoint(work: Work) -> Record:
    """Change where an endpoint listens, to what, or whether at all."""
    record = work.require("webhook_endpoint", work.subject)
    changed = {
        name: value for name, value in work.params.items() if name in ("url", "enabled_events", "description")
    }
    record.body.update(changed)
    if "disabled" in work.params:
        record.body["status"] = "disabled" if work.params["disabled"] else "enabled"
    work.tx.save(record)
    return record


def account(_work: Work) -> Document:
    """Return the account that the key belongs to: one that takes charges, and never more than it promises."""
    return {
        "id": "acct_stand_in", "object": "account", "business_profile": None, "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"}, "charges_enabled": True,
        "controller": {"type": "account"}, "country": "US", "created": ACCOUNT_SINCE,
        "default_currency": "usd", "details_submitted": True, "email": None, "metadata": {},
        "payouts_enabled": True, "settings": None, "tos_acceptance": {}, "type": "standard",
    }  # fmt: skip


def update_metadata(work: Work, kind: str) -> Record:
    """Merge metadata into an object; an empty text takes a name away."""
    record = work.require(kind, work.subject)
    merged = {**record.body["metadata"], **work.params.get("metadata", {})}
    record.body["metadata"] = {name: text for name, text in merged.items() if text}
    work.tx.save(record)
    return record


def delete(work: Work, kind: str) -> Document:
    """Delete an object; what was made of it stays."""
    record = work.require(kind, work.subject)
    work.tx.delete(record.id)
    if kind == "webhook_endpoint":
        work.tx.execute("DELETE FROM deliveries WHERE endpoint_id = ? AND state = 'pending'", record.id)
    return {"id": record.id, "object": record.body["object"], "deleted": True}
