"""Jobs about payments: what a stored webhook event leads to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from app.checkout.model import UnknownOrder
from app.effects.queue import HANDLE_EVENT
from app.errors import NotFound
from app.logs import bind
from app.payments.model import EventMark, PaymentEvent
from app.services import Services
from jobs import runtime

log = logging.getLogger(__name__)

UNHANDLED_SECONDS = 10
"""How long an event may wait for the wake-up that was given when it was stored."""
AT_ONCE = 1000
"""Enough that events which fail again and again do not hide those that came later."""

Handler = Callable[[Services, PaymentEvent], None]


def handle_event(event_id: str) -> None:
    """Act on a stored event, once; the entry point that is woken by name.

    Raises:
        Exception: whatever went wrong, after it was noted: RQ repeats the job, then the sweep does.
    """
    bind(event_id=event_id)
    handle(runtime.services(), event_id)


def handle(services: Services, event_id: str) -> None:
    """Act on a stored event that has not been acted upon yet, and note it."""
    row = services.inbox.row(event_id)
    if row is None:
        log.warning("woken for an event that is not stored", extra={"event_id": event_id})
        return
    if row.handled_at is not None:
        return
    try:
        handler_of(row.event)(services, row.event)
    except Exception as error:
        next_try_at = services.clock.now() + pause_after(error, row.tries)
        reason = f"{type(error).__name__}: {error}"
        services.inbox.mark_failed(event_id, reason, next_try_at=next_try_at)
        raise
    services.inbox.mark_handled(event_id, services.clock.now())


def handler_of(event: PaymentEvent) -> Handler:
    """Return what an event leads to: nothing, where it is of the other mode."""
    if EventMark.OTHER_MODE in event.marks:
        return refuse_mode
    return HANDLERS.get(event.type, acknowledge)


def pause_after(error: Exception, tries: int) -> timedelta:
    """Return how long an event that has failed is left alone: longer each time.

    An order that is not there needs a restored database, which takes its time; a
    silent Stripe or a busy database is back before long.
    """
    is_parked = isinstance(error, UnknownOrder)
    first, most = (60, 3600) if is_parked else (5, 60)
    return timedelta(seconds=min(first * 2 ** min(tries, 10), most))


def settle(services: Services, event: PaymentEvent) -> None:
    """Let the checkout find out what became of the event's session.

    A session that names no order of ours belongs to another program on the same
    Stripe account. One that names an order which is not there is an alarm, and the
    event stays open: the database may be older than the payment.
    """
    try:
        services.checkout.settle(event.session_id)
    except UnknownOrder as unknown:
        if unknown.order_id:
            log.error("payment for an unknown order", extra=_ids(event))
            raise
        log.info("event of another program on this account", extra=_ids(event))


def follow_refunds(services: Services, event: PaymentEvent) -> None:
    """Let the checkout find out what became of the refunds of the event's payment.

    A payment of no order of ours is another program's. One whose charge names an
    order that does not have it yet came before its settling: the event stays open,
    and is handled again once the order is paid.

    Raises:
        NotFound: the payment is not noted yet.
    """
    if services.checkout.follow_refunds(event.payment_intent) is not None:
        return
    if event.order_id:
        raise NotFound("payment of an order", event.payment_intent)
    log.info("refund of a payment that no order has", extra=_ids(event))


def follow_disputes(services: Services, event: PaymentEvent) -> None:
    """Let the checkout find out what became of the disputes of the event's payment.

    A payment that was made in no session of ours is another program's.
    """
    try:
        order = services.checkout.follow_disputes(event.payment_intent)
    except UnknownOrder:
        log.error("dispute of an unknown order", extra=_ids(event))
        raise
    if order is None:
        log.info("dispute of a payment that no order has", extra=_ids(event))


def refuse_mode(_services: Services, event: PaymentEvent) -> None:
    """Note an event of a test on a live shop, or the other way round, and do nothing."""
    log.error("event of the other mode: its webhook endpoint belongs to other keys", extra=_ids(event))


def acknowledge(_services: Services, event: PaymentEvent) -> None:
    """Note an event that changes nothing here."""
    log.info("event acknowledged", extra=_ids(event))


HANDLERS: Mapping[str, Handler] = {
    "checkout.session.completed": settle,
    "checkout.session.async_payment_succeeded": settle,
    "checkout.session.async_payment_failed": settle,
    "checkout.session.expired": settle,
    "charge.refunded": follow_refunds,
    "refund.created": follow_refunds,
    "refund.updated": follow_refunds,
    "refund.failed": follow_refunds,
    "charge.refund.updated": follow_refunds,
    "charge.dispute.created": follow_disputes,
    "charge.dispute.updated": follow_disputes,
    "charge.dispute.closed": follow_disputes,
    "charge.dispute.funds_withdrawn": follow_disputes,
    "charge.dispute.funds_reinstated": follow_disputes,
    # What follows is known to come with every payment, and says nothing that settling does not read.
    "charge.succeeded": acknowledge,
    "charge.updated": acknowledge,
    "payment_intent.created": acknowledge,
    "payment_intent.succeeded": acknowledge,
    "payment_intent.payment_failed": acknowledge,
}
"""What each event leads to; any other is acknowledged too, or Stripe would send it for days."""


def requeue_unhandled(services: Services) -> int:
    """Wake a worker for every event that waits and whose pause is over; return how many."""
    now = services.clock.now()
    rows = services.inbox.due(now - timedelta(seconds=UNHANDLED_SECONDS), now, limit=AT_ONCE)
    for row in rows:
        services.queue.enqueue(HANDLE_EVENT, row.event.id)
    return len(rows)


def reconcile(services: Services, window: timedelta) -> int:
    """Settle what Stripe's lists know of a window and no event has told of; return how much that was."""
    return len(services.checkout.reconcile(services.clock.now() - window).findings)


def _ids(event: PaymentEvent) -> Mapping[str, object]:
    return {
        "event_id": event.id,
        "event_type": event.type,
        "session_id": event.session_id,
        "payment_intent": event.payment_intent,
        "marks": list(event.marks),
    }
