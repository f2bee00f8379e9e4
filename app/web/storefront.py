"""The shop window: every page that the generator freezes, and that an editor can preview.

The app answers these addresses too, when the front finds no file: a page that is
not written yet, one that has moved, or one that is gone.
"""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.catalogue.model import Market, Product, ProductStatus, Redirect
from app.web.contexts.listing import SORTS
from app.web.contexts.sitemap import read_sitemap
from app.web.contexts.views import TextPage
from app.web.i18n import gettext as _
from app.web.routing import market_route
from app.web.shop import current_shop, market_of_request, market_or_404

storefront = Blueprint("storefront", __name__)

SORT = "any({}):sort".format(", ".join(f"'{sort}'" for sort in SORTS))


@market_route(storefront, "/")
def home(market: str) -> str:
    """Show the front page."""
    return render_template("pages/home.html", page=current_shop().pages.home(market_or_404(market)))


@market_route(storefront, "/collections/<slug>/", number=1)
@market_route(storefront, "/collections/<slug>/page/<int(min=2):number>/")
@market_route(storefront, f"/collections/<slug>/sort/<{SORT}>/", number=1)
@market_route(storefront, f"/collections/<slug>/sort/<{SORT}>/page/<int(min=2):number>/")
def collection(market: str, slug: str, number: int, sort: str = "") -> str:
    """Show one page of a collection, in the editor's order or in another."""
    page = current_shop().pages.collection(market_or_404(market), slug, number, sort)
    if page is None:
        _gone_or_missing()
    return render_template("pages/collection.html", page=page)


@market_route(storefront, "/products/<slug>/")
def product(market: str, slug: str) -> str:
    """Show a product."""
    shop, where = current_shop(), market_or_404(market)
    found = shop.services.catalogue.store.product_by_slug(slug)
    if found is None or not found.is_sold_in(where):
        _gone_or_missing(found)
    return render_template("pages/product.html", page=shop.pages.product(where, found))


@market_route(storefront, "/pages/<slug>/")
def content(market: str, slug: str) -> str:
    """Show a content page."""
    shop, where = current_shop(), market_or_404(market)
    found = shop.services.catalogue.store.page_by_slug(slug)
    if found is None:
        _gone_or_missing()
    return render_template("pages/content.html", page=shop.pages.content(where, found))


@market_route(storefront, "/404.html")
def not_found(market: str) -> str:
    """Show what is said of an address that leads nowhere; the front sends it with status 404."""
    return render_template("pages/not_found.html", page=not_found_page(market_or_404(market)))


@storefront.get("/counter-closed.html")
def counter_closed() -> str:
    """Show what the front says when the app is down."""
    return render_template("pages/counter_closed.html", page=_closed_page())


@storefront.get("/counter-closed-fragment.html")
def counter_closed_fragment() -> str:
    """Show the same to htmx: one notice out of band, so that the page stays as it is."""
    return render_template("pages/counter_closed_fragment.html", page=_closed_page())


@storefront.get("/sitemap.xml")
def sitemap() -> Response:
    """List every published address."""
    shop = current_shop()
    entries = read_sitemap(shop.services.catalogue.store, shop.layouts.absolute, shop.code_digest)
    return Response(render_template("pages/sitemap.xml", page=entries), mimetype="application/xml")


@storefront.get("/robots.txt")
def robots() -> Response:
    """Say what crawlers should leave alone."""
    layouts = current_shop().layouts
    layouts.layout(market_of_request())
    markets = current_shop().services.catalogue.store.markets()
    prefixes = [f"/{market.prefix}" if market.prefix else "" for market in markets] or [""]
    text = render_template(
        "pages/robots.txt", prefixes=prefixes, sitemap_url=layouts.absolute("/sitemap.xml")
    )
    return Response(text, mimetype="text/plain")


@market_route(storefront, "/collections/<collection>/products/<slug>", strict_slashes=False)
def product_in_collection(market: str, collection: str, slug: str) -> WerkzeugResponse:
    """Lead Shopify's second address of a product to its one address."""
    return _moved(url_for("storefront.product", market=market_or_404(market).prefix, slug=slug))


def not_found_page(market: Market) -> TextPage:
    """Return what is said of an address that leads nowhere."""
    return current_shop().pages.message(
        market, _("Not found"), _("Nothing is at this address. The collections lead to everything we have.")
    )


def _closed_page() -> TextPage:
    return current_shop().pages.message(
        market_of_request(),
        _("The counter is closed for a moment"),
        _("You can look at everything, but not buy just now. Your cart is kept: please try again soon."),
    )


def _gone_or_missing(product: Product | None = None) -> NoReturn:
    """Answer for an address that has no page: moved for good, gone for good, or never there."""
    known = _redirect(request.path)
    if known is not None and known.target:
        abort(_moved(known.target))
    if known is not None or (product is not None and product.status is ProductStatus.ARCHIVED):
        abort(410)
    abort(404)


def _redirect(path: str) -> Redirect | None:
    """Return where a path leads in the end, so that what has moved twice is answered once."""
    store = current_shop().services.catalogue.store
    known, passed = store.redirect(path), {path}
    while known and known.target not in passed and (further := store.redirect(known.target)):
        passed.add(known.target)
        known = further
    return known


def _moved(target: str) -> WerkzeugResponse:
    return redirect(target, code=301)
