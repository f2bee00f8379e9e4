"""The watcher: from a write in the database to replaced files, and nothing in between but work.

The resume token is saved after a batch is published and recorded. Died before
that? The batch is handled again, finds equal bytes, and publishes nothing.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.errors import StoreUnavailable, VitrineError
from app.ids import new_id
from app.publishing.feed import Batch, HistoryLost, OpenFeed
from app.publishing.model import DocumentChange, PageLive, Publication
from sitegen.built import Built
from sitegen.changes import Change
from sitegen.generator import Generator
from sitegen.housekeeping import BeatingReporter, Housekeeping
from sitegen.lease import Fenced
from sitegen.requests import Requests

log = logging.getLogger(__name__)

RECONNECT_SECONDS = 0.5
MENDING_SECONDS = 2.0
BURST_EVENTS = 100
"""So many writes at once are no editor's: more are on their way."""
LONGEST_PUT_OFF = timedelta(seconds=10)
"""After this time listings and sitemap follow a burst, even if it goes on."""


@dataclass
class Watcher:
    """Follows the database and keeps the published folder equal to it. Holds the lease."""

    generator: Generator
    requests: Requests
    housekeeping: Housekeeping
    is_stopped: Callable[[], bool] = field(default=lambda: False)
    _owes_since: datetime = field(default=datetime.max.replace(tzinfo=UTC), repr=False)

    def run(self) -> None:
        """Catch up, then follow, until stopped; a database that is away is waited for."""
        while not self.is_stopped():
            try:
                self._run()
            except HistoryLost as lost:
                log.warning("change history lost; comparing everything", extra={"reason": lost.reason})
                self.generator.manifest.set_meta("resume_token", "")
            except Fenced:
                raise
            except StoreUnavailable as away:
                log.warning("database away; waiting", extra={"reason": away.reason})
                time.sleep(RECONNECT_SECONDS)
            except (VitrineError, OSError, sqlite3.Error):
                # Where a door was shut, a rename or a transaction fails: that is nobody's to mend.
                self.generator.must_hold_lease()
                # A document that nobody can read, a full disk: whoever mends it need not start anything.
                log.exception("cannot publish; trying again")
                time.sleep(MENDING_SECONDS)

    def _run(self) -> None:
        """Open the feed first and compare afterwards, so that no write falls in between."""
        generator, housekeeping = self.generator, self.housekeeping
        token = generator.manifest.meta("resume_token")
        # How far behind nobody can say before the feed has been read to its end.
        housekeeping.behind_since = generator.services.clock.now()
        generator.freezer.snapshot.pulse = housekeeping.beat_if_due
        feed = generator.services.feed.open(token or None)
        try:
            housekeeping.beat()
            reporter = BeatingReporter(housekeeping)
            generator.repair("the watcher started", compares_everything=not token, reporter=reporter)
            if not token:
                housekeeping.settle_everything()
                generator.manifest.set_meta("resume_token", feed.token)
            housekeeping.beat()
            self.requests.handle_waiting()
            self._follow(feed)
        finally:
            feed.close()

    def _follow(self, feed: OpenFeed) -> None:
        for batch in feed.batches():
            self.take(batch)
            if self.is_stopped():
                return

    def take(self, batch: Batch) -> None:
        """Publish what a batch comes to, and only then move the resume token past it."""
        if batch.events:
            self._handle(batch)
        else:
            self._pay()
            self.housekeeping.caught_up()
        self.generator.manifest.set_meta("resume_token", batch.token)
        self.housekeeping.after(batch.events)

    def _handle(self, batch: Batch) -> None:
        oldest = min(event.written_at for event in batch.events)
        self.housekeeping.behind_since = oldest
        change = self.generator.changes.of(batch.events)
        because = reason(change.documents)
        puts_off = len(batch.events) >= BURST_EVENTS and not self._is_overdue(oldest)
        reporter = BeatingReporter(self.housekeeping)
        built = self.generator.apply(change, because, reporter, puts_off=puts_off)
        self._record(change, because, built, oldest)
        self.housekeeping.settle(batch.events)
        if any(event.collection == "rebuild_requests" for event in batch.events):
            self.requests.handle_waiting()

    def _is_overdue(self, oldest: datetime) -> bool:
        """Say whether pages were put off for so long that a burst which goes on must wait for them."""
        if self.generator.manifest.owed.is_empty():
            self._owes_since = oldest
        return self.generator.services.clock.now() - self._owes_since > LONGEST_PUT_OFF

    def _pay(self) -> None:
        """Build what a burst has put off, now that nothing is waiting."""
        because = "a burst of changes is over"
        built = self.generator.pay(because, BeatingReporter(self.housekeeping))
        if built is not None:
            self._record(Change(), because, built, self._owes_since)

    def _record(self, change: Change, because: str, built: Built, oldest: datetime) -> None:
        """Say which change made which pages live; what touches neither document nor page leaves no record."""
        if not change.documents and not built.published and not built.removed:
            return
        pages = tuple(PageLive(url, milliseconds(oldest, at)) for url, at in built.published)
        services = self.generator.services
        self.generator.must_hold_lease()
        services.publishing.store.insert_publication(
            Publication(
                id=new_id("pub"),
                at=services.clock.now(),
                because=because,
                changes=tuple(change.documents),
                pages=pages,
                removed=tuple(built.removed),
                failed=tuple(built.failed),
            )
        )
        self.generator.manifest.add_latencies(page.ms for page in pages)


def milliseconds(since: datetime, until: datetime) -> int:
    """Return whole milliseconds between two moments, at least 0."""
    return max(0, round((until - since).total_seconds() * 1000))


def reason(documents: Sequence[DocumentChange]) -> str:
    """Return why pages were built, in a few words: `products prd_1 changed` or `12 documents changed`."""
    if len(documents) == 1:
        return f"{documents[0].collection} {documents[0].id} changed"
    return f"{len(documents)} documents changed"
