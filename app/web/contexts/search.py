"""Contexts of search and of narrowed listings: what was found, read anew and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from app.catalogue.model import Collection, Market
from app.money import Money
from app.search.model import (
    AVAILABILITY,
    IN_STOCK,
    TAG,
    TYPE,
    VENDOR,
    Facet,
    Narrowed,
    Results,
    Sorting,
)
from app.web.contexts.layout import Layouts
from app.web.contexts.pages import Pages
from app.web.contexts.views import LayoutView, Link, MetaView, ProductCard
from app.web.i18n import gettext as _

NEIGHBOURS = 3
"""Pages before and after the one that is shown which are linked to."""

Parameters = list[tuple[str, str]]
"""A query string's names and values, sorted: the same question has one address."""


@dataclass(frozen=True)
class SearchView:
    """What was asked, and one page of what was found."""

    query: str
    is_ready: bool
    """Whether there is an index to ask."""
    total: int = 0
    has_more: bool = False
    instead: str = ""
    """The words that were looked for in the place of unknown ones."""
    cards: tuple[ProductCard, ...] = ()
    pages: tuple[Link, ...] = ()
    collections: tuple[Link, ...] = ()
    """Where to look where nothing was found."""


@dataclass(frozen=True)
class SearchPage:
    """The page of search."""

    layout: LayoutView
    meta: MetaView
    found: SearchView


@dataclass(frozen=True)
class ChoiceView:
    """A value that can be chosen."""

    id: str
    name: str
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class FacetView:
    """Something that the products of a listing differ in."""

    legend: str
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True)
class PriceRangeView:
    """The range of prices: what was asked for, and what there is."""

    currency: str
    asked_least: str
    asked_most: str
    least: str
    """The lowest price that the other choices leave, as a plain decimal; empty where there is none."""
    most: str


@dataclass(frozen=True)
class FilterView:
    """A narrowed listing with everything that can be chosen."""

    is_ready: bool
    action: str
    fragment_url: str
    collection_url: str
    clear_url: str
    facets: tuple[FacetView, ...] = ()
    price: PriceRangeView | None = None
    sortings: tuple[ChoiceView, ...] = ()
    said: tuple[str, ...] = ()
    """What was asked for and left out, in words."""
    total: int = 0
    is_narrowed: bool = False
    cards: tuple[ProductCard, ...] = ()
    pages: tuple[Link, ...] = ()


@dataclass(frozen=True)
class FilterPage:
    """The page of a narrowed listing."""

    layout: LayoutView
    meta: MetaView
    title: str
    shown: FilterView


