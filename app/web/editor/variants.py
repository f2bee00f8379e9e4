"""A variant's row: its prices and its stock as forms, and what became of the last change."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request, url_for

from app.catalogue.model import Market, Product, Variant
from app.inventory.model import StockPool
from app.money import Money
from app.publishing.model import DocumentChange, Publication
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor.access import present
from app.web.editor.contexts import PriceField, Result, StockField, VariantRow
from app.web.editor.words import label
from app.web.i18n import gettext as _
from app.web.i18n import ngettext
from app.web.shop import current_shop

MANY_LINKS = 6


def variant_rows(product: Product, markets: Sequence[Market]) -> tuple[VariantRow, ...]:
    """Return a row for each variant; the one that the address names shows what became of its change."""
    stock_ids = [variant.stock_id for variant in product.variants]
    pools = current_shop().services.inventory.store.pools(sorted(set(stock_ids)))
    return tuple(
        _row(product, variant, currencies(product, markets), pools.get(variant.stock_id), stock_ids)
        for variant in product.variants
    )


def currencies(product: Product, markets: Sequence[Market]) -> tuple[str, ...]:
    """Return the currencies of the markets, in their order, then those the product has besides."""
    known = [market.currency for market in markets]
    own = sorted({currency for variant in product.variants for currency in variant.prices})
    return tuple(dict.fromkeys([*known, *own]))


def _row(
    product: Product,
    variant: Variant,
    codes: Sequence[str],
    pool: StockPool | None,
    stock_ids: Sequence[str],
) -> VariantRow:
    fields = tuple(price_field(product, variant, code) for code in codes)
    is_shared = stock_ids.count(variant.stock_id) > 1
    stock = stock_field(product, variant, pool, is_shared=is_shared) if pool else None
    return VariantRow(variant.sku, variant.title, fields, stock)


def price_field(product: Product, variant: Variant, currency: str) -> PriceField:
    """Return the form of one price."""
    now = variant.price(currency)
    asked = ("price", variant.sku, currency)
    shown = (request.args.get("saved"), request.args.get("sku"), request.args.get("currency"))
    return PriceField(
        sku=variant.sku,
        currency=currency,
        amount=now.decimal if now else "",
        now=now,
        version=product.version,
        action=url_for("editor.change_price", product_id=product.id),
        may_edit=present().member.may(Permission.EDIT_CATALOGUE),
        result=_saved("products", product.id, price_text(variant.sku, now))
        if now and shown == asked
        else None,
    )


def stock_field(
    product: Product, variant: Variant, pool: StockPool, *, is_shared: bool = False
) -> StockField:
    """Return the form of one pool."""
    band = pool.availability().band
    asked = (request.args.get("saved"), request.args.get("sku")) == ("stock", variant.sku)
    return StockField(
        sku=variant.sku,
        stock_id=pool.id,
        on_hand=pool.on_hand,
        reserved=pool.reserved,
        available=pool.available,
        policy_label=label(pool.policy),
        band=band,
        band_label=label(band),
        is_tracked=pool.is_tracked,
        is_shared=is_shared,
        action=url_for("editor.change_stock", product_id=product.id),
        may_edit=present().member.may(Permission.CHANGE_STOCK),
        result=_saved("stock_pools", pool.id, stock_text(pool)) if asked else None,
    )


def stock_text(pool: StockPool) -> str:
    """Return what is said of a pool whose count was changed."""
    return ngettext("%(num)s unit on hand.", "%(num)s units on hand.", pool.on_hand)


def price_text(sku: str, price: Money) -> str:
    """Return what is said of a price that was changed."""
    return _("%(sku)s costs %(amount)s.", sku=sku, amount=f"{price.decimal} {price.currency}")


def live_result(done: str, record: Publication | None) -> Result:
    """Say which pages a change made live after how many milliseconds, or why none yet."""
    if record is None:
        if current_shop().services.publishing.watcher_runs():
            later = _("Its pages are still being made.")
        else:
            later = _("No watcher runs, so its pages follow as soon as one does.")
        return Result("status", f"{done} {later}", details_url=url_for("editor.publications"))
    links = tuple(Link(page.url, page.url) for page in record.pages[:MANY_LINKS])
    if record.failed:
        failed = ngettext("%(num)s page failed.", "%(num)s pages failed.", len(record.failed))
        return Result("error", f"{done} {failed}", links, url_for("editor.publications"))
    if not record.pages:
        return Result("status", done + " " + _("No page shows that, so none had to change."))
    slowest = max(page.ms for page in record.pages)
    live = ngettext(
        "Live on %(num)s page after %(ms)s ms:",
        "Live on %(num)s pages after %(ms)s ms:",
        len(record.pages),
        ms=slowest,
    )
    more = url_for("editor.publications") if len(record.pages) > MANY_LINKS else ""
    return Result("status", f"{done} {live}", links, more)


def _saved(collection: str, document: str, done: str) -> Result | None:
    """Return the result that the address asks for, from the record and from nothing the address says."""
    version = request.args.get("version", "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        return None
    store = current_shop().services.publishing.store
    change = DocumentChange(collection, document, int(version))
    return live_result(done, store.publication_of(change.collection, change.id, change.version))
