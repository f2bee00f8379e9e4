"""Effects in MongoDB: rows with a lease, so that two workers never carry out the same one at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.mongo.codec import encode, from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import OLDEST, Document, by_id
from app.effects.model import KEPT_DELIVERIES, Delivery, Effect

LONGEST_DUE_FIRST = [("next_try_at", OLDEST)]
GIVEN_UP: Mapping[str, Any] = {"open": False, "given_up_at": {"$ne": None}, "done_at": None}


class MongoOutbox:
    """Keeps effects until they are done.

    Beside the effect's own fields a row holds `open` (neither done nor given up)
    and `claimed_until`, the end of the lease of whoever carries it out.
    """

    def __init__(self, database: Database) -> None:
        self._effects = database.documents("outbox")

    def insert(self, effect: Effect) -> bool:
        """Add an effect; say whether it is new."""
        is_open = effect.done_at is None and effect.given_up_at is None
        row = {"_id": effect.id, **to_document(effect), "open": is_open, "claimed_until": None}
        return self._effects.insert_if_absent(row)

    def effect(self, effect_id: str) -> Effect | None:
        """Return the effect."""
        document = self._effects.find_one(by_id(effect_id))
        return self._read(document) if document else None

    def claim(self, effect_id: str, now: datetime, until: datetime) -> Effect | None:
        """Take an effect that is due, so that nobody else does before `until`.

        Returns nothing where it is done, given up, not due yet or claimed.
        """
        document = self._effects.update_and_return(
            {**by_id(effect_id), **_due(now)}, {"$set": {"claimed_until": until}}
        )
        return self._read(document) if document else None

    def mark_done(self, effect_id: str, at: datetime) -> None:
        """Note that the effect has happened."""
        fields = {"done_at": at, "error": "", "open": False, "claimed_until": None}
        self._effects.update({**by_id(effect_id), "done_at": None}, {"$set": fields})

    def mark_failed(self, effect_id: str, error: str, *, next_try_at: datetime) -> None:
        """Note why the effect has not happened yet, and when to try again."""
        fields = {"error": error, "next_try_at": next_try_at, "claimed_until": None}
        self._effects.update({**by_id(effect_id), "open": True}, {"$set": fields, "$inc": {"tries": 1}})

    def give_up(self, effect_id: str, error: str, at: datetime) -> None:
        """Leave the effect to a person."""
        fields = {"error": error, "given_up_at": at, "open": False, "claimed_until": None}
        self._effects.update({**by_id(effect_id), "open": True}, {"$set": fields, "$inc": {"tries": 1}})

    def due(self, now: datetime, limit: int = 100) -> Sequence[Effect]:
        """Return effects that should happen now, oldest first."""
        found = self._effects.find(_due(now), sort=LONGEST_DUE_FIRST, limit=limit)
        return list(readable(found, self._read))

    def of(self, subject: str) -> Sequence[Effect]:
        """Return all effects of an order."""
        found = self._effects.find({"subject": subject}, sort=[("_id", OLDEST)])
        return list(readable(found, self._read))

    def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the longest-waiting effect is due."""
        document = self._effects.find_one(_due(now), sort=LONGEST_DUE_FIRST)
        return self._read(document).next_try_at if document else None

    def count_given_up(self) -> int:
        """Return how many effects wait for a person."""
        return self._effects.count(GIVEN_UP)

    def given_up(self, limit: int = 1000) -> Sequence[Effect]:
        """Return the effects that wait for a person."""
        found = self._effects.find(GIVEN_UP, sort=[("_id", OLDEST)], limit=limit)
        return list(readable(found, self._read))

    def log_delivery(self, effect_id: str, delivery: Delivery) -> None:
        """Note an attempt to tell a partner; of many the newest are kept."""
        newest = {"$each": [encode(delivery)], "$slice": -KEPT_DELIVERIES}
        self._effects.update(by_id(effect_id), {"$push": {"deliveries": newest}})

    def repeat(self, effect_id: str, now: datetime) -> None:
        """Make an effect due once more, whether it is done, given up or waits; its deliveries stay."""
        # Whoever carries it out at this moment keeps it: then the partner is being told just now.
        fields = {"open": True, "done_at": None, "given_up_at": None, "next_try_at": now, "tries": 0}
        self._effects.update(by_id(effect_id), {"$set": {**fields, "error": ""}})

    def reopen(self, effect_id: str, now: datetime) -> None:
        """Make an effect that was given up due again, with all its tries before it."""
        fields = {"open": True, "given_up_at": None, "next_try_at": now, "tries": 0}
        self._effects.update({**by_id(effect_id), **GIVEN_UP}, {"$set": fields})

    def _read(self, document: Document) -> Effect:
        return from_document(Effect, document, self._effects.name)


def _due(now: datetime) -> Mapping[str, Any]:
    free = [{"claimed_until": None}, {"claimed_until": {"$lte": now}}]
    return {"open": True, "next_try_at": {"$lte": now}, "$or": free}
