"""Reconciling: go through Stripe's own lists, and settle whatever no webhook has told of.

Nothing here moves an order by itself. What is found is handed to the same settling
and following that a webhook wakes, so it may run beside them, twice, or be cut off
anywhere; with webhooks off altogether it alone keeps the books right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.checkout.dispute import Disputes
from app.checkout.refund import Refunds
from app.checkout.settle import Settle
from app.errors import VitrineError
from app.orders.disputes import Dispute
from app.orders.model import Order, OrderState
from app.orders.refunds import REFUND_TRANSITIONS
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.payments.model import CheckoutSession, SessionStatus, StripeRefund

log = logging.getLogger(__name__)

AT_ONCE = 1000
"""So many orders with a refund under way are looked at one by one."""


class FindingKind(StrEnum):
    """What was missed."""

    PAID = "paid"
    PROCESSING = "processing"
    EXPIRED = "expired"
    SESSION = "session"
    """A payment page that is open and that its order does not know."""
    REFUND = "refund"
    DISPUTE = "dispute"
    UNKNOWN_ORDER = "unknown_order"
    """Stripe names an order that is not there: a matter for a person, never a new order."""


@dataclass(frozen=True)
class Finding:
    """One thing that Stripe knew and the shop did not."""

    kind: FindingKind
    about: str
    """Stripe's id of it."""
    order: str
    """The order's number, or its id where there is no such order."""
    found: str
    done: str = ""
    """What has become of the order; empty in a dry run."""
    error: str = ""
    """Why it could not be settled."""


@dataclass
class Reconciliation:
    """What was read, found and done."""

    since: datetime
    is_dry: bool
    sessions: int = 0
    refunds: int = 0
    disputes: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def failed(self) -> list[Finding]:
        """What is still open."""
        return [finding for finding in self.findings if finding.error]


