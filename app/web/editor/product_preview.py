"""The page of a product as it would be: the shop's own template, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from flask import make_response, render_template
from werkzeug.wrappers import Response

from app.catalogue.editing.reading import Reading
from app.catalogue.model import Product
from app.errors import NotFound
from app.inventory.model import StockPool
from app.inventory.store import InventoryStore
from app.staff.model import Permission
from app.web.editor.access import Route
from app.web.editor.contexts_editing import FaultyPreviewPage
from app.web.editor.frame import desk
from app.web.editor.product_edit import blank_of, posted, product_desk
from app.web.editor.product_form import Sent
from app.web.editor.products import product_or_404
from app.web.i18n import gettext as _
from app.web.i18n import use_locale
from app.web.shop import current_shop


@dataclass(frozen=True)
class _WithOpenings:
    """The stock as it would be: the pools that there are, and those that a save would open."""

    store: InventoryStore
    openings: Mapping[str, StockPool]

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids."""
        new = {name: self.openings[name] for name in stock_ids if name in self.openings}
        return {**new, **self.store.pools(stock_ids)}


def preview_new() -> Response:
    """Show the page of a product that does not exist yet."""
    sent = posted()
    return _shown(sent, blank_of(sent))


def preview_edit(product_id: str) -> Response:
    """Show the page of a product with an edit that is not saved."""
    return _shown(posted(), product_or_404(product_id))


def _shown(sent: Sent, base: Product) -> Response:
    reading = product_desk().read(sent.form, base)
    store = current_shop().services.catalogue.store
    market = next((market for market in store.markets() if market.prefix == sent.market), None)
    if market is None:
        raise NotFound("market", sent.market)
    faults = [fault.text for fault in reading.faults]
    if not faults and not reading.product.sold_variants(market):
        faults = [
            _(
                "No variant has a price in %(currency)s, so this market has no page of it.",
                currency=market.currency,
            )
        ]
    if faults:
        page = FaultyPreviewPage(desk=desk(), faults=tuple(faults))
        return make_response(render_template("editor/product_preview.html", page=page), 422)
    pages = replace(current_shop().pages, inventory=_stock(reading))
    with use_locale(market.locale):
        context = pages.product(market, reading.product)
        return make_response(render_template("pages/product.html", page=context))


def _stock(reading: Reading) -> InventoryStore:
    store = current_shop().services.inventory.store
    openings = {pool.id: pool for pool in reading.openings}
    # A page asks for pools and for nothing else of the store.
    return cast(InventoryStore, _WithOpenings(store, openings))


ROUTES = (
    Route("/products/new/preview", "preview_new", preview_new, Permission.EDIT_CATALOGUE, ("POST",)),
    Route(
        "/products/<product_id>/preview", "preview_edit", preview_edit, Permission.EDIT_CATALOGUE, ("POST",)
    ),
)
