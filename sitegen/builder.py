"""Building pages: freeze, compare, publish, remember; a page that fails keeps its last good version.

Died between two steps? Before the rename the old page stands. After it the file is
newer than its record, which the next look at the file's stamp finds, and the resume
token has not moved, so that the change is handled again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from app.clock import Clock, iso
from app.publishing.model import BuildReport
from app.web.reads import Reads
from sitegen.freezer import Frozen, PageFreezer, RenderFailed
from sitegen.manifest import Manifest, PageRecord
from sitegen.pages import PageRef, in_order
from sitegen.publisher import LocalPublisher, Stamp, fingerprint
from sitegen.reporter import QuietReporter, Reporter

FLUSH_EVERY = 500
"""Pages of a large build that are visible before the manifest hears of them, at most."""

Freeze = Callable[[Sequence[PageRef], Path], Iterator[Frozen | RenderFailed]]

Note = tuple[PageRecord, Reads] | RenderFailed
"""What the manifest is told of a page once the disk has it."""


@dataclass
class Built:
    """What one build did, page by page."""

    published: list[tuple[str, datetime]] = field(default_factory=list)
    """URLs with the moment from which readers got the new bytes."""
    unchanged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def report(self) -> BuildReport:
        """The build in numbers."""
        published, unchanged, failed = len(self.published), len(self.unchanged), len(self.failed)
        return BuildReport(
            rendered=published + unchanged,
            published=published,
            unchanged=unchanged,
            failed=failed,
            seconds=round(self.seconds, 3),
        )


@dataclass(frozen=True)
class Builder:
    """Brings pages to the state of the database. Only the lease holder may use it."""

    freezer: PageFreezer
    publisher: LocalPublisher
    manifest: Manifest
    staging: Path
    clock: Clock

    def build(
        self,
        refs: Iterable[PageRef],
        because: str,
        *,
        gone: Iterable[str] = (),
        reporter: Reporter | None = None,
        freeze: Freeze | None = None,
        republishes: bool = False,
    ) -> Built:
        """Render pages in the order of appearance, publish what differs, then remove what is gone.

        Args:
            refs: the pages.
            because: why, for `site explain`.
            gone: URLs that have no page any more; they go last, after the links to them.
            reporter: whoever wants to know how far it has come.
            freeze: how pages are rendered; one after the other in this process by default.
            republishes: whether files and siblings are written even where the record says
                that they are right, because somebody has seen that they are not.
        """
        ordered, built, began = in_order(refs), Built(), time.perf_counter()
        reporter = reporter or QuietReporter()
        reporter.began(len(ordered))
        with self._fresh_staging() as staging:
            pending: list[Note] = []
            for outcome in (freeze or self._freeze_here)(ordered, staging):
                pending.append(self._take(outcome, staging, because, built, reporter, republishes))
                if len(pending) == FLUSH_EVERY:
                    self._flush(pending)
            self._flush(pending)
            self._remove(gone, built)
        built.seconds = time.perf_counter() - began
        reporter.ended(built.report)
        return built

    def _take(
        self,
        outcome: Frozen | RenderFailed,
        staging: Path,
        because: str,
        built: Built,
        reporter: Reporter,
        republishes: bool,
    ) -> Note:
        """Make a page visible if it differs; return what the manifest is to be told once the disk has it."""
        if isinstance(outcome, RenderFailed):
            built.failed.append(outcome.url)
            reporter.page(outcome.url, "failed")
            return outcome
        old, now = self.manifest.page(outcome.url), iso(self.clock.now())
        name = fingerprint(outcome.content)
        is_same = old is not None and (old.path, old.fingerprint) == (outcome.path, name)
        if old and is_same and not republishes and self.is_untouched(old):
            built.unchanged.append(outcome.url)
            reporter.page(outcome.url, "unchanged")
            return replace(old, proved_at=now), outcome.reads
        stamp = self.publisher.publish(outcome.path, outcome.content, staging / outcome.path)
        built.published.append((outcome.url, self.clock.now()))
        reporter.page(outcome.url, "published")
        record = PageRecord(
            url=outcome.url,
            ref=outcome.ref,
            path=outcome.path,
            fingerprint=name,
            size=stamp.size,
            mtime_ns=stamp.mtime_ns,
            built_at=now,
            because=because,
            proved_at=now,
        )
        return record, outcome.reads

    def is_untouched(self, record: PageRecord) -> bool:
        """Say whether the published file is the one that was written, as far as its stamp tells."""
        return self.publisher.stamp(record.path) == Stamp(record.size, record.mtime_ns)

    def _flush(self, pending: list[Note]) -> None:
        """Make what is visible durable, and only then remember it."""
        self.publisher.sync()
        with self.manifest.transaction():
            for note in pending:
                if isinstance(note, RenderFailed):
                    self._note_failure(note)
                else:
                    self.manifest.put_page(*note)
        pending.clear()

    def _remove(self, urls: Iterable[str], built: Built) -> None:
        for url in sorted(set(urls)):
            record = self.manifest.page(url)
            if record is not None:
                self.publisher.remove(record.path)
                built.removed.append(url)
        self.publisher.sync()
        with self.manifest.transaction():
            for url in set(urls):
                self.manifest.forget(url)

    def _note_failure(self, failure: RenderFailed) -> None:
        self.manifest.put_failure(failure.url, failure.ref, failure.traceback, self.clock.now())
        if self.manifest.page(failure.url) is None:
            # Nothing stands there yet: what was read until then wakes the page up again.
            self.manifest.put_reads(failure.url, failure.reads)

    def _freeze_here(self, refs: Sequence[PageRef], staging: Path) -> Iterator[Frozen | RenderFailed]:
        return (self.freezer.freeze(ref, staging) for ref in refs)

    @contextmanager
    def _fresh_staging(self) -> Iterator[Path]:
        """Give a build a folder of its own; what a killed build left behind goes first."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir(parents=True)
        try:
            yield self.staging
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)