@dataclass(frozen=True)
class Reconcile:
    """Compares orders with Stripe's lists."""

    orders: OrderStore
    gateway: Gateway
    settle: Settle
    refunds: Refunds
    disputes: Disputes
    session_minutes: int
    """How long a payment page may have been open before it was paid."""
    pause: Callable[[], None]
    """Waits before each further request to Stripe, so that shoppers' own are never held up."""

    def __call__(self, since: datetime, *, is_dry: bool = False) -> Reconciliation:
        """Settle what was missed since a moment; in a dry run only say what it is.

        Raises:
            GatewayUnavailable: Stripe does not answer; what was found until then is settled.
        """
        report = Reconciliation(since, is_dry)
        # In a dry run nobody notes these payments, and yet their refunds are ours.
        paid: dict[str, Order] = {}
        for session in self.gateway.sessions_since(since - timedelta(minutes=self.session_minutes)):
            report.sessions += 1
            self._session(report, session, paid)
        self._follow_refunds(report, paid)
        self._follow_disputes(report, paid)
        return report

    def _session(self, report: Reconciliation, session: CheckoutSession, paid: dict[str, Order]) -> None:
        order = self.orders.order(session.order_id) if session.order_id else None
        order = order or self.orders.by_session(session.id)
        if order is None:
            if session.order_id and session.is_paid:
                said = f"{_shown(session)} was paid for an order that is not there"
                finding = Finding(FindingKind.UNKNOWN_ORDER, session.id, session.order_id, said)
                report.findings.append(replace(finding, error="restore the database, or refund it at Stripe"))
            return
        kind = _missed(order, session)
        if kind is None:
            return
        if kind is FindingKind.PAID and session.payment_intent:
            paid[session.payment_intent] = order
        words = {
            FindingKind.PAID: f"{_shown(session)} was paid, and the order is {order.state}",
            FindingKind.PROCESSING: f"{_shown(session)} is on its way, and the order is {order.state}",
            FindingKind.EXPIRED: f"the payment page expired, and the order is {order.state}",
            FindingKind.SESSION: "the payment page is open, and the order does not know it",
        }
        self._handle(
            report,
            Finding(kind, session.id, order.number, words[kind]),
            lambda: self.settle(session.id),
            lambda now: _missed(now, session) is None,
        )

    def _follow_refunds(self, report: Reconciliation, paid: dict[str, Order]) -> None:
        followed: set[str] = set()
        for made in self._refunds(report):
            order = self.orders.by_payment_intent(made.payment_intent) or paid.get(made.payment_intent)
            if order is None or made.payment_intent in followed or not _is_news(order, made):
                continue
            followed.add(made.payment_intent)
            amount = f"{made.amount.decimal} {made.amount.currency}"
            self._handle(
                report,
                Finding(FindingKind.REFUND, made.id, order.number, f"refund of {amount} is {made.state}"),
                lambda made=made: self.refunds.follow(made.payment_intent),  # type: ignore[misc]
                lambda now, made=made: not _is_news(now, made),  # type: ignore[misc]
            )

    def _refunds(self, report: Reconciliation) -> Iterator[StripeRefund]:
        """Yield the refunds that Stripe lists, and those made earlier whose end is not known yet."""
        for made in self.gateway.refunds_since(report.since):
            report.refunds += 1
            yield made
        for order in self.orders.refunds_pending(AT_ONCE):
            for payment in order.payments:
                if payment.payment_intent:
                    self.pause()
                    yield from self.gateway.refunds(payment.payment_intent)

    def _follow_disputes(self, report: Reconciliation, paid: dict[str, Order]) -> None:
        for dispute in self._disputes(report):
            intent = dispute.payment_intent
            order = self.orders.by_payment_intent(intent) or paid.get(intent)
            if order is None or order.dispute(dispute.id) == dispute:
                continue
            amount = f"{dispute.amount.decimal} {dispute.amount.currency}"
            self._handle(
                report,
                Finding(
                    FindingKind.DISPUTE, dispute.id, order.number, f"dispute of {amount} is {dispute.state}"
                ),
                lambda intent=intent: self.disputes.follow(intent),  # type: ignore[misc]
                lambda now, dispute=dispute: now.dispute(dispute.id) is not None,  # type: ignore[misc]
            )

    def _disputes(self, report: Reconciliation) -> Iterator[Dispute]:
        """Yield the disputes that Stripe lists, and those opened earlier that may be decided by now."""
        for dispute in self.gateway.disputes_since(report.since):
            report.disputes += 1
            yield dispute
        for order in self.orders.disputed(limit=0):
            for intent in _intents(one for one in order.disputes if one.state.is_open):
                self.pause()
                yield from self.gateway.disputes(intent)

    def _handle(
        self,
        report: Reconciliation,
        finding: Finding,
        act: Callable[[], Order | None],
        is_settled: Callable[[Order], bool],
    ) -> None:
        """Settle one finding; whatever is wrong with it, the next one has its turn."""
        if not report.is_dry:
            self.pause()
            try:
                order = act()
                done = f"the order is {order.state}" if order else ""
                is_open = order is None or not is_settled(order)
                finding = replace(finding, done=done, error="still not settled" if is_open else "")
            except VitrineError as error:
                finding = replace(finding, error=str(error))
            except Exception as error:  # Whatever is wrong with this one, the next one is another.
                finding = replace(finding, error=f"{type(error).__name__}: {error}")
            ids = {"about": finding.about, "order": finding.order, "found": finding.found}
            said = "missed, and still open" if finding.error else "missed, and settled now"
            log.warning(said, extra={**ids, "done": finding.done, "error": finding.error})
        report.findings.append(finding)


def _missed(order: Order, session: CheckoutSession) -> FindingKind | None:
    """Return what an order does not know of its session; nothing where it knows all."""
    match session.status:
        case SessionStatus.COMPLETE if session.is_paid:
            is_known = any(payment.session_id == session.id for payment in order.payments)
            return None if is_known else FindingKind.PAID
        case SessionStatus.COMPLETE:
            return FindingKind.PROCESSING if order.state is OrderState.PENDING_PAYMENT else None
        case SessionStatus.EXPIRED:
            is_latest = order.attempt.session_id in ("", session.id)
            return FindingKind.EXPIRED if order.state.is_open and is_latest else None
        case SessionStatus.OPEN:
            is_known = any(attempt.session_id == session.id for attempt in order.attempts)
            return FindingKind.SESSION if order.state.is_open and not is_known else None


def _is_news(order: Order, made: StripeRefund) -> bool:
    """Say whether an order does not know a refund, or not what became of it."""
    known = order.refund(made.refund_id) or next(
        (refund for refund in order.refunds if refund.stripe_id == made.id), None
    )
    return known is None or made.state in REFUND_TRANSITIONS[known.state]


def _shown(session: CheckoutSession) -> str:
    return f"{session.total.decimal} {session.total.currency}"


def _intents(disputes: Iterable[Dispute]) -> list[str]:
    return sorted({dispute.payment_intent for dispute in disputes})
