"""The catalogue in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.catalogue.model import (
    ChangeSet,
    Collection,
    ContentPage,
    Market,
    Product,
    ProductAddress,
    Redirect,
    Revision,
    ShopSettings,
)
from app.errors import InvalidValue
from tests.fakes.memory import Memory


class FakeCatalogueStore:
    def __init__(self, memory: Memory) -> None:
        self._products: dict[str, Product] = memory.tables["products"]
        self._collections: dict[str, Collection] = memory.tables["collections"]
        self._pages: dict[str, ContentPage] = memory.tables["pages"]
        self._markets: dict[str, Market] = memory.tables["markets"]
        self._settings: dict[str, ShopSettings] = memory.tables["settings"]
        self._redirects: dict[str, Redirect] = memory.tables["redirects"]
        self._revisions: dict[str, Revision] = memory.tables["revisions"]
        self.put_market(Market("default", "USD", "en"))

    def product(self, product_id: str) -> Product | None:
        return self._products.get(product_id)

    def product_by_slug(self, slug: str) -> Product | None:
        return next((found for found in self._products.values() if found.slug == slug), None)

    def product_by_sku(self, sku: str) -> Product | None:
        return next((found for found in self._products.values() if found.variant(sku)), None)

    def products(self, ids: Sequence[str]) -> dict[str, Product]:
        return {key: self._products[key] for key in ids if key in self._products}

    def products_by_skus(self, skus: Sequence[str]) -> dict[str, Product]:
        return {sku: found for sku in skus if (found := self.product_by_sku(sku))}

    def every_product(self) -> Iterable[Product]:
        yield from list(self._products.values())

    def addresses(self) -> Iterable[ProductAddress]:
        return [product.address for product in self._products.values()]

    def count_products(self) -> int:
        return len(self._products)

    def products_by_slugs(self, slugs: Sequence[str]) -> dict[str, Product]:
        return {found.slug: found for found in self._products.values() if found.slug in slugs}

    def products_by_slug_order(self) -> Iterable[Product]:
        yield from sorted(self._products.values(), key=lambda found: found.slug)

    def every_sku(self) -> Iterable[tuple[str, str]]:
        for found in list(self._products.values()):
            yield from ((variant.sku, found.slug) for variant in found.variants)

    def insert_products(self, products: Sequence[Product]) -> None:
        for product in products:
            self.insert_product(product)

    def replace_products(self, products: Sequence[Product]) -> bool:
        done = [self.replace_product(product, expected_version=product.version - 1) for product in products]
        return all(done)

    def insert_product(self, product: Product) -> None:
        if product.id in self._products:
            raise InvalidValue("_id", product.id, "one that no other product has")
        self._must_be_free(product)
        self._products[product.id] = product

    def replace_product(self, product: Product, *, expected_version: int) -> bool:
        found = self._products.get(product.id)
        if found is None or found.version != expected_version:
            return False
        self._must_be_free(product)
        self._products[product.id] = product
        return True

    def _must_be_free(self, product: Product) -> None:
        for other in self._products.values():
            if other.id == product.id:
                continue
            if other.slug == product.slug:
                raise InvalidValue("slug", product.slug, "one that no other product has")
            for variant in product.variants:
                if other.variant(variant.sku):
                    raise InvalidValue("sku", variant.sku, "one that no other product has")

    def collection(self, collection_id: str) -> Collection | None:
        return self._collections.get(collection_id)

    def collection_by_slug(self, slug: str) -> Collection | None:
        return next((found for found in self._collections.values() if found.slug == slug), None)

    def collections(self) -> Sequence[Collection]:
        return sorted(self._collections.values(), key=lambda found: (found.title, found.slug))

    def collections_with(self, product_id: str) -> Sequence[Collection]:
        product = self._products.get(product_id)
        return [
            found
            for found in self._collections.values()
            if (product and found.lists(product) if found.rule else product_id in found.product_ids)
        ]

    def products_of(self, collection: Collection) -> Sequence[Product]:
        if collection.rule:
            return collection.rule.found(self._products.values())
        return [self._products[key] for key in collection.product_ids if key in self._products]

    def put_collection(self, collection: Collection) -> None:
        self._collections[collection.id] = collection

    def insert_collection(self, collection: Collection) -> None:
        if collection.id in self._collections:
            raise InvalidValue("_id", collection.id, "one that no other collection has")
        self._slug_must_be_free(collection)
        self._collections[collection.id] = collection

    def replace_collection(self, collection: Collection, *, expected_version: int) -> bool:
        found = self._collections.get(collection.id)
        if found is None or found.version != expected_version:
            return False
        self._slug_must_be_free(collection)
        self._collections[collection.id] = collection
        return True

    def delete_collection(self, collection_id: str, *, expected_version: int) -> bool:
        found = self._collections.get(collection_id)
        if found is None or found.version != expected_version:
            return False
        del self._collections[collection_id]
        return True

    def _slug_must_be_free(self, collection: Collection) -> None:
        for other in self._collections.values():
            if other.id != collection.id and other.slug == collection.slug:
                raise InvalidValue("slug", collection.slug, "one that no other collection has")

    def page_by_slug(self, slug: str) -> ContentPage | None:
        return next((found for found in self._pages.values() if found.slug == slug), None)

    def page(self, page_id: str) -> ContentPage | None:
        return self._pages.get(page_id)

    def pages(self) -> Sequence[ContentPage]:
        return sorted(self._pages.values(), key=lambda found: found.slug)

    def put_page(self, page: ContentPage) -> None:
        self._pages[page.id] = page

    def markets(self) -> Sequence[Market]:
        return sorted(self._markets.values(), key=lambda found: (found.prefix, found.id))

    def put_market(self, market: Market) -> None:
        self._markets[market.id] = market

    def settings(self) -> ShopSettings:
        return self._settings.get("shop", ShopSettings())

    def put_settings(self, settings: ShopSettings) -> None:
        self._settings["shop"] = settings

    def redirect(self, path: str) -> Redirect | None:
        return self._redirects.get(path)

    def put_redirect(self, redirect: Redirect) -> None:
        self._redirects[redirect.path] = redirect

    def delete_redirect(self, path: str) -> None:
        self._redirects.pop(path, None)

    def delete_redirects(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.delete_redirect(path)

    def insert_revision(self, revision: Revision) -> None:
        self._revisions[revision.id] = revision

    def revisions(self, document: str, limit: int = 50) -> Sequence[Revision]:
        found = [revision for revision in self._revisions.values() if revision.document == document]
        found.sort(key=lambda revision: (revision.version, revision.at), reverse=True)
        return found[: limit or None]

    def revision(self, revision_id: str) -> Revision | None:
        return self._revisions.get(revision_id)

    def insert_revisions(self, revisions: Sequence[Revision]) -> None:
        for revision in revisions:
            self.insert_revision(revision)

    def last_revisions(self, documents: Sequence[str]) -> dict[str, Revision]:
        found = {document: self.revisions(document, limit=1) for document in documents}
        return {document: revisions[0] for document, revisions in found.items() if revisions}

    def revisions_of(self, change_set: str) -> Iterable[Revision]:
        found = [revision for revision in self._revisions.values() if revision.change_set == change_set]
        yield from sorted(found, key=lambda revision: (revision.document, revision.version))

    def change_sets(self, limit: int = 50) -> Sequence[ChangeSet]:
        found: dict[str, list[Revision]] = {}
        for revision in self._revisions.values():
            if revision.change_set:
                found.setdefault(revision.change_set, []).append(revision)
        sets = [
            ChangeSet(name, of[0].who, of[0].why, min(revision.at for revision in of), len(of))
            for name, of in found.items()
        ]
        return sorted(sets, key=lambda one: (one.at, one.id), reverse=True)[:limit]

    def revision_at(self, document: str, version: int) -> Revision | None:
        found = self.revisions(document, limit=0)
        return next((revision for revision in found if revision.version == version), None)
