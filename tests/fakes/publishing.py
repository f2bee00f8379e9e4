"""Rebuild requests and publication records in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.publishing.model import BuildReport, Publication, RebuildRequest, RequestState, WatcherState
from tests.fakes.memory import Memory


class FakePublishingStore:
    def __init__(self, memory: Memory) -> None:
        self._requests: dict[str, RebuildRequest] = memory.tables["rebuild_requests"]
        self._publications: dict[str, Publication] = memory.tables["publications"]
        self._watchers: dict[str, WatcherState] = memory.tables["watchers"]

    def insert_request(self, request: RebuildRequest) -> None:
        self._requests[request.id] = request

    def request(self, request_id: str) -> RebuildRequest | None:
        return self._requests.get(request_id)

    def waiting_requests(self) -> Sequence[RebuildRequest]:
        found = [request for request in self._requests.values() if request.state is not RequestState.DONE]
        return sorted(found, key=lambda request: (request.at, request.id))

    def update_request(
        self, request_id: str, state: RequestState, done: int, total: int, report: BuildReport | None = None
    ) -> None:
        request = self._requests[request_id]
        self._requests[request_id] = replace(request, state=state, done=done, total=total, report=report)

    def insert_publication(self, publication: Publication) -> None:
        self._publications[publication.id] = publication

    def publications(self, limit: int = 50) -> Sequence[Publication]:
        return self._sorted()[::-1][:limit]

    def publication_of(self, collection: str, document: str, version: int) -> Publication | None:
        for publication in self._sorted():
            for change in publication.changes:
                if (change.collection, change.id) == (collection, document) and change.version >= version:
                    return publication
        return None

    def beat(self, state: WatcherState) -> None:
        self._watchers["watcher"] = state

    def watcher(self) -> WatcherState | None:
        return self._watchers.get("watcher")

    def _sorted(self) -> list[Publication]:
        return sorted(self._publications.values(), key=lambda publication: (publication.at, publication.id))
