"""Stripe behind the shop's own words, by the unmodified SDK; no object of it leaves this module."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import stripe
from stripe.checkout import Session

from app.adapters.stripe_events import read_event
from app.adapters.stripe_parameters import session_parameters
from app.money import Money
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

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

log = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 3, 8
MAX_NETWORK_RETRIES = 2
"""Repetitions inside one call, with the same key, after a lost connection, a 409 or a 5xx."""
WEBHOOK_AGE_SECONDS = 300
REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
"""What Stripe calls a refund's state; any other (`pending`, `requires_action`) is one that takes its time."""
GIVEN_UP = ("requires_payment_method", "canceled")
"""The states of a payment of a complete session that will never arrive: nobody can try again there."""
SHIPPING_FIELDS = ("line1", "line2", "postal_code", "city", "state", "country")


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
        opened = _checkout_session(session)
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
            return _checkout_session(found)
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                return None
            raise _unavailable(error) from error
        except stripe.StripeError as error:
            raise _unavailable(error) from error

    def expire(self, session_id: str) -> CheckoutSession | None:
        """End a session that is open, and return it as it is then."""
        try:
            return _checkout_session(self._client.v1.checkout.sessions.expire(session_id))
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
        return _stripe_refund(made)

    def refunds(self, payment_intent: str) -> Sequence[StripeRefund]:
        """Return every refund of a payment, whoever has made it, oldest first."""
        try:
            listed = self._client.v1.refunds.list({"payment_intent": payment_intent, "limit": 100})
            found = [_stripe_refund(one) for one in listed.auto_paging_iter()]
        except stripe.StripeError as error:
            raise _unavailable(error) from error
        return found[::-1]

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
        return read_event(text)


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


def _checkout_session(session: Session) -> CheckoutSession:
    """Translate a session; one that somebody else opened on the same account names no order."""
    status, customer = SessionStatus(session.status or ""), session.customer_details
    intent = session.payment_intent
    return CheckoutSession(
        id=session.id,
        status=status,
        # A free order says "no payment required" even before the shopper has confirmed it.
        is_paid=status is SessionStatus.COMPLETE and session.payment_status != "unpaid",
        url=session.url or "",
        total=Money(session.amount_total or 0, (session.currency or "").upper()),
        order_id=session.metadata["order"] if session.metadata and "order" in session.metadata else "",
        payment_intent=(intent if isinstance(intent, str) else intent.id) if intent else "",
        livemode=session.livemode,
        email=(customer and customer.email) or session.customer_email or "",
        shipping=_shipping(session),
        has_failed=_has_failed(session),
    )


def _has_failed(session: Session) -> bool:
    """Say whether a delayed payment has failed for good, as far as the payment was read as well."""
    intent = session.payment_intent
    is_unpaid = session.status == "complete" and session.payment_status == "unpaid"
    return is_unpaid and isinstance(intent, stripe.PaymentIntent) and intent.status in GIVEN_UP


def _stripe_refund(made: stripe.Refund) -> StripeRefund:
    intent = made.payment_intent
    return StripeRefund(
        id=made.id,
        payment_intent=(intent if isinstance(intent, str) else intent.id) if intent else "",
        amount=Money(made.amount, made.currency.upper()),
        state=REFUND_STATES.get(made.status or "", RefundState.PENDING),
        refund_id=made.metadata["refund"] if made.metadata and "refund" in made.metadata else "",
        error=(getattr(made, "failure_reason", None) or "") if made.status in ("failed", "canceled") else "",
    )


def _shipping(session: Session) -> Mapping[str, str]:
    collected = session.collected_information
    details = collected.shipping_details if collected else None
    if details is None:
        return {}
    return {
        "name": details.name or "",
        **{name: getattr(details.address, name, None) or "" for name in SHIPPING_FIELDS},
    }


def _is_signed(text: str, signature: str, secret: str, tolerance: int | None = None) -> bool:
    try:
        stripe.WebhookSignature.verify_header(text, signature, secret, tolerance)
    except stripe.SignatureVerificationError:
        return False
    return True
