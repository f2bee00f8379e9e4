"""What is known of pictures, in MongoDB; the files themselves lie in the data folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app.adapters.mongo.codec import encode, from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import NEWEST, OLDEST, Document, by_id
from app.media.model import Picture, PictureState, Rendition

WAITS = {"state": PictureState.FIRST.value}


class MongoMediaStore:
    """Keeps what is known of each picture."""

    def __init__(self, database: Database) -> None:
        self._media = database.documents("media")

    def insert(self, picture: Picture) -> bool:
        """Add a picture; say whether it is new."""
        return self._media.insert_if_absent(to_document(picture))

    def picture(self, picture_id: str) -> Picture | None:
        """Return the picture with that id."""
        document = self._media.find_one(by_id(picture_id))
        return self._read(document) if document else None

    def pictures(self, ids: Sequence[str]) -> dict[str, Picture]:
        """Return the pictures with these ids; unknown ids are left out."""
        found = self._media.find(by_id(*ids)) if ids else ()
        return {picture.id: picture for picture in readable(found, self._read)}

    def every_picture(self) -> Iterable[Picture]:
        """Yield every picture, in no particular order, without loading all at once."""
        return readable(self._media.find({}), self._read)

    def newest(self, limit: int) -> Sequence[Picture]:
        """Return the pictures that were added last, the newest first."""
        found = self._media.find({}, sort=[("created_at", NEWEST), ("_id", NEWEST)], limit=limit)
        return list(readable(found, self._read))

    def begin_try(self, picture: Picture, now: datetime) -> bool:
        """Count a try of a picture that waits, unless somebody has since; say whether it counts."""
        # No version: pages show nothing of it.
        query = {**by_id(picture.id), **WAITS, "tries": picture.tries}
        return self._media.update(query, {"$set": {"tries": picture.tries + 1, "tried_at": now}})

    def complete(self, picture_id: str, renditions: Sequence[Rendition]) -> None:
        """Replace the files of a picture that waits by all that it is shown in."""
        state = PictureState.COMPLETE.value
        self._change(picture_id, renditions=encode(tuple(renditions)), state=state, reason="")

    def note_failure(self, picture_id: str, reason: str, *, is_final: bool) -> None:
        """Note why a derivation failed; the last failure ends the waiting."""
        state = PictureState.FAILED if is_final else PictureState.FIRST
        self._change(picture_id, state=state.value, reason=reason)

    def waiting(self, tried_before: datetime, limit: int) -> Sequence[Picture]:
        """Return pictures that wait since before the moment, the longest-waiting first."""
        query = {**WAITS, "tried_at": {"$lt": tried_before}}
        found = self._media.find(query, sort=[("tried_at", OLDEST), ("_id", OLDEST)], limit=limit)
        return list(readable(found, self._read))

    def reopen(self, picture: Picture, now: datetime) -> None:
        """Let a picture wait again, with these files until then; its tries are counted anew."""
        fields = {
            "renditions": encode(picture.renditions),
            "state": PictureState.FIRST.value,
            "tries": 0,
            "tried_at": now,
            "reason": "",
        }
        self._media.update(by_id(picture.id), {"$set": fields, "$inc": {"version": 1}})

    def _change(self, picture_id: str, **fields: Any) -> None:
        self._media.update({**by_id(picture_id), **WAITS}, {"$set": fields, "$inc": {"version": 1}})

    def _read(self, document: Document) -> Picture:
        return from_document(Picture, document, self._media.name)
