"""The change feed on MongoDB's change streams: every write to what pages are made of."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from bson import Int64
from pymongo.errors import OperationFailure, PyMongoError

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document
from app.adapters.mongo.errors import translated, translation
from app.adapters.mongo.events import document_event
from app.adapters.mongo.versions import database_identity
from app.errors import StoreUnavailable, VitrineError
from app.publishing.feed import Batch, HistoryLost

WATCHED = (
    "products",
    "collections",
    "pages",
    "markets",
    "settings",
    "redirects",
    "stock_pools",
    "rebuild_requests",
    "media",
)
ENDS = frozenset({"drop", "rename", "dropDatabase", "invalidate"})
BATCH = 1000
WAIT_MS = 500
CURSOR_NOT_FOUND = 43
HISTORY_CODES = frozenset({9, 260, 280, 286, 40585, 40615, 50811})
"""Damaged token, unknown token, fatal, history lost, and three more ways in which a token is refused."""

PIPELINE: list[Mapping[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"ns.coll": {"$in": [*WATCHED]}},
                # A pipeline that ends in `$out` renames its result into place.
                {"to.coll": {"$in": [*WATCHED]}},
                {"operationType": {"$in": ["dropDatabase", "invalidate"]}},
            ]
        }
    },
    {
        "$project": {
            "operationType": 1,
            "ns": 1,
            "documentKey": 1,
            "wallTime": 1,
            "clusterTime": 1,
            "updateDescription": 1,
            "fullDocument.version": 1,
        }
    },
]


class MongoChangeFeed:
    """Opens change streams over everything that pages are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, token: str | None = None) -> MongoOpenFeed:
        """Start after the token, or from now where there is none.

        Raises:
            HistoryLost: the token is too old, damaged, or of another database.
            StoreUnavailable: the database cannot be reached.
        """
        return MongoOpenFeed(self._database, token)


class MongoOpenFeed:
    """One change stream.

    The stream is read by plain commands: the driver's own iterator cannot say
    whether another event is there already without waiting for it.
    """

    def __init__(self, database: Database, token: str | None) -> None:
        self._driver = database.driver
        self._identity = database_identity(database)
        self._is_closed = False
        self._is_read = False
        start = {"resumeAfter": self._own_token(token)} if token else {}
        with translated():
            self._session = database.client.start_session()
        pipeline = [{"$changeStream": start}, *PIPELINE]
        command = {"aggregate": 1, "pipeline": pipeline, "cursor": {"batchSize": 0}}
        try:
            cursor = self._ask(command)
        except VitrineError:
            self._session.end_session()
            raise
        self._cursor_id = Int64(cursor["id"])
        self._namespace = str(cursor["ns"]).split(".", 1)[1]
        self._resume: Document = cursor["postBatchResumeToken"]

    @property
    def token(self) -> str:
        """Where to continue after the last batch that was yielded; before the first, where it began."""
        return json.dumps({"database": self._identity, "token": self._resume})

    def batches(self) -> Iterator[Batch]:
        """Yield what is reported, as soon as it is; an empty batch at least twice a second.

        Raises:
            HistoryLost: events are missing, or a collection was dropped.
            StoreUnavailable: the connection is lost; open again from the last token.
        """
        self._is_read = True
        try:
            yield from self._follow()
        finally:
            self._end()

    def close(self) -> None:
        """Stop; `batches` ends after the batch in hand, which may take half a second."""
        self._is_closed = True
        if not self._is_read:
            self._end()

    def _follow(self) -> Iterator[Batch]:
        yielded = time.monotonic()
        while not self._is_closed:
            wait = max(1, WAIT_MS - int((time.monotonic() - yielded) * 1000))
            cursor = self._ask(
                {
                    "getMore": self._cursor_id,
                    "collection": self._namespace,
                    "batchSize": BATCH,
                    "maxTimeMS": wait,
                }
            )
            found = cursor["nextBatch"]
            events = tuple(document_event(change) for change in found if change["operationType"] not in ENDS)
            end = next((change for change in found if change["operationType"] in ENDS), None)
            if end is None:
                self._resume = cursor.get("postBatchResumeToken", self._resume)
            # Writes to other collections wake the stream too; nobody needs to hear of them.
            is_time = time.monotonic() - yielded >= WAIT_MS / 1000
            if events or (is_time and end is None):
                yielded = time.monotonic()
                yield Batch(events, self.token)
            if end is not None or cursor["id"] == 0:
                raise HistoryLost(_end_reason(end))

    def _end(self) -> None:
        kill = {"killCursors": self._namespace, "cursors": [self._cursor_id]}
        try:
            self._driver.command(kill, session=self._session)
        except PyMongoError:
            # The server ends forgotten cursors by itself.
            return
        finally:
            self._session.end_session()

    def _own_token(self, token: str) -> Document:
        try:
            parsed = json.loads(token)
            identity, resume = parsed["database"], dict(parsed["token"])
        except (ValueError, KeyError, TypeError) as error:
            raise HistoryLost("the token is damaged") from error
        if identity != self._identity:
            raise HistoryLost("the token is of another database")
        return resume

    def _ask(self, command: Document) -> Document:
        try:
            reply = self._driver.command(
                command, session=self._session, codec_options=self._driver.codec_options
            )
        except OperationFailure as error:
            if error.code == CURSOR_NOT_FOUND:
                raise StoreUnavailable("the change stream was closed by the server") from error
            if error.code in HISTORY_CODES or error.has_error_label("NonResumableChangeStreamError"):
                raise HistoryLost(_first_line(error)) from error
            raise translation(error) from error
        except PyMongoError as error:
            raise translation(error) from error
        cursor: Document = reply["cursor"]
        return cursor


def _end_reason(end: Document | None) -> str:
    if end is None:
        return "the stream has ended"
    collection = end.get("ns", {}).get("coll")
    return f"the collection {collection} was dropped or renamed" if collection else "the database was dropped"


def _first_line(error: OperationFailure) -> str:
    return str(error).split(", full error:")[0].rstrip(".")
