"""Stripe as far as the checkout sees it: sessions by key, outcomes on demand, and every request noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from app.money import Money
from app.orders.disputes import Dispute
from app.orders.model import Order
from app.orders.refunds import Refund, RefundState
from app.payments.model import (
    CheckoutSession,
    GatewayUnavailable,
    Outcome,
    PaymentEvent,
    RefundOutcome,
    Refused,
    SessionOpen,
    SessionStatus,
    StripeRefund,
    Unknown,
    UnverifiedEvent,
)


class FakeGateway:
    """Answers a repeated key with the session that it opened first, as Stripe does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """Every request: `create ord_…:attempt:1`, `read cs_1`, `expire cs_1`."""
        self.is_away = False
        self.refuses = ""
        """Why the next sessions are definitely not opened."""
        self.loses_requests = 0
        """How many of the next requests for a session never arrive."""
        self.loses_answers = 0
        """How many of the next requests for a session are executed without anybody hearing of it."""
        self.before_answering: Callable[[CheckoutSession], None] = lambda session: None
        """What happens in the world between the opening of a session and its answer."""
        self.refund_state = RefundState.SUCCEEDED
        """What becomes of the next refunds at once."""
        self.made: dict[str, StripeRefund] = {}
        """Refunds by their key."""
        self.older: set[str] = set()
        """Refunds that were made before whatever a list begins with."""
        self.disputed: dict[str, Dispute] = {}
        """Disputes by their id."""
        self.after_listing: Callable[[], None] = lambda: None
        """What happens in the world between Stripe's list of disputes and its arrival."""
        self._sessions: dict[str, CheckoutSession] = {}
        self._ids_by_key: dict[str, str] = {}

    def create_session(self, order: Order) -> Outcome:
        key = order.attempt.idempotency_key
        self.asked.append(f"create {key}")
        if self.loses_requests:
            self.loses_requests -= 1
            return Unknown("connection reset")
        if key not in self._ids_by_key:
            if self.refuses:
                return Refused(self.refuses)
            self._open(order)
        opened = self._sessions[self._ids_by_key[key]]
        self.before_answering(opened)
        if self.loses_answers:
            self.loses_answers -= 1
            return Unknown("connection reset")
        return SessionOpen(opened)

    def session(self, session_id: str) -> CheckoutSession | None:
        self.asked.append(f"read {session_id}")
        self._must_answer()
        return self._sessions.get(session_id)

    def expire(self, session_id: str) -> CheckoutSession | None:
        self.asked.append(f"expire {session_id}")
        self._must_answer()
        found = self._sessions.get(session_id)
        if found is not None and found.status is SessionStatus.OPEN:
            self.run_out(session_id)
        return self._sessions.get(session_id)

    def refund(self, order: Order, refund: Refund) -> RefundOutcome:
        self.asked.append(f"refund {refund.id}")
        if self.loses_requests:
            self.loses_requests -= 1
            return Unknown("connection reset")
        if refund.id not in self.made:
            if self.refuses:
                return Refused(self.refuses)
            self.put_refund(
                StripeRefund(
                    f"re_{len(self.made) + 1}",
                    refund.payment_intent,
                    refund.amount,
                    self.refund_state,
                    refund.id,
                )
            )
        if self.loses_answers:
            self.loses_answers -= 1
            return Unknown("connection reset")
        return self.made[refund.id]

    def refunds(self, payment_intent: str) -> Sequence[StripeRefund]:
        self.asked.append(f"refunds {payment_intent}")
        self._must_answer()
        return [made for made in self.made.values() if made.payment_intent == payment_intent]

    def disputes(self, payment_intent: str) -> Sequence[Dispute]:
        self.asked.append(f"disputes {payment_intent}")
        self._must_answer()
        listed = [one for one in self.disputed.values() if one.payment_intent == payment_intent]
        self.after_listing()
        return listed

    def session_of(self, payment_intent: str) -> CheckoutSession | None:
        self.asked.append(f"session of {payment_intent}")
        self._must_answer()
        found = (one for one in self._sessions.values() if one.payment_intent == payment_intent)
        return next(found, None)

    def sessions_since(self, moment: datetime) -> Iterator[CheckoutSession]:
        self._list("sessions", moment)
        return iter([*self._sessions.values()][::-1])

    def refunds_since(self, moment: datetime) -> Iterator[StripeRefund]:
        self._list("refunds", moment)
        return iter([one for one in self.made.values() if one.id not in self.older][::-1])

    def disputes_since(self, moment: datetime) -> Iterator[Dispute]:
        self._list("disputes", moment)
        return iter([one for one in self.disputed.values() if one.opened_at >= moment][::-1])

    def _list(self, name: str, moment: datetime) -> None:
        self.asked.append(f"{name} since {moment:%Y-%m-%d %H:%M}")
        self._must_answer()

    def put_refund(self, refund: StripeRefund) -> None:
        """Add a refund, or change what became of it; one of the dashboard has no id of ours."""
        self.made[refund.refund_id or refund.id] = refund

    def verify_event(self, body: bytes, signature: str) -> PaymentEvent:
        raise UnverifiedEvent("nothing is signed here")

    def pay(
        self,
        session_id: str,
        total: Money | None = None,
        *,
        email: str = "ada@mail.example",
        is_paid: bool = True,
        livemode: bool = False,
    ) -> CheckoutSession:
        """Do what a shopper does on the payment page; without `is_paid` the money is on its way."""
        found = self._sessions[session_id]
        self._sessions[session_id] = replace(
            found,
            status=SessionStatus.COMPLETE,
            is_paid=is_paid,
            url="",
            total=total or found.total,
            payment_intent=f"pi_{session_id}",
            email=email,
            livemode=livemode,
            shipping={"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London"},
        )
        return self._sessions[session_id]

    def fail(self, session_id: str) -> CheckoutSession:
        """Let the money of a delayed method never arrive."""
        self._sessions[session_id] = replace(self._sessions[session_id], is_paid=False, has_failed=True)
        return self._sessions[session_id]

    def run_out(self, session_id: str) -> CheckoutSession:
        """Let the time of an open payment page be over."""
        found = self._sessions[session_id]
        self._sessions[session_id] = replace(found, status=SessionStatus.EXPIRED, url="")
        return self._sessions[session_id]

    def put(self, session: CheckoutSession) -> None:
        """Add a session that somebody else has opened."""
        self._sessions[session.id] = session

    def forget(self, session_id: str) -> None:
        """Know nothing of a session any more."""
        del self._sessions[session_id]

    @property
    def open_sessions(self) -> list[str]:
        """The sessions that can be paid now."""
        return [found.id for found in self._sessions.values() if found.status is SessionStatus.OPEN]

    def _open(self, order: Order) -> None:
        name = f"cs_{len(self._sessions) + 1}"
        self._ids_by_key[order.attempt.idempotency_key] = name
        self._sessions[name] = CheckoutSession(
            id=name,
            status=SessionStatus.OPEN,
            is_paid=False,
            url=f"https://pay.example/{name}",
            total=order.total,
            order_id=order.id,
            payment_intent="",
            livemode=False,
        )

    def _must_answer(self) -> None:
        if self.is_away:
            raise GatewayUnavailable("connection refused")


class FakeQueue:
    """Notes what workers were woken for; out of reach it says no, as Redis's does."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.is_away = False

    def enqueue(self, job: str, identifier: str) -> bool:
        if not self.is_away:
            self.asked.append((job, identifier))
        return not self.is_away
