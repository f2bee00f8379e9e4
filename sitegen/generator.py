"""The generator put together: everything that publishing into one folder needs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from app.services import Services
from app.settings import Settings
from app.web.factory import AssetMap
from sitegen import pool
from sitegen.assets import publish_assets
from sitegen.audit import Audit, surplus
from sitegen.builder import Builder, Built
from sitegen.changes import Change, Changes
from sitegen.freezer import PageFreezer
from sitegen.lease import Lease
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, every_ref
from sitegen.publisher import LocalPublisher
from sitegen.reporter import Reporter


@dataclass(frozen=True)
class Generator:
    """One published folder and all that keeps it right."""

    settings: Settings
    services: Services
    assets: AssetMap
    manifest: Manifest
    freezer: PageFreezer
    publisher: LocalPublisher
    builder: Builder
    changes: Changes
    audit: Audit
    jobs: int = 1
    """Processes of a large build."""

    @classmethod
    def assemble(cls, settings: Settings, services: Services, *, jobs: int = 1) -> Generator:
        """Put the parts together; nothing is rendered or written yet but an empty manifest."""
        assets = AssetMap.load()
        manifest = Manifest(manifest_path(settings))
        freezer = PageFreezer(settings, services, assets)
        publisher = LocalPublisher(settings.public.absolute())
        staging = settings.data.absolute() / "staging"
        return cls(
            settings=settings,
            services=services,
            assets=assets,
            manifest=manifest,
            freezer=freezer,
            publisher=publisher,
            builder=Builder(freezer, publisher, manifest, staging / "build", services.clock),
            changes=Changes(freezer.shop, freezer, manifest),
            audit=Audit(freezer, publisher, assets, staging / f"audit-{os.getpid()}"),
            jobs=jobs,
        )

    def apply(self, change: Change, because: str, reporter: Reporter | None = None) -> Built:
        """Build what a change touches, remove what it ends, and remember what has moved."""
        refs = change.new | self._refs_of(self.manifest.affected(change.values) - change.gone)
        catalogue = self.services.catalogue
        for ref in change.new:
            catalogue.store.delete_redirect(self.freezer.url(ref))
        # The way to the new address must be known before the old one vanishes.
        for old, target in change.moved.items():
            catalogue.remember_move(old, target)
        return self._build(refs, because, gone=change.gone, reporter=reporter)

    def repair(
        self, because: str, *, compares_everything: bool = True, reporter: Reporter | None = None
    ) -> Built:
        """Build exactly what is stale: assets, touched files, and whatever recorded other values.

        Args:
            because: why, for `site explain`.
            compares_everything: whether the database may hold changes that no feed will report.
            reporter: whoever wants to know how far it has come.
        """
        publish_assets(self.assets, self.publisher)
        change = self.changes.of_everything() if compares_everything else self.changes.of_the_shop()
        change.new |= {
            record.ref for record in self.manifest.pages() if not self.builder.is_untouched(record)
        }
        change.new |= {failure.ref for failure in self.manifest.failures()}
        change.new = {ref for ref in change.new if self.freezer.url(ref) not in change.gone}
        return self.apply(change, because, reporter)

    def rebuild_all(self, because: str, reporter: Reporter | None = None) -> Built:
        """Render every page, whatever is recorded."""
        publish_assets(self.assets, self.publisher)
        self.freezer.refresh()
        refs = set(every_ref(self.services.catalogue.store))
        urls = {self.freezer.url(ref) for ref in refs}
        gone = {record.url for record in self.manifest.pages()} - urls
        return self._build(refs, because, gone=gone, reporter=reporter)

    def rebuild(self, urls: tuple[str, ...], because: str, reporter: Reporter | None = None) -> Built:
        """Render the named pages; a name that is no page counts as failed."""
        self.freezer.refresh()
        known = {self.freezer.url(ref): ref for ref in every_ref(self.services.catalogue.store)}
        built = self._build({known[url] for url in urls if url in known}, because, reporter=reporter)
        built.failed += [url for url in urls if url not in known]
        return built

    def prune(self) -> list[str]:
        """Delete files that no page and no asset stands behind; return their paths."""
        paths = surplus(self.publisher, self.manifest, self.assets)
        for path in paths:
            self.publisher.remove(path)
        self.publisher.sync()
        return paths

    def with_jobs(self, jobs: int) -> Generator:
        """Return the same generator with another number of processes for large builds."""
        return replace(self, jobs=jobs)

    def _build(
        self,
        refs: set[PageRef],
        because: str,
        *,
        gone: set[str] | None = None,
        reporter: Reporter | None = None,
    ) -> Built:
        freeze = pool.freezing(self.settings, self.jobs) if pool.is_worth_it(len(refs), self.jobs) else None
        return self.builder.build(refs, because, gone=gone or (), reporter=reporter, freeze=freeze)

    def _refs_of(self, urls: set[str]) -> set[PageRef]:
        records = (self.manifest.page(url) for url in urls)
        failing = {failure.url: failure.ref for failure in self.manifest.failures()}
        return {record.ref for record in records if record} | {
            ref for url, ref in failing.items() if url in urls
        }


def manifest_path(settings: Settings) -> Path:
    """Return where the manifest lies: beside the published folder, which anybody may serve whole."""
    return settings.data.absolute() / "manifest.sqlite"


def lease_of(settings: Settings) -> Lease:
    """Return the lease of the published folder."""
    return Lease(settings.data.absolute() / "run" / "publish.lock")
