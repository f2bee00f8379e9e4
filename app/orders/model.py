"""Orders: lines that never change, attempts to pay them, and what the payment has become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import Refusal
from app.money import Money
from app.orders.disputes import Dispute
from app.orders.refunds import Refund, RefundState


class OrderState(StrEnum):
    """What became of the payment. Shipment is a matter of `Fulfilment`."""

    PENDING_PAYMENT = "pending_payment"
    PAYMENT_PROCESSING = "payment_processing"
    PAID = "paid"
    PAYMENT_REVIEW = "payment_review"
    CANCELLED = "cancelled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"

    @property
    def is_open(self) -> bool:
        """Whether the order still waits for money."""
        return self in (OrderState.PENDING_PAYMENT, OrderState.PAYMENT_PROCESSING)


TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING_PAYMENT: frozenset(
        {
            OrderState.PAID,
            OrderState.PAYMENT_PROCESSING,
            OrderState.PAYMENT_REVIEW,
            OrderState.CANCELLED,
        }
    ),
    OrderState.PAYMENT_PROCESSING: frozenset(
        {OrderState.PAID, OrderState.PAYMENT_REVIEW, OrderState.CANCELLED}
    ),
    OrderState.PAYMENT_REVIEW: frozenset({OrderState.PAID, OrderState.REFUNDED, OrderState.CANCELLED}),
    # Late money on a cancelled order is a named transition, never a silent revival.
    OrderState.CANCELLED: frozenset({OrderState.PAID, OrderState.PAYMENT_REVIEW, OrderState.REFUNDED}),
    OrderState.PAID: frozenset({OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED}),
    # A refund that fails brings the money back to the shop, and the order to where it was.
    OrderState.PARTIALLY_REFUNDED: frozenset({OrderState.REFUNDED, OrderState.PAID}),
    OrderState.REFUNDED: frozenset(
        {OrderState.PARTIALLY_REFUNDED, OrderState.PAID, OrderState.PAYMENT_REVIEW}
    ),
}


ACCEPTED = "payment accepted as it is"
"""What the timeline says where a person has taken money that was not as agreed."""


class Fulfilment(StrEnum):
    """What has been shipped."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"


@dataclass(eq=False)
class ImpossibleTransition(Refusal):
    """The order is in a state that does not lead to the wanted one."""

    order: str
    old: OrderState
    new: OrderState

    def __str__(self) -> str:
        return f"Order {self.order} is {self.old} and cannot become {self.new}."


@dataclass(eq=False)
class OpenOrderExists(Refusal):
    """The cart already has an order that waits for its money."""

    cart_id: str

    def __str__(self) -> str:
        return f"The cart {self.cart_id[:8]} already has an order that waits for payment."


@dataclass(frozen=True)
class OrderLine:
    """What was bought, as it was described and priced at that moment."""

    sku: str
    stock_id: str
    title: str
    variant: str
    quantity: int
    unit_price: Money
    slug: str = ""

    @property
    def total(self) -> Money:
        """Unit price times quantity."""
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Attempt:
    """One try to open a Checkout Session, written down before Stripe is asked."""

    number: int
    idempotency_key: str
    expires_at: datetime
    cart_digest: str
    return_url: str
    cancel_url: str
    session_id: str = ""
    payment_url: str = ""
    refused: str = ""
    """Stripe's reason, where the attempt was definitely refused."""

    @property
    def is_unknown(self) -> bool:
        """Whether nobody can say yet if Stripe has opened a session for it."""
        return not self.session_id and not self.refused


@dataclass(frozen=True)
class Address:
    """A postal address as the payment page collected it."""

    name: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True)
