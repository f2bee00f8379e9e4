"""Stripe's webhook: verify on the raw body, store, wake a worker, answer."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.effects.queue import HANDLE_EVENT
from app.errors import StoreUnavailable
from app.logs import bind
from app.payments.model import UnverifiedEvent
from app.web.shop import current_shop

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")

LARGEST_BODY = 1024 * 1024


@webhooks.post("/stripe")
def stripe() -> Response:
    """Take an event: 204 once it is stored, 400 where it cannot be trusted, 503 to be sent again."""
    services = current_shop().services
    request.max_content_length = LARGEST_BODY
    # Signatures are ASCII; the comparison in Stripe's library breaks on anything else.
    signature = request.headers.get("Stripe-Signature", "").encode("ascii", "replace").decode()
    try:
        event = services.gateway.verify_event(request.get_data(cache=False), signature)
    except RequestEntityTooLarge:
        return Response("The body is larger than any event.", 413, mimetype="text/plain")
    except UnverifiedEvent as refused:
        current_app.logger.warning("webhook refused", extra={"reason": refused.reason})
        return Response(str(refused), 400, mimetype="text/plain")
    bind(event_id=event.id)
    try:
        is_new = services.inbox.record(event, services.clock.now())
    except StoreUnavailable as away:
        current_app.logger.warning("webhook not stored", extra={"reason": away.reason})
        return Response("Not stored; please send it again.", 503, mimetype="text/plain")
    if is_new and event.marks:
        odd = {"marks": list(event.marks), "api_version": event.api_version, "livemode": event.livemode}
        current_app.logger.warning("webhook is odd", extra=odd)
    if is_new:
        services.queue.enqueue(HANDLE_EVENT, event.id)
    return Response(status=204)
