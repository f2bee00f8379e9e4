"""Proof: render a page again and compare it, byte for byte, with the file that readers get."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.web.factory import AssetMap
from sitegen.assets import is_kept_asset
from sitegen.freezer import PageFreezer, RenderFailed
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, every_ref
from sitegen.publisher import LocalPublisher


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
    staging: Path

    def verify(self) -> Verdict:
        """Check every page, every sibling, every asset, and that there is no surplus file."""
        self.freezer.refresh()
        verdict, expected = Verdict(), set()
        for path, content in self.assets.artifacts().items():
            expected.add(path)
            self._judge(path, path, content, verdict)
        for ref in every_ref(self.freezer.shop.services.catalogue.store):
            expected.add(self._check(ref, verdict))
        for path in sorted(set(self.publisher.files()) - expected):
            if not is_kept_asset(path, self.publisher):
                verdict.wrong[f"/{path}"] = "nothing stands behind this file"
        shutil.rmtree(self.staging, ignore_errors=True)
        return verdict

    def stale(self, refs: Iterable[PageRef]) -> Verdict:
        """Check some pages."""
        self.freezer.refresh()
        verdict = Verdict()
        for ref in refs:
            self._check(ref, verdict)
        return verdict

    def _check(self, ref: PageRef, verdict: Verdict) -> str:
        frozen = self.freezer.freeze(ref, self.staging)
        if isinstance(frozen, RenderFailed):
            verdict.checked += 1
            verdict.wrong[frozen.url] = f"does not render: {frozen.reason}"
            return self.freezer.path(ref)
        self._judge(frozen.url, frozen.path, frozen.content, verdict)
        return frozen.path

    def _judge(self, name: str, path: str, content: bytes, verdict: Verdict) -> None:
        verdict.checked += 1
        faults = self.publisher.faults(path, content)
        if faults:
            verdict.wrong[name] = ", ".join(faults)


def surplus(publisher: LocalPublisher, manifest: Manifest, assets: AssetMap) -> list[str]:
    """Return published files that no page and no asset stands behind, sorted."""
    expected = {record.path for record in manifest.pages()} | set(assets.artifacts())
    return sorted(
        path for path in publisher.files() if path not in expected and not is_kept_asset(path, publisher)
    )
