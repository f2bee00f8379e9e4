"""Products in MongoDB; other programs may write products too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.adapters.mongo.codec import from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import OLDEST, Document, Filter, Update, by_id
from app.adapters.mongo.errors import Duplicate, UnreadableDocument
from app.adapters.mongo.history import MongoHistory
from app.adapters.mongo.rules import candidates
from app.adapters.mongo.storefront import MongoStorefront
from app.catalogue.model import Collection, Product, ProductAddress, parse_slug
from app.errors import InvalidValue


class MongoCatalogueStore(MongoHistory, MongoStorefront):
    """Keeps products, beside their history and the documents of the whole storefront."""

    def __init__(self, database: Database) -> None:
        MongoHistory.__init__(self, database)
        MongoStorefront.__init__(self, database)
        self._products = database.documents("products")

    def product(self, product_id: str) -> Product | None:
        """Return the product with that id."""
        return self._one(self._products.find_one(by_id(product_id)))

    def product_by_slug(self, slug: str) -> Product | None:
        """Return the product with that URL name, whatever its status."""
        return self._one(self._products.find_one({"slug": slug}))

    def product_by_sku(self, sku: str) -> Product | None:
        """Return the product that has a variant with that SKU, whatever its status."""
        return self._one(self._products.find_one({"variants.sku": sku}))

    def products(self, ids: Sequence[str]) -> dict[str, Product]:
        """Return the products with these ids; unknown ids are left out."""
        found = self._products.find(by_id(*ids)) if ids else ()
        return {product.id: product for product in readable(found, self._read)}

    def products_by_skus(self, skus: Sequence[str]) -> dict[str, Product]:
        """Return products by the SKU asked for; unknown SKUs are left out."""
        wanted = set(skus)
        found = self._products.find({"variants.sku": {"$in": sorted(wanted)}}) if wanted else ()
        return {
            variant.sku: product
            for product in readable(found, self._read)
            for variant in product.variants
            if variant.sku in wanted
        }

    def products_of(self, collection: Collection) -> Sequence[Product]:
        """Return the products of a collection, whatever their status: its list, or what its rule finds."""
        if collection.rule is None:
            found = self.products(collection.product_ids)
            return [found[product_id] for product_id in collection.product_ids if product_id in found]
        # The database narrows it down; the rule itself decides.
        return collection.rule.found(readable(self._products.find(candidates(collection.rule)), self._read))

    def collections_with(self, product_id: str) -> Sequence[Collection]:
        """Return the collections that list the product, by list or by rule."""
        by_list = {"product_ids": product_id, "rule": None}
        found = readable(
            self._collections.find({"$or": [by_list, {"rule": {"$ne": None}}]}), self._read_collection
        )
        collections = list(found)
        if not any(collection.rule for collection in collections):
            return collections
        # There are few collections, so each rule is held against the one product.
        product = self.product(product_id)
        return [
            collection
            for collection in collections
            if collection.rule is None or (product and collection.rule.matches(product))
        ]

    def every_product(self) -> Iterable[Product]:
        """Yield every product, in no particular order, without loading all at once."""
        return readable(self._products.find({}), self._read)

    def addresses(self) -> Iterable[ProductAddress]:
        """Yield the address of every product, in no particular order."""
        # The whole document is read, because one that nobody can read has no page.
        return (product.address for product in self.every_product())

    def count_products(self) -> int:
        """Return how many products there are, whatever their status."""
        return self._products.count({})

    def products_by_slugs(self, slugs: Sequence[str]) -> dict[str, Product]:
        """Return products by their URL names, whatever their status; unknown names are left out."""
        found = self._products.find({"slug": {"$in": sorted(set(slugs))}}) if slugs else ()
        return {product.slug: product for product in readable(found, self._read)}

    def products_by_slug_order(self) -> Iterable[Product]:
        """Yield every product in the order of the URL names, without loading all at once."""
        return readable(self._products.find({}, sort=[("slug", OLDEST)]), self._read)

    def every_sku(self) -> Iterable[tuple[str, str]]:
        """Yield every SKU with its product's URL name, without loading the products."""
        for row in self._products.find({}, only={"slug": 1, "variants.sku": 1}):
            for variant in row.get("variants") or ():
                yield str(variant.get("sku")), str(row.get("slug"))

    def insert_products(self, products: Sequence[Product]) -> None:
        """Add products in one go; within a transaction all of them or none.

        Raises:
            InvalidValue: a slug or a SKU is taken.
        """
        try:
            self._products.insert_many([to_document(product) for product in products])
        except Duplicate as error:
            raise _taken(error) from error

    def replace_products(self, products: Sequence[Product]) -> bool:
        """Replace products that still have the version before theirs; say whether all were replaced.

        Fields that the shop does not know are kept for the program that wrote them.

        Raises:
            InvalidValue: a slug or a SKU is taken.
        """
        changes = [_replacement(product, product.version - 1) for product in products]
        try:
            return self._products.update_many(changes) == len(changes)
        except Duplicate as error:
            raise _taken(error) from error

    def insert_product(self, product: Product) -> None:
        """Add a product.

        Raises:
            InvalidValue: its slug or one of its SKUs is taken.
        """
        try:
            self._products.insert(to_document(product))
        except Duplicate as error:
            raise _taken(error) from error

    def replace_product(self, product: Product, *, expected_version: int) -> bool:
        """Replace the product if it still has the version; say whether it was replaced.

        Fields that the shop does not know are kept for the program that wrote them.

        Raises:
            InvalidValue: its slug or one of its SKUs is taken.
        """
        try:
            return self._products.update(*_replacement(product, expected_version))
        except Duplicate as error:
            raise _taken(error) from error

    def _one(self, document: Document | None) -> Product | None:
        return self._read(document) if document else None

    def _read(self, document: Document) -> Product:
        variants = document.get("variants")
        if isinstance(variants, list):
            variants = [
                {**variant, "stock_id": variant.get("stock_id") or variant.get("sku")}
                if isinstance(variant, dict)
                else variant
                for variant in variants
            ]
        defaults = {"title": document.get("slug"), "version": 0}
        product = from_document(Product, {**document, "variants": variants}, self._products.name, defaults)
        try:
            # The slug becomes a path in the published folder, so no other text may pass.
            parse_slug(product.slug)
        except InvalidValue as error:
            raise UnreadableDocument(self._products.name, product.id, str(error).rstrip(".")) from error
        return product


def _replacement(product: Product, expected_version: int) -> tuple[Filter, Update]:
    fields = to_document(product)
    del fields["_id"]
    # A document of another program has no version until the shop writes it.
    version = {"$in": [0, None]} if expected_version == 0 else expected_version
    return {**by_id(product.id), "version": version}, {"$set": fields}


def _taken(error: Duplicate) -> InvalidValue:
    name, value = next(iter(error.fields.items()), ("product", ""))
    field = {"slug": "slug", "variants.sku": "sku"}.get(name, name)
    return InvalidValue(field, str(value), "one that no other product has")
