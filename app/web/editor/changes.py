"""Changing a price or a count: do it, wait until it is live, and say so where it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import make_response, redirect, url_for
from htmx_flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.catalogue.model import Product, Variant
from app.errors import NotFound, Refusal
from app.inventory.model import StockPool
from app.money import Money
from app.publishing.model import DocumentChange, Publication
from app.staff.model import Permission
from app.web.editor.access import Route, present
from app.web.editor.contexts import Result, VariantRow
from app.web.editor.forms import PriceForm, StockForm, parse
from app.web.editor.frame import component
from app.web.editor.products import product_or_404, product_page
from app.web.editor.variants import live_result, price_text, stock_text, variant_rows
from app.web.editor.words import sentence, status_of
from app.web.shop import current_shop

WAIT_SECONDS = 2.0
"""How long the answer waits for the pages; they follow later just as well."""


def change_price(product_id: str) -> Response:
    """Set what one variant costs in one currency."""
    form = parse(PriceForm)
    _variant(product_or_404(product_id), form.sku)
    services = current_shop().services
    since = services.clock.now()
    try:
        price = Money.parse(form.amount, form.currency)
        changed = services.catalogue.change_price(
            form.sku, price, who=present().member.email, expected_version=form.version
        )
    except Refusal as error:
        return _refused(product_id, error, form)
    record = _wait("products", changed.id, changed.version, since)
    if not request.htmx:
        return _back(changed, form.sku, saved="price", currency=form.currency, version=changed.version)
    result = live_result(price_text(form.sku, price), record)
    return _fragment(changed, with_price(_row(changed, form.sku), form.currency, result=result), result, 200)


def change_stock(product_id: str) -> Response:
    """Set a count, or add to it, or take off."""
    form = parse(StockForm)
    variant = _variant(product_or_404(product_id), form.sku)
    services = current_shop().services
    since = services.clock.now()
    try:
        pool = _count(variant.stock_id, form)
    except Refusal as error:
        return _refused(product_id, error, form)
    record = _wait("stock_pools", pool.id, pool.version, since)
    product = product_or_404(product_id)
    if not request.htmx:
        return _back(product, form.sku, saved="stock", version=pool.version)
    result = live_result(stock_text(pool), record)
    row = _row(product, form.sku)
    if row.stock is not None:
        row = replace(row, stock=replace(row.stock, result=result))
    return _fragment(product, row, result, 200)


def with_price(row: VariantRow, currency: str, *, result: Result, amount: str | None = None) -> VariantRow:
    """Return the row with a result beside one price, and with what was typed where it was refused."""
    prices = (
        replace(field, result=result, amount=field.amount if amount is None else amount)
        if field.currency == currency
        else field
        for field in row.prices
    )
    return replace(row, prices=tuple(prices))


def _count(stock_id: str, form: StockForm) -> StockPool:
    inventory, by = current_shop().services.inventory, present().member.email
    units, reason = form.whole(), form.reason.strip()
    if form.mode == "set":
        return inventory.set_count(stock_id, units, by=by, reason=reason)
    return inventory.change_count(stock_id, units if form.mode == "add" else -units, by=by, reason=reason)


def _wait(collection: str, document: str, version: int, since: datetime) -> Publication | None:
    change = DocumentChange(collection, document, version)
    publishing = current_shop().services.publishing
    return publishing.wait_for(change, since=since, seconds=WAIT_SECONDS)


def _back(product: Product, sku: str, **saved: Any) -> Response:
    """Lead to the product's page, which shows the result from its record."""
    return redirect(url_for("editor.product", product_id=product.id, sku=sku, **saved), code=303)


def _refused(product_id: str, error: Refusal, form: PriceForm | StockForm) -> Response:
    """Show the row as it is now, with what was typed and why it was refused."""
    product = product_or_404(product_id)
    row, result = _row(product, form.sku), Result("error", sentence(error))
    if isinstance(form, PriceForm):
        row = with_price(row, form.currency, result=result, amount=form.amount)
    elif row.stock is not None:
        kept = replace(row.stock, result=result, mode=form.mode, count=form.count, reason=form.reason)
        row = replace(row, stock=kept)
    if request.htmx:
        return _fragment(product, row, result, status_of(error))
    return product_page(product, row, status_of(error))


def _fragment(product: Product, row: VariantRow, result: Result, status: int) -> Response:
    """Answer htmx: the row, and beside it what else the change has touched on the page."""
    parts = [component("variant_row", row)]
    for other in _rows(product):
        if other.sku == row.sku:
            continue
        parts += [component("price_version", field, oob=True) for field in other.prices]
        if other.stock and row.stock and other.stock.stock_id == row.stock.stock_id:
            parts.append(component("stock_figures", other.stock, oob=True))
    parts.append(component("announcement", result.text, oob=True))
    return make_response(Markup("").join(parts), status)


def _rows(product: Product) -> tuple[VariantRow, ...]:
    return variant_rows(product, current_shop().services.catalogue.store.markets())


def _row(product: Product, sku: str) -> VariantRow:
    return next(row for row in _rows(product) if row.sku == sku)


def _variant(product: Product, sku: str) -> Variant:
    variant = product.variant(sku)
    if variant is None:
        raise NotFound("SKU", sku)
    return variant


ROUTES = (
    Route("/products/<product_id>/price", "change_price", change_price, Permission.EDIT_CATALOGUE, ("POST",)),
    Route("/products/<product_id>/stock", "change_stock", change_stock, Permission.CHANGE_STOCK, ("POST",)),
)
