"""The shapes of what is sold and opened: product, price, line, coupon, shipping rate and Checkout Session.

Every field that is always present in API version 2026-10-28.endive is present, `null`
where nothing is known; optional ones are left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.ids import new_id
from app.sandbox.store import Document

ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")


def address(values: dict[str, Any] | None) -> Document | None:
    """Return an address with all of its fields."""
    return {name: values.get(name) or None for name in ADDRESS_FIELDS} if values else None


def product(data: dict[str, Any], now: int) -> Document:
    """Return a product made of `product_data` or of the parameters of its own endpoint."""
    optional: Document = {name: data[name] for name in ("tax_code", "unit_label") if name in data}
    return {
        "id": data.get("id") or new_id("prod"), "object": "product", "active": data.get("active", True),
        "created": now, "description": data.get("description"), "images": data.get("images", []),
        "livemode": False, "marketing_features": [], "metadata": data.get("metadata", {}),
        "name": data["name"], "package_dimensions": None, "shippable": data.get("shippable"),
        "tax_details": None, "type": "service", "updated": now, "url": data.get("url"), **optional,
    }  # fmt: skip


def price(data: dict[str, Any], product_id: str, now: int, *, is_active: bool) -> Document:
    """Return a price; one that was made in passing for a line is not active."""
    exact = Decimal(data["unit_amount"]) if "unit_amount" in data else data["unit_amount_decimal"]
    return {
        "id": new_id("price"), "object": "price", "active": is_active, "billing_scheme": "per_unit",
        "created": now, "currency": data["currency"], "custom_unit_amount": None, "livemode": False,
        "lookup_key": None, "metadata": data.get("metadata", {}), "nickname": data.get("nickname"),
        "product": product_id, "recurring": None, "tax_behavior": data.get("tax_behavior", "unspecified"),
        "tiers_mode": None, "transform_quantity": None, "type": "one_time",
        "unit_amount": int(exact) if exact == exact.to_integral_value() else None,
        "unit_amount_decimal": f"{exact.normalize():f}",
    }  # fmt: skip


def line_item(
    for_price: Document, name: str, quantity: int, subtotal: int, metadata: dict[str, str]
) -> Document:
    """Return a line before discounts."""
    return {
        "id": new_id("li"), "object": "item", "adjustable_quantity": None, "amount_discount": 0,
        "amount_subtotal": subtotal, "amount_tax": 0, "amount_total": subtotal,
        "currency": for_price["currency"], "description": name, "metadata": metadata, "price": for_price,
        "quantity": quantity,
    }  # fmt: skip


def coupon(params: dict[str, Any], now: int) -> Document:
    """Return a coupon that can be redeemed."""
    percent = params.get("percent_off")
    return {
        "id": params.get("id") or new_id("coupon"), "object": "coupon",
        "amount_off": params.get("amount_off"), "created": now,
        "currency": params.get("currency") if "amount_off" in params else None,
        "duration": params["duration"], "duration_in_months": params.get("duration_in_months"),
        "livemode": False, "max_redemptions": params.get("max_redemptions"),
        "metadata": params.get("metadata", {}), "name": params.get("name"),
        "percent_off": None if percent is None else float(percent), "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0, "valid": True,
    }  # fmt: skip


def shipping_rate(params: dict[str, Any], now: int) -> Document:
    """Return a shipping rate of a fixed amount."""
    estimate = params.get("delivery_estimate")
    bounds = {name: estimate.get(name) for name in ("maximum", "minimum")} if estimate else None
    return {
        "id": new_id("shr"), "object": "shipping_rate", "active": True, "created": now,
        "delivery_estimate": bounds, "display_name": params["display_name"],
        "fixed_amount": params["fixed_amount"], "livemode": False, "metadata": params.get("metadata", {}),
        "tax_behavior": params.get("tax_behavior", "unspecified"), "tax_code": params.get("tax_code"),
        "type": "fixed_amount",
    }  # fmt: skip


def shipping_cost(rate: Document) -> Document:
    """Return what a chosen shipping rate costs."""
    amount = rate["fixed_amount"]["amount"]
    return {
        "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount, "shipping_rate": rate["id"]
    }  # fmt: skip


def customer_details(email: str | None, **known: Any) -> Document:
    """Return what is known of the buyer."""
    return {
        "address": address(known.get("address")), "business_name": None, "email": email,
        "individual_name": None, "name": known.get("name"), "phone": known.get("phone"),
        "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip


def session(params: dict[str, Any], now: int, currency: str) -> Document:
    """Return an open Checkout Session without its amounts; `url` is added when it is shown."""
    texts = params.get("custom_text", {})
    email = params.get("customer_email")
    excluded = params.get("excluded_payment_method_types")
    optional = {"excluded_payment_method_types": excluded} if excluded else {}
    card = {"request_three_d_secure": "automatic", **params.get("payment_method_options", {}).get("card", {})}
    return {
        "id": new_id("cs_test"), "object": "checkout.session", "adaptive_pricing": {"enabled": False},
        "after_expiration": None, "allow_promotion_codes": params.get("allow_promotion_codes"),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": 0, "amount_total": 0,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"), "client_reference_id": params.get("client_reference_id"),
        "client_secret": None, "collected_information": None, "consent": None, "consent_collection": None,
        "created": now, "currency": currency, "currency_conversion": None, "custom_fields": [],
        "custom_text": {
            name: texts.get(name)
            for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        },
        "customer": None, "customer_account": None, "customer_creation": "if_required",
        "customer_details": customer_details(email) if email else None, "customer_email": email,
        "discounts": [
            {"coupon": given["coupon"], "promotion_code": None} for given in params.get("discounts", [])
        ],
        "expires_at": params.get("expires_at", now + 86_400),
        "integration_identifier": params.get("integration_identifier"), "invoice": None,
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None,
                "issuer": None, "metadata": {}, "rendering_options": None,
            },
        },
        "livemode": False, "locale": params.get("locale"), "managed_payments": {"enabled": False},
        "metadata": params.get("metadata", {}), "mode": "payment",
        "origin_context": params.get("origin_context"), "payment_intent": None, "payment_link": None,
        "payment_method_collection": "if_required", "payment_method_configuration_details": None,
        "payment_method_options": {"card": card}, "payment_method_types": ["card"],
        "payment_status": "unpaid", "permissions": None,
        "phone_number_collection": params.get("phone_number_collection", {"enabled": False}),
        "recovered_from": None, "saved_payment_method_options": None, "setup_intent": None,
        "shipping_address_collection": params.get("shipping_address_collection"), "shipping_cost": None,
        "shipping_options": [], "status": "open", "submit_type": params.get("submit_type"),
        "subscription": None, "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page", "url": None, "wallet_options": None, **optional,
    }  # fmt: skip
