"""Events: one for every change a shop may want to hear of, with a delivery for each endpoint that asked."""

from __future__ import annotations

import copy
import json
import time

from app.ids import new_id
from app.sandbox import faults
from app.sandbox.store import Document, Transaction
from app.sandbox.work import API_VERSION, Work

SHOP_ENDPOINT = "we_shop"
"""The endpoint of the shop that this stand-in was started for; its address comes with every start."""


def emit(work: Work, event_type: str, about: Document, previous: Document | None = None) -> None:
    """Record that something happened and plan its deliveries, in the transaction of the thing itself."""
    shown = copy.deepcopy(about)
    if shown["object"] == "checkout.session":
        shown["url"] = work.session_url(shown)
    armed = faults.take_for_event(work.tx, event_type)
    old = armed.get("old_api_version")
    event: Document = {
        "id": new_id("evt"), "object": "event",
        "api_version": old.text("version") if old else API_VERSION,
        "created": work.now,
        "data": {"object": shown, **({"previous_attributes": previous} if previous else {})},
        "livemode": False,
        "request": {"id": work.request_id, "idempotency_key": work.idempotency_key},
        "type": event_type,
    }  # fmt: skip
    work.tx.insert("event", event, parent=event_type)
    for endpoint_id in _listeners(work, event_type):
        _plan(work.tx, event["id"], endpoint_id, armed)


def present(tx: Transaction, event: Document) -> Document:
    """Return the event as it looks now: with the number of endpoints that still wait for it."""
    row = tx.execute(
        "SELECT COUNT(DISTINCT endpoint_id) AS waiting FROM deliveries "
        "WHERE event_id = ? AND state = 'pending'",
        event["id"],
    ).fetchone()
    return {**event, "pending_webhooks": row["waiting"]}


def _listeners(work: Work, event_type: str) -> list[str]:
    rows = work.tx.execute("SELECT body FROM objects WHERE kind = 'webhook_endpoint' ORDER BY seq")
    endpoints = [json.loads(row["body"]) for row in rows]
    asked = [
        endpoint["id"]
        for endpoint in endpoints
        if endpoint["status"] == "enabled" and {"*", event_type} & set(endpoint["enabled_events"])
    ]
    return [SHOP_ENDPOINT, *asked] if work.has_shop else asked


def _plan(tx: Transaction, event_id: str, endpoint_id: str, armed: dict[str, faults.Fault]) -> None:
    """Write the deliveries of one event to one endpoint, as the armed faults spoil them."""
    now = time.time()
    due, rank, state, copies = now, 0, "pending", 1
    if "drop_webhooks" in armed:
        state = "dropped"
    if "duplicate_webhooks" in armed:
        copies = int(armed["duplicate_webhooks"].number("copies"))
    if "delay_webhooks" in armed:
        due = now + armed["delay_webhooks"].number("seconds")
    if "reorder_webhooks" in armed:
        due, rank = armed["reorder_webhooks"].number("release_at"), -time.time_ns()
    for _ in range(copies):
        tx.execute(
            "INSERT INTO deliveries (event_id, endpoint_id, created_at, next_try_at, rank, state) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            event_id, endpoint_id, now, due, rank, state,
        )  # fmt: skip
