"""The sitemap: every published address with the moment its document was last written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.catalogue.model import Collection, ContentPage, Market, ProductAddress
from app.catalogue.store import CatalogueStore
from app.web.contexts import projections
from app.web.reads import record

Document = ProductAddress | Collection | ContentPage


@dataclass(frozen=True)
class SitemapEntry:
    """One address, and when what it shows was last written: ISO 8601, or empty."""

    url: str
    lastmod: str


@dataclass(frozen=True)
class Sitemap:
    """All entries of the shop's sitemap."""

    entries: tuple[SitemapEntry, ...]


def read_sitemap(store: CatalogueStore, absolute: Callable[[str], str], code_digest: str) -> Sitemap:
    """Return the sitemap over all markets, in an order that does not depend on the database's."""
    record(projections.CODE, code_digest)
    record(projections.PUBLISHED, "")
    markets = store.markets()
    settings = store.settings()
    record(projections.LAYOUT, projections.layout_value(settings, markets, absolute("")))
    entries = [
        SitemapEntry(absolute(url_for("storefront.home", market=market.prefix)), "") for market in markets
    ]
    collections = sorted(store.collections(), key=lambda collection: collection.slug)
    entries += _entries(collections, "collection", markets, absolute, number=1)
    entries += _entries(store.pages(), "content", markets, absolute)
    products = sorted(store.addresses(), key=lambda product: product.slug)
    for market in markets:
        sold = [product for product in products if product.is_sold_in(market)]
        entries += _entries(sold, "product", [market], absolute)
    return Sitemap(tuple(entries))


def _entries(
    documents: Iterable[Document],
    endpoint: str,
    markets: Sequence[Market],
    absolute: Callable[[str], str],
    **values: Any,
) -> Iterator[SitemapEntry]:
    for document in documents:
        lastmod = projections.lastmod_value(document)
        record(projections.lastmod_key(endpoint, document.id), lastmod)
        for market in markets:
            path = url_for(f"storefront.{endpoint}", market=market.prefix, slug=document.slug, **values)
            yield SitemapEntry(absolute(path), lastmod)
