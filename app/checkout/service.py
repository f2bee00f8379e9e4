"""The checkout as the rest of the shop sees it: one object, one method a step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.checkout.abandon import Abandon
from app.checkout.dispute import Disputes
from app.checkout.model import RefundRequest, Started, StartRequest
from app.checkout.reconcile import Reconcile, Reconciliation
from app.checkout.refund import Refunds
from app.checkout.settle import Settle
from app.checkout.start import Start, way_to_pay
from app.checkout.sweep import Sweep
from app.orders.model import Order


@dataclass(frozen=True)
class Checkout:
    """Start, settle, abandon, refund, follow, sweep."""

    _start: Start
    _settle: Settle
    _abandon: Abandon
    _refunds: Refunds
    _sweep: Sweep
    _disputes: Disputes
    _reconcile: Reconcile

    def start(self, request: StartRequest) -> Started:
        """Hold a cart's units and open its payment; see `Start`."""
        return self._start(request)

    def open_payment(self, order: Order) -> Started:
        """Return where an open order is paid, asking Stripe again where that is not known yet."""
        if order.attempt.session_id or not order.state.is_open:
            return way_to_pay(order)
        return self._start.open_payment(order)

    def settle(self, session_id: str) -> Order | None:
        """Move a session's order to what Stripe says of it; see `Settle`."""
        return self._settle(session_id)

    def abandon(self, order: Order, reason: str, by: str = "checkout") -> Order:
        """End an order's session and give its units back; see `Abandon`."""
        return self._abandon(order, reason, by)

    def refund(self, order: Order, request: RefundRequest) -> Order:
        """Give money of an order back; see `Refunds`."""
        return self._refunds(order, request)

    def follow_refunds(self, payment_intent: str) -> Order | None:
        """Bring an order to what Stripe lists of the refunds of a payment; see `Refunds.follow`."""
        return self._refunds.follow(payment_intent) if self._settle.owner(payment_intent) else None

    def follow_disputes(self, payment_intent: str) -> Order | None:
        """Bring an order to what Stripe lists of the disputes of a payment; see `Disputes.follow`."""
        return self._disputes.follow(payment_intent) if self._settle.owner(payment_intent) else None

    def reconcile(self, since: datetime, *, is_dry: bool = False) -> Reconciliation:
        """Settle what Stripe's lists know and the shop does not; see `Reconcile`."""
        return self._reconcile(since, is_dry=is_dry)

    def accept(self, order: Order, by: str) -> Order:
        """Take the money of an order in review as it is; see `Settle.accept`."""
        return self._settle.accept(order, by)

    def sweep(self) -> int:
        """Finish what was left open; return how many orders were looked at."""
        return self._sweep() + self._refunds.sweep()
