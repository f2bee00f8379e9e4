"""Abandoning: end the session first, and only then give the units back.

A session that can still be paid must never lose its units. If Stripe says that it
was paid after all, the order is settled as a sale instead. Died after the session
was ended? The sweep sees an expired session and gives the units back.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.checkout.cancel import Cancel
from app.checkout.model import PaymentPending
from app.checkout.settle import Settle
from app.orders.model import Order
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.payments.model import Refused, SessionOpen, SessionStatus, Unknown


@dataclass(frozen=True)
class Abandon:
    """Ends open orders before their time."""

    orders: OrderStore
    gateway: Gateway
    settle: Settle
    cancel: Cancel

    def __call__(self, order: Order, reason: str, by: str = "checkout") -> Order:
        """End the order's session and give its units back; return the order as it is then.

        The order that comes back is not cancelled where it turned out to be paid.

        Raises:
            PaymentPending: it cannot be found out whether a payment page exists.
            GatewayUnavailable: Stripe cannot be asked now; nothing was changed.
        """
        if not order.state.is_open:
            return order
        session_id = order.attempt.session_id or self._find_session(order)
        if session_id:
            session = self.gateway.expire(session_id)
            if session is not None and session.status is not SessionStatus.EXPIRED:
                self.settle.apply(order, session)
                return self._reread(order)
        # Not by way of settling, which could not say who has ended the order, and why.
        self.cancel(order, reason, by)
        return self._reread(order)

    def _find_session(self, order: Order) -> str:
        """Repeat the attempt's request, because only its answer tells whether a session exists."""
        match self.gateway.create_session(order):
            case SessionOpen(session):
                self.orders.attach_session(order.id, order.attempt.number, session.id, session.url)
                return session.id
            case Refused(reason):
                self.orders.refuse_attempt(order.id, order.attempt.number, reason)
                return ""
            case Unknown(reason):
                raise PaymentPending(order, reason)

    def _reread(self, order: Order) -> Order:
        return self.orders.order(order.id) or order
