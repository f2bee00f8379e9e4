"""What every key's value would be now: how staleness is found without rendering a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app.catalogue.model import Collection, ContentPage, Market, Product
from app.inventory.model import StockPool
from app.web.contexts import projections
from app.web.contexts.leads import PROMISES, STORY
from app.web.contexts.listing import read_listings
from app.web.contexts.stock import availability_of
from app.web.factory import Shop
from app.web.reads import Key

Values = dict[Key, str | None]
"""Keys with what their projection is now; nothing where it cannot be compared."""


def product_values(product: Product, currencies: Iterable[str]) -> Values:
    """Return a product's own keys, with its card in each currency."""
    return {
        projections.page_key(product.id): projections.product_value(product),
        projections.lastmod_key("product", product.id): projections.lastmod_value(product),
        **{
            projections.card_key(product.id, currency): projections.card_value(product, currency)
            for currency in currencies
        },
    }


def collection_values(shop: Shop, collection: Collection, markets: Iterable[Market]) -> Values:
    """Return a collection's own keys, and its result in each market."""
    values: Values = {
        projections.collection_key(collection.id): projections.collection_value(collection),
        projections.lastmod_key("collection", collection.id): projections.lastmod_value(collection),
    }
    for market_id, listing in read_listings(shop.services.catalogue.store, collection, markets).items():
        for sort in ("", *listing.sorts):
            for number in range(1, listing.page_count + 1):
                key = projections.result_key(collection.id, market_id, number, sort)
                values[key] = listing.value(number, sort)
    return values


def content_values(page: ContentPage) -> Values:
    """Return a content page's keys."""
    return {
        projections.content_key(page.id): projections.content_value(page),
        projections.lastmod_key("content", page.id): projections.lastmod_value(page),
    }


def lead_values(pages: Iterable[ContentPage]) -> Values:
    """Return how the pages open whose first words stand elsewhere, also those that are not written."""
    by_slug = {page.slug: page for page in pages}
    return {
        projections.lead_key(slug): projections.lead_value(by_slug.get(slug)) for slug in (STORY, *PROMISES)
    }


def stock_values(pools: Mapping[str, StockPool], stock_ids: Iterable[str]) -> Values:
    """Return what pages say of stock pools, also of those that are not among them any more."""
    return {
        projections.band_key(stock_id): availability_of(pools, stock_id).recorded for stock_id in stock_ids
    }


def picture_values(shop: Shop, picture_ids: Iterable[str]) -> Values:
    """Return the files that pictures can be shown by; none where a picture is gone or its files are lost."""
    ids = list(picture_ids)
    shown = shop.services.media.showable(ids)
    return {projections.picture_key(one): projections.picture_value(shown.get(one)) for one in ids}


def shop_values(shop: Shop) -> Values:
    """Return the keys that every page has: the frame, the code, the assets."""
    store = shop.services.catalogue.store
    layout = projections.layout_value(store.settings(), store.markets(), shop.config.shop_url)
    values: Values = {
        projections.LAYOUT: layout,
        projections.CODE: shop.code_digest,
        projections.collections_key(): projections.collections_value(store.collections()),
    }
    for name, asset in shop.assets.assets.items():
        values[Key("asset", name, "")] = asset.published_name
    return values


def present_values(shop: Shop, recorded: Iterable[Key]) -> Values:
    """Return the present value of every key that a page has recorded.

    A key whose source is gone has no value, so that its pages are affected.
    """
    values: Values = dict.fromkeys(recorded)
    current = {key: value for part in _everything(shop, list(values)) for key, value in part.items()}
    for key in values:
        values[key] = current.get(key)
    if projections.PUBLISHED in values:
        # Which pages there are is compared ref by ref, not by this key.
        values[projections.PUBLISHED] = ""
    return values


def _everything(shop: Shop, recorded: list[Key]) -> Iterator[Values]:
    services = shop.services
    store = services.catalogue.store
    markets, collections = store.markets(), store.collections()
    yield shop_values(shop)
    for collection in collections:
        yield collection_values(shop, collection, markets)
    pages = store.pages()
    yield lead_values(pages)
    for page in pages:
        yield content_values(page)
    currencies = {market.currency for market in markets}
    for product in store.every_product():
        yield product_values(product, currencies)
        crumbs = projections.crumbs_value(store.collections_with(product.id))
        yield {projections.crumbs_key(product.id): crumbs}
    yield picture_values(shop, [key.id for key in recorded if key.kind == "picture"])
    stock_ids = [key.id for key in recorded if key.kind == "stock"]
    yield stock_values(services.inventory.store.pools(stock_ids), stock_ids)
