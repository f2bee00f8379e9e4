"""Contexts of search and of narrowed listings: what was found, read anew and put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.catalogue.model import Collection, Market
from app.search.model import Narrowed, Results
from app.web.contexts.facets import (
    Asked,
    FilterPage,
    FilterView,
    chosen_links,
    facet_view,
    in_order,
    page_links,
    price_view,
    sorting_views,
)
from app.web.contexts.layout import Layouts
from app.web.contexts.pages import Pages
from app.web.contexts.views import LayoutView, Link, MetaView, ProductCard
from app.web.i18n import gettext as _


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
            facets=tuple(facet_view(facet, number) for number, facet in enumerate(in_order(narrowed.facets))),
            price=price_view(narrowed, market, asked),
            sortings=sorting_views(asked.sorting),
            chosen=tuple(chosen_links(narrowed, market, asked, action)),
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
