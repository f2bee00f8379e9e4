"""The database's shape as data: collections, validators and indexes.

A validator refuses what nobody could mean (a price of 12.5, a negative count of
reserved units) and allows all that other programs may leave out.
"""

from __future__ import annotations

from app.adapters.mongo.schema_catalogue import SHOP_WINDOW
from app.adapters.mongo.shapes import (
    COUNT,
    FLAG,
    MOMENT,
    MOMENT_OR_NONE,
    MONEY,
    NAME,
    SKU_TEXT,
    TEXT,
    TEXTS,
    WHOLE,
    CollectionShape,
    index,
    many,
    one_of,
    thing,
)
from app.cart.model import MAX_LINES
from app.effects.model import EffectKind
from app.inventory.model import MovementKind, Policy, ReservationState
from app.orders.disputes import DisputeState
from app.orders.model import Fulfilment, OrderState
from app.orders.refunds import RefundCause, RefundState
from app.publishing.model import RequestState
from app.staff.model import Role

DATA_VERSION = 3
"""What `adapters/mongo/steps` brings the data to."""
DAY_SECONDS = 86_400
PUBLICATION_DAYS = 30

LINE_ITEM = thing("sku", "quantity", "unit_price_seen", sku=SKU_TEXT, quantity=COUNT, unit_price_seen=MONEY)
ORDER_LINE = thing(
    "sku", "stock_id", "quantity", "unit_price", sku=TEXT, stock_id=TEXT, quantity=COUNT, unit_price=MONEY
)
ATTEMPT = thing(
    "number",
    "idempotency_key",
    "expires_at",
    number=COUNT,
    idempotency_key=NAME,
    expires_at=MOMENT,
    session_id=TEXT,
)
PAYMENT = thing("session_id", "amount", "at", session_id=TEXT, amount=MONEY, at=MOMENT)
REFUND = thing(
    "id",
    "payment_intent",
    "amount",
    "at",
    "state",
    id=NAME,
    payment_intent=TEXT,
    amount=MONEY,
    at=MOMENT,
    state=one_of(*RefundState),
    cause=one_of(*RefundCause),
)
DISPUTE = thing(
    "id",
    "payment_intent",
    "amount",
    "state",
    "opened_at",
    id=NAME,
    payment_intent=TEXT,
    amount=MONEY,
    state=one_of(*DisputeState),
    opened_at=MOMENT,
    evidence_by=MOMENT_OR_NONE,
    is_withdrawn=FLAG,
)
DELIVERY = thing(
    "at", "duration_ms", "status", at=MOMENT, duration_ms=COUNT, status=COUNT, answer=TEXT, error=TEXT
)
UNITS_HELD = thing("stock_id", "quantity", stock_id=NAME, quantity=COUNT)
DOCUMENT_CHANGE = thing("collection", "id", "version", collection=TEXT, id=TEXT, version=WHOLE)

COUNTER = (
    CollectionShape(
        "stock_pools",
        thing(
            _id=NAME,
            on_hand=WHOLE,
            reserved=COUNT,
            cap=COUNT,
            low_at=COUNT,
            policy=one_of(*Policy),
            version=COUNT,
        ),
    ),
    CollectionShape(
        "stock_movements",
        thing(
            "pool",
            "kind",
            "on_hand",
            "reserved",
            "at",
            pool=NAME,
            kind=one_of(*MovementKind),
            on_hand=WHOLE,
            reserved=WHOLE,
            at=MOMENT,
        ),
        (index("pool", "-at"), index("order")),
    ),
    CollectionShape(
        "reservations",
        thing(
            "lines",
            "state",
            "expires_at",
            lines=many(UNITS_HELD),
            state=one_of(*ReservationState),
            expires_at=MOMENT,
        ),
        (index("state", "expires_at"), index("lines.stock_id", "state")),
    ),
    CollectionShape(
        "carts",
        thing(
            "market",
            "currency",
            "lines",
            "version",
            market=TEXT,
            currency=TEXT,
            lines=many(LINE_ITEM, maxItems=MAX_LINES),
            version=COUNT,
            expires_at=MOMENT_OR_NONE,
        ),
        (index("expires_at", expire_after_seconds=0),),
    ),
    CollectionShape(
        "orders",
        thing(
            "number",
            "token",
            "state",
            "open",
            "lines",
            "total",
            "created_at",
            number=NAME,
            token=NAME,
            state=one_of(*OrderState),
            fulfilment=one_of(*Fulfilment),
            open=FLAG,
            lines=many(ORDER_LINE),
            total=MONEY,
            attempts=many(ATTEMPT),
            payments=many(PAYMENT),
            refunds=many(REFUND),
            disputes=many(DISPUTE),
            disputed=FLAG,
            created_at=MOMENT,
            hold_until=MOMENT,
        ),
        (
            index("number", unique=True),
            index("token", unique=True),
            index("cart_id", unique=True, partial={"open": True}),
            index("cart_id", "-created_at"),
            index("attempts.session_id"),
            index("payments.payment_intent"),
            index("refunds.id"),
            index("refunds.state"),
            index("disputes.id"),
            index("disputed", "-created_at"),
            index("open", "hold_until"),
            index("client", "open"),
            index("state", "-created_at"),
            index("-created_at"),
        ),
    ),
    CollectionShape("counters", thing("value", value=COUNT)),
)

