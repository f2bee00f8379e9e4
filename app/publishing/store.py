"""What publishing needs from whatever keeps it; the shop and the generator meet here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.publishing.model import (
    BuildReport,
    Publication,
    RebuildRequest,
    RequestState,
    WatcherState,
)


class PublishingStore(Protocol):
    """Keeps rebuild requests, publication records and the watcher's state."""

    def insert_request(self, request: RebuildRequest) -> None:
        """Add a request; the watcher is told by the change stream."""
        ...

    def request(self, request_id: str) -> RebuildRequest | None:
        """Return a request and how far it has come."""
        ...

    def waiting_requests(self) -> Sequence[RebuildRequest]:
        """Return requests that are not done, oldest first."""
        ...

    def update_request(
        self, request_id: str, state: RequestState, done: int, total: int, report: BuildReport | None = None
    ) -> None:
        """Note how far a request has come."""
        ...

    def insert_publication(self, publication: Publication) -> None:
        """Append a publication record."""
        ...

    def publications(self, limit: int = 50) -> Sequence[Publication]:
        """Return publication records, newest first."""
        ...

    def publication_of(self, collection: str, document: str, version: int) -> Publication | None:
        """Return the first record that covers this version of a document, or a later one."""
        ...

    def beat(self, state: WatcherState) -> None:
        """Note how the watcher is doing."""
        ...

    def watcher(self) -> WatcherState | None:
        """Return what the watcher noted last."""
        ...
