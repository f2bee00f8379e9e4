"""Carts in MongoDB, which deletes them when they have not been touched for their whole life."""

from __future__ import annotations

from app.adapters.mongo.codec import from_document, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import by_id
from app.cart.model import Cart


class MongoCartStore:
    """Keeps carts until they have not been touched for a while."""

    def __init__(self, database: Database) -> None:
        self._carts = database.documents("carts")

    def cart(self, cart_id: str) -> Cart | None:
        """Return the cart."""
        document = self._carts.find_one(by_id(cart_id))
        return from_document(Cart, document, self._carts.name) if document else None

    def insert(self, cart: Cart) -> bool:
        """Add a cart; say whether there was none of that id."""
        return self._carts.insert_if_absent(to_document(cart))

    def replace(self, cart: Cart, *, expected_version: int) -> bool:
        """Replace the lines if the cart still has the version; say whether they were replaced."""
        fields = to_document(cart)
        key = fields.pop("_id")
        return self._carts.update({**by_id(key), "version": expected_version}, {"$set": fields})