BACK_OFFICE = (
    CollectionShape(
        "payment_events",
        thing(
            "type",
            "payload",
            "received_at",
            type=TEXT,
            payload=TEXT,
            received_at=MOMENT,
            handled_at=MOMENT_OR_NONE,
            tries=COUNT,
            next_try_at=MOMENT_OR_NONE,
        ),
        (index("handled_at", "received_at"),),
    ),
    CollectionShape(
        "outbox",
        thing(
            "kind",
            "subject",
            "open",
            "next_try_at",
            kind=one_of(*EffectKind),
            subject=NAME,
            open=FLAG,
            tries=COUNT,
            next_try_at=MOMENT,
            done_at=MOMENT_OR_NONE,
            given_up_at=MOMENT_OR_NONE,
            deliveries=many(DELIVERY),
        ),
        (index("open", "next_try_at"), index("subject")),
    ),
    CollectionShape(
        "rebuild_requests",
        thing("state", "at", urls=TEXTS, state=one_of(*RequestState), at=MOMENT, done=COUNT, total=COUNT),
        (index("state", "at"), index("at", expire_after_seconds=PUBLICATION_DAYS * DAY_SECONDS)),
    ),
    CollectionShape(
        "publications",
        thing("at", at=MOMENT, changes=many(DOCUMENT_CHANGE)),
        (
            index("changes.id", "changes.collection", "changes.version"),
            index("at", expire_after_seconds=PUBLICATION_DAYS * DAY_SECONDS),
        ),
    ),
    CollectionShape("watchers", thing("at", at=MOMENT, pages=COUNT, failures=COUNT)),
    CollectionShape(
        "staff",
        thing(
            "email",
            "role",
            "generation",
            _id=NAME,
            email=NAME,
            role=one_of(*Role),
            password_hash=TEXT,
            link_digest=TEXT,
            link_expires_at=MOMENT_OR_NONE,
            generation=COUNT,
            totp_secret=TEXT,
            totp_since=MOMENT_OR_NONE,
            totp_step=COUNT,
            recovery_digests=TEXTS,
        ),
        (index("email", unique=True), index("link_digest")),
    ),
    CollectionShape(
        "staff_sessions",
        thing(
            "digest",
            "member_id",
            "generation",
            "expires_at",
            _id=NAME,
            digest=NAME,
            member_id=NAME,
            generation=COUNT,
            expires_at=MOMENT,
            awaits_code=FLAG,
            pending_secret=TEXT,
        ),
        (
            index("digest", unique=True),
            index("member_id"),
            index("expires_at", expire_after_seconds=0),
        ),
    ),
    CollectionShape(
        "staff_attempts",
        thing("count", "expires_at", _id=NAME, count=COUNT, expires_at=MOMENT),
        (index("expires_at", expire_after_seconds=0),),
    ),
    CollectionShape("schema", thing(_id=NAME)),
)

COLLECTIONS = (*SHOP_WINDOW, *COUNTER, *BACK_OFFICE)
