"""Stripe as a world of its own: sessions end with the clock, keys are forgotten after a day, events are told.

It knows how much money it has taken and given back, whatever the shop believes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.money import Money
from app.orders.model import Order
from app.orders.refunds import Refund, RefundState
from app.payments.model import (
    CheckoutSession,
    Outcome,
    PaymentEvent,
    RefundOutcome,
    Refused,
    SessionOpen,
    SessionStatus,
    StripeRefund,
    Unknown,
)
from tests.fakes.gateway import FakeGateway
from tests.fakes.memory import FakeClock

KEY_LIVES = timedelta(hours=24)
LEAST_LIFE = timedelta(minutes=30)


class Stripe(FakeGateway):
    """Opens, ends, takes and gives back as Stripe does, and tells of each by an event."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock = clock
        self.events: list[PaymentEvent] = []
        """What is still to be told; an event stays here, for it may be told again."""
        self.untold: set[str] = set()
        """Sessions of which no event arrives."""
        self.meanwhile: Callable[[], None] = lambda: None
        """What the world does between the opening of the next session and its answer."""
        self.on_its_way: list[str] = []
        """Sessions whose delayed payment has no outcome yet."""
        self._told = 0
        self._ends: dict[str, datetime] = {}
        self._keys: dict[str, tuple[datetime, object]] = {}
        self._asked: dict[str, datetime] = {}

    def create_session(self, order: Order) -> Outcome:
        self.pass_time()
        attempt, now = order.attempt, self.clock.now()
        if self.is_away:
            return Unknown("connection refused")
        asked_at, parameters = self._keys.get(attempt.idempotency_key, (now, None))
        wanted = (order.lines, order.currency, attempt.expires_at, attempt.return_url, attempt.cancel_url)
        if now - asked_at >= KEY_LIVES:
            parameters = None
            self._ids_by_key.pop(attempt.idempotency_key, None)
        if parameters is None and not self.loses_requests:
            if attempt.expires_at - now < LEAST_LIFE:
                return Refused("expires_at must be at least 30 minutes from now")
            self._keys[attempt.idempotency_key] = (now, wanted)
        elif parameters is not None and parameters != wanted:
            return Refused("this key was used with other parameters")
        known = len(self._sessions)
        outcome = super().create_session(order)
        if len(self._sessions) > known:
            session = list(self._sessions.values())[-1]
            self._ends[session.id] = attempt.expires_at
            meanwhile, self.meanwhile = self.meanwhile, lambda: None
            meanwhile()
            if isinstance(outcome, SessionOpen):
                return SessionOpen(session)
        return outcome

    def session(self, session_id: str) -> CheckoutSession | None:
        self.pass_time()
        return super().session(session_id)

    def expire(self, session_id: str) -> CheckoutSession | None:
        self.pass_time()
        return super().expire(session_id)

    def run_out(self, session_id: str) -> CheckoutSession:
        ended = super().run_out(session_id)
        self.tell("checkout.session.expired", session_id=session_id)
        return ended

    def refund(self, order: Order, refund: Refund) -> RefundOutcome:
        if self.is_away:
            return Unknown("connection refused")
        asked_at = self._asked.setdefault(refund.id, self.clock.now())
        if refund.id in self.made and self.clock.now() - asked_at >= KEY_LIVES:
            # The key is forgotten: the same request is another refund.
            self.made[self.made[refund.id].id] = self.made.pop(refund.id)
            self._asked[refund.id] = self.clock.now()
        is_new = refund.id not in self.made
        if is_new and refund.amount.minor > self.kept(refund.payment_intent):
            return Refused("more than is left of the charge")
        outcome = super().refund(order, refund)
        if is_new and refund.id in self.made:
            self.tell("refund.created", intent=refund.payment_intent, order_id=order.id)
        return outcome

    # What shoppers, banks and the dashboard do.

    def open_second(self, order: Order) -> None:
        """Open one more session for an order, which only Stripe's own dashboard could do."""
        name = f"cs_{len(self._sessions) + 1}"
        self.put(
            CheckoutSession(
                id=name,
                status=SessionStatus.OPEN,
                is_paid=False,
                url=f"https://pay.example/{name}",
                total=order.total,
                order_id=order.id,
                payment_intent="",
                livemode=False,
            )
        )
        self._ends[name] = self.clock.now() + timedelta(minutes=45)

    def take(self, session_id: str, *, beside: int = 0) -> None:
        """Take the money of an open session at once; `beside` is by how much it is not what was asked."""
        found = self._sessions[session_id]
        self.pay(session_id, Money(found.total.minor + beside, found.total.currency))
        self.tell("checkout.session.completed", session_id=session_id)

    def take_later(self, session_id: str) -> None:
        """Complete a session with a method that takes days."""
        self.pay(session_id, is_paid=False)
        self.on_its_way.append(session_id)
        self.tell("checkout.session.completed", session_id=session_id)

    def decide(self, session_id: str, *, arrives: bool) -> None:
        """Let a delayed payment arrive, or fail for good."""
        self.on_its_way.remove(session_id)
        found = self._sessions[session_id]
        self._sessions[session_id] = replace(found, is_paid=arrives, has_failed=not arrives)
        outcome = "succeeded" if arrives else "failed"
        self.tell(f"checkout.session.async_payment_{outcome}", session_id=session_id)

    def give_back(self, intent: str, minor: int, currency: str) -> None:
        """Refund in the dashboard."""
        made = StripeRefund(f"re_{len(self.made) + 1}", intent, Money(minor, currency), RefundState.SUCCEEDED)
        self.put_refund(made)
        # A charge carries what its payment was given by the shop; a refund only what its maker gave it.
        order_id = next(found.order_id for found in self.takings if found.payment_intent == intent)
        self.tell("charge.refunded", intent=intent, order_id=order_id)

    def move_refund(self, made: StripeRefund, state: RefundState) -> None:
        """Let a refund arrive at the customer's bank, or come back from it."""
        error = "the bank has sent it back" if state is RefundState.FAILED else ""
        key = next(key for key, found in self.made.items() if found.id == made.id)
        self.made[key] = replace(made, state=state, error=error)
        self.tell("refund.updated", intent=made.payment_intent)

    def pass_time(self) -> None:
        """End the sessions whose time is over."""
        for session_id in self.open_sessions:
            if self._ends.get(session_id, self.clock.now()) <= self.clock.now():
                self.run_out(session_id)

    def tell(self, kind: str, *, session_id: str = "", intent: str = "", order_id: str = "") -> None:
        """Add an event to those that are to be told."""
        self._told += 1
        event = PaymentEvent(f"evt_{self._told}", kind, "v", False, session_id, {}, intent, order_id)
        if session_id not in self.untold:
            self.events.append(event)

    # What it knows.

    @property
    def all_sessions(self) -> list[str]:
        """Every session, the oldest first."""
        return list(self._sessions)

    @property
    def takings(self) -> list[CheckoutSession]:
        """The sessions whose money Stripe has taken."""
        return [found for found in self._sessions.values() if found.is_paid]

    def sessions_of_attempts(self, orders: Sequence[Order]) -> set[str]:
        """Return the sessions that the shop has opened for orders, whether it knows of them or not."""
        keys = [attempt.idempotency_key for order in orders for attempt in order.attempts]
        return {self._ids_by_key[key] for key in keys if key in self._ids_by_key}

    def kept(self, intent: str) -> int:
        """Return what is left of a payment after every refund of it that has not failed."""
        taken = sum(found.total.minor for found in self.takings if found.payment_intent == intent)
        return taken - sum(
            made.amount.minor
            for made in self.made.values()
            if made.payment_intent == intent and made.state is not RefundState.FAILED
        )
