"""Proof: render a page again and compare it, byte for byte, with the file that readers get."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.web.factory import AssetMap
from sitegen.assets import lasting_files
from sitegen.freezer import PageFreezer, RenderFailed
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, every_ref, in_chunks
from sitegen.pictures import PublishedPictures, paths_of
from sitegen.publisher import LocalPublisher
from sitegen.search import SearchWriter

PATIENCE_SECONDS = 1.0
"""What differs is looked at once more after this time: a write may have been on its way to its pages."""

LEFT_OVER_SECONDS = 24 * 3600


@dataclass
class Verdict:
    """What a verification found."""

    checked: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    """What is wrong, by URL or by path below the published folder."""

    @property
    def is_clean(self) -> bool:
        """Whether every page equals what the database would render."""
        return not self.wrong


@dataclass(frozen=True)
class Audit:
    """Compares the published folder with what the database would render now; writes nothing to it."""

    freezer: PageFreezer
    publisher: LocalPublisher
    assets: AssetMap
    manifest: Manifest
    search: SearchWriter
    staging: Path
    pictures: PublishedPictures
    patience_seconds: float = PATIENCE_SECONDS

    def verify(self) -> Verdict:
        """Check every page, every sibling, every asset, and that there is no surplus file."""
        verdict = self._look()
        if verdict.wrong:
            time.sleep(self.patience_seconds)
            again = self._look()
            wrong = {name: again.wrong[name] for name in verdict.wrong if name in again.wrong}
            verdict = Verdict(again.checked, wrong)
        return verdict

    def stale(self, refs: Iterable[PageRef]) -> Verdict:
        """Check some pages."""
        verdict = Verdict()
        with self.freezer.set_aside():
            for some in in_chunks(list(refs)):
                self.freezer.look_ahead(some)
                for ref in some:
                    self._check(ref, verdict)
        shutil.rmtree(self.staging, ignore_errors=True)
        return verdict

    def _look(self) -> Verdict:
        self.freezer.refresh()
        verdict, expected = Verdict(), set()
        for path, content in self.assets.artifacts().items():
            expected.add(path)
            self._judge(f"/{path}", path, content, verdict)
        refs = every_ref(self.freezer.shop.services.catalogue.store)
        for some in in_chunks(refs):
            self.freezer.look_ahead(some)
            for ref in some:
                expected |= self._check(ref, verdict)
        # What no page names any more is the pruner's business: that it is still there is no fault.
        expected |= lasting_files(self.publisher)
        for path in surplus(self.publisher, expected):
            verdict.wrong[f"/{path}"] = "nothing stands behind this file"
        verdict.checked += 1
        verdict.wrong |= self.search.faults()
        shutil.rmtree(self.staging, ignore_errors=True)
        return verdict

    def _check(self, ref: PageRef, verdict: Verdict) -> set[str]:
        """Judge a page; return the paths of all that stands behind it."""
        frozen = self.freezer.freeze(ref, self.staging)
        if isinstance(frozen, RenderFailed):
            verdict.checked += 1
            verdict.wrong[frozen.url] = f"does not render: {frozen.reason}"
            return {self.freezer.path(ref), *paths_of(frozen.reads)}
        self._judge(frozen.url, frozen.path, frozen.content, verdict)
        missing = self.pictures.missing(frozen.reads)
        if missing:
            verdict.wrong.setdefault(frozen.url, f"names what is not there: {', '.join(missing)}")
        return {frozen.path, *paths_of(frozen.reads)}

    def _judge(self, name: str, path: str, content: bytes, verdict: Verdict) -> None:
        verdict.checked += 1
        faults = self.publisher.faults(path, content)
        if faults:
            verdict.wrong[name] = ", ".join(faults)


def remove_leftovers(staging: Path) -> None:
    """Remove what verifications have left that were killed long ago."""
    for folder in staging.glob("audit-*"):
        if time.time() - folder.stat().st_mtime > LEFT_OVER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def surplus(publisher: LocalPublisher, expected: Collection[str]) -> list[str]:
    """Return published files that nothing expected stands behind, sorted."""
    return sorted(path for path in publisher.files() if path not in expected)
