"""Refunding: write the refund down, ask Stripe, and let order and stock follow its answer.

Died between two steps? A refund that is written down and has no outcome is asked
for again by the sweep: Stripe's list is looked at first, and then the same key
repeats the same request. Its answer moves refund, order, stock and notice in one
transaction, whoever hears of it first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.checkout.model import RefundRequest
from app.checkout.refund_plan import planned, units_of
from app.clock import Clock
from app.effects.model import Effect, EffectKind
from app.effects.service import Effects
from app.errors import VersionConflict
from app.ids import new_id
from app.inventory.service import Inventory
from app.orders.model import Order, OrderState, Payment, TimelineEntry
from app.orders.refunds import REFUND_TRANSITIONS, Refund, RefundCause, RefundRefused, RefundState
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.payments.model import Refused, StripeRefund, Unknown
from app.transactions import Transactions

log = logging.getLogger(__name__)

REPEAT_AFTER_SECONDS = 15
"""How long a request for a refund may be under way before the sweep repeats it."""


@dataclass(frozen=True)
class Refunds:
    """Gives money back."""

    inventory: Inventory
    orders: OrderStore
    gateway: Gateway
    effects: Effects
    transactions: Transactions
    clock: Clock

    def __call__(self, order: Order, request: RefundRequest) -> Order:
        """Give money back, and return the order as it is then.

        The refund may still be under way: the order then shows it as requested, and
        the sweep finds out.

        Raises:
            NotRefundable: nothing was paid, or the lines are not the order's.
            RefundTooLarge: more than is left is asked for.
            RefundRefused: Stripe has definitely said no, if only to a part where the
                order was paid in several; the order's timeline says to which.
            VersionConflict: somebody else refunds this order at the same moment.
        """
        refunds = planned(order, request, self.clock.now())
        self.transactions.run(lambda: self.write_down(order, refunds))
        answers = [self.carry_out(order.id, refund.id) for refund in refunds]
        refused = next(filter(None, answers), "")
        if refused:
            raise RefundRefused(order.number, refused)
        return self.orders.order(order.id) or order

    def automatic(self, payment: Payment, cause: RefundCause, reason: str) -> Refund:
        """Return the refund of a whole payment that nobody should have made, to be added to its order."""
        return Refund(
            id=new_id("rfn"),
            payment_intent=payment.payment_intent,
            amount=payment.amount,
            at=self.clock.now(),
            by="checkout",
            cause=cause,
            reason=reason,
        )

    def write_down(self, order: Order, refunds: Sequence[Refund]) -> None:
        """Add refunds to an order as it was read; must run inside a transaction.

        Raises:
            VersionConflict: it has other refunds by now.
        """
        known = len(order.refunds)
        for place, refund in enumerate(refunds):
            if not self.orders.add_refund(order.id, refund, self._note(refund), known=known + place):
                raise VersionConflict("order", order.number, known)

    def carry_out(self, order_id: str, refund_id: str) -> str:
        """Ask Stripe for a refund that is written down; return why it was refused, or nothing."""
        order, refund = self._found(order_id, refund_id)
        if order is None or refund is None or refund.state is not RefundState.REQUESTED:
            return ""
        match self.gateway.refund(order, refund):
            case Refused(reason):
                self._move(order.id, refund, RefundState.FAILED, error=reason)
                return reason
            case Unknown(reason):
                log.warning("refund outcome unknown", extra={"refund_id": refund.id, "reason": reason})
            case StripeRefund() as made:
                self._move(order.id, refund, made.state, stripe_id=made.id, error=made.error)
        return ""

    def follow(self, payment_intent: str) -> Order | None:
        """Bring an order's refunds to what Stripe lists of a payment, those of its dashboard too.

        Returns nothing where the payment belongs to no order of the shop.

        Raises:
            GatewayUnavailable: Stripe cannot be asked now.
        """
        order = self.orders.by_payment_intent(payment_intent)
        if order is None:
            return None
        for made in self.gateway.refunds(payment_intent):
            self._follow(order.id, made)
        return self.orders.order(order.id)

    def sweep(self) -> int:
        """Ask again for refunds whose outcome nobody knows; return how many orders have one."""
        before = self.clock.now() - timedelta(seconds=REPEAT_AFTER_SECONDS)
        waiting = self.orders.refunds_requested_before(before)
        for order in waiting:
            try:
                self._finish(order)
            except Exception as error:  # One order that cannot be finished must not keep the others.
                reason = f"{type(error).__name__}: {error}"
                log.warning("refund not finished", extra={"order_id": order.id, "reason": reason})
        return len(waiting)

    def _finish(self, order: Order) -> None:
        requested = [refund for refund in order.refunds if refund.state is RefundState.REQUESTED]
        # A key is remembered for a day: what is older than that is found in the list, or not at all.
        for payment_intent in sorted({refund.payment_intent for refund in requested}):
            self.follow(payment_intent)
        for refund in requested:
            self.carry_out(order.id, refund.id)

    def _follow(self, order_id: str, made: StripeRefund) -> None:
        order = self.orders.order(order_id)
        if order is None:
            return
        ours = order.refund(made.refund_id) or _by_stripe_id(order, made.id)
        if ours is None:
            ours = self._adopt(order, made)
        if ours is not None and made.state in REFUND_TRANSITIONS[ours.state]:
            self._move(order_id, ours, made.state, stripe_id=made.id, error=made.error)

    def _adopt(self, order: Order, made: StripeRefund) -> Refund | None:
        """Note a refund that somebody made in Stripe's dashboard."""
        refund = Refund(
            id=new_id("rfn"),
            payment_intent=made.payment_intent,
            amount=made.amount,
            at=self.clock.now(),
            by="stripe",
            cause=RefundCause.STRIPE,
            stripe_id=made.id,
        )
        # Of two who hear of it at once, the second finds one refund more and leaves it to the first.
        added = self.orders.add_refund(order.id, refund, self._note(refund), known=len(order.refunds))
        return refund if added else None

    def _move(
        self, order_id: str, refund: Refund, new: RefundState, *, stripe_id: str = "", error: str = ""
    ) -> None:
        """Move a refund, and with it the order, the stock and the notice: all of it, or nothing."""

        def block() -> list[Effect]:
            # What has failed at once was never taken: it has put nothing on the shelf, and gets no id.
            known_as = stripe_id if new.is_accepted else ""
            moved = self.orders.change_refund(
                order_id, refund.id, old=refund.state, new=new, stripe_id=known_as, error=error
            )
            order = self.orders.order(order_id) if moved else None
            if order is None:
                return []
            self._move_order(order, refund, new, error)
            if refund.state.is_accepted or not new.is_accepted:
                return []
            if refund.restocks:
                self.inventory.take_back(
                    order.id, units_of(order, refund), by=refund.by, reason=refund.reason or "returned"
                )
            due = Effect.due(EffectKind.REFUND_NOTICE, refund.id, self.clock.now())
            return [due] if self.effects.outbox.insert(due) else []

        self.effects.announce(self.transactions.run(block))

    def _move_order(self, order: Order, refund: Refund, new: RefundState, error: str) -> None:
        amount = f"{refund.amount.decimal} {refund.amount.currency}"
        words = {
            RefundState.PENDING: f"refund of {amount} is on its way",
            RefundState.SUCCEEDED: f"{amount} refunded",
            RefundState.FAILED: f"refund of {amount} failed: {error or 'the bank has sent it back'}",
        }
        note = TimelineEntry(self.clock.now(), words[new], "stripe")
        after = order.state_after_refunds()
        if after is not order.state:
            order.must_allow(after)
        if after is OrderState.REFUNDED and not order.is_sold:
            # Whatever was still held for money that was not as agreed is free now.
            self.inventory.release(order.id, reason="its payment was given back")
        if new is RefundState.FAILED:
            log.error("refund failed", extra={"order_id": order.id, "refund_id": refund.id, "reason": error})
        # Within the transaction nobody else can have moved it: this only notes where nothing changes.
        self.orders.change_state(order.id, old=order.state, new=after, note=note)

    def _found(self, order_id: str, refund_id: str) -> tuple[Order | None, Refund | None]:
        order = self.orders.order(order_id)
        return order, order.refund(refund_id) if order else None

    def _note(self, refund: Refund) -> TimelineEntry:
        amount = f"{refund.amount.decimal} {refund.amount.currency}"
        why = f": {refund.reason}" if refund.reason else ""
        return TimelineEntry(refund.at, f"refund of {amount} requested{why}", refund.by)


def _by_stripe_id(order: Order, stripe_id: str) -> Refund | None:
    return next((refund for refund in order.refunds if refund.stripe_id == stripe_id), None)
