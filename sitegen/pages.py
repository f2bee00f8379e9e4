"""Page refs: every page that there should be, in the order in which pages must appear."""

from __future__ import annotations

from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.catalogue.model import Collection, ContentPage, Market, Product, ProductAddress
from app.catalogue.store import CatalogueStore
from app.web.contexts.listing import read_listings

Values = tuple[tuple[str, str | int], ...]

ORDER = (
    "storefront.product",
    "storefront.content",
    "storefront.collection",
    "storefront.home",
    "storefront.not_found",
    "storefront.counter_closed",
    "storefront.counter_closed_fragment",
    "storefront.robots",
    "storefront.sitemap",
)
"""Pages appear before the pages that link to them: products, listings, home, and then the sitemap."""

OF_THE_SHOP = (
    "storefront.counter_closed",
    "storefront.counter_closed_fragment",
    "storefront.robots",
    "storefront.sitemap",
)
"""Pages that exist once, and not once a market."""


LATE = frozenset(ORDER[ORDER.index("storefront.collection") :])
"""Pages about many documents: a burst of changes is shown on them once, and not batch by batch."""


CHUNK = 50
"""Pages that are rendered one after the other from what was read in one go."""


class PageRef(NamedTuple):
    """A page by what makes it: its endpoint and the values of its route, the market among them."""

    endpoint: str
    values: Values

    @property
    def rank(self) -> int:
        """The page's place in the order of appearance."""
        return ORDER.index(self.endpoint)

    @property
    def is_late(self) -> bool:
        """Whether a burst of changes may put the page off until it is over."""
        return self.endpoint in LATE

    @property
    def route_values(self) -> dict[str, str | int]:
        """The values as `url_for` takes them."""
        return dict(self.values)


def page_ref(endpoint: str, market: Market | None = None, **values: str | int) -> PageRef:
    """Return a ref; a page of the whole shop has no market."""
    where = {"market": market.prefix} if market else {}
    return PageRef(f"storefront.{endpoint}", tuple(sorted({**where, **values}.items())))


def in_order(refs: Iterable[PageRef], new: Container[PageRef] = ()) -> list[PageRef]:
    """Return refs in the order of appearance, each once; new pages come before the links to them."""
    return sorted(set(refs), key=lambda ref: (ref not in new, ref.rank, ref.values))


def in_chunks(refs: Sequence[PageRef]) -> Iterator[Sequence[PageRef]]:
    """Yield refs some at a time: what these read is read in one go."""
    return (refs[start : start + CHUNK] for start in range(0, len(refs), CHUNK))


def refs_of_product(product: Product | ProductAddress, markets: Iterable[Market]) -> Iterator[PageRef]:
    """Yield a product's page in each market that sells it."""
    for market in markets:
        if product.is_sold_in(market):
            yield page_ref("product", market, slug=product.slug)


def refs_of_collection(
    store: CatalogueStore, collection: Collection, markets: Sequence[Market]
) -> Iterator[PageRef]:
    """Yield every page of a collection in each market, in the editor's order and in each other."""
    listings = read_listings(store, collection, markets)
    for market in markets:
        listing = listings[market.id]
        for number in range(1, listing.page_count + 1):
            yield page_ref("collection", market, slug=collection.slug, number=number)
            for sort in listing.sorts:
                yield page_ref("collection", market, slug=collection.slug, number=number, sort=sort)


def refs_of_content(page: ContentPage, markets: Iterable[Market]) -> Iterator[PageRef]:
    """Yield a content page in each market."""
    for market in markets:
        yield page_ref("content", market, slug=page.slug)


def every_ref(store: CatalogueStore) -> list[PageRef]:
    """Return every page that there should be, in the order of appearance."""
    markets = store.markets()
    refs = [PageRef(endpoint, ()) for endpoint in OF_THE_SHOP]
    for market in markets:
        refs += [page_ref("home", market), page_ref("not_found", market)]
    for address in store.addresses():
        refs += refs_of_product(address, markets)
    for collection in store.collections():
        refs += refs_of_collection(store, collection, markets)
    for page in store.pages():
        refs += refs_of_content(page, markets)
    return in_order(refs)
