"""Reads the whole database as it was at one moment, in BSON and as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import cast

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import BATCH
from app.adapters.mongo.errors import translated
from app.backup.model import DocumentBatch, SnapshotLost
from app.ids import new_id

PROBE = "backup"
"""The document of `schema` by which a snapshot is proved: it is changed after the snapshot was opened."""
SNAPSHOT_CODES = frozenset({72, 239, 246, 251})
"""Not supported there, too old, not available, and a transaction that has run out of time."""


class MongoSource:
    """A database that can be read as it was at one moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def snapshot(self) -> Iterator[MongoSnapshot]:
        """Hold one moment: by a snapshot session, else by a transaction that only reads.

        A replica set keeps a snapshot for five minutes (`minSnapshotHistoryWindowInSeconds`)
        and a transaction for one. The embedded database takes a snapshot session and
        does not keep it, but keeps a transaction for as long as it takes. So the server is
        not asked what it is but tried: a document is changed behind the reader's back.
        """
        schema = self._database.documents("schema")
        for open_session in (_snapshot_session, _transaction):
            before, after = new_id("probe"), new_id("probe")
            schema.update({"_id": PROBE}, {"$set": {"probe": before}}, upsert=True)
            with ExitStack() as opened:
                session = opened.enter_context(open_session(self._database))
                snapshot = MongoSnapshot(self._database, session, before)
                if not snapshot.is_held():
                    continue
                schema.update({"_id": PROBE}, {"$set": {"probe": after}})
                if snapshot.is_held():
                    yield snapshot
                    return
        raise SnapshotLost("it keeps neither a snapshot session nor a transaction still")


class MongoSnapshot:
    """The database as it was when the session read for the first time."""

    def __init__(self, database: Database, session: ClientSession, probe: str) -> None:
        self._driver, self._session, self._probe = database.driver, session, probe
        # Listing them is no read of a snapshot. What is created later is empty in this one.
        with translated():
            found = self._driver.list_collections(filter={"type": "collection"})
            self._names = sorted(str(one["name"]) for one in found)
        self.data_version = 0

    def collections(self) -> Sequence[str]:
        """Return the names of all collections, in the order of the alphabet."""
        return [name for name in self._names if not name.startswith("system.")]

    def estimate(self, collection: str) -> int:
        """Return about how many documents there are."""
        with translated(collection):
            return self._driver[collection].estimated_document_count()

    def batches(self, collection: str) -> Iterator[DocumentBatch]:
        """Yield the documents as the server sends them, without decoding what would only be encoded again."""
        with _kept_still(), translated(collection):
            found = self._driver[collection].find_raw_batches({}, batch_size=BATCH, session=self._session)
            for batch in found:
                # The driver's types say documents, but raw batches are bytes.
                content = cast(bytes, batch)
                if content:
                    yield DocumentBatch(content, sum(1 for _ in framed(content)))

    def picture_ids(self) -> Iterator[str]:
        """Yield the ids of the pictures that were known."""
        with _kept_still(), translated("media"):
            for document in self._driver["media"].find({}, {"_id": 1}, session=self._session):
                yield str(document["_id"])

    def prove(self) -> None:
        """Read the changed document once more: whoever still sees its old state sees the old state of all."""
        if not self.is_held():
            raise SnapshotLost("what was changed since is seen")

    def is_held(self) -> bool:
        """Say whether the session still sees the moment at which it was opened."""
        with _kept_still(), translated("schema"):
            schema = self._driver["schema"]
            found = {one["_id"]: one for one in schema.find({}, session=self._session)}
        self.data_version = int(found.get("data", {}).get("version", 0))
        return bool(found.get(PROBE, {}).get("probe") == self._probe)


def framed(content: bytes) -> Iterator[bytes]:
    """Yield the documents of a batch: each begins with its own length."""
    position = 0
    while position < len(content):
        size = int.from_bytes(content[position : position + 4], "little")
        if size < 5 or position + size > len(content):
            raise ValueError(f"a document of {size} bytes at byte {position} of {len(content)}")
        yield content[position : position + size]
        position += size


def _snapshot_session(database: Database) -> AbstractContextManager[ClientSession]:
    return database.client.start_session(snapshot=True)


@contextmanager
def _transaction(database: Database) -> Iterator[ClientSession]:
    with database.client.start_session() as session:
        session.start_transaction(read_concern=ReadConcern("snapshot"))
        try:
            yield session
        finally:
            # Nothing was written; an end that is not heard is found by the server itself.
            session.abort_transaction()


@contextmanager
def _kept_still() -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        if error.code in SNAPSHOT_CODES:
            raise SnapshotLost(str(error).split(", full error:")[0]) from error
        raise
