"""A collection as the stores see it: bound to the running transaction, without the driver's errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument, UpdateOne
from pymongo.collection import Collection

from app.adapters.mongo.errors import Duplicate, translated
from app.adapters.mongo.session import current_session

Document = dict[str, Any]
Filter = Mapping[str, Any]
Update = Mapping[str, Any] | list[Mapping[str, Any]]
Order = Sequence[tuple[str, int]]

OLDEST = 1
NEWEST = -1
BATCH = 500


def by_id(*ids: str) -> Filter:
    """Match documents by the shop's text ids, also those that a driver has numbered itself."""
    candidates: list[str | ObjectId] = []
    for text in ids:
        candidates.append(text)
        # Programs that insert without an `_id` leave that to their driver, which writes an ObjectId.
        if len(text) == 24 and ObjectId.is_valid(text):
            candidates.append(ObjectId(text))
    return {"_id": candidates[0] if len(candidates) == 1 else {"$in": candidates}}


class Documents:
    """One collection; every call joins the calling thread's transaction."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection
        self.name = collection.name

    def find_one(self, query: Filter, *, sort: Order | None = None) -> Document | None:
        """Return the first match."""
        with translated(self.name):
            return self._collection.find_one(query, sort=sort, session=current_session())

    def find(
        self,
        query: Filter,
        *,
        sort: Order | None = None,
        limit: int = 0,
        skip: int = 0,
        only: Mapping[str, int] | None = None,
    ) -> Iterator[Document]:
        """Yield the matches in batches, whole or `only` some fields; a limit of 0 is none."""
        with translated(self.name):
            cursor = self._collection.find(
                query, only, sort=sort, skip=skip, limit=limit, batch_size=BATCH, session=current_session()
            )
            with cursor:
                yield from cursor

    def insert(self, document: Document) -> None:
        """Add a document.

        Raises:
            Duplicate: a unique index holds one of its values already. A running
                transaction is over then.
        """
        with translated(self.name):
            self._collection.insert_one(document, session=current_session())

    def insert_many(self, documents: list[Document]) -> None:
        """Add documents in one go; within a transaction all of them or none.

        Raises:
            Duplicate: as `insert`.
        """
        if documents:
            with translated(self.name):
                self._collection.insert_many(documents, ordered=False, session=current_session())

    def update_many(self, changes: list[tuple[Filter, Update]]) -> int:
        """Change the one match of each query in one go; return how many there were."""
        if not changes:
            return 0
        updates = [UpdateOne(query, change) for query, change in changes]
        with translated(self.name):
            result = self._collection.bulk_write(updates, ordered=False, session=current_session())
        return result.matched_count

    def insert_if_absent(self, document: Document, *, alone: bool = False) -> bool:
        """Add a document unless its `_id` is taken; say whether it was added.

        An upsert, because a duplicate key would end a running transaction; `alone`
        leaves a running transaction out of it.
        """
        key = {"_id": document["_id"]}
        rest = {name: value for name, value in document.items() if name != "_id"}
        try:
            with translated(self.name):
                result = self._collection.update_one(
                    key, {"$setOnInsert": rest}, upsert=True, session=None if alone else current_session()
                )
        except Duplicate as error:
            # Two upserts of the same new `_id` at once: the other one was first.
            if set(error.fields) <= {"_id"}:
                return False
            raise
        return result.upserted_id is not None

    def update(self, query: Filter, change: Update, *, upsert: bool = False) -> bool:
        """Change the one match; say whether there was one."""
        with translated(self.name):
            result = self._collection.update_one(query, change, upsert=upsert, session=current_session())
        return result.matched_count == 1

    def put(self, key: str, fields: Document) -> None:
        """Set fields of the document with that id, which is added where there is none.

        The version counts the shop's own writes: it is how the watcher knows
        them from those of other programs.
        """
        change: Document = {"$set": fields}
        if "version" not in fields:
            change["$inc"] = {"version": 1}
        query = by_id(key)
        if query != {"_id": key} and self.update(query, change):
            return
        self.update({"_id": key}, change, upsert=True)

    def update_and_return(self, query: Filter, change: Update) -> Document | None:
        """Change the one match and return it as it is then.

        There is no upsert: of two racing ones the embedded server loses one.
        """
        with translated(self.name):
            return self._collection.find_one_and_update(
                query,
                change,
                return_document=ReturnDocument.AFTER,
                session=current_session(),
            )

    def count_up(self, counter: str, *, first: int, alone: bool = False) -> int:
        """Return the counter's next value.

        Args:
            counter: its `_id`.
            first: the first value ever.
            alone: count outside of a running transaction. Transactions that all
                number their documents would collide on the counter; the price is
                that the number of an aborted transaction is lost.
        """
        # Never by an upsert: of two racing ones the embedded server loses one.
        counted = self._step(counter, alone=alone)
        if counted is None:
            self.insert_if_absent({"_id": counter, "value": first - 1}, alone=alone)
            counted = self._step(counter, alone=alone)
        return int(counted["value"]) if counted else first

    def _step(self, counter: str, *, alone: bool) -> Document | None:
        with translated(self.name):
            return self._collection.find_one_and_update(
                {"_id": counter},
                {"$inc": {"value": 1}},
                return_document=ReturnDocument.AFTER,
                session=None if alone else current_session(),
            )

    def delete(self, key: str) -> bool:
        """Delete the document with that id; say whether there was one."""
        with translated(self.name):
            return self._collection.delete_one(by_id(key), session=current_session()).deleted_count == 1

    def delete_if(self, query: Filter) -> bool:
        """Delete the one match; say whether there was one."""
        with translated(self.name):
            return self._collection.delete_one(query, session=current_session()).deleted_count == 1

    def delete_many(self, keys: Sequence[str]) -> None:
        """Delete the documents with these ids."""
        if keys:
            with translated(self.name):
                self._collection.delete_many(by_id(*keys), session=current_session())

    def count(self, query: Filter) -> int:
        """Return how many documents match."""
        with translated(self.name):
            return self._collection.count_documents(query, session=current_session())

    def aggregate(self, pipeline: list[Mapping[str, Any]]) -> list[Document]:
        """Return all results of a pipeline."""
        with translated(self.name), self._collection.aggregate(pipeline, session=current_session()) as cursor:
            return list(cursor)
