"""Revisions of products in MongoDB, and the change sets that they form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.adapters.mongo.codec import encode, from_document, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import NEWEST, OLDEST, Document, by_id
from app.catalogue.model import ChangeSet, Revision


class MongoHistory:
    """Keeps revisions; the catalogue store's memory."""

    def __init__(self, database: Database) -> None:
        self._revisions = database.documents("revisions")

    def insert_revision(self, revision: Revision) -> None:
        """Append a revision."""
        self._revisions.insert(_document(revision))

    def insert_revisions(self, revisions: Sequence[Revision]) -> None:
        """Append revisions in one go."""
        self._revisions.insert_many([_document(revision) for revision in revisions])

    def revisions(self, document: str, limit: int = 50) -> Sequence[Revision]:
        """Return a document's revisions, newest first."""
        order = [("version", NEWEST), ("at", NEWEST)]
        found = self._revisions.find({"document": document}, sort=order, limit=limit)
        return [self._read_revision(row) for row in found]

    def revision(self, revision_id: str) -> Revision | None:
        """Return the revision with that id."""
        row = self._revisions.find_one(by_id(revision_id))
        return self._read_revision(row) if row else None

    def last_revisions(self, documents: Sequence[str]) -> dict[str, Revision]:
        """Return the newest revision of each document that has one."""
        found = self._revisions.aggregate(
            [
                {"$match": {"document": {"$in": list(documents)}}},
                {"$sort": {"version": NEWEST, "at": NEWEST}},
                {"$group": {"_id": "$document", "last": {"$first": "$$ROOT"}}},
            ]
        )
        return {str(row["_id"]): self._read_revision(row["last"]) for row in found}

    def revisions_of(self, change_set: str) -> Iterable[Revision]:
        """Yield the revisions of a change set, in the order of their documents."""
        order = [("document", OLDEST), ("version", OLDEST)]
        for row in self._revisions.find({"change_set": change_set}, sort=order):
            yield self._read_revision(row)

    def change_sets(self, limit: int = 50) -> Sequence[ChangeSet]:
        """Return the change sets that there are, newest first."""
        found = self._revisions.aggregate(
            [
                {"$match": {"change_set": {"$gt": ""}}},
                {
                    "$group": {
                        "_id": "$change_set",
                        "who": {"$first": "$who"},
                        "why": {"$first": "$why"},
                        "at": {"$min": "$at"},
                        "products": {"$sum": 1},
                    }
                },
                {"$sort": {"at": NEWEST, "_id": NEWEST}},
                {"$limit": limit},
            ]
        )
        return [from_document(ChangeSet, row, self._revisions.name) for row in found]

    def revision_at(self, document: str, version: int) -> Revision | None:
        """Return the newest revision of that version: what another program wrote does not move it."""
        found = self._revisions.find(
            {"document": document, "version": version}, sort=[("at", NEWEST)], limit=1
        )
        return next((self._read_revision(row) for row in found), None)

    def _read_revision(self, row: Document) -> Revision:
        diff = {change["field"]: (change.get("old"), change.get("new")) for change in row.get("diff", ())}
        return from_document(Revision, {**row, "diff": diff}, self._revisions.name)


def _document(revision: Revision) -> Document:
    document = to_document(revision)
    document["diff"] = [
        {"field": field, "old": encode(old), "new": encode(new)}
        for field, (old, new) in revision.diff.items()
    ]
    return document
