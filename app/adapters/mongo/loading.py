"""Fills a database from a backup; until the end a marker says that it is no whole shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, WriteError

from app.adapters.mongo.connection import Database
from app.adapters.mongo.dumping import framed
from app.adapters.mongo.errors import DOCUMENT_VALIDATION_FAILURE, translated
from app.adapters.mongo.migrations import DEFAULT_MARKET, migrate
from app.adapters.mongo.schema import DATA_VERSION
from app.adapters.mongo.versions import MARKER
from app.backup.model import PASSING, RestoreTakenOver
from app.ids import new_id


class MongoTarget:
    """A database that can be filled from a backup."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def name(self) -> str:
        """The database's name."""
        return self._database.name

    @property
    def data_version(self) -> int:
        """The version of the data that this code knows."""
        return DATA_VERSION

    def in_use(self) -> Sequence[str]:
        """Return the collections that hold something; none where a restore was cut off."""
        if self._database.documents("schema").find_one({"_id": MARKER}):
            return ()
        return [name for name in self._names() if name not in PASSING and self._holds_something(name)]

    def begin(self, file: str) -> MongoLoading:
        """Mark the database as half restored, empty it, and make collections, validators and indexes.

        Nothing is dropped before the marker is there, for which the shop's processes look when they start.
        """
        holder = new_id("restore")
        marker = {"holder": holder, "file": file, "began_at": datetime.now(UTC)}
        self._database.documents("schema").update({"_id": MARKER}, {"$set": marker}, upsert=True)
        for name in self._names():
            if name != "schema":
                with translated(name):
                    self._database.driver.drop_collection(name)
        # The version of data that is gone: a newer one would be refused, and this is the way back from it.
        self._database.documents("schema").delete("data")
        migrate(self._database, restoring=holder)
        self._database.documents("markets").delete(DEFAULT_MARKET.id)
        return MongoLoading(self._database, holder)

    def _names(self) -> list[str]:
        with translated():
            found = self._database.driver.list_collection_names(filter={"type": "collection"})
        return sorted(name for name in found if not name.startswith("system."))

    def _holds_something(self, name: str) -> bool:
        # A shop that was merely started has its default market, and nothing else.
        query = {"_id": {"$ne": DEFAULT_MARKET.id}} if name == "markets" else {}
        return self._database.documents(name).find_one(query) is not None


class MongoLoading:
    """One restore under way."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database, self._holder = database, holder

    def load(self, collection: str, content: bytes) -> int:
        """Write documents as they are; return how many of them the validator would not have taken.

        What another program wrote past a validator, or older code before there was one,
        is the shop's all the same: a restore is the wrong hour to refuse it.
        """
        self._look_for_another()
        documents = [RawBSONDocument(document) for document in framed(content)]
        with translated(collection):
            try:
                self._database.driver[collection].insert_many(documents)
            except BulkWriteError as error:
                if error.details["writeErrors"][0].get("code") != DOCUMENT_VALIDATION_FAILURE:
                    raise
                return self._load_singly(collection, documents)
        return 0

    def finish(self, data_version: int) -> None:
        """Bring the data to the code's version and take the marker away, as the very last."""
        self._look_for_another()
        schema = self._database.documents("schema")
        # A new identity: the resume tokens that the old database gave out mean nothing here.
        whole = {"version": data_version, "identity": new_id("db")}
        schema.update({"_id": "data"}, {"$set": whole}, upsert=True)
        migrate(self._database, restoring=self._holder)
        schema.delete_if({"_id": MARKER, "holder": self._holder})

    def _load_singly(self, collection: str, documents: list[RawBSONDocument]) -> int:
        """Write documents one by one; servers differ in how many of a refused batch are there already."""
        target, unusual = self._database.driver[collection], 0
        for document in documents:
            query = {"_id": document["_id"]}
            try:
                target.replace_one(query, document, upsert=True)
            except WriteError as error:
                if error.code != DOCUMENT_VALIDATION_FAILURE:
                    raise
                target.replace_one(query, document, upsert=True, bypass_document_validation=True)
                unusual += 1
        return unusual

    def _look_for_another(self) -> None:
        marker = self._database.documents("schema").find_one({"_id": MARKER}) or {}
        if marker.get("holder") != self._holder:
            raise RestoreTakenOver
