"""Verified payment events in MongoDB, each once under Stripe's own id."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from app.adapters.mongo.codec import from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import OLDEST, Document, by_id
from app.payments.model import InboxRow, PaymentEvent

OLDEST_FIRST = [("received_at", OLDEST)]


class MongoInbox:
    """Keeps every verified event once, under Stripe's own id."""

    def __init__(self, database: Database) -> None:
        self._events = database.documents("payment_events")

    def record(self, event: PaymentEvent, at: datetime) -> bool:
        """Store an event; say whether it is new."""
        document = to_document(event)
        # As text, because no payload may fail to be stored: its keys and numbers
        # are Stripe's, and MongoDB has rules for field names and widths.
        document["payload"] = json.dumps(event.payload, ensure_ascii=False)
        outcome = {"received_at": at, "handled_at": None, "error": "", "tries": 0, "next_try_at": None}
        return self._events.insert_if_absent({**document, **outcome})

    def row(self, event_id: str) -> InboxRow | None:
        """Return an event and what became of it."""
        document = self._events.find_one(by_id(event_id))
        return self._read(document) if document else None

    def mark_handled(self, event_id: str, at: datetime) -> None:
        """Note that the event has been acted upon."""
        self._events.update(
            {**by_id(event_id), "handled_at": None},
            {"$set": {"handled_at": at, "error": "", "next_try_at": None}},
        )

    def mark_failed(self, event_id: str, error: str, *, next_try_at: datetime) -> None:
        """Note why the event could not be acted upon, and when to try again; it stays unhandled."""
        fields = {"error": error, "next_try_at": next_try_at}
        self._events.update({**by_id(event_id), "handled_at": None}, {"$set": fields, "$inc": {"tries": 1}})

    def unhandled(self, received_before: datetime, limit: int = 100) -> Sequence[InboxRow]:
        """Return events that wait since before the moment, oldest first."""
        query = {"handled_at": None, "received_at": {"$lt": received_before}}
        return list(readable(self._events.find(query, sort=OLDEST_FIRST, limit=limit), self._read))

    def due(self, received_before: datetime, now: datetime, limit: int = 100) -> Sequence[InboxRow]:
        """Return events that wait since before the moment and may be tried now, oldest first."""
        query = {
            "handled_at": None,
            "received_at": {"$lt": received_before},
            # Events of earlier versions have no such field, which None matches too.
            "$or": [{"next_try_at": None}, {"next_try_at": {"$lte": now}}],
        }
        return list(readable(self._events.find(query, sort=OLDEST_FIRST, limit=limit), self._read))

    def oldest_unhandled(self) -> datetime | None:
        """Return when the longest-waiting event was received."""
        document = self._events.find_one({"handled_at": None}, sort=OLDEST_FIRST)
        return self._read(document).received_at if document else None

    def count_unhandled(self) -> int:
        """Return how many events wait."""
        return self._events.count({"handled_at": None})

    def _read(self, document: Document) -> InboxRow:
        event = {**document, "payload": json.loads(document["payload"])}
        return from_document(
            InboxRow, {**document, "event": {**event, "id": document["_id"]}}, "payment_events"
        )
