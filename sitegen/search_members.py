"""What collections list, as the search index keeps it: by hand once for all, by rule once a currency."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from app.catalogue.model import Collection
from app.catalogue.store import CatalogueStore
from app.web.contexts.listing import read_listings

Member = tuple[str, str]
"""A currency, empty where it makes no difference, and the id of a product that is listed in it."""


def listed_in(catalogue: CatalogueStore, collection: Collection) -> list[Member]:
    """Return the products that a collection lists, by currency and in its order.

    What a rule lists is what the markets' pages show, no more: nothing tells of a change
    of what is on no page.
    """
    if collection.rule is None:
        # A list names them itself: what it lists need not be read, however long it is.
        return [("", product_id) for product_id in dict.fromkeys(collection.product_ids)]
    listings = read_listings(catalogue, collection, catalogue.markets()).values()
    by_currency = {listing.currency: listing.products for listing in listings}
    return [(currency, product.id) for currency in sorted(by_currency) for product in by_currency[currency]]


def listed(catalogue: CatalogueStore, collection_id: str) -> list[Member]:
    """Return the same of a collection that may be gone."""
    collection = catalogue.collection(collection_id)
    return listed_in(catalogue, collection) if collection else []


def members(db: sqlite3.Connection, collection_id: str) -> list[Member]:
    """Return what the index has of a collection."""
    query = "SELECT currency, product FROM members WHERE collection = ? ORDER BY currency, position"
    return db.execute(query, (collection_id,)).fetchall()


def put_members(db: sqlite3.Connection, collection_id: str, wanted: Sequence[Member]) -> None:
    """Write what a collection lists; what is equal is not written."""
    if members(db, collection_id) != wanted:
        db.execute("DELETE FROM members WHERE collection = ?", (collection_id,))
        db.executemany(
            "INSERT INTO members VALUES (?, ?, ?, ?)",
            [
                (collection_id, currency, position, product)
                for position, (currency, product) in enumerate(wanted)
            ],
        )
