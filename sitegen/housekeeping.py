"""What the watcher does between changes: the sign of life, missing records, retries, the standing audit."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.errors import VitrineError
from app.publishing.feed import DocumentEvent
from app.publishing.model import WatcherState
from sitegen.generator import Generator

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
AUDIT_SECONDS = 1.0
AUDIT_ROUND_SECONDS = 600
"""Every page is proved again within this time."""
RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 300.0


@dataclass
class Housekeeping:
    """Keeps the watcher honest; none of it stands between a write and its pages."""

    generator: Generator
    behind_since: datetime | None = None
    _beaten: float = field(default=0.0, repr=False)
    _audited: float = field(default=0.0, repr=False)

    def after(self, events: Sequence[DocumentEvent]) -> None:
        """Do what is due after a batch; an empty batch comes at least twice a second."""
        self._settle_external(events)
        now = time.monotonic()
        if now - self._beaten >= BEAT_SECONDS:
            self._beaten = now
            self.beat()
        if not events and now - self._audited >= AUDIT_SECONDS:
            self._audited = now
            self._retry_failures()
            self._prove_some()

    def beat(self) -> None:
        """Note how the watcher is doing."""
        manifest, services = self.generator.manifest, self.generator.services
        now, failures = services.clock.now(), manifest.failures()
        behind = now - self.behind_since if self.behind_since else timedelta()
        services.publishing.store.beat(
            WatcherState(
                at=now,
                pages=manifest.count_pages(),
                failures=len(failures),
                behind_ms=max(0, round(behind.total_seconds() * 1000)),
                latency_ms_p50=manifest.latency(0.5),
                latency_ms_p99=manifest.latency(0.99),
                failing=tuple(failure.url for failure in failures[:20]),
            )
        )

    def _settle_external(self, events: Sequence[DocumentEvent]) -> None:
        """Write the movement or revision that a program which wrote to the database left out."""
        services = self.generator.services
        for collection, document_id in dict.fromkeys(
            (event.collection, event.id) for event in events if event.is_external
        ):
            try:
                if collection == "stock_pools":
                    services.inventory.settle_external(document_id)
                elif collection == "products":
                    services.catalogue.note_external(document_id)
            except VitrineError as error:
                log.warning("external write not recorded", extra={"id": document_id, "reason": str(error)})

    def _retry_failures(self) -> None:
        """Render failing pages again, each with a growing pause."""
        now = self.generator.services.clock.now()
        due = set()
        for failure in self.generator.manifest.failures():
            pause = min(RETRY_SECONDS * 2 ** min(failure.tries, 16), LONGEST_RETRY_SECONDS)
            if now - datetime.fromisoformat(failure.failed_at) >= timedelta(seconds=pause):
                due.add(failure.ref)
        if due:
            self.generator.builder.build(due, "tried again after a failure")

    def _prove_some(self) -> None:
        """Prove the pages whose last proof is the oldest, and repair what is wrong: that is an alarm."""
        generator = self.generator
        share = max(1, round(generator.manifest.count_pages() * AUDIT_SECONDS / AUDIT_ROUND_SECONDS))
        records = generator.manifest.longest_unproved(share)
        verdict = generator.audit.stale(record.ref for record in records)
        if verdict.wrong:
            log.error("audit found wrong pages", extra={"pages": verdict.wrong})
            wrong = {record.ref for record in records if record.url in verdict.wrong}
            generator.builder.build(wrong, "the audit found it different", republishes=True)
        right = [record.url for record in records if record.url not in verdict.wrong]
        with generator.manifest.transaction():
            generator.manifest.mark_proved(right, generator.services.clock.now())
