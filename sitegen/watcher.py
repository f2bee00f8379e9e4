"""The watcher: from a write in the database to replaced files, and nothing in between but work.

The resume token is saved after a batch is published and recorded. Died before
that? The batch is handled again, finds equal bytes, and publishes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.errors import StoreUnavailable
from app.ids import new_id
from app.publishing.feed import Batch, DocumentEvent, HistoryLost, OpenFeed
from app.publishing.model import PageLive, Publication
from sitegen.changes import Change
from sitegen.generator import Generator
from sitegen.housekeeping import Housekeeping
from sitegen.requests import Requests

log = logging.getLogger(__name__)

RECONNECT_SECONDS = 0.5


@dataclass
class Watcher:
    """Follows the database and keeps the published folder equal to it. Holds the lease."""

    generator: Generator
    requests: Requests
    housekeeping: Housekeeping
    is_stopped: Callable[[], bool] = field(default=lambda: False)

    def run(self) -> None:
        """Catch up, then follow, until stopped; a database that is away is waited for."""
        while not self.is_stopped():
            try:
                feed = self._open()
                try:
                    self._follow(feed)
                finally:
                    feed.close()
            except HistoryLost as lost:
                log.warning("change history lost; comparing everything", extra={"reason": lost.reason})
                self.generator.manifest.set_meta("resume_token", "")
            except StoreUnavailable as away:
                log.warning("database away; waiting", extra={"reason": away.reason})
                time.sleep(RECONNECT_SECONDS)

    def _open(self) -> OpenFeed:
        """Open the feed first and compare afterwards, so that no write falls in between."""
        generator = self.generator
        token = generator.manifest.meta("resume_token")
        feed = generator.services.feed.open(token or None)
        generator.repair("the watcher started", compares_everything=not token)
        if not token:
            generator.manifest.set_meta("resume_token", feed.token)
        self.housekeeping.beat()
        self.requests.handle_waiting()
        return feed

    def _follow(self, feed: OpenFeed) -> None:
        for batch in feed.batches():
            if batch.events:
                self._handle(batch)
            self.generator.manifest.set_meta("resume_token", batch.token)
            self.housekeeping.after(batch.events)
            if self.is_stopped():
                return

    def _handle(self, batch: Batch) -> None:
        oldest = min(event.written_at for event in batch.events)
        self.housekeeping.behind_since = oldest
        change = self.generator.changes.of(batch.events)
        built = self.generator.apply(change, because=reason(batch.events))
        self._record(change, batch.events, built.published, built.removed, built.failed, oldest)
        self.housekeeping.behind_since = None
        if any(event.collection == "rebuild_requests" for event in batch.events):
            self.requests.handle_waiting()

    def _record(
        self,
        change: Change,
        events: Sequence[DocumentEvent],
        published: Sequence[tuple[str, datetime]],
        removed: Sequence[str],
        failed: Sequence[str],
        oldest: datetime,
    ) -> None:
        """Say which change made which pages live; a batch about no document leaves no record."""
        if not change.documents:
            return
        pages = tuple(PageLive(url, milliseconds(oldest, at)) for url, at in published)
        services = self.generator.services
        services.publishing.store.insert_publication(
            Publication(
                id=new_id("pub"),
                at=services.clock.now(),
                because=reason(events),
                changes=tuple(change.documents),
                pages=pages,
                removed=tuple(removed),
                failed=tuple(failed),
            )
        )
        self.generator.manifest.add_latencies(page.ms for page in pages)


def milliseconds(since: datetime, until: datetime) -> int:
    """Return whole milliseconds between two moments, at least 0."""
    return max(0, round((until - since).total_seconds() * 1000))


def reason(events: Sequence[DocumentEvent]) -> str:
    """Return why pages were built, in a few words: `products prd_1 updated` or `12 documents changed`."""
    named = dict.fromkeys(f"{event.collection} {event.id}" for event in events)
    if len(named) == 1:
        return f"{next(iter(named))} changed"
    return f"{len(named)} documents changed"
