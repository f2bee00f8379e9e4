"""Checkout Sessions: opening them with every check Stripe makes, and ending them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.sandbox import amounts, events, resources, timers
from app.sandbox.errors import invalid
from app.sandbox.store import Document, Record
from app.sandbox.work import Work, refuse

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 60 * 60


def create(work: Work) -> Record:
    """Open a Checkout Session.

    Raises:
        ApiError: whatever Stripe would refuse about the parameters.
    """
    params = work.params
    _check(params, work.now)
    lines = [_line(work, params, place) for place in range(len(params["line_items"]))]
    currency = _one_currency(lines, params)
    session = resources.session(params, work.now, currency)
    _apply_discount(work, session, lines)
    _apply_shipping(work, session)
    set_totals(session, lines)
    amounts.check_total(session["amount_total"], currency)
    private = {"lines": lines, "payment_intent_data": params.get("payment_intent_data", {})}
    record = work.tx.insert("checkout.session", session, private)
    timers.after(work.tx, session["expires_at"], "expire_session", record.id)
    return record


def expire(work: Work, record: Record) -> Record:
    """End an open session, as the shop asked or because its time is over.

    Raises:
        ApiError: the session is complete or has expired already.
    """
    session = record.body
    if session["status"] != "open":
        raise refuse(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`.", param="session"
        )  # fmt: skip
    session["status"] = "expired"
    record.private.pop("card", None)
    work.tx.save(record)
    if session["payment_intent"]:
        intent = work.require("payment_intent", session["payment_intent"])
        intent.body.update(status="canceled", canceled_at=work.now, next_action=None)
        work.tx.save(intent)
        events.emit(work, "payment_intent.canceled", intent.body)
    events.emit(work, "checkout.session.expired", session)
    return record


def set_totals(session: Document, lines: list[Document]) -> None:
    """Add the lines up; called again when the shopper chooses another shipping rate."""
    shipping = session["shipping_cost"]["amount_total"] if session["shipping_cost"] else 0
    discount = sum(line["amount_discount"] for line in lines)
    session["amount_subtotal"] = sum(line["amount_subtotal"] for line in lines)
    session["amount_total"] = session["amount_subtotal"] - discount + shipping
    session["total_details"].update(amount_discount=discount, amount_shipping=shipping)


def _check(params: dict[str, Any], now: int) -> None:
    ends = params.get("expires_at", now + LONGEST_SECONDS)
    if ends < now + SHORTEST_SECONDS:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise invalid(message, "expires_at")
    if ends > now + LONGEST_SECONDS:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise invalid(message, "expires_at")
    if params.get("allow_promotion_codes") and params.get("discounts"):
        message = "You may only specify one of these parameters: allow_promotion_codes, discounts."
        raise invalid(message, "allow_promotion_codes", "parameters_exclusive")
    if "card" not in params.get("allowed_payment_method_types", ["card"]):
        message = "The payment stand-in plays cards only: allowed_payment_method_types must contain `card`."
        raise invalid(message, "allowed_payment_method_types")
    for country in params.get("shipping_address_collection", {}).get("allowed_countries", []):
        if not (country.isascii() and country.isalpha() and country.isupper() and len(country) == 2):
            message = f"Invalid country code: {country}. Use two capital letters (ISO 3166-1 alpha-2)."
            raise invalid(message, "shipping_address_collection[allowed_countries]")


def _line(work: Work, params: dict[str, Any], place: int) -> Document:
    given, path = params["line_items"][place], f"line_items[{place}]"
    if ("price" in given) == ("price_data" in given):
        message = f"You must specify exactly one of `price` or `price_data` for {path}."
        raise invalid(message, f"{path}[price]")
    if "quantity" not in given:
        raise invalid(f"Quantity is required. Add `quantity` to `{path}`", f"{path}[quantity]")
    if "price" in given:
        price = work.require("price", given["price"], f"{path}[price]", status=400).body
        name = work.require("product", price["product"]).body["name"]
    else:
        price, name = _price(work, given["price_data"], f"{path}[price_data]")
    subtotal = amounts.rounded(Decimal(price["unit_amount_decimal"]) * given["quantity"])
    return resources.line_item(price, name, given["quantity"], subtotal, given.get("metadata", {}))


def _price(work: Work, data: dict[str, Any], path: str) -> tuple[Document, str]:
    """Return the price of a line and the name of what is sold."""
    check_price(data, path)
    if "product" in data:
        product = work.require("product", data["product"], f"{path}[product]", status=400).body
    else:
        product = work.tx.insert("product", resources.product(data["product_data"], work.now)).body
    return resources.price(data, product["id"], work.now, is_active=False), product["name"]


def check_price(data: dict[str, Any], path: str = "") -> None:
    """Refuse a price that is given twice or not at all.

    Raises:
        ApiError: not exactly one amount, not exactly one product, or an amount that cannot be charged.
    """
    prefix = f"{path}[{{}}]" if path else "{}"
    for one, other in (("unit_amount", "unit_amount_decimal"), ("product", "product_data")):
        if (one in data) == (other in data):
            message = f"You must specify exactly one of `{one}` or `{other}`."
            code = "parameters_exclusive" if one in data else "parameter_missing"
            raise invalid(message, prefix.format(one), code)
    name = "unit_amount" if "unit_amount" in data else "unit_amount_decimal"
    amounts.check_unit(data[name], data["currency"], prefix.format(name))


def _one_currency(lines: list[Document], params: dict[str, Any]) -> str:
    named = str(params.get("currency", lines[0]["currency"]))
    currencies = sorted({str(line["currency"]) for line in lines} | {named})
    if len(currencies) > 1:
        message = "All line items must have the same currency as the Checkout Session; you passed "
        raise invalid(message + ", ".join(currencies) + ".", "line_items")
    return currencies[0]


def _apply_discount(work: Work, session: Document, lines: list[Document]) -> None:
    for given in session["discounts"]:
        coupon = work.require("coupon", given["coupon"], "discounts[0][coupon]", status=400).body
        if not is_redeemable(coupon, work.now):
            raise refuse(f"Coupon {coupon['id']} is used up.", "coupon_expired", "discounts[0][coupon]")
        if coupon["currency"] not in (None, session["currency"]):
            message = (
                f"The coupon {coupon['id']} is not in the currency of the session, {session['currency']}."
            )
            raise refuse(message, param="discounts[0][coupon]")
        weights = [line["amount_subtotal"] for line in lines]
        off = coupon["amount_off"] or amounts.rounded(
            Decimal(sum(weights)) * Decimal(str(coupon["percent_off"])) / 100
        )
        for line, part in zip(lines, amounts.spread(min(off, sum(weights)), weights), strict=True):
            line.update(amount_discount=part, amount_total=line["amount_subtotal"] - part)


def is_redeemable(coupon: Document, now: int) -> bool:
    """Tell whether a coupon still counts."""
    is_early = coupon["redeem_by"] is None or now < coupon["redeem_by"]
    has_left = coupon["max_redemptions"] is None or coupon["times_redeemed"] < coupon["max_redemptions"]
    return is_early and has_left


def _apply_shipping(work: Work, session: Document) -> None:
    rates = []
    for place, given in enumerate(work.params.get("shipping_options", [])):
        path = f"shipping_options[{place}]"
        if ("shipping_rate" in given) == ("shipping_rate_data" in given):
            message = f"You must specify exactly one of `shipping_rate` or `shipping_rate_data` for {path}."
            raise invalid(message, path)
        if "shipping_rate" in given:
            rate = work.require("shipping_rate", given["shipping_rate"], f"{path}[shipping_rate]", 400).body
        else:
            made = resources.shipping_rate(given["shipping_rate_data"], work.now)
            rate = work.tx.insert("shipping_rate", made).body
        if rate["fixed_amount"]["currency"] != session["currency"]:
            raise invalid(f"The currency of {path} must be {session['currency']}.", path)
        rates.append(rate)
    session["shipping_options"] = [
        {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]} for rate in rates
    ]
    session["shipping_cost"] = resources.shipping_cost(rates[0]) if rates else None
