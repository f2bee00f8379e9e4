"""Products at the desk: the list, one product, and its preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.catalogue.model import Band, Market, Product, ProductStatus
from app.errors import NotFound
from app.inventory.model import StockPool
from app.money import Money
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor.access import Route, present
from app.web.editor.contexts import ProductPage, ProductRow, ProductsPage, VariantRow
from app.web.editor.frame import cut, desk, page_number
from app.web.editor.product_result import product_result
from app.web.editor.variants import variant_rows
from app.web.editor.words import label
from app.web.i18n import gettext as _
from app.web.i18n import use_locale
from app.web.shop import current_shop

QUERY_LENGTH = 100
WORTH_A_WARNING = (Band.SOLD_OUT, Band.ALL_RESERVED, Band.BACK_ORDER, Band.LOW_STOCK)


def products() -> str:
    """List products by title, those that the search words are found in."""
    services = current_shop().services
    query = request.args.get("q", "").strip()[:QUERY_LENGTH]
    asked = request.args.get("status", "")
    status = asked if asked in tuple(ProductStatus) else ""
    named = [product for product in services.catalogue.store.every_product() if matches(product, query)]
    found = sorted(
        (product for product in named if status in ("", product.status)),
        key=lambda product: (product.title.casefold(), product.id),
    )
    shown, pager = cut(found, len(found), page_number(), q=query, status=status)
    stock_ids = {variant.stock_id for product in shown for variant in product.variants}
    pools = services.inventory.store.pools(sorted(stock_ids))
    currency = _first_currency(services.catalogue.store.markets())
    page = ProductsPage(
        desk=desk(),
        query=query,
        rows=tuple(_row(product, pools, currency) for product in shown),
        pager=pager,
        filters=_filters(named, query, status),
        status=status,
        may_edit=_may_edit(),
    )
    return render_template("editor/products.html", page=page)


def product(product_id: str) -> Response:
    """Show one product with what can be changed of it, and what the last change made live."""
    return product_page(product_or_404(product_id))


def product_page(found: Product, refused: VariantRow | None = None, status: int = 200) -> Response:
    """Show a product; where a change was refused, that variant's row keeps what was typed."""
    services = current_shop().services
    rows = variant_rows(found, services.catalogue.store.markets())
    if refused is not None:
        rows = tuple(refused if row.sku == refused.sku else row for row in rows)
    markets = services.catalogue.store.markets()
    page = ProductPage(
        desk=desk(),
        id=found.id,
        title=found.title,
        vendor=found.vendor,
        slug=found.slug,
        status=found.status,
        status_label=label(found.status),
        version=found.version,
        updated_at=found.updated_at,
        live=tuple(_live(found, market) for market in markets if found.is_sold_in(market)),
        previews=tuple(_preview(found, market) for market in markets if found.sold_variants(market)),
        variants=rows,
        may_edit=_may_edit(),
        copy_url=url_for("editor.new_product", copy=found.id),
        states=_states(found),
        result=product_result(found),
    )
    return make_response(render_template("editor/product.html", page=page), status)


def preview(slug: str) -> Response:
    """Show a product's page as shoppers would see it, drafts too, from the shop's own template."""
    shop = current_shop()
    store = shop.services.catalogue.store
    found = store.product_by_slug(slug)
    if found is None:
        raise NotFound("product", slug)
    asked = request.args.get("market", "")
    market = next((market for market in store.markets() if market.prefix == asked), None)
    if market is None or not found.sold_variants(market):
        raise NotFound("price", f"{found.title} · {market.currency if market else asked}")
    with use_locale(market.locale):
        page = shop.pages.product(market, found)
        return make_response(render_template("pages/product.html", page=page))


def product_or_404(product_id: str) -> Product:
    """Return the product with that id, whatever its status."""
    found = current_shop().services.catalogue.store.product(product_id)
    if found is None:
        raise NotFound("product", product_id)
    return found


