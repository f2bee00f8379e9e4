"""From an event to pages: what a write can have touched, by asking what stands there now.

Nothing of the event is believed but which document it names. The document is read,
the values of its keys are computed, and the manifest tells which pages recorded
others. A write that no page shows therefore costs one look and renders nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.publishing.feed import DocumentEvent
from app.publishing.model import DocumentChange
from app.web.contexts import projections
from app.web.factory import Shop
from sitegen import dependencies
from sitegen.dependencies import Values
from sitegen.freezer import PageFreezer
from sitegen.manifest import Manifest
from sitegen.moves import moves
from sitegen.pages import (
    PageRef,
    every_ref,
    refs_of_collection,
    refs_of_content,
    refs_of_product,
)
from sitegen.snapshot import FRAME

SHOP_WIDE = frozenset({"markets", "settings"})


@dataclass
class Change:
    """What a batch of events comes to: keys with their values, pages that should be, pages that go."""

    values: Values = field(default_factory=dict)
    new: set[PageRef] = field(default_factory=set)
    again: set[PageRef] = field(default_factory=set)
    """Pages to render whatever they have recorded, because their files are doubted."""
    gone: set[str] = field(default_factory=set)
    documents: list[DocumentChange] = field(default_factory=list)
    listings: set[str] = field(default_factory=set)
    """Collections whose results may be others."""
    moved: dict[str, str] = field(default_factory=dict)
    """Paths that lead elsewhere now; empty where the thing is gone for good."""

    def note(self, collection: str, document_id: str, version: int | None) -> None:
        """Remember which version of a document was seen; one that is gone has none."""
        self.documents.append(DocumentChange(collection, document_id, version or 0))


@dataclass(frozen=True)
class Changes:
    """Turns events into changes."""

    shop: Shop
    freezer: PageFreezer
    manifest: Manifest

    def of(self, events: Iterable[DocumentEvent]) -> Change:
        """Return what these events come to together; each document is looked at once."""
        named: dict[str, list[str]] = {}
        for collection, document_id in dict.fromkeys((event.collection, event.id) for event in events):
            named.setdefault(collection, []).append(document_id)
        if FRAME & set(named):
            self.freezer.snapshot.refresh_frame()
        # The stock of the last pages is old by now.
        self.freezer.look_ahead(())
        change = Change()
        self._products(named.get("products", []), change)
        self._stock_pools(named.get("stock_pools", []), change)
        self._pictures(named.get("media", []), change)
        for collection_id in named.get("collections", []):
            self._collection(collection_id, change)
        for collection_id in sorted(change.listings):
            self._listings(collection_id, change)
        for page_id in named.get("pages", []):
            self._content_page(page_id, change)
        if SHOP_WIDE & set(named):
            for collection in sorted(SHOP_WIDE & set(named)):
                for document_id in named[collection]:
                    change.note(collection, document_id, None)
            self._everything(change)
        return self._settled(change)

    def of_everything(self, *, renders_all: bool = False) -> Change:
        """Return what differs between the manifest and the database, without rendering a page.

        Args:
            renders_all: whether every page is to be rendered again, whatever it has recorded.
        """
        self.freezer.refresh()
        change = Change()
        self._everything(change, renders_all=renders_all)
        return self._settled(change)

    def of_the_shop(self) -> Change:
        """Return what differs in the frame, the code and the assets, which no feed reports."""
        self.freezer.refresh()
        return Change(values=dependencies.shop_values(self.shop))

    def _products(self, product_ids: Sequence[str], change: Change) -> None:
        if product_ids:
            self.freezer.snapshot.look_at(product_ids)
        for product_id in product_ids:
            self._product(product_id, change)

    def _product(self, product_id: str, change: Change) -> None:
        """Note what a product's own pages come to, and the collections whose listings it may touch."""
        store = self.shop.services.catalogue.store
        product = self.freezer.snapshot.looked_at(product_id)
        currencies = {market.currency for market in store.markets()}
        page_key = projections.page_key(product_id)
        cards: Values = dict.fromkeys(projections.card_key(product_id, currency) for currency in currencies)
        if product is None:
            change.values |= {page_key: None, **cards}
        else:
            change.values |= dependencies.product_values(product, currencies)
        change.note("products", product_id, product.version if product else None)
        listed_in = store.collections_with(product_id)
        crumbs_key = projections.crumbs_key(product_id)
        change.values[crumbs_key] = projections.crumbs_value(listed_in)
        refs = list(refs_of_product(product, store.markets())) if product else []
        urls = self.manifest.urls_reading(page_key)
        comes_or_goes = self._own_pages(refs, urls, change)
        now = {collection.id for collection in listed_in}
        before = self.manifest.names_in_values_of(crumbs_key)
        rules = {collection.id for collection in self.freezer.snapshot.rule_collections()}
        if comes_or_goes or self.manifest.affected({key: change.values[key] for key in cards}):
            # Another title or price is another place in some order.
            change.listings |= now | before
        else:
            # What a rule finds it by need not stand on any card.
            change.listings |= (now ^ before) & rules
        if self.manifest.failures.includes(urls):
            # What the page has recorded is older than what it failed with.
            change.listings |= rules

    def _stock_pools(self, stock_ids: Sequence[str], change: Change) -> None:
        pools = self.shop.services.inventory.store.pools(stock_ids)
        change.values |= dependencies.stock_values(pools, stock_ids)
        for stock_id in stock_ids:
            pool = pools.get(stock_id)
            change.note("stock_pools", stock_id, pool.version if pool else None)

    def _pictures(self, picture_ids: Sequence[str], change: Change) -> None:
        self.freezer.pictures.look_again(picture_ids)
        change.values |= dependencies.picture_values(self.shop, picture_ids)
        known = self.shop.services.media.store.pictures(picture_ids)
        for picture_id in picture_ids:
            picture = known.get(picture_id)
            change.note("media", picture_id, picture.version if picture else None)

    def _collection(self, collection_id: str, change: Change) -> None:
        store = self.shop.services.catalogue.store
        collection = store.collection(collection_id)
        change.note("collections", collection_id, collection.version if collection else None)
        change.values[projections.collections_key()] = projections.collections_value(store.collections())
        products = store.products_of(collection) if collection else ()
        listed = {product.id: product for product in products}
        were_listed = self.manifest.ids_whose_value_names("product", "collections", collection_id)
        for product_id in set(listed) ^ were_listed:
            with_it = (
                self.freezer.snapshot.collections_listing(listed[product_id])
                if product_id in listed
                else store.collections_with(product_id)
            )
            change.values[projections.crumbs_key(product_id)] = projections.crumbs_value(with_it)
        change.listings.add(collection_id)

    def _listings(self, collection_id: str, change: Change) -> None:
        store = self.shop.services.catalogue.store
        collection = store.collection(collection_id)
        if collection is None:
            change.values[projections.collection_key(collection_id)] = None
            self._own_pages([], self._listing_urls(collection_id), change)
            return
        markets = store.markets()
        change.values |= dependencies.collection_values(self.shop, collection, markets)
        refs = refs_of_collection(store, collection, markets)
        self._own_pages(refs, self._listing_urls(collection_id), change)

    def _listing_urls(self, collection_id: str) -> set[str]:
        """Return the published pages of the listing itself, not those that link to it."""
        urls = self.manifest.urls_reading(projections.collection_key(collection_id))
        refs = self.manifest.refs_of(urls)
        return {url for url, ref in refs.items() if ref.endpoint == "storefront.collection"}

    def _content_page(self, page_id: str, change: Change) -> None:
        store = self.shop.services.catalogue.store
        pages = store.pages()
        page = next((page for page in pages if page.id == page_id), None)
        change.note("pages", page_id, page.version if page else None)
        key = projections.content_key(page_id)
        change.values |= dependencies.content_values(page) if page else {key: None}
        change.values |= dependencies.lead_values(pages)
        refs = refs_of_content(page, store.markets()) if page else ()
        self._own_pages(refs, self.manifest.urls_reading(key), change)

    def _everything(self, change: Change, *, renders_all: bool = False) -> None:
        refs = every_ref(self.shop.services.catalogue.store)
        if renders_all:
            change.again |= set(refs)
        else:
            change.values |= dependencies.present_values(self.shop, self.manifest.recorded_keys())
        published = {record.url for record in self.manifest.pages()}
        published |= {failure.url for failure in self.manifest.failures.all()}
        self._own_pages(refs, published, change)

    def _own_pages(self, refs: Iterable[PageRef], published: set[str], change: Change) -> bool:
        """Compare the pages that a document should have with those it has; say whether they differ."""
        wanted = {self.freezer.url(ref): ref for ref in refs}
        missing, surplus = set(wanted) - published, published - set(wanted)
        change.new |= {wanted[url] for url in missing}
        change.gone |= surplus
        if missing or surplus:
            change.values[projections.PUBLISHED] = None
        return bool(missing or surplus)

    def _settled(self, change: Change) -> Change:
        """Let no page go whose address another document has taken over, and find out where it went."""
        change.gone -= {self.freezer.url(ref) for ref in change.new}
        change.moved = moves(change.gone, self.freezer, self.manifest)
        return change
