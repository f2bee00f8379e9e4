"""Settling: ask Stripe what became of a session, and move the order accordingly, once.

Webhook, return page and sweep all call this, in any order and at the same time.
Nothing is taken from the event that woke us: the session is read again, and the
order moves by compare-and-set in the transaction that sells the units and writes
the effects. Died before that transaction? Whoever calls next does it all.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from app.cart.service import Carts
from app.checkout.cancel import Cancel
from app.checkout.model import UnknownOrder
from app.clock import Clock
from app.effects.model import Effect
from app.effects.service import Effects
from app.errors import InsufficientStock
from app.inventory.service import Inventory
from app.orders.model import Address, Order, OrderState, Payment, TimelineEntry
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
            self._note_second_payment(order, session)
            return
        fault = self._fault(order, session)
        if fault:
            self._review(order, session, fault)
            return
        try:
            self._sell(order, session)
        except InsufficientStock as shortage:
            self._review(order, session, f"paid after its hold had lapsed, and {shortage.sku} is gone")

    def _sell(self, order: Order, session: CheckoutSession) -> None:
        """Mark the order paid, sell its units and write its effects: all of it, or nothing.

        Raises:
            InsufficientStock: the money came after the hold was given up, and others have the units.
        """
        due = self._due(order)

        def block() -> bool:
            if not self._change(order, OrderState.PAID, session, "paid"):
                return False
            if not self.inventory.sell(order.id):
                self.inventory.sell_released(order.id, order.units, order.skus)
            for effect in due:
                self.effects.outbox.insert(effect)
            self.carts.drop_bought(order.cart_id, {line.sku: line.quantity for line in order.lines})
            return True

        if self.transactions.run(block):
            log.info("order paid", extra={"order_id": order.id, "session_id": session.id})
            self.effects.announce(due)
        else:
            self._look_again(order, session)

    def _review(self, order: Order, session: CheckoutSession, fault: str) -> None:
        log.error("payment needs review", extra={"order_id": order.id, "fault": fault})
        if not self._change(order, OrderState.PAYMENT_REVIEW, session, f"needs review: {fault}"):
            self._look_again(order, session)

    def _note_second_payment(self, order: Order, session: CheckoutSession) -> None:
        log.error("second payment", extra={"order_id": order.id, "session_id": session.id})
        note = TimelineEntry(self.clock.now(), f"paid again by {session.id}: refund one of the two", "stripe")
        self.orders.add_payment(order.id, self._payment(session), note)

    def _look_again(self, order: Order, session: CheckoutSession) -> None:
        """Another caller moved the order in between: act on what it is now."""
        current = self.orders.order(order.id)
        if current is not None and current.state is not order.state:
            self._paid(current, session)

    def _change(self, order: Order, new: OrderState, session: CheckoutSession, what: str) -> bool:
        order.must_allow(new)
        return self.orders.change_state(
            order.id,
            old=order.state,
            new=new,
            note=TimelineEntry(self.clock.now(), what, "stripe"),
            payment=self._payment(session),
            email=session.email,
            shipping=Address(**session.shipping) if session.shipping else None,
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
        return [Effect.due(kind, order.id, now) for kind in self.effects.handlers]
