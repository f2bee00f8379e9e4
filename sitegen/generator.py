"""The generator put together: everything that publishing into one folder needs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.services import Services
from app.settings import Settings
from app.web.factory import AssetMap
from sitegen import pool
from sitegen.assets import publish_assets
from sitegen.audit import Audit, surplus, sweep
from sitegen.builder import Builder
from sitegen.built import Built
from sitegen.changes import Change, Changes
from sitegen.freezer import PageFreezer
from sitegen.lease import Lease
from sitegen.manifest import Manifest
from sitegen.moves import KINDS
from sitegen.pages import PageRef, every_ref
from sitegen.pictures import PublishedPictures, names_in
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
        staging = settings.data.absolute() / "staging"
        publisher = LocalPublisher(settings.public.absolute(), staging / "files")
        pictures = PublishedPictures(publisher, settings.media.absolute() / "files")
        return cls(
            settings=settings,
            services=services,
            assets=assets,
            manifest=manifest,
            freezer=freezer,
            publisher=publisher,
            builder=Builder(freezer, publisher, manifest, staging / "build", services.clock, pictures),
            changes=Changes(freezer.shop, freezer, manifest),
            audit=Audit(freezer, publisher, assets, staging / f"audit-{os.getpid()}", pictures),
            jobs=jobs,
        )

    def apply(self, change: Change, because: str, reporter: Reporter | None = None) -> Built:
        """Build what a change touches, remove what it ends, and remember what has moved."""
        catalogue = self.services.catalogue
        is_first = not self.manifest.count_pages()
        # The way to the new address must be known before the old one vanishes.
        for old, target in change.moved.items():
            if target or catalogue.store.redirect(old) is None:
                catalogue.remember_move(old, target)
        affected = self.manifest.refs_of(self.manifest.affected(change.values) - change.gone)
        refs = change.new | change.again | set(affected.values())
        built = self._build(refs, because, new=change.new, gone=change.gone, reporter=reporter)
        if change.new and not is_first:
            self._forget_moves(change.new, built)
        return built

    def repair(
        self,
        because: str,
        *,
        compares_everything: bool = True,
        doubted: Iterable[PageRef] = (),
        reporter: Reporter | None = None,
    ) -> Built:
        """Build exactly what is stale: assets, touched files, and whatever recorded other values.

        Args:
            because: why, for `site explain`.
            compares_everything: whether the database may hold changes that no feed will report.
            doubted: pages to render again, whatever their records say.
            reporter: whoever wants to know how far it has come.
        """
        sweep(self.audit.staging.parent)
        publish_assets(self.assets, self.publisher)
        self.builder.pictures.heal(self.manifest.values_of("picture", "set"))
        again = {record.ref for record in self.manifest.pages() if not self.builder.is_untouched(record)}
        again |= {failure.ref for failure in self.manifest.failures.all()} | set(doubted)
        compares_everything = compares_everything or bool(again) or not self.manifest.count_pages()
        change = self.changes.of_everything() if compares_everything else self.changes.of_the_shop()
        change.again = {ref for ref in again if self.freezer.url(ref) not in change.gone}
        built = self.apply(change, because, reporter)
        if compares_everything:
            built.removed += [f"/{path}" for path in self.prune()]
        return built

    def rebuild_all(self, because: str, reporter: Reporter | None = None) -> Built:
        """Render every page, whatever is recorded."""
        publish_assets(self.assets, self.publisher)
        self.freezer.refresh()
        refs = set(every_ref(self.freezer.shop.services.catalogue.store))
        urls = {self.freezer.url(ref) for ref in refs}
        gone = {record.url for record in self.manifest.pages()} - urls
        return self._build(refs, because, gone=gone, reporter=reporter)

    def rebuild(self, urls: tuple[str, ...], because: str, reporter: Reporter | None = None) -> Built:
        """Render the named pages; a name that is no page counts as failed."""
        self.freezer.refresh()
        known = {self.freezer.url(ref): ref for ref in every_ref(self.freezer.shop.services.catalogue.store)}
        built = self._build({known[url] for url in urls if url in known}, because, reporter=reporter)
        built.failed += [url for url in urls if url not in known]
        return built

    def prune(self) -> list[str]:
        """Delete files that no page and no asset stands behind; return their paths."""
        self.freezer.refresh()
        known = {record.path for record in self.manifest.pages()} | set(self.assets.artifacts())
        known |= {self.freezer.path(ref) for ref in every_ref(self.freezer.shop.services.catalogue.store)}
        # What a page of now or of its last good version names; what a failing page has read counts too.
        known |= names_in(self.manifest.values_of("picture", "set"))
        paths = surplus(self.publisher, known)
        for path in paths:
            self.publisher.remove(path)
        self.publisher.sync()
        return paths

    def _build(
        self,
        refs: set[PageRef],
        because: str,
        *,
        new: Collection[PageRef] = (),
        gone: Collection[str] = (),
        reporter: Reporter | None = None,
    ) -> Built:
        freeze = pool.freezing(self.settings, self.jobs) if pool.is_worth_it(len(refs), self.jobs) else None
        return self.builder.build(refs, because, new=new, gone=gone, reporter=reporter, freeze=freeze)

    def _forget_moves(self, new: Collection[PageRef], built: Built) -> None:
        """Let no address lead elsewhere that has a page again; readers get the page already."""
        published = {url for url, _ in built.published}
        for url in published & {self.freezer.url(ref) for ref in new if ref.endpoint in KINDS}:
            self.services.catalogue.store.delete_redirect(url)


def manifest_path(settings: Settings) -> Path:
    """Return where the manifest lies: beside the published folder, which anybody may serve whole."""
    return settings.data.absolute() / "manifest.sqlite"


def lease_of(settings: Settings) -> Lease:
    """Return the lease of the published folder."""
    return Lease(settings.data.absolute() / "run" / "publish.lock")
