"""Rebuild requests, publication records and the watcher's word in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters.mongo.codec import encode, from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import NEWEST, OLDEST, Document, by_id
from app.publishing.model import BuildReport, Publication, RebuildRequest, RequestState, WatcherState

WATCHER = "watcher"


class MongoPublishingStore:
    """Keeps rebuild requests, publication records and the watcher's state."""

    def __init__(self, database: Database) -> None:
        self._requests = database.documents("rebuild_requests")
        self._publications = database.documents("publications")
        self._watchers = database.documents("watchers")

    def insert_request(self, request: RebuildRequest) -> None:
        """Add a request; the watcher is told by the change stream."""
        self._requests.insert(to_document(request))

    def request(self, request_id: str) -> RebuildRequest | None:
        """Return a request and how far it has come."""
        document = self._requests.find_one(by_id(request_id))
        return self._read_request(document) if document else None

    def waiting_requests(self) -> Sequence[RebuildRequest]:
        """Return requests that are not done, oldest first."""
        unfinished = [RequestState.WAITING.value, RequestState.RUNNING.value]
        found = self._requests.find({"state": {"$in": unfinished}}, sort=[("at", OLDEST), ("_id", OLDEST)])
        return list(readable(found, self._read_request))

    def update_request(
        self, request_id: str, state: RequestState, done: int, total: int, report: BuildReport | None = None
    ) -> None:
        """Note how far a request has come."""
        fields = {"state": state.value, "done": done, "total": total, "report": encode(report)}
        self._requests.update(by_id(request_id), {"$set": fields})

    def insert_publication(self, publication: Publication) -> None:
        """Append a publication record."""
        self._publications.insert(to_document(publication))

    def publications(self, limit: int = 50) -> Sequence[Publication]:
        """Return publication records, newest first."""
        found = self._publications.find({}, sort=[("at", NEWEST), ("_id", NEWEST)], limit=limit)
        return list(readable(found, self._read_publication))

    def publication_of(self, collection: str, document: str, version: int) -> Publication | None:
        """Return the first record that covers this version of a document, or a later one."""
        change = {"collection": collection, "id": document, "version": {"$gte": version}}
        # The first condition is for the index, the second says that one change must meet all three.
        query = {"changes.id": document, "changes": {"$elemMatch": change}}
        found = self._publications.find_one(query, sort=[("at", OLDEST), ("_id", OLDEST)])
        return self._read_publication(found) if found else None

    def beat(self, state: WatcherState) -> None:
        """Note how the watcher is doing."""
        self._watchers.put(WATCHER, to_document(state))

    def watcher(self) -> WatcherState | None:
        """Return what the watcher noted last."""
        document = self._watchers.find_one(by_id(WATCHER))
        return from_document(WatcherState, document, self._watchers.name) if document else None

    def _read_request(self, document: Document) -> RebuildRequest:
        return from_document(RebuildRequest, document, self._requests.name)

    def _read_publication(self, document: Document) -> Publication:
        return from_document(Publication, document, self._publications.name)
