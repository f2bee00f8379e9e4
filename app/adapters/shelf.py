"""What carts look up, put together from the stores that keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.catalogue.model import Product
from app.catalogue.store import CatalogueStore
from app.inventory.model import ReservationState, StockPool
from app.inventory.store import InventoryStore
from app.orders.store import OrderStore


@dataclass(frozen=True)
class StoreShelf:
    """The shelf of `app.cart.store`."""

    catalogue: CatalogueStore
    inventory: InventoryStore
    orders: OrderStore

    def product_by_slug(self, slug: str) -> Product | None:
        """Return the product with that URL name, whatever its status."""
        return self.catalogue.product_by_slug(slug)

    def products_by_skus(self, skus: Sequence[str]) -> dict[str, Product]:
        """Return products by the SKU asked for; unknown SKUs are left out."""
        return self.catalogue.products_by_skus(skus)

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        return self.inventory.pools(stock_ids)

    def held_for(self, cart_id: str) -> Mapping[str, int]:
        """Return the units, by pool, that the cart's own open checkout holds."""
        order = self.orders.open_of_cart(cart_id)
        reservation = self.inventory.reservation(order.id) if order else None
        if reservation is None or reservation.state is not ReservationState.HELD:
            return {}
        return reservation.units
