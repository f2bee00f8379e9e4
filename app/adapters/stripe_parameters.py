"""What Stripe is asked for: a Checkout Session made of an order's stored facts and nothing else.

Asking again must be equal to the byte, because the idempotency key belongs to
these parameters: so there is no clock, no setting and no catalogue in here.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.orders.model import Order, OrderLine

NAME_LENGTH = 250
LOCALES = frozenset(
    # fmt: off
    [
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "en-GB",
        "es",
        "es-419",
        "et",
        "fi",
        "fil",
        "fr",
        "fr-CA",
        "hi-IN",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "ms",
        "mt",
        "nb",
        "nl",
        "pl",
        "pt",
        "pt-BR",
        "ro",
        "ru",
        "sk",
        "sl",
        "sv",
        "th",
        "tr",
        "vi",
        "zh",
        "zh-HK",
        "zh-TW",
    ]
    # fmt: on
)
"""The languages of the payment page (annotations of SDK 16.1.0); others follow the browser."""


def session_parameters(order: Order) -> Mapping[str, object]:
    """Return the parameters that open the order's latest attempt.

    Everything that could change the total after the session was opened is off, so
    that what arrives can be compared with what is due.
    """
    attempt = order.attempt
    metadata = {"order": order.id, "attempt": str(attempt.number), "cart": order.attempt.cart_digest}
    parameters: dict[str, object] = {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": order.id,
        "metadata": metadata,
        # Stripe does not copy a session's metadata: refunds and disputes know the payment only.
        "payment_intent_data": {"metadata": metadata},
        "line_items": [_line(line) for line in order.lines],
        "expires_at": int(attempt.expires_at.timestamp()),
        "success_url": f"{attempt.return_url}?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": attempt.cancel_url,
    }
    if order.email:
        parameters["customer_email"] = order.email
    if locale := payment_locale(order.locale):
        parameters["locale"] = locale
    if order.countries:
        parameters["shipping_address_collection"] = {"allowed_countries": list(order.countries)}
    return parameters


def _line(line: OrderLine) -> Mapping[str, object]:
    name = f"{line.title} – {line.variant}" if line.variant else line.title
    return {
        "quantity": line.quantity,
        "metadata": {"sku": line.sku},
        "price_data": {
            "currency": line.unit_price.currency.lower(),
            "unit_amount": line.unit_price.minor,
            "product_data": {"name": name[:NAME_LENGTH], "metadata": {"sku": line.sku}},
        },
    }


def payment_locale(locale: str) -> str:
    """Return the payment page's language for a locale such as `de_AT`, or nothing where it has none."""
    tag = locale.replace("_", "-")
    language = tag.split("-")[0]
    return next((name for name in (tag, language) if name in LOCALES), "")
