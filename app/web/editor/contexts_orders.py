"""The dataclasses that the desk's templates see of orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.money import Money
from app.web.contexts.shopper_views import OrderLineView
from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView, Pager


@dataclass(frozen=True)
class OrderRow:
    """An order in the desk's list."""

    url: str
    number: str
    placed_at: datetime
    email: str
    units: int
    total: Money
    state: str
    state_label: str
    fulfilment_label: str
    is_disputed: bool
    answer_by: datetime | None
    """Until when a dispute of it must be answered."""


@dataclass(frozen=True)
class OrdersPage:
    """The list of orders."""

    desk: DeskView
    states: tuple[Link, ...]
    rows: tuple[OrderRow, ...]
    pager: Pager


@dataclass(frozen=True)
class PaymentRow:
    """Money that was taken for an order."""

    amount: Money
    at: datetime
    payment_intent: str
    session_id: str


@dataclass(frozen=True)
class AttemptRow:
    """One try to open a payment page."""

    number: int
    expires_at: datetime
    outcome: str
    session_id: str


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened to an order."""

    at: datetime
    what: str
    by: str


@dataclass(frozen=True)
class RefundRow:
    """Money that went back, or is to go back."""

    amount: Money
    at: datetime
    by: str
    state: str
    state_label: str
    cause_label: str
    reason: str
    units: str
    is_restocked: bool
    error: str


@dataclass(frozen=True)
class DisputeRow:
    """A bank that asks about an order's money, or has taken it."""

    id: str
    amount: Money
    reason: str
    state: str
    state_label: str
    opened_at: datetime
    answer_by: datetime | None
    is_withdrawn: bool


@dataclass(frozen=True)
class DeliveryRow:
    """One attempt to tell a partner of an order."""

    at: datetime
    status: int
    ms: int
    answer: str
    is_confirmed: bool


@dataclass(frozen=True)
class PartnerField:
    """What a partner was told of an order, and the button that tells it once more."""

    action: str
    """Empty where nobody is told of orders any more."""
    message_id: str
    state: str
    state_label: str
    error: str
    deliveries: tuple[DeliveryRow, ...]
    """Newest first."""


@dataclass(frozen=True)
class RefundField:
    """The form that gives money back."""

    action: str
    accept_action: str
    """Where a payment in review is taken as it is; empty for other orders."""
    known: int
    left: Money
    units: tuple[tuple[str, int], ...]
    """How many of which SKU can still come back."""


@dataclass(frozen=True)
class OrderPage:
    """An order at the desk."""

    desk: DeskView
    number: str
    state: str
    state_label: str
    fulfilment_label: str
    placed_at: datetime
    paid_at: datetime | None
    held_until: datetime | None
    email: str
    market: str
    invoice_number: str
    shop_url: str
    address: tuple[str, ...]
    lines: tuple[OrderLineView, ...]
    total: Money
    paid: Money
    payments: tuple[PaymentRow, ...]
    attempts: tuple[AttemptRow, ...]
    timeline: tuple[TimelineRow, ...]
    needs_review: bool = False
    refunds: tuple[RefundRow, ...] = ()
    disputes: tuple[DisputeRow, ...] = ()
    refund: RefundField | None = None
    """Nothing where the member may not move money, or none is left."""
    partner: PartnerField | None = None
    """Nothing where the member may not redeliver, or there is no partner."""
