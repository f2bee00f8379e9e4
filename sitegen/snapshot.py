"""What many pages read, read once: markets, settings, collections, and the products of a batch.

A page records the values that it was made of. So a value that has grown old by the
time the page is written is found by the event that reports its change, which is
also what makes the watcher look again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from app.catalogue.model import Collection, Market, Product, ShopSettings
from app.catalogue.store import CatalogueStore
from app.services import Services

Value = TypeVar("Value")

FRAME = frozenset({"markets", "settings", "collections"})
"""Database collections that are remembered until one of their documents is written."""


class Snapshot:
    """A catalogue store that remembers the frame of all pages until it is told to look again."""

    def __init__(self, store: CatalogueStore) -> None:
        self.store = store
        self._frame: dict[str, Any] = {}
        self._products: dict[str, Product] = {}
        self._by_slug: dict[str, Product] = {}
        self._last: Product | None = None

    def __getattr__(self, name: str) -> Any:
        """Hand everything else to the store."""
        return getattr(self.store, name)

    def refresh(self) -> None:
        """Forget what is remembered."""
        self._frame.clear()
        self.look_at(())

    def look_at(self, product_ids: Iterable[str]) -> None:
        """Read the products of a batch, in one go; those of the last one are forgotten."""
        ids, self._last = list(product_ids), None
        self._products = dict(self.store.products(ids)) if ids else {}
        self._by_slug = {product.slug: product for product in self._products.values()}

    def looked_at(self, product_id: str) -> Product | None:
        """Return a product of the batch; nothing where it is gone or cannot be read."""
        return self._products.get(product_id)

    def product_by_slug(self, slug: str) -> Product | None:
        """Return the product with that URL name, whatever its status."""
        self._last = self._by_slug.get(slug) or self.store.product_by_slug(slug)
        return self._last

    def every_product(self) -> Iterator[Product]:
        """Yield every product, in no particular order, without loading all at once."""
        for product in self.store.every_product():
            self._last = product
            yield product

    def markets(self) -> Sequence[Market]:
        """Return every market, the default one first."""
        return self._remembered("markets", self.store.markets)

    def settings(self) -> ShopSettings:
        """Return the shop's settings."""
        return self._remembered("settings", self.store.settings)

    def collections(self) -> Sequence[Collection]:
        """Return every collection, by title."""
        return self._remembered("collections", self.store.collections)

    def collection(self, collection_id: str) -> Collection | None:
        """Return the collection with that id."""
        return next((found for found in self.collections() if found.id == collection_id), None)

    def collection_by_slug(self, slug: str) -> Collection | None:
        """Return the collection with that URL name."""
        return next((found for found in self.collections() if found.slug == slug), None)

    def collections_with(self, product_id: str) -> Sequence[Collection]:
        """Return the collections that list the product, by list or by rule."""
        product = self._product(product_id) if self.rule_collections() else None
        if product is not None:
            return self.collections_listing(product)
        return self._remembered("listed in", self._listed_in).get(product_id, [])

    def collections_listing(self, product: Product) -> Sequence[Collection]:
        """Do the same for a product that has been read already."""
        by_list = self._remembered("listed in", self._listed_in).get(product.id, [])
        return [*by_list, *(found for found in self.rule_collections() if found.lists(product))]

    def rule_collections(self) -> Sequence[Collection]:
        """Return the collections whose products a rule finds."""
        return self._remembered("by rule", lambda: [found for found in self.collections() if found.rule])

    def _product(self, product_id: str) -> Product | None:
        """Return a product; whoever asks where it is listed has mostly just been handed it."""
        if self._last is not None and self._last.id == product_id:
            return self._last
        return self._products.get(product_id) or self.store.product(product_id)

    def _listed_in(self) -> dict[str, list[Collection]]:
        found: dict[str, list[Collection]] = {}
        for collection in self.collections():
            for product_id in dict.fromkeys(() if collection.rule else collection.product_ids):
                found.setdefault(product_id, []).append(collection)
        return found

    def _remembered(self, name: str, read: Callable[[], Value]) -> Value:
        if name not in self._frame:
            self._frame[name] = read()
        return cast(Value, self._frame[name])


def reading_through(services: Services, snapshot: Snapshot) -> Services:
    """Return the services with a catalogue that is read through the snapshot."""
    store = cast(CatalogueStore, snapshot)
    return replace(services, catalogue=replace(services.catalogue, store=store))
