"""A collection's result in a market: which products it lists, in which order, on how many pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.catalogue.model import PAGE_SIZE, Collection, Market, Product
from app.catalogue.store import CatalogueStore
from app.web.contexts import projections


@dataclass(frozen=True)
class Listing:
    """A collection's products in one market, in the order of its editor or of its rule, cut into pages."""

    products: tuple[Product, ...]

    @property
    def page_count(self) -> int:
        """Pages of the listing; an empty one still has its first."""
        return max(1, -(-len(self.products) // PAGE_SIZE))

    def page(self, number: int) -> tuple[Product, ...]:
        """Return the products on one page; pages count from 1."""
        return self.products[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]

    def value(self, number: int) -> str:
        """Name the result of one page, as it is recorded beside its key."""
        ids = (product.id for product in self.page(number))
        return projections.result_value(ids, self.page_count)


def read_listings(
    store: CatalogueStore, collection: Collection, markets: Iterable[Market]
) -> Mapping[str, Listing]:
    """Return what each market sells of a collection, by the market's id; its products are read once."""
    present, rule = store.products_of(collection), collection.rule
    return {
        market.id: Listing(
            # Only a market's currency can order by price.
            tuple(
                product
                for product in (rule.ordered(present, market.currency) if rule else present)
                if product.is_sold_in(market)
            )
        )
        for market in markets
    }


def read_listing(store: CatalogueStore, collection: Collection, market: Market) -> Listing:
    """Return what one market sells of a collection."""
    return read_listings(store, collection, [market])[market.id]
