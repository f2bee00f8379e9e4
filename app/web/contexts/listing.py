"""A collection's result in a market: which products it lists, in each order, on how many pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from app.catalogue.model import PAGE_SIZE, Collection, Market, Product
from app.catalogue.rules import RuleOrder, in_order
from app.catalogue.store import CatalogueStore
from app.web.contexts import projections

SORTS = tuple(order.value for order in RuleOrder)
"""The orders that a listing has beside the editor's own, by the last part of their addresses."""
SORTABLE_FROM = 2
"""Products from which on an order makes a difference."""


@dataclass(frozen=True)
class Listing:
    """A collection's products in one market, in its own order and in each other, cut into pages."""

    products: tuple[Product, ...]
    currency: str

    @property
    def sorts(self) -> tuple[str, ...]:
        """The orders that have pages of their own."""
        return SORTS if len(self.products) >= SORTABLE_FROM else ()

    @property
    def page_count(self) -> int:
        """Pages of the listing; an empty one still has its first."""
        return max(1, -(-len(self.products) // PAGE_SIZE))

    def page(self, number: int, sort: str = "") -> tuple[Product, ...]:
        """Return the products on one page of one order; pages count from 1."""
        products = self._sorted[sort] if sort else self.products
        return products[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]

    def value(self, number: int, sort: str = "") -> str:
        """Name the result of one page, as it is recorded beside its key."""
        ids = (product.id for product in self.page(number, sort))
        return projections.result_value(ids, self.page_count)

    @cached_property
    def _sorted(self) -> Mapping[str, tuple[Product, ...]]:
        return {order: tuple(in_order(self.products, order, self.currency)) for order in RuleOrder}


@runtime_checkable
class RemembersListings(Protocol):
    """A store beside which listings are kept for as long as nothing is written: the generator has one."""

    listings: MutableMapping[tuple[str, str], Listing]


def read_listings(
    store: CatalogueStore, collection: Collection, markets: Iterable[Market]
) -> Mapping[str, Listing]:
    """Return what each market sells of a collection, by the market's id; its products are read once."""
    known = store.listings if isinstance(store, RemembersListings) else {}
    wanted, rule = list(markets), collection.rule
    missing = [market for market in wanted if (collection.id, market.id) not in known]
    present = store.products_of(collection) if missing else ()
    for market in missing:
        # Only a market's currency can order by price.
        in_order = rule.ordered(present, market.currency) if rule else present
        sold = tuple(product for product in in_order if product.is_sold_in(market))
        known[collection.id, market.id] = Listing(sold, market.currency)
    return {market.id: known[collection.id, market.id] for market in wanted}


def read_listing(store: CatalogueStore, collection: Collection, market: Market) -> Listing:
    """Return what one market sells of a collection."""
    return read_listings(store, collection, [market])[market.id]
