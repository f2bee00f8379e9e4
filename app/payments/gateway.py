"""What the shop asks of a payment provider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from app.orders.disputes import Dispute
from app.orders.model import Order
from app.orders.refunds import Refund
from app.payments.model import CheckoutSession, Outcome, PaymentEvent, RefundOutcome, StripeRefund


class Gateway(Protocol):
    """Opens, reads and ends Checkout Sessions, and verifies what comes back."""

    def create_session(self, order: Order) -> Outcome:
        """Ask for a session for the order's latest attempt, with its stored key.

        The request is made of stored facts only, so that a repetition is equal to
        the byte and gets the same session.
        """
        ...

    def session(self, session_id: str) -> CheckoutSession | None:
        """Read a session, or nothing where there is none.

        Raises:
            GatewayUnavailable: the provider cannot be asked now.
        """
        ...

    def expire(self, session_id: str) -> CheckoutSession | None:
        """End a session that is open, and return it as it is then.

        A session that turns out to be complete or expired already is returned so.

        Raises:
            GatewayUnavailable: the provider cannot be asked now.
        """
        ...

    def refund(self, order: Order, refund: Refund) -> RefundOutcome:
        """Ask for a refund, with its id as the key: a repetition is the same refund."""
        ...

    def refunds(self, payment_intent: str) -> Sequence[StripeRefund]:
        """Return every refund of a payment, whoever has made it.

        Raises:
            GatewayUnavailable: the provider cannot be asked now.
        """
        ...

    def disputes(self, payment_intent: str) -> Sequence[Dispute]:
        """Return every dispute of a payment as it stands now.

        Raises:
            GatewayUnavailable: the provider cannot be asked now.
        """
        ...

    def session_of(self, payment_intent: str) -> CheckoutSession | None:
        """Return the session that a payment was made in; nothing where it was made in none.

        Raises:
            GatewayUnavailable: the provider cannot be asked now.
        """
        ...

    def sessions_since(self, moment: datetime) -> Iterator[CheckoutSession]:
        """Yield every session that was opened since a moment, newest first, page by page and paced.

        Raises:
            GatewayUnavailable: the provider cannot be asked now, or not any further.
        """
        ...

    def refunds_since(self, moment: datetime) -> Iterator[StripeRefund]:
        """Yield every refund that was made since a moment, in the same way."""
        ...

    def disputes_since(self, moment: datetime) -> Iterator[Dispute]:
        """Yield every dispute that was opened since a moment, in the same way."""
        ...

    def verify_event(self, body: bytes, signature: str) -> PaymentEvent:
        """Return the event that a webhook carries.

        Raises:
            UnverifiedEvent: signature, age or body cannot be trusted.
        """
        ...