def matches(found: Product, query: str) -> bool:
    """Say whether every word stands in the title, the vendor, the URL name or a SKU."""
    texts = (found.title, found.vendor, found.slug, *(variant.sku for variant in found.variants))
    haystack = "\n".join(texts).casefold()
    return all(word in haystack for word in query.casefold().split())


def _row(found: Product, pools: Mapping[str, StockPool], currency: str) -> ProductRow:
    prices = [price for variant in found.variants if (price := variant.price(currency))]
    if not prices:
        # A product that only other markets sell still shows what it costs there.
        prices = [Money(minor, code) for v in found.variants for code, minor in sorted(v.prices.items())][:1]
    own = {variant.stock_id for variant in found.variants}
    counted = [pools[name] for name in own if name in pools and pools[name].is_tracked]
    return ProductRow(
        url=url_for("editor.product", product_id=found.id),
        title=found.title,
        vendor=found.vendor,
        status=found.status,
        status_label=label(found.status),
        variants=len(found.variants),
        lowest=min(prices, key=lambda price: price.minor, default=None),
        highest=max(prices, key=lambda price: price.minor, default=None),
        available=sum(pool.available for pool in counted) if counted else None,
        warnings=_warnings(found, pools),
        **_row_actions(found),
    )


def _row_actions(found: Product) -> dict[str, str]:
    if not _may_edit():
        return {}
    is_archived = found.status is ProductStatus.ARCHIVED
    return {
        "edit_url": url_for("editor.edit_product", product_id=found.id),
        "copy_url": url_for("editor.new_product", copy=found.id),
        "archive_url": "" if is_archived else url_for("editor.set_status", product_id=found.id),
    }


def _may_edit() -> bool:
    return present().member.may(Permission.EDIT_CATALOGUE)


def _filters(named: Iterable[Product], query: str, status: str) -> tuple[Link, ...]:
    counts = Counter(product.status for product in named)

    def link(title: str, value: str, count: int) -> Link:
        url = url_for("editor.products", q=query or None, status=value or None)
        return Link(f"{title} {count}", url, is_current=value == status)

    return (
        link(_("All"), "", counts.total()),
        *(link(label(state), state, counts[state]) for state in ProductStatus),
    )


def _states(found: Product) -> tuple[tuple[str, str], ...]:
    """Return what one button makes of a product; what was archived comes back as a draft first."""
    match found.status:
        case ProductStatus.ACTIVE:
            return ((ProductStatus.ARCHIVED, _("Archive")),)
        case ProductStatus.DRAFT:
            return ((ProductStatus.ACTIVE, _("Publish")), (ProductStatus.ARCHIVED, _("Archive")))
        case _:
            return ((ProductStatus.DRAFT, _("Bring back as a draft")),)


def _warnings(found: Product, pools: Mapping[str, StockPool]) -> tuple[tuple[str, str], ...]:
    bands = [
        pools[variant.stock_id].availability().band if variant.stock_id in pools else Band.SOLD_OUT
        for variant in found.variants
    ]
    return tuple(
        (band, f"{bands.count(band)} × {label(band)}" if len(bands) > 1 else label(band))
        for band in WORTH_A_WARNING
        if band in bands
    )


def _first_currency(markets: Iterable[Market]) -> str:
    return next((market.currency for market in markets), "USD")


def _market_name(market: Market) -> str:
    return market.name or (market.prefix or market.id)


def _live(found: Product, market: Market) -> Link:
    url = url_for("storefront.product", market=market.prefix, slug=found.slug)
    return Link(_market_name(market), url)


def _preview(found: Product, market: Market) -> Link:
    url = url_for("editor.preview", slug=found.slug, market=market.prefix or None)
    return Link(_market_name(market), url)


ROUTES = (
    Route("/", "products", products, Permission.SEE),
    Route("/products/<product_id>", "product", product, Permission.SEE),
    Route("/preview/products/<slug>", "preview", preview, Permission.SEE),
)
