"""Disputes: bring an order to what Stripe says of them, and tell the merchant once of each turn.

Nothing is taken from the event that woke us: Stripe's list is read, after the order,
so that an older answer can never overwrite a newer one. Goods stay where they are:
whoever loses a dispute has usually lost the goods too, and what does come back is
received by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.clock import Clock
from app.effects.model import Effect, EffectKind
from app.effects.service import Effects
from app.errors import VersionConflict
from app.orders.disputes import Dispute, DisputeState
from app.orders.model import Order, TimelineEntry
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.transactions import Transactions

log = logging.getLogger(__name__)

LOOKS = 5
"""How often Stripe is asked again because somebody else has noted something in between."""


@dataclass(frozen=True)
class Disputes:
    """Follows disputes."""

    orders: OrderStore
    gateway: Gateway
    effects: Effects
    transactions: Transactions
    clock: Clock

    def follow(self, payment_intent: str) -> Order | None:
        """Bring an order's disputes to what Stripe lists of a payment.

        Returns nothing where the payment belongs to no order of the shop.

        Raises:
            GatewayUnavailable: Stripe cannot be asked now.
            VersionConflict: others note disputes of this order faster than Stripe answers.
        """
        for _ in range(LOOKS):
            order = self.orders.by_payment_intent(payment_intent)
            if order is None:
                return None
            if self._noted(order, self.gateway.disputes(payment_intent)):
                return self.orders.order(order.id)
        raise VersionConflict("order", payment_intent, LOOKS)

    def _noted(self, order: Order, listed: Sequence[Dispute]) -> bool:
        """Note whatever is new; say whether nobody else has noted something since the order was read."""
        for dispute in listed:
            known = order.dispute(dispute.id)
            if known == dispute:
                continue
            if not self._note(order, known, dispute):
                return False
            order = replace(order, disputes=_with(order.disputes, dispute))
        return True

    def _note(self, order: Order, known: Dispute | None, dispute: Dispute) -> bool:
        """Write a dispute and what it makes due, in one step; say whether it was still as known."""
        note = TimelineEntry(self.clock.now(), _words(known, dispute), "stripe")
        is_disputed = any(one.state.is_open for one in _with(order.disputes, dispute))

        def block() -> list[Effect] | None:
            current = self.orders.order(order.id)
            if current is None or current.disputes != order.disputes:
                return None
            self.orders.put_dispute(order.id, dispute, note, is_disputed=is_disputed)
            due = Effect.due(_notice_of(dispute), dispute.id, self.clock.now())
            return [due] if self.effects.outbox.insert(due) else []

        due = self.transactions.run(block)
        if due is None:
            return False
        ids = {"order_id": order.id, "dispute_id": dispute.id, "state": dispute.state}
        log.warning("order disputed", extra=ids)
        self.effects.announce(due)
        return True


def _with(disputes: Sequence[Dispute], dispute: Dispute) -> tuple[Dispute, ...]:
    """Return disputes with one put in the place of what was known of it, or at the end."""
    if all(one.id != dispute.id for one in disputes):
        return (*disputes, dispute)
    return tuple(dispute if one.id == dispute.id else one for one in disputes)


def _notice_of(dispute: Dispute) -> EffectKind:
    """Return what the merchant is told of a dispute in this state; of each kind there is one letter."""
    if not dispute.state.is_open:
        return EffectKind.DISPUTE_OUTCOME
    return EffectKind.INQUIRY_NOTICE if dispute.state.is_inquiry else EffectKind.DISPUTE_NOTICE


def _words(known: Dispute | None, dispute: Dispute) -> str:
    """Return what the timeline says of the step from what was known to what is so now."""
    amount = f"{dispute.amount.decimal} {dispute.amount.currency}"
    until = f", answer by {dispute.answer_by:%Y-%m-%d}" if dispute.answer_by else ""
    said = {
        DisputeState.INQUIRY: f"the bank asks about {amount}: {dispute.reason}{until}",
        DisputeState.INQUIRY_UNDER_REVIEW: f"inquiry about {amount} answered, the bank decides",
        DisputeState.INQUIRY_CLOSED: f"inquiry about {amount} closed: nothing was taken",
        DisputeState.NEEDS_RESPONSE: f"{amount} disputed: {dispute.reason}{until}",
        DisputeState.UNDER_REVIEW: f"dispute of {amount} answered, the bank decides",
        DisputeState.WON: f"dispute of {amount} won",
        DisputeState.LOST: f"dispute of {amount} lost",
        DisputeState.PREVENTED: f"dispute of {amount} prevented: Stripe has given the money back",
    }
    words = [said[dispute.state]] if known is None or known.state is not dispute.state else []
    was_withdrawn = known is not None and known.is_withdrawn
    if dispute.is_withdrawn and not was_withdrawn:
        words.append(f"{amount} withdrawn by the bank")
    if was_withdrawn and not dispute.is_withdrawn:
        words.append(f"{amount} reinstated")
    return "; ".join(words) or f"dispute of {amount} changed{until}"
