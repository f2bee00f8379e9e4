"""What carts need from whatever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.cart.model import Cart
from app.catalogue.model import Product
from app.inventory.model import StockPool


class CartStore(Protocol):
    """Keeps carts until they have not been touched for a while."""

    def cart(self, cart_id: str) -> Cart | None:
        """Return the cart."""
        ...

    def insert(self, cart: Cart) -> bool:
        """Add a cart; say whether there was none of that id."""
        ...

    def replace(self, cart: Cart, *, expected_version: int) -> bool:
        """Replace the lines if the cart still has the version; say whether they were replaced."""
        ...


class Shelf(Protocol):
    """What a cart looks up: the products behind its SKUs, and how many units are free."""

    def product_by_slug(self, slug: str) -> Product | None:
        """Return the product with that URL name, whatever its status."""
        ...

    def products_by_skus(self, skus: Sequence[str]) -> dict[str, Product]:
        """Return products by the SKU asked for; unknown SKUs are left out."""
        ...

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        ...

    def held_for(self, cart_id: str) -> Mapping[str, int]:
        """Return the units, by pool, that the cart's own open checkout holds."""
        ...
