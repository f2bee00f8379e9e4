"""From an event to pages: what a write can have touched, by asking what stands there now.

Nothing of the event is believed but which document it names. The document is read,
the values of its keys are computed, and the manifest tells which pages recorded
others. A write that no page shows therefore costs one look and renders nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.catalogue.model import Collection
from app.publishing.feed import DocumentEvent
from app.publishing.model import DocumentChange
from app.web.contexts import projections
from app.web.factory import Shop
from sitegen import dependencies
from sitegen.dependencies import Values
from sitegen.freezer import PageFreezer
from sitegen.manifest import Manifest
from sitegen.pages import (
    PageRef,
    every_ref,
    refs_of_collection,
    refs_of_content,
    refs_of_product,
)


@dataclass
class Change:
    """What a batch of events comes to: keys with their values, pages that should be, pages that go."""

    values: Values = field(default_factory=dict)
    new: set[PageRef] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    documents: list[DocumentChange] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    """Paths that lead elsewhere now; empty where the thing is gone for good."""


@dataclass(frozen=True)
class Changes:
    """Turns events into changes."""

    shop: Shop
    freezer: PageFreezer
    manifest: Manifest

    def of(self, events: Iterable[DocumentEvent]) -> Change:
        """Return what these events come to together; each document is looked at once."""
        self.freezer.refresh()
        change = Change()
        for collection, document_id in dict.fromkeys((event.collection, event.id) for event in events):
            look = self._looks.get(collection)
            if look is not None:
                look(document_id, change)
        return change

    def of_everything(self) -> Change:
        """Return what differs between the manifest and the database, without rendering a page."""
        self.freezer.refresh()
        change = Change(values=dependencies.present_values(self.shop, self.manifest.recorded_keys()))
        self._compare_refs(change, every_ref(self.shop.services.catalogue.store))
        return change

    def of_the_shop(self) -> Change:
        """Return what differs in the frame, the code and the assets, which no feed reports."""
        return Change(values=dependencies.shop_values(self.shop))

    @property
    def _looks(self) -> dict[str, Callable[[str, Change], None]]:
        return {
            "products": self._product,
            "stock_pools": self._stock_pool,
            "collections": self._collection,
            "pages": self._content_page,
            "markets": self._shop_wide,
            "settings": self._shop_wide,
        }

    def _product(self, product_id: str, change: Change) -> None:
        store = self.shop.services.catalogue.store
        product = store.product(product_id)
        page_key = projections.page_key(product_id)
        if product is None:
            change.values |= {page_key: None, projections.card_key(product_id): None}
        else:
            change.values |= dependencies.product_values(product)
        change.documents.append(DocumentChange("products", product_id, product.version if product else 0))
        markets = store.markets()
        refs = list(refs_of_product(product, markets)) if product else []
        if not self._own_pages(refs, self.manifest.urls_reading(page_key), change):
            return
        for collection in store.collections_with(product_id):
            change.values |= dependencies.collection_values(self.shop, collection, markets)
            self._collection_pages(collection, change)
        new = {self._market(ref): self.freezer.url(ref) for ref in refs}
        for url in change.gone & self.manifest.urls_reading(page_key):
            record = self.manifest.page(url)
            target = new.get(self._market(record.ref), "") if record else ""
            if target or product is None:
                change.moved[url] = target

    def _stock_pool(self, stock_id: str, change: Change) -> None:
        pool = self.shop.services.inventory.store.pool(stock_id)
        change.values |= dependencies.stock_values(self.shop.services, [stock_id])
        change.documents.append(DocumentChange("stock_pools", stock_id, pool.version if pool else 0))

    def _collection(self, collection_id: str, change: Change) -> None:
        store = self.shop.services.catalogue.store
        collection = store.collection(collection_id)
        version = collection.version if collection else 0
        change.documents.append(DocumentChange("collections", collection_id, version))
        change.values[projections.collections_key()] = projections.collections_value(store.collections())
        listed = set(collection.product_ids) if collection else set()
        were_listed = self.manifest.ids_whose_value_names("product", "collections", collection_id)
        for product_id in listed ^ were_listed:
            crumbs = projections.crumbs_value(store.collections_with(product_id))
            change.values[projections.crumbs_key(product_id)] = crumbs
        if collection is None:
            change.values[projections.collection_key(collection_id)] = None
            self._own_pages([], self._listing_urls(collection_id), change)
            return
        change.values |= dependencies.collection_values(self.shop, collection, store.markets())
        self._collection_pages(collection, change)

    def _content_page(self, page_id: str, change: Change) -> None:
        store = self.shop.services.catalogue.store
        page = store.page(page_id)
        change.documents.append(DocumentChange("pages", page_id, page.version if page else 0))
        key = projections.content_key(page_id)
        change.values |= dependencies.content_values(page) if page else {key: None}
        refs = list(refs_of_content(page, store.markets())) if page else []
        self._own_pages(refs, self.manifest.urls_reading(key), change)

    def _shop_wide(self, document_id: str, change: Change) -> None:
        change.documents.append(DocumentChange("settings", document_id, 0))
        everything = self.of_everything()
        change.values |= everything.values
        change.new |= everything.new
        change.gone |= everything.gone

    def _collection_pages(self, collection: Collection, change: Change) -> None:
        store = self.shop.services.catalogue.store
        refs = list(refs_of_collection(store, collection, store.markets()))
        self._own_pages(refs, self._listing_urls(collection.id), change)

    def _listing_urls(self, collection_id: str) -> set[str]:
        """Return the published pages of the listing itself, not those that link to it."""
        urls = self.manifest.urls_reading(projections.collection_key(collection_id))
        records = (self.manifest.page(url) for url in urls)
        return {record.url for record in records if record and record.ref.endpoint == "storefront.collection"}

    def _own_pages(self, refs: Iterable[PageRef], published: set[str], change: Change) -> bool:
        """Compare the pages that a document should have with those it has; say whether they differ."""
        wanted = {self.freezer.url(ref): ref for ref in refs}
        missing = {url for url in wanted if url not in published}
        surplus = published - set(wanted)
        change.new |= {wanted[url] for url in missing}
        change.gone |= surplus
        if missing or surplus:
            change.values[projections.PUBLISHED] = None
        return bool(missing or surplus)

    def _compare_refs(self, change: Change, refs: Iterable[PageRef]) -> None:
        self._own_pages(refs, {record.url for record in self.manifest.pages()}, change)

    @staticmethod
    def _market(ref: PageRef) -> str | int:
        return ref.route_values.get("market", "")
