"""Rebuild requests: what the desk and the command line ask of whoever holds the lease."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from app.publishing.model import BuildReport, RebuildRequest, RequestState
from app.publishing.store import PublishingStore
from sitegen.generator import Generator

log = logging.getLogger(__name__)

NOTED_EVERY = 20
"""Pages between two notes of progress."""


@dataclass
class RequestReporter:
    """Writes how far a build has come into its request, for whoever watches."""

    store: PublishingStore
    request_id: str
    total: int = 0
    beat: Callable[[], None] = field(default=lambda: None)
    done: int = field(default=0)

    def began(self, total: int) -> None:
        """Note the number of pages."""
        self.total = total
        self._note(RequestState.RUNNING)

    def page(self, url: str, outcome: str) -> None:
        """Count the page, and note the count now and then."""
        self.done += 1
        self.beat()
        if self.done % NOTED_EVERY == 0:
            self._note(RequestState.RUNNING)

    def ended(self, report: BuildReport) -> None:
        """Leave the last word to whoever finishes the request."""

    def _note(self, state: RequestState) -> None:
        self.store.update_request(self.request_id, state, self.done, self.total)


@dataclass(frozen=True)
class Requests:
    """Carries out rebuild requests, oldest first."""

    generator: Generator
    beat: Callable[[], None] = field(default=lambda: None)
    """Called for each page, so that whoever waits sees that somebody works."""

    def handle_waiting(self) -> None:
        """Carry out every request that is not done; one that a killed watcher began is begun again."""
        for request in self.generator.services.publishing.store.waiting_requests():
            self.handle(request)

    def handle(self, request: RebuildRequest) -> None:
        """Carry out one request and note its report."""
        store = self.generator.services.publishing.store
        reporter = RequestReporter(store, request.id, beat=self.beat)
        because = f"asked for by {request.by}"
        self.generator.must_hold_lease()
        report = self.generator.carry_out(request.scope, request.urls, because, reporter).report
        self.generator.must_hold_lease()
        log.info("rebuild request done", extra={"request_id": request.id, "published": report.published})
        store.update_request(request.id, RequestState.DONE, reporter.total, reporter.total, report)
