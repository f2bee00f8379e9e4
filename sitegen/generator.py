"""The generator put together: everything that publishing into one folder needs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.clock import iso
from app.publishing.model import Scope
from app.services import Services
from app.settings import Settings
from app.web.factory import AssetMap
from sitegen import pool
from sitegen.assets import due_files, lasting_files, note_superseded, publish_assets
from sitegen.audit import Audit, remove_leftovers, surplus
from sitegen.builder import Builder
from sitegen.built import Built
from sitegen.changes import Change, Changes
from sitegen.freezer import PageFreezer, RenderFailed
from sitegen.inheritance import forget_earlier, inherit, lead
from sitegen.lease import Lease
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, every_ref
from sitegen.pictures import PublishedPictures
from sitegen.publisher import LocalPublisher
from sitegen.reporter import Reporter
from sitegen.search import SearchWriter
from sitegen.tenures import Tenures

UNSYNCED = "unsynced_since"
"""Since when pages have been published that the disk may not have yet."""
NEVER = "9999"
"""Later than any moment in ISO 8601."""


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
    search: SearchWriter
    jobs: int = 1
    """Processes of a large build."""
    lease: Lease | None = None
    """Held by whoever publishes."""

    @classmethod
    def assemble(
        cls, settings: Settings, services: Services, *, jobs: int = 1, lease: Lease | None = None
    ) -> Generator:
        """Put the parts together; nothing is rendered or published yet.

        Args:
            settings: of the shop.
            services: of the shop.
            jobs: processes of a large build.
            lease: that is held; who only reads has none.
        """
        assets, data, tenures = AssetMap.load(), settings.data.absolute(), tenures_of(settings)
        freezer = PageFreezer(settings, services, assets)
        link = settings.search_index.absolute()
        if lease is not None and lease.tenure is not None:
            tenure = lease.tenure
            inherit(tenures, tenure, data)
            lead(link, tenure)
            forget_earlier(tenures, tenure, data)
            index = tenure.search
        else:
            # What is proved is what readers are led to.
            tenure, index = tenures.readable(), link
        manifest = Manifest(tenure.manifest)
        search = SearchWriter(
            index,
            services.catalogue.store,
            services.inventory.store,
            show=(lambda: None) if index == link else lambda: lead(link, tenure),
        )
        publisher = LocalPublisher(settings.public.absolute(), tenure.staging / "files")
        pictures = PublishedPictures(publisher, settings.media.absolute() / "files")
        return cls(
            settings=settings,
            services=services,
            assets=assets,
            manifest=manifest,
            freezer=freezer,
            publisher=publisher,
            builder=Builder(freezer, publisher, manifest, tenure.staging / "build", services.clock, pictures),
            changes=Changes(freezer.shop, freezer, manifest),
            audit=Audit(
                freezer,
                publisher,
                assets,
                manifest,
                search,
                data / "staging" / f"audit-{os.getpid()}",
                pictures,
            ),
            search=search,
            jobs=jobs,
            lease=lease,
        )

    def must_hold_lease(self) -> None:
        """Make sure of it before something is written that no door protects: to the database.

        Raises:
            Fenced: another process has taken it over.
        """
        if self.lease is not None:
            self.lease.check()

    def carry_out(
        self, scope: Scope, urls: Sequence[str], because: str, reporter: Reporter | None = None
    ) -> Built:
        """Do what a rebuild request or a command asks for."""
        match scope:
            case Scope.URLS:
                return self.rebuild(urls, because, reporter)
            case Scope.STALE:
                return self.repair(because, reporter=reporter)
            case Scope.ALL:
                return self.rebuild_all(because, reporter)
            case Scope.SURPLUS:
                return Built(removed=self.prune())

    def apply(
        self, change: Change, because: str, reporter: Reporter | None = None, *, puts_off: bool = False
    ) -> Built:
        """Build what a change touches, remove what it ends, remember what has moved; then search finds it.

        Args:
            change: what it comes to.
            because: why, for `site explain`.
            reporter: whoever wants to know how far it has come.
            puts_off: whether more changes are waiting already. Pages about many documents, and
                the removal of pages that these may link to, are then owed until they are done.
        """
        built = self._apply(change, because, reporter, puts_off=puts_off)
        self.search.update(change.documents, change.listings)
        return built

    def _apply(
        self, change: Change, because: str, reporter: Reporter | None, *, puts_off: bool = False
    ) -> Built:
        catalogue, owed = self.services.catalogue, self.manifest.owed
        self.must_hold_lease()
        # The way to the new address must be known before the old one vanishes.
        for old, target in change.moved.items():
            if target or catalogue.store.redirect(old) is None:
                catalogue.remember_move(old, target)
        affected = self.manifest.refs_of(self.manifest.affected(change.values) - change.gone)
        refs, gone = change.new | change.again | set(affected.values()), set(change.gone)
        if puts_off:
            late = {ref for ref in refs if ref.is_late}
            with self.manifest.transaction():
                owed.put(late, leaves=False)
                owed.put(self.manifest.refs_of(gone).values(), leaves=True)
            self._trust_no_file_from_now_on()
            return self._build(refs - late, because, new=change.new - late, reporter=reporter, syncs=False)
        # What was to leave may have come back since.
        gone |= {self.freezer.url(ref) for ref in owed.all(leaves=True) if self._is_absent(ref)}
        put_off = {ref for ref in owed.all(leaves=False) if self.freezer.url(ref) not in gone}
        # A page that was new when it was put off is still so where nothing was published since.
        new = change.new | {ref for ref in put_off if self.manifest.page(self.freezer.url(ref)) is None}
        built = self._build(refs | put_off, because, new=new, gone=gone, reporter=reporter)
        owed.clear()
        if self.manifest.meta(UNSYNCED):
            # Also what was found right, and what pages link: whoever wrote it may have died since.
            self.publisher.sync_all()
            self.manifest.set_meta(UNSYNCED, "")
        return built

    def pay(self, because: str, reporter: Reporter | None = None) -> Built | None:
        """Build and remove what bursts have put off; nothing where nothing is owed."""
        return self._apply(Change(), because, reporter) if not self.manifest.owed.is_empty() else None

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
        remove_leftovers(self.audit.staging.parent)
        publish_assets(self.assets, self.publisher)
        self.builder.pictures.heal(self.manifest.values_of("picture", "set"))
        unsynced_since = self.manifest.meta(UNSYNCED) or NEVER
        again = {
            record.ref
            for record in self.manifest.pages()
            if record.proved_at >= unsynced_since or not self.builder.is_untouched(record)
        }
        again |= {failure.ref for failure in self.manifest.failures.all()} | set(doubted)
        compares_everything = compares_everything or bool(again) or not self.manifest.count_pages()
        change = self.changes.of_everything() if compares_everything else self.changes.of_the_shop()
        change.again = {ref for ref in again if self.freezer.url(ref) not in change.gone}
        built = self._apply(change, because, reporter)
        built.removed += [f"/{path}" for path in self.prune_superseded()]
        self.search.repair() if compares_everything else self.search.ensure()
        if compares_everything:
            built.removed += [f"/{path}" for path in self._prune()]
        return built

    def rebuild_all(self, because: str, reporter: Reporter | None = None) -> Built:
        """Render every page, whatever is recorded."""
        publish_assets(self.assets, self.publisher)
        built = self._apply(self.changes.of_everything(renders_all=True), because, reporter)
        self.search.repair()
        return built

    def rebuild(self, urls: Sequence[str], because: str, reporter: Reporter | None = None) -> Built:
        """Render the named pages; a name that is no page counts as failed."""
        self.freezer.refresh()
        known = self.manifest.refs_of(urls)
        if not known.keys() >= set(urls):
            # Not published yet, or no page at all: only the whole list tells.
            every = ((self.freezer.url(ref), ref) for ref in self._every_ref())
            known |= {url: ref for url, ref in every if url in urls}
        built = self._build(set(known.values()), because, reporter=reporter)
        built.failed += [url for url in urls if url not in known or url in built.absent]
        return built

    def prune(self) -> list[str]:
        """Delete files that nothing stands behind, and what was superseded a week ago; return their paths."""
        self.freezer.refresh()
        return sorted(self.prune_superseded() + self._prune())

    def prune_superseded(self) -> list[str]:
        """Delete assets and pictures that nobody can ask for any more; return their paths.

        It looks into their folders and into the manifest, and reads nothing of the database.
        """
        now = self.services.clock.now()
        note_superseded(self.assets, self.publisher, self.manifest, now)
        return self._remove(sorted(due_files(self.manifest, now)))

    def _prune(self) -> list[str]:
        known = {record.path for record in self.manifest.pages()} | set(self.assets.artifacts())
        known |= {self.freezer.path(ref) for ref in self._every_ref()}
        return self._remove(surplus(self.publisher, known | lasting_files(self.publisher)))

    def _remove(self, paths: list[str]) -> list[str]:
        for path in paths:
            self.publisher.remove(path)
        self.publisher.sync()
        return paths

    def close(self) -> None:
        """Close the manifest and the search index."""
        self.manifest.close()
        self.search.close()

    def _build(
        self,
        refs: set[PageRef],
        because: str,
        *,
        new: Collection[PageRef] = (),
        gone: Collection[str] = (),
        reporter: Reporter | None = None,
        syncs: bool = True,
    ) -> Built:
        freeze = pool.freezing(self.settings, self.jobs) if pool.is_worth_it(len(refs), self.jobs) else None
        return self.builder.build(
            refs,
            because,
            new=new,
            gone=gone,
            appeared=self._forget_moves if self.manifest.count_pages() else self._forget_nothing,
            reporter=reporter,
            freeze=freeze,
            syncs=syncs,
        )

    def _trust_no_file_from_now_on(self) -> None:
        """Let a start after a power cut look at the bytes of what a burst publishes; it is synced as a whole.

        To sync every file of a burst by itself takes longer than to render it.
        """
        if not self.manifest.meta(UNSYNCED):
            self.manifest.set_meta(UNSYNCED, iso(self.services.clock.now()))
            self.manifest.sync()

    def _forget_moves(self, urls: list[str]) -> None:
        """Let no address lead elsewhere that has a page again; readers get the page already."""
        self.must_hold_lease()
        self.services.catalogue.store.delete_redirects(urls)

    def _forget_nothing(self, urls: list[str]) -> None:
        """Keep what an editor has decided of addresses: to a first build every page is new."""

    def _every_ref(self) -> list[PageRef]:
        return every_ref(self.freezer.shop.services.catalogue.store)

    def _is_absent(self, ref: PageRef) -> bool:
        outcome = self.freezer.freeze(ref, self.audit.staging)
        return isinstance(outcome, RenderFailed) and outcome.is_absent


def tenures_of(settings: Settings) -> Tenures:
    """Return the tenures of the published folder: beside it, for that one anybody may serve whole."""
    return Tenures(settings.data.absolute() / "tenures")


def manifest_path(settings: Settings) -> Path:
    """Return where the manifest lies."""
    return tenures_of(settings).readable().manifest


def lease_of(settings: Settings) -> Lease:
    """Return the lease of the published folder."""
    return Lease(tenures_of(settings).folder)