@dataclass(frozen=True)
class Asked:
    """What a request asks of a listing, beside the filter itself."""

    parameters: Parameters
    sorting: Sorting
    least: str
    most: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class SearchContexts:
    """Makes the contexts of one request."""

    pages: Pages
    layouts: Layouts

    def search_page(self, market: Market, found: SearchView) -> SearchPage:
        """Return the page around what was found; it belongs in no index."""
        title = _("Search: %(query)s", query=found.query) if found.query else _("Search")
        return SearchPage(self.layouts.layout(market), MetaView(title=title), found)

    def found(self, market: Market, results: Results) -> SearchView:
        """Return what was found, at today's prices and availability."""
        address = url_for("search.page", market=market.prefix)
        text = results.query.text
        return SearchView(
            query=text,
            is_ready=True,
            total=results.total,
            has_more=results.has_more,
            instead=", ".join(results.instead),
            cards=self.pages.hits([hit.product for hit in results.hits], market),
            pages=page_links(address, [("q", text)], results.number, results.page_count),
            collections=() if results.total else self._collections(market),
        )

    def not_ready(self, market: Market, query: str) -> SearchView:
        """Return what is said while there is no index."""
        return SearchView(query, is_ready=False, collections=self._collections(market))

    def filter_page(self, market: Market, collection: Collection, shown: FilterView) -> FilterPage:
        """Return the page around a narrowed listing; it belongs in no index."""
        return FilterPage(
            self.layouts.layout(market), MetaView(title=collection.title), collection.title, shown
        )

    def narrowed(
        self, market: Market, collection: Collection, narrowed: Narrowed | None, asked: Asked
    ) -> FilterView:
        """Return a narrowed listing; without an index only the way back."""
        values: dict[str, Any] = {"market": market.prefix, "slug": collection.slug}
        action = url_for("facets.page", **values)
        back = url_for("storefront.collection", number=1, **values)
        fragment = url_for("facets.fragment", **values)
        if narrowed is None:
            return FilterView(False, action, fragment, back, action)
        left_out = tuple(_("Nothing here has “%(value)s”.", value=value) for value in narrowed.unknown)
        return FilterView(
            is_ready=True,
            action=action,
            fragment_url=fragment,
            collection_url=back,
            clear_url=action,
            facets=tuple(_facet_view(facet, number) for number, facet in enumerate(narrowed.facets)),
            price=_price_view(narrowed, market, asked),
            sortings=_sortings(asked.sorting),
            said=(*asked.faults, *left_out),
            total=narrowed.total,
            is_narrowed=not narrowed.used.is_empty,
            cards=self.pages.hits(narrowed.products, market),
            pages=page_links(action, asked.parameters, narrowed.number, narrowed.page_count),
        )

    def _collections(self, market: Market) -> tuple[Link, ...]:
        return tuple(
            Link(
                collection.title,
                url_for("storefront.collection", market=market.prefix, slug=collection.slug, number=1),
            )
            for collection in self.pages.catalogue.collections()
        )


def address_of(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return a path with a query string."""
    query = urlencode(list(parameters))
    return f"{path}?{query}" if query else path


def page_links(path: str, parameters: Parameters, number: int, count: int) -> tuple[Link, ...]:
    """Return links to the pages around one; the first and the last are among them."""
    if count < 2:
        return ()
    shown = {1, count, *range(max(1, number - NEIGHBOURS), min(count, number + NEIGHBOURS) + 1)}
    return tuple(
        Link(
            str(page),
            address_of(path, sorted([*parameters, ("page", str(page))]) if page > 1 else parameters),
            page == number,
        )
        for page in sorted(shown)
    )


def _facet_view(facet: Facet, number: int) -> FacetView:
    legends = {AVAILABILITY: _("Availability"), VENDOR: _("Vendor"), TYPE: _("Kind"), TAG: _("Tag")}
    return FacetView(
        facet.option or legends[facet.key],
        tuple(
            ChoiceView(
                id=f"facet-{number}-{at}",
                name=facet.key,
                value=value.value,
                label=_availability(value.value) if facet.key == AVAILABILITY else value.value,
                count=value.count,
                is_chosen=value.is_chosen,
            )
            for at, value in enumerate(facet.values)
        ),
    )


def _availability(value: str) -> str:
    return _("Can be bought now") if value == IN_STOCK else _("Not to be had now")


def _price_view(narrowed: Narrowed, market: Market, asked: Asked) -> PriceRangeView:
    def decimal(minor: int | None) -> str:
        return "" if minor is None else Money(minor, market.currency).decimal

    return PriceRangeView(
        market.currency, asked.least, asked.most, decimal(narrowed.least), decimal(narrowed.most)
    )


def _sortings(chosen: Sorting) -> tuple[ChoiceView, ...]:
    labels = {
        Sorting.FEATURED: _("As hung"),
        Sorting.NEWEST: _("Newest first"),
        Sorting.TITLE: _("By title"),
        Sorting.PRICE_UP: _("Lowest price first"),
        Sorting.PRICE_DOWN: _("Highest price first"),
    }
    return tuple(
        ChoiceView(f"sort-{sorting}", "sort", sorting, label, 0, sorting is chosen)
        for sorting, label in labels.items()
    )
