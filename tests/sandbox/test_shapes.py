"""Every object has the fields and types that the SDK's own annotations promise."""

from __future__ import annotations

import typing
from typing import Any, ForwardRef, Literal, Union

import stripe
from stripe import _list_object, _stripe_object

from .running import Running, as_json

ABSENT = {
    stripe.checkout.Session: (
        "branding_settings excluded_payment_method_types line_items name_collection optional_items "
        "presentment_details redirect_on_completion return_url tax_id_collection"
    ),
    stripe.PaymentIntent: "amount_details hooks payment_details presentment_details transfer_data",
    stripe.Charge: "authorization_code level3 presentment_details radar_options refunds transfer",
    stripe.Refund: (
        "description destination_details failure_balance_transaction failure_reason instructions_email "
        "next_action pending_reason presentment_details"
    ),
    stripe.Event: "account context",
    stripe.LineItem: "discounts taxes",
    stripe.Price: "currency_options deleted tiers",
    stripe.Product: "default_price deleted statement_descriptor tax_code unit_label",
    stripe.Coupon: "applies_to currency_options deleted",
    stripe.ShippingRate: "fixed_amount",
    stripe.Dispute: "network_reason_code payment_method_details",
    stripe.Discount: "deleted",
    stripe.WebhookEndpoint: "deleted secret",
    stripe.Account: "company deleted external_accounts future_requirements groups individual requirements",
}
"""What Stripe's TypeScript types of the same version mark as optional; all the rest is always there."""


class Walker:
    """Compares JSON with an annotated class of the SDK, field by field."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.seen = 0

    def check(self, kind: Any, value: Any, path: str) -> None:
        """Compare one object."""
        self.seen += 1
        may_be_absent = ABSENT.get(kind, "").split()
        for name, annotation in kind.__annotations__.items():
            if name.startswith("_") or name == "OBJECT_NAME":
                continue
            wanted = _resolved(annotation)
            if name in value:
                self.compare(wanted, value[name], f"{path}.{name}")
            elif (
                kind in ABSENT
                and name not in may_be_absent
                or kind not in ABSENT
                and not _is_optional(wanted)
            ):
                self.faults.append(f"{path}.{name} is missing")
        for name in set(value) - set(kind.__annotations__) - {"return_url"}:
            self.faults.append(f"{path}.{name} is unknown to the SDK")

    def compare(self, wanted: Any, value: Any, path: str) -> None:
        """Compare one value with one annotation."""
        wanted = _resolved(wanted)
        origin, parts = typing.get_origin(wanted), typing.get_args(wanted)
        if origin is Union:
            if value is None:
                if type(None) not in parts:
                    self.faults.append(f"{path} is null")
                return
            self._any(parts, value, path)
        elif origin is Literal:
            if value not in parts:
                self.faults.append(f"{path} is {value!r}")
        elif origin is list or wanted is list:
            if not isinstance(value, list):
                self.faults.append(f"{path} is no list")
                return
            for place, inner in enumerate(value):
                self.compare(parts[0], inner, f"{path}[{place}]")
        elif origin is _list_object.ListObject:
            if set(value) != {"object", "data", "has_more", "url"}:
                self.faults.append(f"{path} is no list object")
            for place, inner in enumerate(value["data"]):
                self.compare(parts[0], inner, f"{path}.data[{place}]")
        elif origin is _stripe_object.UntypedStripeObject or wanted is Any:
            if wanted is not Any and not isinstance(value, dict):
                self.faults.append(f"{path} is no hash")
        elif isinstance(wanted, type) and issubclass(wanted, stripe.StripeObject):
            if isinstance(value, dict):
                self.check(wanted, value, path)
            else:
                self.faults.append(f"{path} is no object")
        elif wanted.__name__ == "Decimal":
            self._plain(str, value, path)
        else:
            self._plain(wanted, value, path)

    def _any(self, parts: tuple[Any, ...], value: Any, path: str) -> None:
        tries = []
        for part in parts:
            if part is type(None):
                continue
            walker = Walker()
            walker.compare(part, value, path)
            tries.append(walker)
            if not walker.faults:
                self.seen += walker.seen
                return
        self.faults += max(tries, key=lambda walker: walker.seen).faults

    def _plain(self, wanted: type, value: Any, path: str) -> None:
        if type(value) is not wanted:
            self.faults.append(f"{path} is {value!r}, not {wanted.__name__}")


class Names(dict[str, Any]):
    """The SDK's classes by name; it imports some under another one (`DiscountResource`)."""

    def __missing__(self, name: str) -> Any:
        return getattr(typing, name, None) or getattr(stripe, name.removesuffix("Resource"))


def _resolved(annotation: Any) -> Any:
    """Return what a quoted annotation of the SDK means."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    return eval(annotation, {}, Names()) if isinstance(annotation, str) else annotation  # noqa: S307


def _is_optional(wanted: Any) -> bool:
    return typing.get_origin(wanted) is Union and type(None) in typing.get_args(wanted)


def faults_of(kind: Any, resource: Any) -> list[str]:
    """Return everything that the SDK's annotations object to."""
    walker = Walker()
    walker.check(kind, as_json(resource) if not isinstance(resource, dict) else resource, kind.__name__)
    assert walker.seen
    return walker.faults


