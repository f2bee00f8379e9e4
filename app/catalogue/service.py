"""What can be done with the catalogue: every accepted change becomes a version and a revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from app.catalogue.model import Market, Product, Redirect, Revision, Variant, parse_sku, parse_slug
from app.catalogue.store import CatalogueStore
from app.clock import Clock
from app.errors import InvalidValue, NotFound, VersionConflict
from app.ids import new_id
from app.money import Money
from app.transactions import Transactions

UNDIFFED = frozenset({"version", "updated_at", "created_at", "id"})
"""Bookkeeping that changes with every write and tells a reader of the diff nothing."""
ABSENT = object()


@dataclass(frozen=True)
class Catalogue:
    """The catalogue with its history."""

    store: CatalogueStore
    transactions: Transactions
    clock: Clock

    def market(self, prefix: str) -> Market | None:
        """Return the market with that URL prefix; the default market has none."""
        return next((market for market in self.store.markets() if market.prefix == prefix), None)

    def market_by_id(self, market_id: str) -> Market | None:
        """Return the market with that id."""
        return next((market for market in self.store.markets() if market.id == market_id), None)

    def create_product(self, product: Product, *, who: str, why: str = "") -> Product:
        """Add a product with its first revision.

        Raises:
            InvalidValue: a slug or SKU is malformed or taken, or a price negative.
        """
        parse_slug(product.slug)
        _must_be_sellable(product.variants)
        now = self.clock.now()
        created = replace(product, version=1, updated_at=now, created_at=now)

        def block() -> Product:
            self.store.insert_product(created)
            self._note({}, created, who, why)
            return created

        return self.transactions.run(block)

    def change_price(
        self, sku: str, price: Money, *, who: str, why: str = "", expected_version: int | None = None
    ) -> Product:
        """Set what one variant costs in one currency; return the product as it is then.

        Raises:
            NotFound: no product has the SKU.
            InvalidValue: the price is negative.
            VersionConflict: the product was changed after the expected version.
        """
        if price.minor < 0:
            raise InvalidValue("amount", str(price.minor), "0 or more")

        def change(product: Product) -> Product:
            def priced(variant: Variant) -> Variant:
                return replace(variant, prices={**variant.prices, price.currency: price.minor})

            variants = (priced(v) if v.sku == sku else v for v in product.variants)
            return replace(product, variants=tuple(variants))

        def block() -> Product:
            product = self.store.product_by_sku(sku)
            if product is None:
                raise NotFound("SKU", sku)
            return self._save(product, change(product), who, why, expected_version)

        return self.transactions.run(block)

    def note_external(self, product_id: str) -> Revision | None:
        """Write the revision that a program which wrote to the database left out."""

        def block() -> Revision | None:
            product = self.store.product(product_id)
            return self._note_external(product) if product else None

        return self.transactions.run(block)

    def remember_move(self, old_path: str, new_path: str) -> None:
        """Lead an old path to a new one; empty means gone for good.

        What led away from the new path is forgotten, because a page lives there now:
        so nobody is ever led in a circle.
        """

        def block() -> None:
            self.store.put_redirect(Redirect(old_path, new_path))
            if new_path:
                self.store.delete_redirect(new_path)

        self.transactions.run(block)

    def _save(self, old: Product, new: Product, who: str, why: str, expected_version: int | None) -> Product:
        if expected_version is not None and old.version != expected_version:
            raise VersionConflict("product", old.slug, expected_version)
        # What another program wrote before must not pass for a part of this change.
        self._note_external(old)
        saved = replace(new, version=old.version + 1, updated_at=self.clock.now())
        if not self.store.replace_product(saved, expected_version=old.version):
            raise VersionConflict("product", old.slug, old.version)
        self._note(plain(old), saved, who, why)
        return saved

    def _note_external(self, product: Product) -> Revision | None:
        # By version, because the newest of a long history would cost a walk through all of it.
        known = self.store.revision_at(product.id, product.version)
        if known is None:
            known = next(iter(self.store.revisions(product.id, limit=1)), None)
        state = known.state if known else {}
        return self._note(state, product, "external", "") if diff_of(state, product) else None

    def _note(self, old: Mapping[str, object], new: Product, who: str, why: str) -> Revision:
        revision = Revision(
            id=new_id("rev"),
            document=new.id,
            version=new.version,
            who=who,
            why=why,
            diff=diff_of(old, new),
            state=plain(new),
            at=self.clock.now(),
        )
        self.store.insert_revision(revision)
        return revision


def _must_be_sellable(variants: Sequence[Variant]) -> None:
    """Refuse SKUs that no route would reach or that name two variants, and prices below nothing."""
    skus = [variant.sku for variant in variants]
    for variant in variants:
        if parse_sku(variant.sku) != variant.sku:
            raise InvalidValue("sku", variant.sku, "trimmed and upper-case")
        if skus.count(variant.sku) > 1:
            raise InvalidValue("sku", variant.sku, "one that no other variant has")
        for currency, minor in variant.prices.items():
            if minor < 0:
                raise InvalidValue("price", f"{minor} {currency}", "0 or more")


def plain(value: Any) -> Any:
    """Return a dataclass as what JSON knows, so that what was stored compares equal to what is."""
    if is_dataclass(value):
        return {
            item.name: plain(getattr(value, item.name))
            for item in fields(value)
            if not (isinstance(value, Product) and item.name in UNDIFFED)
            and not ("sparse" in item.metadata and getattr(value, item.name) == item.default)
        }
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def diff_of(old: Mapping[str, object], new: Product) -> Mapping[str, tuple[object, object]]:
    """Return each field whose value differs, with its old and its new value; nothing is the default."""
    return diff_between(old, plain(new))


def diff_between(old: Mapping[str, object], new: Mapping[str, object]) -> Mapping[str, tuple[object, object]]:
    """Do the same for two products that are plain already."""
    return {
        name: (old.get(name), new.get(name))
        for name in (*new, *(name for name in old if name not in new))
        if old.get(name, ABSENT) != new.get(name, ABSENT)
    }
