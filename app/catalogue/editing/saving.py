"""Saves what was edited: product, revision and stock pools together, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.catalogue.bulk import Reason, write_products
from app.catalogue.editing.reading import Reading, Surroundings, read, wanted_pools, wanted_skus
from app.catalogue.editing.typed import TypedProduct, typed
from app.catalogue.editing.words import slug_of
from app.catalogue.history import restored
from app.catalogue.importing import Stockroom
from app.catalogue.model import Product, ProductStatus, Revision
from app.catalogue.seeing import digest_of, seen_digest
from app.catalogue.service import Catalogue, plain
from app.errors import InvalidValue, NotFound, VersionConflict
from app.inventory.model import StockPool

LOOK_BACK = 200
"""Revisions that are searched for the state in which an edit began."""


@dataclass(frozen=True)
class Since:
    """What happened to a product since an edit of it began."""

    base: TypedProduct | None
    """The form as it was opened; nothing where the shop does not know that state any more."""
    revisions: tuple[Revision, ...]
    """Newest first."""


@dataclass(frozen=True)
class ProductDesk:
    """Edits products of one shop."""

    catalogue: Catalogue
    stockroom: Stockroom
    sanitise: Callable[[str], str]

    def read(self, form: TypedProduct, base: Product) -> Reading:
        """Read a form against the shop as it is now; nothing is written."""
        store = self.catalogue.store
        slug = form.slug.strip() or slug_of(form.title)
        around = Surroundings(
            sanitise=self.sanitise,
            owners=store.products_by_skus(wanted_skus(form)),
            slug_owner=store.product_by_slug(slug) if slug else None,
            pools=self.stockroom.pools(wanted_pools(form)),
        )
        return read(form, base, around)

    def create(self, reading: Reading, *, who: str, why: str) -> Product:
        """Add a product once: under an id that is there already nothing is written.

        Raises:
            InvalidValue: somebody took the slug or a SKU in this moment.
        """
        store, wished = self.catalogue.store, reading.product
        if (there := store.product(wished.id)) is not None:
            return there
        reason = Reason(who, why)

        def block() -> None:
            self._open(reading.openings, reason)
            write_products(self.catalogue, [wished], (), reason)

        try:
            self.catalogue.transactions.run(block)
        except (InvalidValue, VersionConflict):
            # The same form, sent twice, may have been faster.
            if (there := store.product(wished.id)) is None:
                raise
            return there
        return self._product(wished.id)

    def was_created_as(self, product: Product, reading: Reading) -> bool:
        """Say whether a product began as what a form asks for, whatever became of it since."""
        first = self.catalogue.store.revision_at(product.id, 1)
        return first is not None and digest_of(first.state) == seen_digest(reading.product)

    def save(self, old: Product, reading: Reading, *, who: str, why: str) -> Product:
        """Replace a product, open the pools of its new variants; what changes nothing is not written.

        Raises:
            VersionConflict: the product is not any more what `old` is.
            InvalidValue: somebody took the slug or a SKU in this moment.
        """
        if reading.product == old:
            return old
        reason = Reason(who, why)

        def block() -> None:
            now = self._product(old.id)
            # Other programs do not count versions, so the whole state is compared.
            if plain(now) != plain(old):
                raise VersionConflict("product", old.slug, old.version)
            self._open(reading.openings, reason)
            new = replace(reading.product, version=now.version)
            write_products(self.catalogue, (), [(now, new)], reason)

        self.catalogue.transactions.run(block)
        return self._product(old.id)

    def is_saved(self, form: TypedProduct, product: Product) -> bool:
        """Say whether a product is what a form asks for already, new variants and renamed SKUs too.

        A form that is sent a second time names the variants as they were before the first.
        """
        rows = tuple(
            replace(row, was=sku) if product.variant(sku := row.sku.strip().upper()) else row
            for row in form.variants
        )
        reading = self.read(replace(form, variants=rows), product)
        return not reading.faults and reading.product == product

    def set_status(self, product_id: str, status: ProductStatus, *, who: str, why: str = "") -> Product:
        """Publish a product, archive it, or bring it back; nothing else of it changes, whoever is at it.

        Raises:
            NotFound: there is no such product.
            InvalidValue: it is archived and shall be active at once, or a variant has no price.
        """
        reason = Reason(who, why)

        def block() -> None:
            now = self._product(product_id)
            if now.status is not status:
                if status is ProductStatus.ACTIVE:
                    _must_be_publishable(now)
                write_products(self.catalogue, (), [(now, replace(now, status=status))], reason)

        self.catalogue.transactions.run(block)
        return self._product(product_id)

    def since(self, product: Product, seen: str) -> Since:
        """Return what was done to a product since somebody saw it in the state of that digest."""
        later = list[Revision]()
        for revision in self.catalogue.store.revisions(product.id, LOOK_BACK):
            if revision.state and digest_of(revision.state) == seen:
                return Since(typed(restored(revision, product)), tuple(later))
            later.append(revision)
        return Since(None, tuple(later[:1]))

    def _open(self, openings: Sequence[StockPool], reason: Reason) -> None:
        if openings:
            why = reason.why or "new variant"
            self.stockroom.open_pools(openings, by=reason.who, reason=why)

    def _product(self, product_id: str) -> Product:
        found = self.catalogue.store.product(product_id)
        if found is None:
            raise NotFound("product", product_id)
        return found


def _must_be_publishable(product: Product) -> None:
    """Ask what the form asks of an active product; what was archived is looked at as a draft first."""
    if product.status is ProductStatus.ARCHIVED:
        raise InvalidValue("status", product.status, "a draft before it is published")
    bare = next((variant for variant in product.variants if not variant.prices), None)
    if bare is not None or not product.variants:
        name = bare.sku if bare is not None else product.title
        raise InvalidValue("price", name, "given in at least one currency before the product is published")
