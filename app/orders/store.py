"""What orders need from whatever keeps them: compare-and-set, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.orders.disputes import Dispute
from app.orders.model import Address, Fulfilment, Order, OrderState, Payment, TimelineEntry
from app.orders.refunds import Refund, RefundState


class OrderStore(Protocol):
    """Keeps orders."""

    def next_number(self) -> str:
        """Return the next order number, such as `1001`; a number is never given twice."""
        ...

    def insert(self, order: Order) -> None:
        """Add an order.

        Raises:
            OpenOrderExists: the cart has an order already that waits for money. An
                error and no answer, because a running transaction ends with it.
        """
        ...

    def order(self, order_id: str) -> Order | None:
        """Return the order with that id."""
        ...

    def by_token(self, token: str) -> Order | None:
        """Return the order whose page the token opens."""
        ...

    def by_number(self, number: str) -> Order | None:
        """Return the order with that number."""
        ...

    def by_session(self, session_id: str) -> Order | None:
        """Return the order one of whose attempts opened the session."""
        ...

    def open_of_cart(self, cart_id: str) -> Order | None:
        """Return the order that still waits for the money of this cart."""
        ...

    def known_email(self, cart_id: str) -> str:
        """Return the e-mail address of the cart's newest order that has one; empty where none does."""
        ...

    def list(
        self, *, state: OrderState | None = None, limit: int = 0, skip: int = 0, disputed: bool = False
    ) -> Sequence[Order]:
        """Return orders, newest first, after the first so many; all of them where the limit is 0.

        Args:
            state: only these.
            limit: how many at most.
            skip: how many of the newest are left out.
            disputed: only those with a dispute that is open.
        """
        ...

    def open_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        """Return orders that wait for money though their hold ended before the moment."""
        ...

    def unknown_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        """Return open orders created before the moment whose last attempt has no outcome yet."""
        ...

    def count_open(self, client: str) -> int:
        """Return how many open orders a client holds units with."""
        ...

    def attach_session(self, order_id: str, attempt: int, session_id: str, payment_url: str) -> None:
        """Note the session that an attempt has opened; a session already noted is kept."""
        ...

    def refuse_attempt(self, order_id: str, attempt: int, reason: str) -> None:
        """Note that Stripe has definitely refused an attempt."""
        ...

    def change_state(
        self,
        order_id: str,
        *,
        old: OrderState,
        new: OrderState,
        note: TimelineEntry,
        payment: Payment | None = None,
        email: str = "",
        shipping: Address | None = None,
    ) -> bool:
        """Move the order if it is still in the old state; say whether it was.

        A payment is appended, and e-mail and address are noted, in the same step. An
        order is paid for the first time only once: a later return to `paid` keeps `paid_at`.
        """
        ...

    def change_fulfilment(
        self,
        order_id: str,
        *,
        state: OrderState,
        old: Fulfilment,
        new: Fulfilment,
        note: TimelineEntry,
        despite_dispute: bool = False,
    ) -> bool:
        """Move the shipment if payment and shipment are still in these states; say whether they were.

        Goods of an order with an open dispute stay, unless somebody has said otherwise.
        """
        ...

    def put_dispute(self, order_id: str, dispute: Dispute, note: TimelineEntry, *, is_disputed: bool) -> None:
        """Note what Stripe says of a dispute, new or known, in the transaction that read the order.

        Args:
            order_id: the order's.
            dispute: as Stripe described it last.
            note: for the timeline.
            is_disputed: whether any dispute of the order is open now.
        """
        ...

    def by_dispute(self, dispute_id: str) -> Order | None:
        """Return the order that a dispute belongs to."""
        ...

    def disputed(self, limit: int = 100) -> Sequence[Order]:
        """Return orders with a dispute that is open, oldest first; all of them where the limit is 0."""
        ...

    def count_disputed(self) -> int:
        """Return how many orders have a dispute that is open."""
        ...

    def by_payment_intent(self, payment_intent: str) -> Order | None:
        """Return the order that a payment was made for."""
        ...

    def by_refund(self, refund_id: str) -> Order | None:
        """Return the order that a refund belongs to."""
        ...

    def refunds_requested_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        """Return orders with a refund that was requested before the moment and has no outcome yet."""
        ...

    def refunds_pending(self, limit: int = 100) -> Sequence[Order]:
        """Return orders with a refund that Stripe has taken and whose end is not known yet, oldest first."""
        ...

    def add_refund(self, order_id: str, refund: Refund, note: TimelineEntry, *, known: int) -> bool:
        """Append a refund if the order still has as many as are known; say whether it had.

        What is left of a payment was worked out from those that are known, so that
        two refunds at once cannot give back more than was paid.
        """
        ...

    def change_refund(
        self,
        order_id: str,
        refund_id: str,
        *,
        old: RefundState,
        new: RefundState,
        stripe_id: str = "",
        error: str = "",
    ) -> bool:
        """Move a refund if it is still in the old state; say whether it was."""
        ...

    def assign_invoice_number(self, order_id: str) -> str:
        """Give the order the next invoice number, once; return the number that it has.

        Invoice numbers have no gaps, so counter and order change in one transaction.
        """
        ...

    def counts(self) -> dict[OrderState, int]:
        """Return how many orders there are in each state."""
        ...
