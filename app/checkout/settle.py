"""Settling: ask Stripe what became of a session, and move the order accordingly, once.

Webhook, return page and sweep all call this, in any order and at the same time.
Nothing is taken from the event that woke us: the session is read again, and the
order moves by compare-and-set in the transaction that sells the units and writes
the effects. Died before that transaction? Whoever calls next does it all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.cart.service import Carts
from app.checkout.cancel import Cancel
from app.checkout.model import UnknownOrder
from app.checkout.refund import Refunds
from app.clock import Clock
from app.effects.model import OF_A_PAYMENT, Effect
from app.effects.service import Effects
from app.errors import InsufficientStock
from app.inventory.service import Inventory
from app.orders.model import (
    ACCEPTED,
    Address,
    ImpossibleTransition,
    Order,
    OrderState,
    Payment,
    TimelineEntry,
)
from app.orders.refunds import RefundCause
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.payments.model import CheckoutSession, SessionStatus
from app.transactions import Transactions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settle:
    """Moves orders to what Stripe says of their sessions."""

    carts: Carts
    inventory: Inventory
    orders: OrderStore
    gateway: Gateway
    effects: Effects
    transactions: Transactions
    clock: Clock
    cancel: Cancel
    refunds: Refunds
    livemode: bool

    def __call__(self, session_id: str) -> Order | None:
        """Return the session's order as it is after settling; nothing where Stripe has no such session.

        Raises:
            GatewayUnavailable: Stripe cannot be asked now.
            UnknownOrder: the session names an order that the shop does not have.
        """
        session = self.gateway.session(session_id)
        if session is None:
            return None
        order = self.orders.order(session.order_id) if session.order_id else None
        order = order or self.orders.by_session(session.id)
        if order is None:
            raise UnknownOrder(session.id, session.order_id)
        self.apply(order, session)
        return self.orders.order(order.id)

    def owner(self, payment_intent: str) -> Order | None:
        """Return the order that a payment was made for, settled now where nobody has told us of it yet.

        Returns nothing where the payment belongs to no order of the shop.

        Raises:
            GatewayUnavailable: Stripe cannot be asked now.
            UnknownOrder: the payment names an order that the shop does not have.
        """
        order = self.orders.by_payment_intent(payment_intent)
        session = self.gateway.session_of(payment_intent) if payment_intent and order is None else None
        if session is None:
            return order
        try:
            self(session.id)
        except UnknownOrder as unknown:
            if unknown.order_id:
                raise
        return self.orders.by_payment_intent(payment_intent)

    def apply(self, order: Order, session: CheckoutSession) -> None:
        """Move the order to what a session, read just now, says."""
        if all(attempt.session_id != session.id for attempt in order.attempts):
            # The event was faster than the answer to the request that opened the session.
            self.orders.attach_session(order.id, order.attempt.number, session.id, session.url)
        match session.status:
            case SessionStatus.OPEN:
                return
            case SessionStatus.EXPIRED:
                # Another attempt's session may still be paid: only the latest one's end ends the order.
                if order.state.is_open and order.attempt.session_id in ("", session.id):
                    self.cancel(order, "the payment page expired", "stripe")
            case SessionStatus.COMPLETE if session.is_paid:
                self._paid(order, session)
            case SessionStatus.COMPLETE if session.has_failed:
                if order.state.is_open and order.attempt.session_id in ("", session.id):
                    self.cancel(order, "the payment failed", "stripe")
            case SessionStatus.COMPLETE:
                note = TimelineEntry(self.clock.now(), "payment is on its way", "stripe")
                self.orders.change_state(
                    order.id,
                    old=OrderState.PENDING_PAYMENT,
                    new=OrderState.PAYMENT_PROCESSING,
                    note=note,
                    email=session.email,
                )

    def _paid(self, order: Order, session: CheckoutSession) -> None:
        if any(payment.session_id == session.id for payment in order.payments):
            return
        if not (order.state.is_open or order.state is OrderState.CANCELLED):
            self._give_back(order, session, RefundCause.SECOND_PAYMENT, "the order was paid before")
            return
        fault = self._fault(order, session)
        if fault:
            self._review(order, session, fault)
            return
        try:
            self._sell(order, session)
        except InsufficientStock as shortage:
            reason = f"paid after its hold had lapsed, and {shortage.sku} is gone"
            self._give_back(order, session, RefundCause.LATE_PAYMENT, reason)

    def accept(self, order: Order, by: str) -> Order:
        """Take the money of an order in review as it is: sell its units, and let its effects happen.

        Raises:
            ImpossibleTransition: the order is not in review, or part of what was due is refunded.
            InsufficientStock: its hold has lapsed, and others have the units.
        """
        as_paid = replace(order, paid_at=self.clock.now()).state_after_refunds()
        if order.state is not OrderState.PAYMENT_REVIEW or as_paid is not OrderState.PAID:
            raise ImpossibleTransition(order.number, order.state, OrderState.PAID)
        due, note = self._due(order), TimelineEntry(self.clock.now(), ACCEPTED, by)

        def move() -> bool:
            return self.orders.change_state(order.id, old=order.state, new=OrderState.PAID, note=note)

        if self._complete(order, due, move):
            self.effects.announce(due)
        return self.orders.order(order.id) or order

    def _sell(self, order: Order, session: CheckoutSession) -> None:
        """Mark the order paid, sell its units and write its effects: all of it, or nothing.

        Raises:
            InsufficientStock: the money came after the hold was given up, and others have the units.
        """
        due = self._due(order)
        if self._complete(order, due, lambda: self._change(order, OrderState.PAID, session, "paid")):
            log.info("order paid", extra={"order_id": order.id, "session_id": session.id})
            self.effects.announce(due)
        else:
            self._look_again(order, session)

    def _complete(self, order: Order, due: list[Effect], move: Callable[[], bool]) -> bool:
        """Move the order, sell its units and write its effects in one transaction; say whether it moved."""

        def block() -> bool:
            if not move():
                return False
            if not self.inventory.sell(order.id):
                self.inventory.sell_released(order.id, order.units, order.skus)
            for effect in due:
                self.effects.outbox.insert(effect)
            self.carts.drop_bought(order.cart_id, {line.sku: line.quantity for line in order.lines})
            return True

        return self.transactions.run(block)

    def _review(self, order: Order, session: CheckoutSession, fault: str) -> None:
        log.error("payment needs review", extra={"order_id": order.id, "fault": fault})
        if not self._change(order, OrderState.PAYMENT_REVIEW, session, f"needs review: {fault}"):
            self._look_again(order, session)

    def _give_back(self, order: Order, session: CheckoutSession, cause: RefundCause, reason: str) -> None:
        """Note money that must not be kept together with its refund, and only then ask Stripe for that.

        Died in between? The sweep asks, for the refund is written down.
        """
        log.error("payment is given back", extra={"order_id": order.id, "cause": cause, "reason": reason})
        # What comes too late ends an order that was still open; one that is paid stays so.
        new = OrderState.CANCELLED if cause is RefundCause.LATE_PAYMENT else order.state
        payment = self._payment(session)
        refund = self.refunds.automatic(payment, cause, reason)

        def block() -> bool:
            current = self.orders.order(order.id)
            if current is None or any(noted.session_id == session.id for noted in current.payments):
                return False
            if not self._change(order, new, session, reason):
                return False
            if payment.amount.minor:
                self.refunds.write_down(current, [refund])
            return True

        if not self.transactions.run(block):
            self._look_again(order, session)
        elif payment.amount.minor:
            self.refunds.carry_out(order.id, refund.id)

    def _look_again(self, order: Order, session: CheckoutSession) -> None:
        """Another caller moved the order in between: act on what it is now."""
        current = self.orders.order(order.id)
        if current is not None and current.state is not order.state:
            self._paid(current, session)

    def _change(self, order: Order, new: OrderState, session: CheckoutSession, what: str) -> bool:
        if new is not order.state:
            order.must_allow(new)
        return self.orders.change_state(
            order.id,
            old=order.state,
            new=new,
            note=TimelineEntry(self.clock.now(), what, "stripe"),
            payment=self._payment(session),
            # Whoever pays a second time changes nothing of what was agreed with the first.
            email="" if order.is_sold else session.email,
            shipping=Address(**session.shipping) if session.shipping and not order.is_sold else None,
        )

    def _payment(self, session: CheckoutSession) -> Payment:
        return Payment(session.id, session.payment_intent, session.total, self.clock.now())

    def _fault(self, order: Order, session: CheckoutSession) -> str:
        if session.livemode is not self.livemode:
            return "test money on a live shop, or the other way round"
        if session.total != order.total:
            return f"{session.total.decimal} {session.total.currency} arrived, {order.total.decimal} is due"
        return ""

    def _due(self, order: Order) -> list[Effect]:
        """Return what a payment makes due: every kind of effect that somebody can carry out."""
        now = self.clock.now()
        return [Effect.due(kind, order.id, now) for kind in OF_A_PAYMENT if kind in self.effects.handlers]
