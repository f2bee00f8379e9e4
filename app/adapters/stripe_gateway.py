"""Stripe behind the shop's own words, by the unmodified SDK; no object of it leaves the adapters."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import stripe
from stripe.checkout import Session

from app.adapters.stripe_events import read_event
from app.adapters.stripe_objects import checkout_session, dispute_of, stripe_refund
from app.adapters.stripe_parameters import session_parameters
from app.orders.disputes import Dispute
from app.orders.model import Order
from app.orders.refunds import Refund
from app.payments.model import (
    CheckoutSession,
    EventMark,
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

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

log = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 3, 8
MAX_NETWORK_RETRIES = 2
"""Repetitions inside one call, with the same key, after a lost connection, a 409 or a 5xx."""
PAGE_PAUSE_SECONDS = 0.2
"""Between the pages of a list: five a second, of the 25 that Stripe allows a sandbox."""
BUSY_SECONDS = (1, 2, 4, 8)
WEBHOOK_AGE_SECONDS = 300


class StripeGateway:
    """Opens, reads and ends Checkout Sessions, and verifies webhooks."""

    def __init__(self, api_key: str, webhook_secrets: Sequence[str], api_base: str | None = None) -> None:
        """Prepare the client; nothing is sent.

        Args:
            api_key: the secret key, `sk_…`.
            webhook_secrets: each `whsec_…` that is accepted; several while one is rolled.
            api_base: where the stand-in listens, or nothing for Stripe itself.
        """
        # The telemetry would write a file into the home folder, which a container may not have.
        stripe.enable_telemetry = False
        http = stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=MAX_NETWORK_RETRIES,
            http_client=http,
        )
        self._secrets = tuple(webhook_secrets)
        self._livemode = "_live_" in api_key[:8]

    def create_session(self, order: Order) -> Outcome:
        """Ask for a session for the order's latest attempt, with its stored key.

        A session that was opened by an earlier, identical request is read again,
        because Stripe then repeats its first answer: it may be paid or over by now.
        """
        try:
            session = self._client.v1.checkout.sessions.create(
                cast("SessionCreateParams", session_parameters(order)),
                {"idempotency_key": order.attempt.idempotency_key},
            )
        except stripe.StripeError as error:
            return _failure(error, {"order_id": order.id, "attempt": order.attempt.number})
        opened = checkout_session(session)
        if _is_replayed(session):
            try:
                opened = self.session(opened.id) or opened
            except GatewayUnavailable:
                log.info("repeated answer not checked", extra={"session_id": opened.id})
        return SessionOpen(opened)

    def session(self, session_id: str) -> CheckoutSession | None:
        """Read a session, or nothing where there is none."""
        try:
            # The session itself says "unpaid" both of money on its way and of money that will never come.
            found = self._client.v1.checkout.sessions.retrieve(session_id, {"expand": ["payment_intent"]})
            return checkout_session(found)
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                return None
            raise _unavailable(error) from error
        except stripe.StripeError as error:
            raise _unavailable(error) from error

    def expire(self, session_id: str) -> CheckoutSession | None:
        """End a session that is open, and return it as it is then."""
        try:
            return checkout_session(self._client.v1.checkout.sessions.expire(session_id))
        except stripe.InvalidRequestError as error:
            # Complete or expired already: only the session itself can say which.
            session = self.session(session_id)
            if session is not None and session.status is SessionStatus.OPEN:
                raise _unavailable(error) from error
            return session
        except stripe.StripeError as error:
            raise _unavailable(error) from error

    def refund(self, order: Order, refund: Refund) -> RefundOutcome:
        """Ask for a refund, with its id as the key."""
        try:
            made = self._client.v1.refunds.create(
                {
                    "payment_intent": refund.payment_intent,
                    "amount": refund.amount.minor,
                    "metadata": {"order": order.id, "refund": refund.id},
                },
                {"idempotency_key": refund.id},
            )
        except stripe.StripeError as error:
            return _failure(error, {"order_id": order.id, "refund_id": refund.id})
        return stripe_refund(made)

    def refunds(self, payment_intent: str) -> Sequence[StripeRefund]:
        """Return every refund of a payment, whoever has made it, oldest first."""
        try:
            listed = self._client.v1.refunds.list({"payment_intent": payment_intent, "limit": 100})
            found = [stripe_refund(one) for one in listed.auto_paging_iter()]
        except stripe.StripeError as error:
            raise _unavailable(error) from error
        return found[::-1]

    def disputes(self, payment_intent: str) -> Sequence[Dispute]:
        """Return every dispute of a payment as it stands now, oldest first."""
        try:
            listed = self._client.v1.disputes.list({"payment_intent": payment_intent, "limit": 100})
            found = [dispute_of(one) for one in listed.auto_paging_iter()]
        except stripe.StripeError as error:
            raise _unavailable(error) from error
        return found[::-1]

    def session_of(self, payment_intent: str) -> CheckoutSession | None:
        """Return the session that a payment was made in; nothing where it was made in none."""
        try:
            listed = self._client.v1.checkout.sessions.list({"payment_intent": payment_intent, "limit": 1})
        except stripe.InvalidRequestError as error:
            # Stripe refuses what names no payment of this account and this mode.
            if error.http_status in (400, 404):
                return None
            raise _unavailable(error) from error
        except stripe.StripeError as error:
            raise _unavailable(error) from error
        return checkout_session(listed.data[0]) if listed.data else None

    def sessions_since(self, moment: datetime) -> Iterator[CheckoutSession]:
        """Yield every session that was opened since a moment; one without a payment has no status."""
        sessions = self._listed(self._client.v1.checkout.sessions.list, moment)
        return (checkout_session(one) for one in sessions if one.status)

    def refunds_since(self, moment: datetime) -> Iterator[StripeRefund]:
        """Yield every refund that was made since a moment."""
        return map(stripe_refund, self._listed(self._client.v1.refunds.list, moment))

    def disputes_since(self, moment: datetime) -> Iterator[Dispute]:
        """Yield every dispute that was opened since a moment."""
        return map(dispute_of, self._listed(self._client.v1.disputes.list, moment))

    def _listed(self, ask: Callable[[Any], Any], moment: datetime) -> Iterator[Any]:
        """Yield what a list holds, newest first, with a pause between its pages."""
        asked: dict[str, object] = {"created": {"gte": int(moment.timestamp())}, "limit": 100}
        while True:
            page = _patiently(ask, asked)
            yield from page.data
            if not page.has_more:
                return
            asked["starting_after"] = page.data[-1].id
            time.sleep(PAGE_PAUSE_SECONDS)

    def verify_event(self, body: bytes, signature: str) -> PaymentEvent:
        """Return the event that a webhook carries; the body is read only once its signature holds."""
        if not signature:
            raise UnverifiedEvent("it has no Stripe-Signature header")
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise UnverifiedEvent("its body is not text in UTF-8") from error
        if not any(_is_signed(text, signature, secret) for secret in self._secrets):
            raise UnverifiedEvent("its signature was made with none of the webhook secrets in use")
        if not any(_is_signed(text, signature, secret, WEBHOOK_AGE_SECONDS) for secret in self._secrets):
            raise UnverifiedEvent(f"it was signed more than {WEBHOOK_AGE_SECONDS} seconds ago")
        event = read_event(text)
        return replace(event, marks=self._marks(event))

    def _marks(self, event: PaymentEvent) -> tuple[EventMark, ...]:
        odd = {
            EventMark.OTHER_VERSION: event.api_version != stripe.api_version,
            EventMark.OTHER_MODE: event.livemode is not self._livemode,
        }
        return tuple(mark for mark, is_so in odd.items() if is_so)


def _patiently(ask: Callable[[Any], Any], asked: Mapping[str, object]) -> Any:
    """Ask for a page; where Stripe has had too many requests, wait longer each time.

    Raises:
        GatewayUnavailable: Stripe does not answer, or is too busy for long.
    """
    for seconds in BUSY_SECONDS:
        try:
            return ask(asked)
        except stripe.RateLimitError:
            time.sleep(seconds)
        except stripe.StripeError as error:
            raise _unavailable(error) from error
    raise GatewayUnavailable("too many requests, for longer than a list can wait")


def _failure(error: stripe.StripeError, ids: Mapping[str, object]) -> Refused | Unknown:
    """Decide what a failed request says about the session or the refund that was asked for.

    - No answer, a 409 and a 5xx: the request may have been executed.
    - 429: it was not executed, but is welcome later; the sweep paces the repetition.
    - 401 and 403: it was not executed, because of a wrong key in our own settings.
      An order must not be cancelled for that: it opens once the key is right.
    - A key used with other parameters cannot come from here, except for a new
      version of the code that repeats an old request. Nobody has the address of
      that page, or the order would not be asked for again: so it is refused, and
      its units are not held for the day that Stripe remembers the key.
    - Any other 4xx is Stripe's definite no.
    """
    ids = {**ids, "reason": str(error)}
    match error:
        case stripe.AuthenticationError() | stripe.PermissionError():
            log.error("Stripe does not accept STRIPE_SECRET_KEY: no money moves", extra=ids)
            return Unknown(str(error))
        case stripe.IdempotencyError():
            log.error("idempotency key used with other parameters", extra=ids)
            return Refused(str(error))
        case stripe.InvalidRequestError() | stripe.CardError():
            return Refused(str(error))
        case _:
            return Unknown(str(error))


def _unavailable(error: stripe.StripeError) -> GatewayUnavailable:
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        log.error("Stripe does not accept STRIPE_SECRET_KEY", extra={"reason": str(error)})
    return GatewayUnavailable(str(error))


def _is_replayed(session: Session) -> bool:
    response = session.last_response
    return response is not None and response.headers.get("Idempotent-Replayed") == "true"


def _is_signed(text: str, signature: str, secret: str, tolerance: int | None = None) -> bool:
    try:
        stripe.WebhookSignature.verify_header(text, signature, secret, tolerance)
    except stripe.SignatureVerificationError:
        return False
    return True
