"""Building pages: freeze, compare, publish, remember; a page that fails keeps its last good version.

Died between two steps? Before the rename the old page stands. After it the file is
newer than its record, which the next look at the file's stamp finds, and the resume
token has not moved, so that the change is handled again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.clock import Clock, iso
from app.web.reads import Reads
from sitegen.built import Built
from sitegen.freezer import Frozen, PageFreezer, RenderFailed
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, in_order
from sitegen.pictures import PublishedPictures
from sitegen.publisher import LocalPublisher, fingerprint
from sitegen.records import PageRecord
from sitegen.reporter import QuietReporter, Reporter

FLUSH_EVERY = 500
"""Pages of a large build that are visible before the manifest hears of them, at most."""

Freeze = Callable[[Sequence[PageRef], Path], Iterator[Frozen | RenderFailed]]

Note = tuple[PageRecord, Reads] | RenderFailed
"""What the manifest is told of a page once the disk has it."""


@dataclass(frozen=True)
class Builder:
    """Brings pages to the state of the database. Only the lease holder may use it."""

    freezer: PageFreezer
    publisher: LocalPublisher
    manifest: Manifest
    staging: Path
    clock: Clock
    pictures: PublishedPictures

    def build(
        self,
        refs: Iterable[PageRef],
        because: str,
        *,
        new: Collection[PageRef] = (),
        gone: Iterable[str] = (),
        reporter: Reporter | None = None,
        freeze: Freeze | None = None,
    ) -> Built:
        """Render pages in the order of appearance, publish what differs, then remove what is gone.

        Args:
            refs: the pages.
            because: why, for `site explain`.
            new: those of them that other pages may link to for the first time; they come first.
            gone: URLs that have no page any more; they go last, after the links to them.
            reporter: whoever wants to know how far it has come.
            freeze: how pages are rendered; one after the other in this process by default.
        """
        ordered, built, began = in_order(refs, new), Built(), time.perf_counter()
        reporter, leaving = reporter or QuietReporter(), set(gone)
        reporter.began(len(ordered))
        if ordered:
            with self._fresh_staging() as staging:
                outcomes = (freeze or self._freeze_here)(ordered, staging)
                leaving |= self._publish(outcomes, staging, because, built, reporter)
        if leaving:
            self._remove(leaving, built)
        built.seconds = time.perf_counter() - began
        reporter.ended(built.report)
        return built

    def _publish(
        self,
        outcomes: Iterable[Frozen | RenderFailed],
        staging: Path,
        because: str,
        built: Built,
        reporter: Reporter,
    ) -> set[str]:
        """Publish pages as they are rendered; return those that the shop says are no pages any more."""
        pending: list[Note] = []
        absent = set()
        for outcome in outcomes:
            if isinstance(outcome, Frozen):
                note, word = self._take(outcome, staging, because, built)
                pending.append(note)
            elif outcome.is_absent:
                absent.add(outcome.url)
                word = "removed"
            else:
                built.failed.append(outcome.url)
                pending.append(outcome)
                word = "failed"
            reporter.page(outcome.url, word)
            if len(pending) == FLUSH_EVERY:
                self._flush(pending)
        self._flush(pending)
        return absent

    def _take(self, page: Frozen, staging: Path, because: str, built: Built) -> tuple[Note, str]:
        """Make a page visible if it differs; return what the manifest is to be told once the disk has it."""
        old, now = self.manifest.page(page.url), iso(self.clock.now())
        name = fingerprint(page.content)
        self.pictures.publish(page.reads)
        # Where the record names the same bytes, or is lost, the files themselves are asked.
        is_right = (old is None or old.fingerprint == name) and not self.publisher.faults(
            page.path, page.content
        )
        stamp = self.publisher.adopt(page.path) if is_right else None
        is_published = stamp is None
        if stamp is None:
            stamp = self.publisher.publish(page.path, page.content, staging / page.path)
            built.published.append((page.url, self.clock.now()))
        else:
            built.unchanged.append(page.url)
        record = PageRecord(
            url=page.url,
            ref=page.ref,
            path=page.path,
            fingerprint=name,
            size=stamp.size,
            mtime_ns=stamp.mtime_ns,
            built_at=now,
            because=because,
            proved_at=now,
        )
        if old is not None and not is_published:
            record = replace(record, built_at=old.built_at, because=old.because)
        return (record, page.reads), "published" if is_published else "unchanged"

    def is_untouched(self, record: PageRecord) -> bool:
        """Say whether the published files are those that were written, as far as their stamps tell."""
        return self.publisher.is_untouched(record.path, record.stamp)

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
        for url in sorted(urls):
            record = self.manifest.page(url)
            if record is not None:
                self.publisher.remove(record.path)
                built.removed.append(url)
        self.publisher.sync()
        with self.manifest.transaction():
            for url in urls:
                self.manifest.forget(url)

    def _note_failure(self, failure: RenderFailed) -> None:
        self.manifest.failures.put(failure.url, failure.ref, failure.traceback, self.clock.now())
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
