"""Asking for rebuilds, and waiting until a change is live."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.clock import Clock
from app.ids import new_id
from app.publishing.model import DocumentChange, Publication, RebuildRequest, RequestState, Scope
from app.publishing.store import PublishingStore

POLL_SECONDS = 0.005
SILENT_AFTER_SECONDS = 5
"""A watcher notes how it is doing every second; one that has been silent this long does not run."""


@dataclass(frozen=True)
class Publishing:
    """The shop's side of the generator."""

    store: PublishingStore
    clock: Clock

    def request_rebuild(self, urls: Sequence[str], *, by: str, scope: Scope | None = None) -> RebuildRequest:
        """Ask for the pages that are named; where none is, for every page or what the scope says."""
        scope = Scope.URLS if urls else scope or Scope.ALL
        request = RebuildRequest(new_id("reb"), tuple(urls), by, self.clock.now(), scope)
        self.store.insert_request(request)
        return request

    def watcher_runs(self) -> bool:
        """Say whether a watcher has noted how it is doing a moment ago."""
        state = self.store.watcher()
        return state is not None and self.clock.now() - state.at < timedelta(seconds=SILENT_AFTER_SECONDS)

    def wait_for(
        self, change: DocumentChange, *, since: datetime, seconds: float = 5.0
    ) -> Publication | None:
        """Wait until a change is live; its milliseconds then count from `since`.

        Returns nothing when no watcher runs or the time is up.
        """
        deadline = time.monotonic() + seconds
        while (record := self.store.publication_of(change.collection, change.id, change.version)) is None:
            if time.monotonic() > deadline or not self.watcher_runs():
                return None
            time.sleep(POLL_SECONDS)
        elapsed = max(1, round((record.at - since).total_seconds() * 1000))
        return replace(record, pages=tuple(replace(page, ms=min(page.ms, elapsed)) for page in record.pages))

    def wait_for_request(self, request: RebuildRequest, *, seconds: float) -> RebuildRequest:
        """Wait until a rebuild is done, and return how far it has come.

        Stops waiting when the time is up or no watcher runs any more.
        """
        deadline = time.monotonic() + seconds
        current = request
        while current.state is not RequestState.DONE and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS * 4)
            current = self.store.request(request.id) or current
            if not self.watcher_runs():
                break
        return current
