"""Orders in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.errors import NotFound
from app.orders.disputes import Dispute
from app.orders.model import (
    Address,
    Attempt,
    Fulfilment,
    OpenOrderExists,
    Order,
    OrderState,
    Payment,
    TimelineEntry,
)
from app.orders.refunds import Refund, RefundState
from tests.fakes.memory import Memory


class FakeOrderStore:
    def __init__(self, memory: Memory) -> None:
        self._orders: dict[str, Order] = memory.tables["orders"]
        self._last_number = 1000

    def next_number(self) -> str:
        self._last_number += 1
        return str(self._last_number)

    def insert(self, order: Order) -> None:
        if order.state.is_open and self.open_of_cart(order.cart_id):
            raise OpenOrderExists(order.cart_id)
        self._orders[order.id] = order

    def order(self, order_id: str) -> Order | None:
        return self._orders.get(order_id)

    def by_token(self, token: str) -> Order | None:
        return self._first(order for order in self._orders.values() if order.token == token)

    def by_number(self, number: str) -> Order | None:
        return self._first(order for order in self._orders.values() if order.number == number)

    def by_session(self, session_id: str) -> Order | None:
        return self._first(
            order
            for order in self._orders.values()
            if session_id and any(attempt.session_id == session_id for attempt in order.attempts)
        )

    def open_of_cart(self, cart_id: str) -> Order | None:
        return self._first(order for order in self._open() if order.cart_id == cart_id)

    def known_email(self, cart_id: str) -> str:
        return next((order.email for order in self.list() if order.cart_id == cart_id and order.email), "")

    def list(
        self, *, state: OrderState | None = None, limit: int = 0, skip: int = 0, disputed: bool = False
    ) -> Sequence[Order]:
        found = [order for order in self._orders.values() if state in (None, order.state)]
        found = [order for order in found if order.is_disputed or not disputed]
        found.sort(key=lambda order: (order.created_at, order.number), reverse=True)
        return found[skip : skip + limit if limit else None]

    def open_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        found = [order for order in self._open() if order.hold_until < moment]
        return sorted(found, key=lambda order: order.hold_until)[:limit]

    def unknown_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        found = [order for order in self._open() if order.created_at < moment and order.attempt.is_unknown]
        return sorted(found, key=lambda order: order.created_at)[:limit]

    def count_open(self, client: str) -> int:
        return sum(order.client == client for order in self._open())

    def attach_session(self, order_id: str, attempt: int, session_id: str, payment_url: str) -> None:
        self._change_attempt(
            order_id, attempt, lambda found: replace(found, session_id=session_id, payment_url=payment_url)
        )

    def refuse_attempt(self, order_id: str, attempt: int, reason: str) -> None:
        self._change_attempt(order_id, attempt, lambda found: replace(found, refused=reason))

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
        order = self._orders.get(order_id)
        if order is None or order.state is not old:
            return False
        was_paid = old in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED)
        self._orders[order_id] = replace(
            order,
            state=new,
            timeline=(*order.timeline, note),
            payments=(*order.payments, payment) if payment else order.payments,
            email=email or order.email,
            shipping=shipping or order.shipping,
            paid_at=note.at if new is OrderState.PAID and not was_paid else order.paid_at,
            client=order.client if new.is_open else "",
        )
        return True

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
        order = self._orders.get(order_id)
        if order is None or order.state is not state or order.fulfilment is not old:
            return False
        if order.is_disputed and not despite_dispute:
            return False
        self._orders[order_id] = replace(order, fulfilment=new, timeline=(*order.timeline, note))
        return True

    def put_dispute(self, order_id: str, dispute: Dispute, note: TimelineEntry, *, is_disputed: bool) -> None:
        order = self._orders[order_id]
        others = tuple(one for one in order.disputes if one.id != dispute.id)
        disputes = tuple(dispute if one.id == dispute.id else one for one in order.disputes)
        if len(others) == len(order.disputes):
            disputes = (*others, dispute)
        self._orders[order_id] = changed = replace(order, disputes=disputes, timeline=(*order.timeline, note))
        assert changed.is_disputed is is_disputed

    def by_dispute(self, dispute_id: str) -> Order | None:
        return self._first(order for order in self._orders.values() if order.dispute(dispute_id))

    def disputed(self, limit: int = 100) -> Sequence[Order]:
        found = [order for order in self._orders.values() if order.is_disputed]
        return sorted(found, key=lambda order: order.created_at)[: limit or None]

    def count_disputed(self) -> int:
        return len(self.disputed(limit=10**6))

    def by_payment_intent(self, payment_intent: str) -> Order | None:
        return self._first(
            order
            for order in self._orders.values()
            if payment_intent and any(paid.payment_intent == payment_intent for paid in order.payments)
        )

    def by_refund(self, refund_id: str) -> Order | None:
        return self._first(order for order in self._orders.values() if order.refund(refund_id))

    def refunds_requested_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        found = [
            order
            for order in self._orders.values()
            if any(one.state is RefundState.REQUESTED and one.at < moment for one in order.refunds)
        ]
        return sorted(found, key=lambda order: order.created_at)[:limit]

    def refunds_pending(self, limit: int = 100) -> Sequence[Order]:
        found = [
            order
            for order in self._orders.values()
            if any(one.state is RefundState.PENDING for one in order.refunds)
        ]
        return sorted(found, key=lambda order: order.created_at)[:limit]

    def add_refund(self, order_id: str, refund: Refund, note: TimelineEntry, *, known: int) -> bool:
        order = self._orders.get(order_id)
        if order is None or len(order.refunds) != known:
            return False
        self._orders[order_id] = replace(
            order, refunds=(*order.refunds, refund), timeline=(*order.timeline, note)
        )
        return True

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
        order = self._orders.get(order_id)
        found = order.refund(refund_id) if order else None
        if order is None or found is None or found.state is not old:
            return False
        moved = replace(found, state=new, error=error, stripe_id=stripe_id or found.stripe_id)
        refunds = tuple(moved if one.id == refund_id else one for one in order.refunds)
        self._orders[order_id] = replace(order, refunds=refunds)
        return True

    def assign_invoice_number(self, order_id: str) -> str:
        order = self._orders.get(order_id)
        if order is None:
            raise NotFound("order", order_id)
        if not order.invoice_number:
            number = str(1 + sum(bool(other.invoice_number) for other in self._orders.values()))
            self._orders[order_id] = order = replace(order, invoice_number=number)
        return order.invoice_number

    def counts(self) -> dict[OrderState, int]:
        return dict(Counter(order.state for order in self._orders.values()))

    def _open(self) -> Sequence[Order]:
        return [order for order in self._orders.values() if order.state.is_open]

    def _change_attempt(self, order_id: str, number: int, change: Callable[[Attempt], Attempt]) -> None:
        order = self._orders.get(order_id)
        if order is None:
            return
        attempts = tuple(
            change(attempt) if attempt.number == number and not attempt.session_id else attempt
            for attempt in order.attempts
        )
        self._orders[order_id] = replace(order, attempts=attempts)

    @staticmethod
    def _first(found: Iterable[Order]) -> Order | None:
        return next(iter(found), None)