class Payment:
    """Money that Stripe says it has taken for the order."""

    session_id: str
    payment_intent: str
    amount: Money
    at: datetime


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened to the order, for staff and for the books."""

    at: datetime
    what: str
    by: str = ""


@dataclass(frozen=True)
class Order:
    """A purchase from the moment its units were held."""

    id: str
    number: str
    token: str
    """Opens the order's page; as unguessable as a password."""
    market: str
    locale: str
    currency: str
    lines: tuple[OrderLine, ...]
    cart_id: str
    state: OrderState
    created_at: datetime
    attempts: tuple[Attempt, ...]
    hold_until: datetime
    fulfilment: Fulfilment = Fulfilment.UNFULFILLED
    email: str = ""
    shipping: Address | None = None
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    paid_at: datetime | None = None
    lowered: tuple[str, ...] = ()
    """SKUs whose price fell between cart and checkout, so that the page can say so."""
    invoice_number: str = ""
    """Given once, without gaps, when the order is paid."""
    client: str = ""
    """Digest of the address that started the checkout, to limit holds; kept while open."""
    countries: tuple[str, ...] = ()
    """Where the order may be shipped, as ISO 3166 codes; where there are none, no address is asked for."""

    @property
    def total(self) -> Money:
        """Sum of the lines."""
        total = Money(0, self.currency)
        for line in self.lines:
            total += line.total
        return total

    @property
    def attempt(self) -> Attempt:
        """The latest attempt to pay."""
        return self.attempts[-1]

    @property
    def units(self) -> dict[str, int]:
        """Units by stock pool: lines that share a pool are summed."""
        units: dict[str, int] = {}
        for line in self.lines:
            units[line.stock_id] = units.get(line.stock_id, 0) + line.quantity
        return units

    @property
    def skus(self) -> dict[str, str]:
        """The SKU to name for each stock pool: that of the last line that takes from it."""
        return {line.stock_id: line.sku for line in self.lines}

    def refund(self, refund_id: str) -> Refund | None:
        """Return the refund with that id, or nothing."""
        return next((refund for refund in self.refunds if refund.id == refund_id), None)

    def dispute(self, dispute_id: str) -> Dispute | None:
        """Return the dispute with that id, or nothing."""
        return next((dispute for dispute in self.disputes if dispute.id == dispute_id), None)

    @property
    def is_disputed(self) -> bool:
        """Whether the bank may still take its money, or has it until somebody decides."""
        return any(dispute.state.is_open for dispute in self.disputes)

    def is_charged_back(self, payment: Payment) -> bool:
        """Whether a payment's money is the bank's, so that a refund would give it back twice."""
        return any(
            dispute.state.bars_refunds and dispute.payment_intent == payment.payment_intent
            for dispute in self.disputes
        )

    def refundable(self, payment: Payment) -> Money:
        """Return what is left of a payment after every refund of it that has not failed."""
        if self.is_charged_back(payment):
            return Money(0, payment.amount.currency)
        return self._less(payment, lambda state: state.counts)

    def returned_units(self, sku: str) -> int:
        """Return how many units of a SKU its refunds have named already, or put back on the shelf."""
        counted = (one for one in self.refunds if one.state.counts or one.has_restocked)
        return sum(line.quantity for refund in counted for line in refund.lines if line.sku == sku)

    @property
    def is_paid_as_agreed(self) -> bool:
        """Whether what was paid and kept covers the total, or a person has taken it as it is."""
        kept = self._sum(self._kept(payment) for payment in self.payments)
        given_back = any(refund.state.is_accepted for refund in self.refunds)
        accepted = any(entry.what == ACCEPTED for entry in self.timeline)
        return accepted or given_back or kept == self.total

    @property
    def is_sold(self) -> bool:
        """Whether it was paid at some time, so that its units were sold."""
        return self.paid_at is not None

    def state_after_refunds(self) -> OrderState:
        """Return the state that payments and refunds come to.

        What was sold follows the money that is kept of it. Money that came for nothing
        (too late, or not as agreed) waits for its refund, and for a person if that fails.
        """
        # Where nothing was due, as for a file that is free, nothing can come back.
        paid = [payment for payment in self.payments if payment.amount.minor]
        kept = [self._kept(payment) for payment in paid]
        if not kept:
            return self.state
        if not any(amount.minor for amount in kept):
            return OrderState.REFUNDED
        if not self.is_sold:
            waits = any(refund.state is RefundState.REQUESTED for refund in self.refunds)
            return self.state if waits or not self.refunds else OrderState.PAYMENT_REVIEW
        # Of what was paid beyond the total, such as a second payment, no part of the order is refunded.
        total = self._sum(payment.amount for payment in paid)
        returned, surplus = total - self._sum(kept), max(0, total.minor - self.total.minor)
        return OrderState.PARTIALLY_REFUNDED if returned.minor > surplus else OrderState.PAID

    def _sum(self, amounts: Iterable[Money]) -> Money:
        """Add up what is in the order's own currency."""
        own = (amount for amount in amounts if amount.currency == self.currency)
        return sum(own, Money(0, self.currency))

    def _kept(self, payment: Payment) -> Money:
        """Return what the shop still has of a payment."""
        return self._less(payment, lambda state: state.is_accepted)

    def _less(self, payment: Payment, is_taken_off: Callable[[RefundState], bool]) -> Money:
        """Return a payment less those of its refunds that are in such a state."""
        left = payment.amount
        for refund in self.refunds:
            if refund.payment_intent == payment.payment_intent and is_taken_off(refund.state):
                left -= refund.amount
        return left

    def must_allow(self, new: OrderState) -> None:
        """Raise `ImpossibleTransition` where the table does not lead to the new state."""
        if new not in TRANSITIONS[self.state]:
            raise ImpossibleTransition(self.number, self.state, new)
