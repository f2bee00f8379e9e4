"""Which parameters each endpoint takes in API version 2026-10-28.endive.

What Stripe knows but the stand-in does not play is `Unsupported`: refused, so that
nobody believes it was tried. What Stripe does not know is refused as unknown.
"""

from __future__ import annotations

from decimal import Decimal

from app.money import LARGEST_MINOR
from app.sandbox.containers import Gone, Hash, ListOf, Metadata, Unsupported
from app.sandbox.parameters import Choice, Currency, Email, Flag, Number, Reader, Text, Url, Whole

UNSUPPORTED = Unsupported()
EXPAND = ListOf(Text(200), most=20)
AMOUNT = Whole(0, LARGEST_MINOR)
CREATED: Reader = Hash({name: Whole(0) for name in ("gt", "gte", "lt", "lte")})
TAX_BEHAVIOR = Choice(("exclusive", "inclusive", "unspecified"))
TYPES_GONE = Gone(
    "The parameter `payment_method_types` is no longer supported in this API version. Use "
    "`allowed_payment_method_types` instead.",
    "payment_method_types_no_longer_supported",
)
LOCALES = (
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA",
    "hi-IN", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR",
    "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
)  # fmt: skip


class CreatedFilter:
    """`created=1700000000` or `created[gte]=…`."""

    def read(self, value: object, path: str) -> dict[str, int]:
        """Return the bounds by name; a plain number is both bounds."""
        if isinstance(value, dict):
            bounds: dict[str, int] = CREATED.read(value, path)
            return bounds
        moment = Whole(0).read(value, path)
        return {"gte": moment, "lte": moment}


def listing(**filters: Reader) -> Hash:
    """Return the parameters of a list, with what this one can be filtered by."""
    shared: dict[str, Reader] = {
        "limit": Whole(1, 100), "starting_after": Text(200), "ending_before": Text(200), "expand": EXPAND,
    }  # fmt: skip
    return Hash({**shared, **filters}, defaults={"limit": 10})


READ = Hash({"expand": EXPAND})
UPDATE_METADATA = Hash({"metadata": Metadata(keeps_empty=True), "expand": EXPAND})

PRODUCT_DATA = Hash(
    {
        "name": Text(250), "description": Text(40000), "images": ListOf(Url(2048), most=8),
        "metadata": Metadata(), "tax_code": Text(), "unit_label": Text(12), "tax_details": UNSUPPORTED,
    },
    required=("name",),
)  # fmt: skip
PRICE_FIELDS: dict[str, Reader] = {
    "currency": Currency(), "product": Text(200), "product_data": PRODUCT_DATA, "tax_behavior": TAX_BEHAVIOR,
    "unit_amount": AMOUNT, "unit_amount_decimal": Number(Decimal(LARGEST_MINOR)),
    "recurring": UNSUPPORTED,
}  # fmt: skip
LINE_ITEM = Hash(
    {
        "price": Text(200), "price_data": Hash(PRICE_FIELDS, required=("currency",)),
        "quantity": Whole(1, 999_999), "metadata": Metadata(),
        "adjustable_quantity": Hash({"enabled": Flag(refuses_true=True)}, required=("enabled",)),
        "tax_rates": ListOf(UNSUPPORTED),
    }
)  # fmt: skip
DURATION = Hash(
    {"unit": Choice(("business_day", "day", "hour", "month", "week")), "value": Whole(1)},
    required=("unit", "value"),
)
SHIPPING_RATE_FIELDS: dict[str, Reader] = {
    "display_name": Text(100), "type": Choice(("fixed_amount",)), "metadata": Metadata(),
    "fixed_amount": Hash(
        {"amount": AMOUNT, "currency": Currency(), "currency_options": UNSUPPORTED},
        required=("amount", "currency"),
    ),
    "delivery_estimate": Hash({"minimum": DURATION, "maximum": DURATION}),
    "tax_behavior": TAX_BEHAVIOR, "tax_code": Text(),
}  # fmt: skip
SHIPPING_RATE = Hash({**SHIPPING_RATE_FIELDS, "expand": EXPAND}, required=("display_name", "fixed_amount"))
ADDRESS = Hash(
    {name: Text(500) for name in ("city", "country", "line1", "line2", "postal_code", "state")},
    required=("line1",),
)
MESSAGE = Hash({"message": Text(1200)}, required=("message",))

