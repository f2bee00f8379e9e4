"""Projections: which part of a document a page can show, and so which change can touch it.

Each function returns the value that is recorded beside a dependency key. What is
not in a projection cannot make a page stale: `version` and `updated_at` are
bookkeeping (the sitemap reads the latter under a key of its own), `reserved` shows
only where it moves a band, and a draft's texts are on no page. Neither is what a
product keeps for its next export or for other trades: type and tags, weight,
barcode, whether it is taxed, shipped or a gift card, its columns of other programs
(`extra`), and the addresses that its pictures came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from app.catalogue.model import Collection, ContentPage, Image, Market, Product, ProductAddress, ShopSettings
from app.clock import iso
from app.media.model import Picture
from app.web.reads import Key

LAYOUT = Key("layout", "", "")
"""Shop settings, markets, the shop's address: part of every page."""
CODE = Key("code", "", "")
"""Templates, translations and the code that fills them."""
PUBLISHED = Key("catalogue", "", "published")
"""Which products, collections and pages there are, for the sitemap."""


def page_key(product_id: str) -> Key:
    """Everything that a product's own page shows of it."""
    return Key("product", product_id, "page")


def card_key(product_id: str, currency: str) -> Key:
    """What a listing shows of a product."""
    return Key("product", product_id, f"card/{currency}")


def crumbs_key(product_id: str) -> Key:
    """Which collections list the product."""
    return Key("product", product_id, "collections")


def lastmod_key(kind: str, document_id: str) -> Key:
    """When the document was last written, for the sitemap."""
    return Key(kind, document_id, "lastmod")


def band_key(stock_id: str) -> Key:
    """What a page says of a stock pool's availability."""
    return Key("stock", stock_id, "band")


def collection_key(collection_id: str) -> Key:
    """A collection's title, text and URL name."""
    return Key("collection", collection_id, "page")


def result_key(collection_id: str, market_id: str, number: int, sort: str = "") -> Key:
    """One page of a collection's result: which products, in which order, of how many pages."""
    parts = ("result", market_id, sort, str(number))
    return Key("collection", collection_id, "/".join(part for part in parts if part))


def collections_key() -> Key:
    """Which collections there are, with their titles."""
    return Key("collections", "", "list")


def content_key(page_id: str) -> Key:
    """A content page."""
    return Key("page", page_id, "page")


def picture_key(picture_id: str) -> Key:
    """The files that show a picture, by their names."""
    return Key("picture", picture_id, "set")


def lead_key(slug: str) -> Key:
    """How a content page opens; known by its slug, for the page may be written later."""
    return Key("lead", slug, "")


def digest(*parts: object) -> str:
    """Return a short name for a value; equal values have equal names on every machine."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def _ordered(prices: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(prices.items()))


def _shown(images: Iterable[Image]) -> list[tuple[str, str, int, int]]:
    return [(image.picture, image.alt, image.width, image.height) for image in images]


def product_value(product: Product) -> str:
    """Name what the product's own page shows."""
    variants = [
        (v.sku, v.stock_id, v.options, _ordered(v.prices), _ordered(v.compare_at)) for v in product.variants
    ]
    return digest(
        product.slug,
        product.title,
        product.description,
        product.vendor,
        product.status,
        product.options,
        _shown(product.pictures),
        product.seo_title,
        product.seo_description,
        variants,
    )


def card_value(product: Product, currency: str) -> str:
    """Name what a listing of one currency shows and sorts by.

    That is no description, no other pictures, no option names, and of the prices only
    the lowest, whether there are others, and what the lowest one was before. Whether there
    is one variant or several decides whether a count is shown, even where all share a pool.
    """
    sold = [variant for variant in product.variants if currency in variant.prices]
    prices = {variant.prices[currency] for variant in sold}
    cheapest = min(sold, key=lambda variant: variant.prices[currency], default=None)
    was = cheapest.was(currency) if cheapest else None
    terms = (min(prices, default=None), len(prices) > 1, was.minor if was else None, len(sold) > 1)
    pools = sorted({variant.stock_id for variant in sold})
    # When it came into the shop is on no card, but orders the listings that the cards stand in.
    came = iso(product.created_at) if product.created_at else ""
    pictures = _shown(product.pictures[:1])
    return digest(product.slug, product.title, product.vendor, product.status, pictures, terms, pools, came)


def crumbs_value(collections: Iterable[Collection]) -> str:
    """Name the collections that list a product by their ids, so that one can be found in it."""
    return " ".join(sorted(collection.id for collection in collections))


def collection_value(collection: Collection) -> str:
    """Name what a page shows of the collection itself."""
    return digest(collection.slug, collection.title, collection.description)


def collections_value(collections: Iterable[Collection]) -> str:
    """Name the list of collections."""
    return digest([(collection.id, collection.slug, collection.title) for collection in collections])


def result_value(product_ids: Iterable[str], pages: int) -> str:
    """Name one page of a result."""
    return digest(list(product_ids), pages)


def content_value(page: ContentPage) -> str:
    """Name what a content page shows."""
    return digest(page.slug, page.title, page.body)


def picture_value(picture: Picture | None) -> str:
    """Name the files that show a picture; none while it is unknown or its files are lost."""
    return " ".join(picture.names) if picture else ""


def lead_value(page: ContentPage | None) -> str:
    """Name how a content page opens: its title, and its text as far as the first heading."""
    return digest(page.slug, page.title, opening_of(page.body)) if page else ""


def opening_of(body: str) -> str:
    """Return the part of a Markdown text that may stand on other pages: what precedes its headings."""
    return "" if body.startswith("#") else body.partition("\n#")[0].strip()


def lastmod_value(document: Product | ProductAddress | Collection | ContentPage) -> str:
    """Name the moment of the last write, as the sitemap prints it."""
    return iso(document.updated_at) if document.updated_at else ""


def layout_value(settings: ShopSettings, markets: Iterable[Market], shop_url: str) -> str:
    """Name what every page shows around its own content."""
    return digest(settings, list(markets), shop_url)
