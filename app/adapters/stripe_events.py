"""The body of a verified webhook, read into the shop's own words; untouched by the SDK."""

from __future__ import annotations

import json
from typing import Any

from app.payments.model import PaymentEvent, UnverifiedEvent


def read_event(text: str) -> PaymentEvent:
    """Return the event that a webhook's body describes; only for bodies whose signature holds.

    Raises:
        UnverifiedEvent: the body is no snapshot event, with the reason.
    """
    try:
        payload = json.loads(text)
    # A body may be nested deeper than Python follows, signed or not.
    except (ValueError, RecursionError) as error:
        raise UnverifiedEvent("its body is not JSON") from error
    kind = payload.get("object") if isinstance(payload, dict) else None
    if kind == "v2.core.event":
        raise UnverifiedEvent("it is a thin event: let Stripe send snapshot events to this address")
    try:
        return _event(payload, payload["data"]["object"])
    except (KeyError, TypeError, AttributeError) as error:
        raise UnverifiedEvent("its body is not an event of Stripe's") from error


def _event(payload: dict[str, Any], about: dict[str, Any]) -> PaymentEvent:
    if payload["object"] != "event":
        raise TypeError(payload["object"])
    return PaymentEvent(
        id=str(payload["id"]),
        type=str(payload["type"]),
        api_version=str(payload.get("api_version") or ""),
        livemode=bool(payload["livemode"]),
        session_id=str(about["id"]) if about.get("object") == "checkout.session" else "",
        payload=payload,
        payment_intent=_payment_intent(about),
        order_id=str((about.get("metadata") or {}).get("order") or ""),
    )


def _payment_intent(about: dict[str, Any]) -> str:
    """Return the payment that a charge, a refund or a dispute is about; a session says its own id instead."""
    if about.get("object") not in ("charge", "refund", "dispute"):
        return ""
    intent = about.get("payment_intent") or ""
    return str(intent["id"] if isinstance(intent, dict) else intent)