SESSION = Hash(
    {
        "adaptive_pricing": Hash({"enabled": Flag(refuses_true=True)}),
        "after_expiration": UNSUPPORTED,
        "allow_promotion_codes": Flag(),
        "allowed_payment_method_types": ListOf(Text(40), most=60, least=1),
        "automatic_tax": Hash({"enabled": Flag(refuses_true=True)}, required=("enabled",)),
        "billing_address_collection": Choice(("auto", "required")),
        "branding_settings": UNSUPPORTED,
        "cancel_url": Url(),
        "client_reference_id": Text(200),
        "consent_collection": UNSUPPORTED,
        "currency": Currency(),
        "custom_fields": ListOf(UNSUPPORTED),
        "custom_text": Hash(
            {
                "after_submit": MESSAGE, "shipping_address": MESSAGE, "submit": MESSAGE,
                "terms_of_service_acceptance": UNSUPPORTED,
            }
        ),
        "customer": UNSUPPORTED,
        "customer_account": UNSUPPORTED,
        "customer_creation": Choice(("always", "if_required"), played=("if_required",)),
        "customer_email": Email(),
        "customer_update": UNSUPPORTED,
        "discounts": ListOf(Hash({"coupon": Text(200), "promotion_code": UNSUPPORTED}), most=1),
        "excluded_payment_method_types": ListOf(Text(40), most=60),
        "expand": EXPAND,
        "expires_at": Whole(0),
        "integration_identifier": Text(200),
        "invoice_creation": Hash({"enabled": Flag(refuses_true=True)}, required=("enabled",)),
        "line_items": ListOf(LINE_ITEM, most=100, least=1),
        "locale": Choice(LOCALES),
        "managed_payments": Hash({"enabled": Flag(refuses_true=True)}),
        "metadata": Metadata(),
        "mode": Choice(("payment", "setup", "subscription"), played=("payment",)),
        "name_collection": UNSUPPORTED,
        "optional_items": UNSUPPORTED,
        "origin_context": Choice(("mobile_app", "web")),
        "payment_intent_data": Hash(
            {
                "description": Text(1000), "metadata": Metadata(), "receipt_email": Email(),
                "statement_descriptor": Text(22), "statement_descriptor_suffix": Text(22),
                "transfer_group": Text(200),
                "capture_method": Choice(
                    ("automatic", "automatic_async", "manual"), played=("automatic", "automatic_async")
                ),
                "shipping": Hash(
                    {
                        "address": ADDRESS, "name": Text(), "carrier": Text(), "phone": Text(),
                        "tracking_number": Text(),
                    },
                    required=("address", "name"),
                ),
                "application_fee_amount": UNSUPPORTED, "on_behalf_of": UNSUPPORTED,
                "setup_future_usage": UNSUPPORTED, "transfer_data": UNSUPPORTED,
            }
        ),
        "payment_method_collection": UNSUPPORTED,
        "payment_method_configuration": UNSUPPORTED,
        "payment_method_data": UNSUPPORTED,
        "payment_method_options": Hash(
            {"card": Hash({"request_three_d_secure": Choice(("any", "automatic", "challenge"))})}
        ),
        "payment_method_types": TYPES_GONE,
        "permissions": UNSUPPORTED,
        "phone_number_collection": Hash({"enabled": Flag()}, required=("enabled",)),
        "redirect_on_completion": UNSUPPORTED,
        "return_url": UNSUPPORTED,
        "saved_payment_method_options": UNSUPPORTED,
        "setup_intent_data": UNSUPPORTED,
        "shipping_address_collection": Hash(
            {"allowed_countries": ListOf(Text(2), most=300, least=1)}, required=("allowed_countries",)
        ),
        "shipping_options": ListOf(
            Hash(
                {
                    "shipping_rate": Text(200),
                    "shipping_rate_data": Hash(
                        SHIPPING_RATE_FIELDS, required=("display_name", "fixed_amount")
                    ),
                }
            ),
            most=5,
        ),
        "submit_type": Choice(("auto", "book", "donate", "pay", "subscribe")),
        "subscription_data": UNSUPPORTED,
        "success_url": Url(),
        "tax_id_collection": Hash({"enabled": Flag(refuses_true=True)}, required=("enabled",)),
        "ui_mode": Choice(("elements", "embedded_page", "form", "hosted_page"), played=("hosted_page",)),
        "wallet_options": UNSUPPORTED,
    },
    required=("mode", "line_items", "success_url"),
)  # fmt: skip

REFUND = Hash(
    {
        "amount": Whole(1), "charge": Text(200), "payment_intent": Text(200), "metadata": Metadata(),
        "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")), "expand": EXPAND,
        "currency": Currency(), "customer": UNSUPPORTED, "instructions_email": Email(), "origin": UNSUPPORTED,
        "refund_application_fee": Flag(refuses_true=True), "reverse_transfer": Flag(refuses_true=True),
    }
)  # fmt: skip
COUPON = Hash(
    {
        "amount_off": Whole(1), "percent_off": Number(Decimal(100)), "currency": Currency(), "id": Text(200),
        "duration": Choice(("forever", "once", "repeating")), "duration_in_months": Whole(1),
        "name": Text(40), "metadata": Metadata(), "max_redemptions": Whole(1), "redeem_by": Whole(0),
        "applies_to": UNSUPPORTED, "currency_options": UNSUPPORTED, "expand": EXPAND,
    },
    defaults={"duration": "once"},
)  # fmt: skip
ENDPOINT_FIELDS: dict[str, Reader] = {
    "url": Url(2048), "enabled_events": ListOf(Text(100), most=300, least=1), "description": Text(5000),
    "metadata": Metadata(), "expand": EXPAND,
}  # fmt: skip
WEBHOOK_ENDPOINT = Hash(
    {**ENDPOINT_FIELDS, "api_version": Text(40), "connect": Flag(refuses_true=True)},
    required=("url", "enabled_events"),
)
WEBHOOK_ENDPOINT_UPDATE = Hash({**ENDPOINT_FIELDS, "disabled": Flag()})
PRODUCT = Hash(
    {
        "name": Text(250), "description": Text(40000), "images": ListOf(Url(2048), most=8),
        "metadata": Metadata(), "active": Flag(), "id": Text(200), "url": Url(), "shippable": Flag(),
        "expand": EXPAND,
    },
    required=("name",),
)  # fmt: skip
PRICE = Hash(
    {**PRICE_FIELDS, "active": Flag(), "nickname": Text(), "metadata": Metadata(), "expand": EXPAND},
    required=("currency",),
)
