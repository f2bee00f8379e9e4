"""Fetches the pictures that imported products name by address, and hangs them on the products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol
from urllib.parse import urlsplit

from app.catalogue.bulk import Reason, write_products
from app.catalogue.model import Image, Product
from app.catalogue.picturing import Gallery, with_picture
from app.catalogue.service import Catalogue
from app.catalogue.sources import PicturesByUrl, file_name_of
from app.errors import Refusal, StoreUnavailable, VersionConflict
from app.ids import new_id
from app.media.model import Picture

BATCH = 10
"""Products that are written at a time: what a run that is killed has fetched in vain at most."""
TRIES = 4


class FetchReporter(Protocol):
    """Whoever wants to know how far the fetching is."""

    def began(self, total: int) -> None:
        """So many pictures will be asked for."""
        ...

    def fetched(self, url: str) -> None:
        """One of them was, whether it came or not."""
        ...


@dataclass(frozen=True)
class FailedPicture:
    """A picture that could not be had."""

    product: str
    url: str
    reason: str


@dataclass
class FetchReport:
    """How many pictures came, on how many products, and which did not."""

    waiting: int = 0
    """Addresses whose pictures the shop lacked at the beginning."""
    hosts: dict[str, int] = field(default_factory=dict)
    """How many of them each host has."""
    fetched: int = 0
    products: int = 0
    failed: list[FailedPicture] = field(default_factory=list)
    change_set: str = ""
    stopped: str = ""
    """Why the run ended early, if it did; what was fetched until then stays."""


@dataclass(frozen=True)
class Fetching:
    """Fetches for one shop, one picture after the other."""

    catalogue: Catalogue
    gallery: Gallery
    source: PicturesByUrl

    def run(self, reporter: FetchReporter, *, who: str, limit: int = 0, dry_run: bool = False) -> FetchReport:
        """Fetch what is missing; the products are changed as one change set.

        Args:
            reporter: is told how far it is.
            who: noted in the revisions.
            limit: how many addresses are asked at most; 0 is all of them.
            dry_run: ask nobody, and only count.
        """
        known, wanted = self._survey()
        report = FetchReport(len(wanted), dict(Counter(_host(url) for url in wanted).most_common()))
        if dry_run:
            return report
        asked = list(wanted)[:limit] if limit else list(wanted)
        run = _Run(self, Reason(who, "fetch of pictures", new_id("chg")), known, set(asked), report)
        reporter.began(len(asked))
        # A product is visited once, when the first of its addresses comes up.
        products = dict.fromkeys(product for url in asked for product in wanted[url])
        remaining = iter(products)
        try:
            while batch := list(islice(remaining, BATCH)):
                run.visit(batch, reporter)
        except (VersionConflict, StoreUnavailable) as error:
            report.stopped = str(error)
        return report

    def _survey(self) -> tuple[dict[str, Image], dict[str, list[str]]]:
        """Return what hangs already, and which products wait for a picture, both by address."""
        known, wanted = dict[str, Image](), dict[str, list[str]]()
        for product in self.catalogue.store.products_by_slug_order():
            for image in product.images:
                if image.picture and image.source_url:
                    known.setdefault(image.source_url, image)
                elif _is_waiting(image):
                    wanted.setdefault(image.source_url, []).append(product.id)
        return known, wanted


@dataclass
class _Run:
    fetching: Fetching
    reason: Reason
    known: dict[str, Image]
    asked: set[str]
    """Addresses that may still be asked; each is, once."""
    report: FetchReport

    def visit(self, ids: list[str], reporter: FetchReporter) -> None:
        """Fetch what some products lack, and write them."""
        found = self.fetching.catalogue.store.products(ids)
        for product, image in _waiting(found[one] for one in ids if one in found):
            url = image.source_url
            if url in self.asked:
                self.asked.remove(url)
                if url not in self.known:
                    self._fetch(product, image)
                reporter.fetched(url)
        self._write(ids)

    def _fetch(self, product: Product, image: Image) -> None:
        url = image.source_url
        try:
            content = self.fetching.source.fetch(url)
            picture: Picture = self.fetching.gallery.add(content, file_name_of(url))
        except Refusal as error:
            self.report.failed.append(FailedPicture(product.slug, url, str(error).removeprefix(f"{url}: ")))
            return
        self.known[url] = with_picture(image, picture)
        self.report.fetched += 1

    def _write(self, ids: list[str]) -> None:
        """Hang pictures on products as they are now; whoever changed one in between keeps that change."""
        catalogue, tries = self.fetching.catalogue, 1
        while True:
            try:
                pairs = [
                    (old, new)
                    for old in catalogue.store.products(ids).values()
                    if (new := self._hung(old)) != old
                ]
                if pairs:
                    catalogue.transactions.run(
                        lambda pairs=pairs: write_products(catalogue, (), pairs, self.reason)  # type: ignore[misc]
                    )
            except (VersionConflict, StoreUnavailable):
                if tries == TRIES:
                    raise
                tries += 1
            else:
                self.report.products += len(pairs)
                self.report.change_set = self.reason.change_set if self.report.products else ""
                return

    def _hung(self, product: Product) -> Product:
        images = tuple(self._with(image) if _is_waiting(image) else image for image in product.images)
        return replace(product, images=images) if images != product.images else product

    def _with(self, image: Image) -> Image:
        known = self.known.get(image.source_url)
        if known is None:
            return image
        return replace(image, picture=known.picture, width=known.width, height=known.height)


def _waiting(products: Iterable[Product]) -> Iterator[tuple[Product, Image]]:
    return ((product, image) for product in products for image in product.images if _is_waiting(image))


def _is_waiting(image: Image) -> bool:
    return not image.picture and image.source_url.lower().startswith(("http://", "https://"))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
