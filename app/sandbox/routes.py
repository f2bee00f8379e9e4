"""The table of endpoints: method, path, parameters and what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.sandbox import listing, methods, objects, refunds, schemas, sessions
from app.sandbox.containers import Hash, ListOf
from app.sandbox.parameters import Choice, Currency, Email, Flag, Reader, Text
from app.sandbox.schemas import READ, UNSUPPORTED, CreatedFilter
from app.sandbox.store import Document, Record
from app.sandbox.work import Work

Operation = Callable[[Work], Record | Document]
CREATED = CreatedFilter()
ID = Text(200)


@dataclass(frozen=True)
class Route:
    """One endpoint; `<subject>` in the path is the identifier that it is about."""

    method: str
    path: str
    schema: Hash
    operation: Operation


def _read(path: str, kind: str) -> Route:
    return Route("GET", f"{path}/<subject>", READ, partial(_find, kind=kind))


def _find(work: Work, kind: str) -> Record:
    return work.require(kind, work.subject, {"checkout.session": "session"}.get(kind, "id"))


def _list(path: str, kind: str, **filters: Reader) -> Route:
    operation = partial(listing.page, kind=kind, url=path)
    return Route("GET", path, schemas.listing(created=CREATED, **filters), operation)


def _post(path: str, schema: Hash, operation: Operation) -> Route:
    return Route("POST", path, schema, operation)


def _expire(work: Work) -> Record:
    return sessions.expire(work, work.require("checkout.session", work.subject, "session"))


def _metadata(path: str, kind: str) -> Route:
    operation = partial(objects.update_metadata, kind=kind)
    return _post(f"{path}/<subject>", schemas.UPDATE_METADATA, operation)


def _delete(path: str, kind: str) -> Route:
    return Route("DELETE", f"{path}/<subject>", Hash({}), partial(objects.delete, kind=kind))


SESSIONS, INTENTS, CHARGES = "/v1/checkout/sessions", "/v1/payment_intents", "/v1/charges"
REFUNDS, DISPUTES, EVENTS, ENDPOINTS = "/v1/refunds", "/v1/disputes", "/v1/events", "/v1/webhook_endpoints"
COUPONS, RATES, PRODUCTS, PRICES = "/v1/coupons", "/v1/shipping_rates", "/v1/products", "/v1/prices"
STATUS = Choice(("complete", "expired", "open"))
BUYER = Hash({"email": Email()}, required=("email",))

ROUTES = (
    _post(SESSIONS, schemas.SESSION, sessions.create),
    _read(SESSIONS, "checkout.session"),
    _list(
        SESSIONS, "checkout.session", payment_intent=ID, status=STATUS, customer_details=BUYER,
        customer=UNSUPPORTED, customer_account=UNSUPPORTED, payment_link=UNSUPPORTED,
        subscription=UNSUPPORTED,
    ),
    _metadata(SESSIONS, "checkout.session"),
    _post(f"{SESSIONS}/<subject>/expire", READ, _expire),
    Route("GET", f"{SESSIONS}/<subject>/line_items", schemas.listing(), listing.line_items),
    _read(INTENTS, "payment_intent"),
    _list(INTENTS, "payment_intent", customer=UNSUPPORTED, customer_account=UNSUPPORTED),
    _metadata(INTENTS, "payment_intent"),
    _read(CHARGES, "charge"),
    _list(CHARGES, "charge", payment_intent=ID, customer=UNSUPPORTED, transfer_group=UNSUPPORTED),
    _post(REFUNDS, schemas.REFUND, refunds.create),
    _read(REFUNDS, "refund"),
    _list(REFUNDS, "refund", charge=ID, payment_intent=ID),
    _metadata(REFUNDS, "refund"),
    _read(DISPUTES, "dispute"),
    _list(DISPUTES, "dispute", charge=ID, payment_intent=ID),
    _read(EVENTS, "event"),
    _list(EVENTS, "event", type=Text(100), types=ListOf(Text(100), most=20), delivery_success=Flag()),
    _post(ENDPOINTS, schemas.WEBHOOK_ENDPOINT, objects.create_endpoint),
    _read(ENDPOINTS, "webhook_endpoint"),
    _list(ENDPOINTS, "webhook_endpoint"),
    _post(f"{ENDPOINTS}/<subject>", schemas.WEBHOOK_ENDPOINT_UPDATE, objects.update_endpoint),
    _delete(ENDPOINTS, "webhook_endpoint"),
    _post(COUPONS, schemas.COUPON, objects.create_coupon),
    _read(COUPONS, "coupon"),
    _list(COUPONS, "coupon"),
    _delete(COUPONS, "coupon"),
    _post(RATES, schemas.SHIPPING_RATE, objects.create_shipping_rate),
    _read(RATES, "shipping_rate"),
    _list(RATES, "shipping_rate", active=Flag(), currency=Currency()),
    _post(PRODUCTS, schemas.PRODUCT, objects.create_product),
    _read(PRODUCTS, "product"),
    _list(PRODUCTS, "product", active=Flag()),
    _post(PRICES, schemas.PRICE, objects.create_price),
    _read(PRICES, "price"),
    _list(PRICES, "price", active=Flag(), product=ID),
    Route("GET", "/v1/account", READ, objects.account),
    _post("/v1/payment_methods", methods.METHOD, methods.create),
    _read("/v1/payment_methods", "payment_method"),
    Route("GET", "/v1/payment_pages/<subject>", READ, methods.page),
    _post("/v1/payment_pages/<subject>/confirm", methods.CONFIRM, methods.confirm),
)  # fmt: skip
