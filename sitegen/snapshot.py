"""What many pages read, read once: the frame, content pages, listings, and the products of a batch.

A page records the values that it was made of. So a value that has grown old by the
time the page is written is found by the event that reports its change, which is
also what makes the watcher look again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from app.catalogue.model import Collection, ContentPage, Market, Product, ProductAddress, ShopSettings
from app.catalogue.store import CatalogueStore
from app.web.contexts.listing import Listing

Value = TypeVar("Value")

FRAME = frozenset({"markets", "settings", "collections", "pages"})
"""Database collections that are remembered until one of their documents is written."""


@dataclass
class Memory:
    """What is remembered, each until a write to it is reported."""

    frame: dict[str, Any] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    """Those of the batch, by id."""
    by_slug: dict[str, Product] = field(default_factory=dict)
    """Those that the next pages show, by URL name."""
    listed: dict[str, dict[str, Product]] = field(default_factory=dict)
    """Those of each collection that was listed, by the collection's id and their own, without their texts."""
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict)
    addresses: dict[str, ProductAddress] | None = None
    last: Product | None = None
    """The one that was handed out last."""


class Snapshot:
    """A catalogue store that remembers what many pages show until it is told to look again."""

    def __init__(self, store: CatalogueStore) -> None:
        self.store = store
        self.pulse: Callable[[], None] = lambda: None
        """Called now and then while everything is read, so that the watcher can show that it lives."""
        self._memory = Memory()

    def __getattr__(self, name: str) -> Any:
        """Hand everything else to the store."""
        return getattr(self.store, name)

    def refresh(self) -> None:
        """Forget what is remembered."""
        self._memory = Memory()

    def refresh_frame(self) -> None:
        """Forget markets, settings, collections and content pages, and what each collection lists."""
        for remembered in (self._memory.frame, self._memory.listed, self._memory.listings):
            remembered.clear()

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Look at everything anew inside the block; what is remembered outside stays."""
        memory, self._memory = self._memory, Memory()
        try:
            yield
        finally:
            self._memory = memory

    def look_at(self, product_ids: Iterable[str]) -> None:
        """Read the products of a batch, in one go; what was remembered of them is replaced."""
        ids = list(product_ids)
        memory = self._memory
        memory.last = None
        memory.products = dict(self.store.products(ids)) if ids else {}
        memory.by_slug = {product.slug: product for product in memory.products.values()}
        if memory.addresses is not None:
            _replace(memory.addresses, ids, {key: found.address for key, found in memory.products.items()})
        slim, touched = _slim(memory.products.values()), set()
        for product_id in ids if memory.listed else ():
            now = {collection.id for collection in self.collections_with(product_id)}
            for collection_id, listed in memory.listed.items():
                if product_id in listed or collection_id in now:
                    _replace(listed, [product_id], slim if collection_id in now else {})
                    touched.add(collection_id)
        for known in [known for known in memory.listings if known[0] in touched]:
            del memory.listings[known]

    def looked_at(self, product_id: str) -> Product | None:
        """Return a product of the batch; nothing where it is gone or cannot be read."""
        return self._memory.products.get(product_id)

    def look_ahead(self, slugs: Sequence[str]) -> Iterable[Product]:
        """Read the products of the next pages, in one go; return them."""
        known = self._memory.by_slug
        if not known.keys() >= set(slugs):
            known = self._memory.by_slug = dict(self.store.products_by_slugs(slugs))
        return [known[slug] for slug in slugs if slug in known]

    def product_by_slug(self, slug: str) -> Product | None:
        """Return the product with that URL name, whatever its status."""
        memory = self._memory
        memory.last = memory.by_slug.get(slug) or self.store.product_by_slug(slug)
        return memory.last

    def every_product(self) -> Iterator[Product]:
        """Yield every product, in no particular order, without loading all at once."""
        for product in self.store.every_product():
            self.pulse()
            self._memory.last = product
            yield product

    def addresses(self) -> Iterable[ProductAddress]:
        """Return the address of every product, in no particular order."""
        if self._memory.addresses is None:
            self._memory.addresses = {product.id: product.address for product in self.every_product()}
        return self._memory.addresses.values()

    @property
    def listings(self) -> dict[tuple[str, str], Listing]:
        """What each market sells of a collection, by the ids of both."""
        return self._memory.listings

    def products_of(self, collection: Collection) -> Sequence[Product]:
        """Return the products of a collection as listings show them: its list, or what its rule finds."""
        listed = self._memory.listed.get(collection.id)
        if listed is None:
            listed = self._memory.listed[collection.id] = _slim(self.store.products_of(collection))
        if collection.rule is not None:
            return collection.rule.found(listed.values())
        return [listed[product_id] for product_id in collection.product_ids if product_id in listed]

    def markets(self) -> Sequence[Market]:
        """Return every market, the default one first."""
        return self._remembered("markets", self.store.markets)

    def settings(self) -> ShopSettings:
        """Return the shop's settings."""
        return self._remembered("settings", self.store.settings)

    def collections(self) -> Sequence[Collection]:
        """Return every collection, by title."""
        return self._remembered("collections", self.store.collections)

    def pages(self) -> Sequence[ContentPage]:
        """Return every content page, by slug."""
        return self._remembered("pages", self.store.pages)

    def page_by_slug(self, slug: str) -> ContentPage | None:
        """Return the content page with that URL name."""
        return next((page for page in self.pages() if page.slug == slug), None)

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
        last = self._memory.last
        if last is not None and last.id == product_id:
            return last
        return self._memory.products.get(product_id) or self.store.product(product_id)

    def _listed_in(self) -> dict[str, list[Collection]]:
        found: dict[str, list[Collection]] = {}
        for collection in self.collections():
            for product_id in dict.fromkeys(() if collection.rule else collection.product_ids):
                found.setdefault(product_id, []).append(collection)
        return found

    def _remembered(self, name: str, read: Callable[[], Value]) -> Value:
        if name not in self._memory.frame:
            self._memory.frame[name] = read()
        return cast(Value, self._memory.frame[name])


def _replace(known: dict[str, Value], ids: Iterable[str], found: Mapping[str, Value]) -> None:
    """Put what was found in the place of what was known of these ids."""
    for key in ids:
        known.pop(key, None)
        if key in found:
            known[key] = found[key]


def _slim(products: Iterable[Product]) -> dict[str, Product]:
    """Return products without what no listing shows: a large collection is remembered whole."""
    return {product.id: replace(product, description="", extra=()) for product in products}
