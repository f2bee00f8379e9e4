"""What the catalogue needs from whatever keeps it: whole reads and conditional writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

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


class CatalogueStore(Protocol):
    """Keeps products, collections, markets, content pages, redirects and the shop's settings."""

    def product(self, product_id: str) -> Product | None:
        """Return the product with that id."""
        ...

    def product_by_slug(self, slug: str) -> Product | None:
        """Return the product with that URL name, whatever its status."""
        ...

    def product_by_sku(self, sku: str) -> Product | None:
        """Return the product that has a variant with that SKU, whatever its status."""
        ...

    def products(self, ids: Sequence[str]) -> dict[str, Product]:
        """Return the products with these ids; unknown ids are left out."""
        ...

    def products_by_skus(self, skus: Sequence[str]) -> dict[str, Product]:
        """Return products by the SKU asked for; unknown SKUs are left out."""
        ...

    def every_product(self) -> Iterable[Product]:
        """Yield every product, in no particular order, without loading all at once."""
        ...

    def addresses(self) -> Iterable[ProductAddress]:
        """Yield the address of every product, in no particular order."""
        ...

    def count_products(self) -> int:
        """Return how many products there are, whatever their status."""
        ...

    def products_by_slugs(self, slugs: Sequence[str]) -> dict[str, Product]:
        """Return products by their URL names, whatever their status; unknown names are left out."""
        ...

    def products_by_slug_order(self) -> Iterable[Product]:
        """Yield every product in the order of the URL names, without loading all at once."""
        ...

    def every_sku(self) -> Iterable[tuple[str, str]]:
        """Yield every SKU with its product's URL name, without loading the products."""
        ...

    def insert_products(self, products: Sequence[Product]) -> None:
        """Add products in one go; within a transaction all of them or none.

        Raises:
            InvalidValue: a slug or a SKU is taken.
        """
        ...

    def replace_products(self, products: Sequence[Product]) -> bool:
        """Replace products that still have the version before theirs; say whether all were replaced.

        Raises:
            InvalidValue: a slug or a SKU is taken.
        """
        ...

    def insert_product(self, product: Product) -> None:
        """Add a product.

        Raises:
            InvalidValue: its slug or one of its SKUs is taken.
        """
        ...

    def replace_product(self, product: Product, *, expected_version: int) -> bool:
        """Replace the product if it still has the version; say whether it was replaced."""
        ...

    def collection(self, collection_id: str) -> Collection | None:
        """Return the collection with that id."""
        ...

    def collection_by_slug(self, slug: str) -> Collection | None:
        """Return the collection with that URL name."""
        ...

    def collections(self) -> Sequence[Collection]:
        """Return every collection, by title."""
        ...

    def collections_with(self, product_id: str) -> Sequence[Collection]:
        """Return the collections that list the product, by list or by rule."""
        ...

    def products_of(self, collection: Collection) -> Sequence[Product]:
        """Return the products of a collection, whatever their status: its list, or what its rule finds.

        A rule by price cannot order them yet: the market's currency decides that.
        """
        ...

    def put_collection(self, collection: Collection) -> None:
        """Add or replace a collection, without a look at its version."""
        ...

    def insert_collection(self, collection: Collection) -> None:
        """Add a collection.

        Raises:
            InvalidValue: its slug is taken.
        """
        ...

    def replace_collection(self, collection: Collection, *, expected_version: int) -> bool:
        """Replace the collection if it still has the version; say whether it was replaced.

        Raises:
            InvalidValue: its slug is taken.
        """
        ...

    def delete_collection(self, collection_id: str, *, expected_version: int) -> bool:
        """Delete the collection if it still has the version; say whether it was deleted."""
        ...

    def page_by_slug(self, slug: str) -> ContentPage | None:
        """Return the content page with that URL name."""
        ...

    def page(self, page_id: str) -> ContentPage | None:
        """Return the content page with that id."""
        ...

    def pages(self) -> Sequence[ContentPage]:
        """Return every content page, by slug."""
        ...

    def put_page(self, page: ContentPage) -> None:
        """Add or replace a content page."""
        ...

    def markets(self) -> Sequence[Market]:
        """Return every market, the default one first."""
        ...

    def put_market(self, market: Market) -> None:
        """Add or replace a market."""
        ...

    def settings(self) -> ShopSettings:
        """Return the shop's settings, or the defaults of a fresh shop."""
        ...

    def put_settings(self, settings: ShopSettings) -> None:
        """Replace the shop's settings."""
        ...

    def redirect(self, path: str) -> Redirect | None:
        """Return where an old path leads."""
        ...

    def put_redirect(self, redirect: Redirect) -> None:
        """Remember where an old path leads, replacing what was known of it."""
        ...

    def delete_redirect(self, path: str) -> None:
        """Forget a path, because a page lives there again."""
        ...

    def delete_redirects(self, paths: Sequence[str]) -> None:
        """Forget many paths in one go."""
        ...

    def insert_revision(self, revision: Revision) -> None:
        """Append a revision."""
        ...

    def revisions(self, document: str, limit: int = 50) -> Sequence[Revision]:
        """Return a document's revisions, newest first; all of them where the limit is 0."""
        ...

    def revision(self, revision_id: str) -> Revision | None:
        """Return the revision with that id."""
        ...

    def insert_revisions(self, revisions: Sequence[Revision]) -> None:
        """Append revisions in one go."""
        ...

    def last_revisions(self, documents: Sequence[str]) -> dict[str, Revision]:
        """Return the newest revision of each document that has one."""
        ...

    def revisions_of(self, change_set: str) -> Iterable[Revision]:
        """Yield the revisions of a change set, in the order of their documents."""
        ...

    def change_sets(self, limit: int = 50) -> Sequence[ChangeSet]:
        """Return the change sets that there are, newest first."""
        ...

    def revision_at(self, document: str, version: int) -> Revision | None:
        """Return the newest revision of that version: what another program wrote does not move it."""
        ...
