"""What templates see of one shopper's cart and orders; these pages are never frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.money import Money
from app.web.contexts.views import ImageView, LayoutView, MetaView


@dataclass(frozen=True)
class ProblemView:
    """A problem of a cart line: its kind and what is needed to say it."""

    kind: str
    """One of `gone`, `sold_out`, `fewer_left`, `price_up`, `price_down`."""
    available: int
    seen: Money | None
    now: Money | None


@dataclass(frozen=True)
class CartLineView:
    """A line of the cart, with the addresses of what can be done with it."""

    sku: str
    title: str
    variant: str
    url: str
    image: ImageView | None
    quantity: int
    unit_price: Money
    total: Money
    update_url: str
    remove_url: str
    problems: tuple[ProblemView, ...]


@dataclass(frozen=True)
class CartView:
    """The cart, for drawer, page and badge."""

    lines: tuple[CartLineView, ...]
    count: int
    subtotal: Money
    is_blocked: bool
    """Whether a problem must be answered before checkout."""
    cart_url: str
    checkout_url: str
    accept_url: str
    """Where one click answers every problem: today's prices, what is left."""
    open_order_url: str = ""
    """The order that still waits for this cart's payment, if there is one."""
    badge_url: str = ""
    """The fragment that shows the count again, in this tab and in others."""


@dataclass(frozen=True)
class NoticeView:
    """A sentence for the shopper, announced politely."""

    kind: str
    """`status` or `error`."""
    text: str


@dataclass(frozen=True)
class CartPage:
    """The cart as a page of its own."""

    layout: LayoutView
    meta: MetaView
    cart: CartView
    notice: NoticeView | None = None


@dataclass(frozen=True)
class OrderLineView:
    """A line of an order, as it was agreed."""

    title: str
    variant: str
    sku: str
    quantity: int
    unit_price: Money
    total: Money


@dataclass(frozen=True)
class StepView:
    """A step of an order: what it is, and whether it is `done`, `current` or `next`."""

    kind: str
    """One of `placed`, `payment`, `review`, `packing`, `partly_sent`, `sent`, `cancelled`,
    `partly_refunded`, `refunded`."""
    state: str


@dataclass(frozen=True)
class RefundView:
    """Money that goes back to the shopper."""

    amount: Money
    at: datetime
    state: str
    """One of `requested`, `pending`, `succeeded`, `failed`."""
    cause: str
    """One of `staff`, `stripe`, `late_payment`, `second_payment`; two have sentences."""
    units: tuple[str, ...] = ()
    """What came back for it: `2 × Tides, A3 / Oak`."""


@dataclass(frozen=True)
class OrderPage:
    """An order's page: what was agreed, what was paid, what can be done now."""

    layout: LayoutView
    meta: MetaView
    number: str
    state: str
    fulfilment: str
    lines: tuple[OrderLineView, ...]
    total: Money
    email: str
    """Masked, as `a…@example.com`."""
    placed_at: datetime
    paid_at: datetime | None
    held_until: datetime | None
    """Until when the units are held, while payment is open."""
    payment_url: str
    """Leads on to the payment page; empty where there is nothing to pay."""
    release_url: str
    """Takes a POST that gives the units back; empty where nothing is held."""
    leads_on: bool
    """Whether the page goes on to the payment by itself: it could not be opened at once."""
    lowered: tuple[str, ...]
    """Titles whose price fell since the shopper saw it: the lower price was taken."""
    invoice_number: str = ""
    steps: tuple[StepView, ...] = ()
    refunds: tuple[RefundView, ...] = ()