EXPAND = [
    "line_items.data.price.product",
    "payment_intent.latest_charge.refunds",
    "payment_intent.latest_charge.payment_intent",
    "total_details.breakdown",
    "shipping_cost.shipping_rate",
    "discounts.coupon",
]


def test_sessions_and_all_they_lead_to_have_the_sdks_shape(sandbox: Running) -> None:
    coupon = sandbox.v1.coupons.create({"amount_off": 100, "currency": "usd", "max_redemptions": 5})
    session = sandbox.open(
        discounts=[{"coupon": coupon.id}], customer_email="ann@example.com",
        shipping_address_collection={"allowed_countries": ["US"]},
        shipping_options=[
            {
                "shipping_rate_data": {
                    "display_name": "Post", "fixed_amount": {"amount": 500, "currency": "usd"},
                    "delivery_estimate": {"minimum": {"unit": "day", "value": 2}},
                }
            }
        ],
        custom_text={"submit": {"message": "Thanks."}}, phone_number_collection={"enabled": True},
    )  # fmt: skip
    assert faults_of(stripe.checkout.Session, session) == []
    where = {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"}
    assert sandbox.pay(session, "4000000000000002", phone="+1 555 0100", **where).status_code == 402
    declined = sandbox.v1.checkout.sessions.retrieve(session.id, {"expand": EXPAND})
    assert faults_of(stripe.checkout.Session, declined) == []
    assert sandbox.pay(session, "4000002760003184", phone="+1 555 0100", **where).status_code == 303
    waiting = sandbox.v1.checkout.sessions.retrieve(session.id, {"expand": EXPAND})
    assert faults_of(stripe.checkout.Session, waiting) == []
    assert sandbox.pay(session, "4000000000001976", phone="+1 555 0100", **where).status_code == 303
    refund = sandbox.v1.refunds.create({"payment_intent": str(sandbox.v1.checkout.sessions.retrieve(
        session.id).payment_intent), "amount": 100})  # fmt: skip
    assert faults_of(stripe.Refund, refund) == []
    paid = sandbox.v1.checkout.sessions.retrieve(session.id, {"expand": EXPAND})
    assert faults_of(stripe.checkout.Session, paid) == []
    assert paid.collected_information is not None
    assert paid.collected_information.shipping_details is not None
    assert paid.collected_information.shipping_details.address.line1 == "1 Main St"
    assert faults_of(stripe.checkout.Session, sandbox.v1.checkout.sessions.expire(sandbox.open().id)) == []
    for dispute in sandbox.v1.disputes.list().data:
        assert faults_of(stripe.Dispute, dispute) == []


def test_small_objects_have_the_sdks_shape(sandbox: Running) -> None:
    coupon = sandbox.v1.coupons.create({"percent_off": 12.5, "duration": "forever", "id": "SPRING"})
    rate = sandbox.v1.shipping_rates.create(
        {"display_name": "Post", "fixed_amount": {"amount": 500, "currency": "eur"}}
    )
    endpoint = sandbox.v1.webhook_endpoints.create({"url": "http://shop.test/hook", "enabled_events": ["*"]})
    price = sandbox.v1.prices.create({"currency": "eur", "unit_amount": 700, "product_data": {"name": "Cup"}})
    product = sandbox.v1.products.retrieve(str(price.product))
    assert faults_of(stripe.Account, sandbox.v1.accounts.retrieve_current()) == []
    assert faults_of(stripe.Coupon, coupon) == []
    assert faults_of(stripe.ShippingRate, rate) == []
    assert faults_of(stripe.WebhookEndpoint, endpoint) == []
    assert faults_of(stripe.Price, price) == []
    assert faults_of(stripe.Product, product) == []
    assert sandbox.open(line_items=[{"price": price.id, "quantity": 3}]).amount_total == 2100


KINDS = {
    "checkout.session": stripe.checkout.Session, "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge, "refund": stripe.Refund, "dispute": stripe.Dispute, "coupon": stripe.Coupon,
}  # fmt: skip


def test_every_event_and_what_it_is_about_have_the_sdks_shape(sandbox: Running) -> None:
    session = sandbox.paid("4000000000005126")
    sandbox.v1.refunds.create({"payment_intent": session.payment_intent.id})
    sandbox.paid("4000000000000259")
    sandbox.fault(fault="async_payment", outcome="fail", seconds=0)
    sandbox.paid()
    sandbox.later(10)
    events = sandbox.v1.events.list({"limit": 100}).data
    types = {event.type for event in events}
    assert {"refund.failed", "charge.dispute.created", "checkout.session.async_payment_failed"} <= types
    for event in events:
        assert faults_of(stripe.Event, event) == []
        about = as_json(event)["data"]["object"]
        assert faults_of(KINDS[about["object"]], about) == [], event.type


def test_the_walker_finds_what_is_wrong() -> None:
    wrong = {"id": 7, "object": "event", "created": "now", "data": {"object": {}}, "surprise": 1}
    assert faults_of(stripe.Event, wrong) == [
        "Event.api_version is missing", "Event.created is 'now', not int", "Event.id is 7, not str",
        "Event.livemode is missing", "Event.pending_webhooks is missing", "Event.request is missing",
        "Event.type is missing", "Event.surprise is unknown to the SDK",
    ]  # fmt: skip
