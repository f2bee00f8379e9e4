"""What the watcher does between changes: the sign of life, missing records, retries, the standing audit."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.errors import StoreUnavailable, VitrineError
from app.publishing.feed import DocumentEvent
from app.publishing.model import BuildReport, WatcherState
from sitegen.generator import Generator

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
LONG_BUILD_SECONDS = 2.0
"""From then on a build shows that somebody works; a short one has no time for that."""
AUDIT_SECONDS = 1.0
OVERDUE_SECONDS = 5.0
"""So long a busy watcher puts off what is done between changes."""
AUDIT_ROUND_SECONDS = 600
"""Every page is proved again within this time."""
PRUNE_SECONDS = 3600.0
"""Between two looks for assets and pictures that nobody can ask for any more."""
SETTLED_AT_ONCE = 10

Document = tuple[str, str]
"""A database collection and the id of a document in it."""


@dataclass
class Housekeeping:
    """Keeps the watcher honest; none of it stands between a write and its pages."""

    generator: Generator
    behind_since: datetime | None = None
    _said_behind: bool = field(default=False, repr=False)
    _beaten: float = field(default=0.0, repr=False)
    _audited: float = field(default=0.0, repr=False)
    _pruned: float = field(default_factory=time.monotonic, repr=False)
    _suspected: set[str] = field(default_factory=set, repr=False)
    _unsettled: deque[Document] = field(default_factory=deque, repr=False)

    def after(self, events: Sequence[DocumentEvent]) -> None:
        """Do what is due after a batch; an empty batch comes at least twice a second."""
        is_idle, now = not events, time.monotonic()
        self.beat_if_due(BEAT_SECONDS if is_idle else LONG_BUILD_SECONDS)
        if is_idle:
            self._settle(
                [self._unsettled.popleft() for _ in range(min(SETTLED_AT_ONCE, len(self._unsettled)))]
            )
        if now - self._audited >= (AUDIT_SECONDS if is_idle else OVERDUE_SECONDS):
            self._audited = now
            self._retry_failures()
            self._prove_some(may_alarm=is_idle)
            self.generator.search.prove_some(AUDIT_SECONDS / AUDIT_ROUND_SECONDS)
        if now - self._pruned >= PRUNE_SECONDS:
            self._pruned = now
            self.generator.prune_superseded()

    def caught_up(self) -> None:
        """Say that nothing is to come: the feed had nothing to tell, which alone proves it."""
        if self.behind_since is not None:
            self.behind_since = None
            if self._said_behind:
                self.beat()

    def beat_if_due(self, seconds: float = LONG_BUILD_SECONDS) -> None:
        """Note how the watcher is doing, if the last note is older; builds call this for each page."""
        now = time.monotonic()
        if now - self._beaten >= seconds:
            self._beaten = now
            self.beat()

    def beat(self) -> None:
        """Note how the watcher is doing."""
        self.generator.must_hold_lease()
        manifest, services, lease = self.generator.manifest, self.generator.services, self.generator.lease
        now, failures = services.clock.now(), manifest.failures.all()
        # A moment behind is behind: 0 says that nothing is to come.
        behind = max(now - self.behind_since, timedelta(milliseconds=1)) if self.behind_since else timedelta()
        self._said_behind = bool(behind)
        services.publishing.store.beat(
            WatcherState(
                at=now,
                pages=manifest.count_pages(),
                failures=len(failures),
                behind_ms=round(behind.total_seconds() * 1000),
                latency_ms_p50=manifest.latency(0.5),
                latency_ms_p99=manifest.latency(0.99),
                failing=tuple(failure.url for failure in failures[:20]),
                tenure=lease.number if lease else 0,
                holder=lease.holder if lease else "",
            )
        )

    def settle(self, events: Sequence[DocumentEvent]) -> None:
        """Write the movements and revisions that programs which wrote to the database left out."""
        self._settle(dict.fromkeys((event.collection, event.id) for event in events if event.is_external))

    def settle_everything(self) -> None:
        """Do so for every document, a few at a time: nobody can say what was written unseen."""
        services = self.generator.services
        self._unsettled = deque(("stock_pools", pool.id) for pool in services.inventory.store.every_pool())
        products = services.catalogue.store.every_product()
        self._unsettled.extend(("products", product.id) for product in products)

    def _settle(self, documents: Iterable[Document]) -> None:
        services = self.generator.services
        for collection, document_id in documents:
            self.generator.must_hold_lease()
            try:
                if collection == "stock_pools":
                    services.inventory.settle_external(document_id)
                elif collection == "products":
                    services.catalogue.note_external(document_id)
            except StoreUnavailable:
                raise
            except VitrineError as error:
                log.warning("external write not recorded", extra={"id": document_id, "reason": str(error)})

    def _retry_failures(self) -> None:
        """Render failing pages again, each with a growing pause."""
        generator = self.generator
        now = generator.services.clock.now()
        due = {failure.ref for failure in generator.manifest.failures.all() if failure.is_due(now)}
        if due:
            with generator.freezer.set_aside():
                generator.builder.build(due, "tried again after a failure", reporter=BeatingReporter(self))

    def _prove_some(self, *, may_alarm: bool) -> None:
        """Prove the pages whose last proof is the oldest, and repair what is wrong: that is an alarm.

        A page may differ because of a write whose event is on its way; so it is only
        suspected at first, and wrong if it still differs when nothing was reported since.
        """
        generator = self.generator
        share = max(1, round(generator.manifest.count_pages() * AUDIT_SECONDS / AUDIT_ROUND_SECONDS))
        records = generator.manifest.longest_unproved(share)
        differs = generator.audit.stale(record.ref for record in records).wrong
        wrong = {url: differs[url] for url in self._suspected & set(differs)} if may_alarm else {}
        self._suspected = set(differs) - set(wrong)
        if wrong:
            log.error("audit found wrong pages", extra={"pages": wrong})
            doubted = {record.ref for record in records if record.url in wrong}
            generator.repair("the audit found it different", doubted=doubted, reporter=BeatingReporter(self))
        right = [record.url for record in records if record.url not in differs]
        with generator.manifest.transaction():
            generator.manifest.mark_proved(right, generator.services.clock.now())


@dataclass(frozen=True)
class BeatingReporter:
    """Lets the watcher show that it lives while it builds."""

    housekeeping: Housekeeping

    def began(self, total: int) -> None:
        """Show nothing yet: somebody waits for the first page."""

    def page(self, url: str, outcome: str) -> None:
        """Show it now and then."""
        self.housekeeping.beat_if_due()

    def ended(self, report: BuildReport) -> None:
        """Leave the next sign to whoever works on."""
