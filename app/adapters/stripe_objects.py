"""Objects of the SDK translated into the shop's own words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.money import Money
from app.orders.disputes import Dispute, DisputeState
from app.orders.refunds import RefundState
from app.payments.model import CheckoutSession, SessionStatus, StripeRefund

if TYPE_CHECKING:
    import stripe
    from stripe.checkout import Session

log = logging.getLogger(__name__)

REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
"""What Stripe calls a refund's state; any other (`pending`, `requires_action`) is one that takes its time."""
DISPUTE_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY_UNDER_REVIEW,
    "warning_closed": DisputeState.INQUIRY_CLOSED,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    # An appeal is a dispute that was decided once, and is open again.
    "appeal_needs_response": DisputeState.NEEDS_RESPONSE,
    "appeal_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "prevented": DisputeState.PREVENTED,
}
GIVEN_UP = ("requires_payment_method", "canceled")
"""The states of a payment of a complete session that will never arrive: nobody can try again there."""
SHIPPING_FIELDS = ("line1", "line2", "postal_code", "city", "state", "country")


def checkout_session(session: Session) -> CheckoutSession:
    """Translate a session; one that somebody else opened on the same account names no order."""
    status, customer = SessionStatus(session.status or ""), session.customer_details
    return CheckoutSession(
        id=session.id,
        status=status,
        # A free order says "no payment required" even before the shopper has confirmed it.
        is_paid=status is SessionStatus.COMPLETE and session.payment_status != "unpaid",
        url=session.url or "",
        total=Money(session.amount_total or 0, (session.currency or "").upper()),
        order_id=session.metadata["order"] if session.metadata and "order" in session.metadata else "",
        payment_intent=_id_of(session.payment_intent),
        livemode=session.livemode,
        email=(customer and customer.email) or session.customer_email or "",
        shipping=_shipping(session),
        has_failed=_has_failed(session),
    )


def stripe_refund(made: stripe.Refund) -> StripeRefund:
    """Translate a refund, whoever has made it."""
    return StripeRefund(
        id=made.id,
        payment_intent=_id_of(made.payment_intent),
        amount=Money(made.amount, made.currency.upper()),
        state=REFUND_STATES.get(made.status or "", RefundState.PENDING),
        refund_id=made.metadata["refund"] if made.metadata and "refund" in made.metadata else "",
        error=(getattr(made, "failure_reason", None) or "") if made.status in ("failed", "canceled") else "",
    )


def _has_failed(session: Session) -> bool:
    """Say whether a delayed payment has failed for good, as far as the payment was read as well."""
    intent = session.payment_intent
    is_unpaid = session.status == "complete" and session.payment_status == "unpaid"
    return is_unpaid and intent is not None and not isinstance(intent, str) and intent.status in GIVEN_UP


def _shipping(session: Session) -> Mapping[str, str]:
    collected = session.collected_information
    details = collected.shipping_details if collected else None
    if details is None:
        return {}
    return {
        "name": details.name or "",
        **{name: getattr(details.address, name, None) or "" for name in SHIPPING_FIELDS},
    }


def dispute_of(made: stripe.Dispute) -> Dispute:
    """Translate a dispute; a state that is not known yet is one that somebody else decides."""
    state = DISPUTE_STATES.get(made.status)
    if state is None:
        log.warning("unknown state of a dispute", extra={"dispute_id": made.id, "state": made.status})
    due_by = made.evidence_details.due_by
    return Dispute(
        id=made.id,
        payment_intent=_id_of(made.payment_intent),
        amount=Money(made.amount, made.currency.upper()),
        reason=made.reason,
        state=state or DisputeState.UNDER_REVIEW,
        opened_at=datetime.fromtimestamp(made.created, UTC),
        evidence_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        # What was taken is a negative amount; what came back, or a fee, is an entry of its own.
        is_withdrawn=sum(entry.amount for entry in made.balance_transactions) < 0,
    )


def _id_of(intent: str | stripe.PaymentIntent | None) -> str:
    """Return the id of a payment, expanded or not."""
    return (intent if isinstance(intent, str) else intent.id) if intent else ""
