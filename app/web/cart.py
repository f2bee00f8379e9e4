"""The cart: one set of views for htmx and for plain forms, in drawer and page alike."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from htmx_flask import request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.cart.model import Cart, parse_quantity
from app.catalogue.model import Market, parse_sku
from app.errors import Refusal, VitrineError
from app.ids import new_token
from app.web.contexts.cart import CartContexts
from app.web.contexts.shopper_views import CartView, NoticeView
from app.web.fragments import render
from app.web.i18n import gettext as _
from app.web.routing import market_route
from app.web.sentences import sentence, status_of
from app.web.shop import current_shop, market_or_404
from app.web.visitor import read_token, set_token

cart = Blueprint("cart", __name__)

OPTION_FIELDS = ("option1", "option2", "option3")


@market_route(cart, "/cart")
def page(market: str) -> str:
    """Show the cart as a page."""
    return _page(market_or_404(market))


@market_route(cart, "/_fragments/cart-badge")
def badge(market: str) -> str:
    """Fill the hole that frozen pages keep for the number of units."""
    where = market_or_404(market)
    return render("cart_badge", view_of(current_cart(where), where))


@market_route(cart, "/_fragments/cart")
def drawer(market: str) -> str:
    """Show the cart in its drawer."""
    where = market_or_404(market)
    return render("cart_drawer", view_of(current_cart(where), where))


@market_route(cart, "/cart/lines", methods=["POST"])
def add(market: str) -> WerkzeugResponse:
    """Add units of a SKU, or of the variant that a product's options name."""
    where = market_or_404(market)
    carts = current_shop().services.carts

    def change(current: Cart) -> Cart:
        quantity = parse_quantity(request.form.get("quantity", "1"))
        product = request.form.get("product")
        if product:
            chosen = [request.form.get(field) for field in OPTION_FIELDS]
            sku = carts.choose(product, tuple(value for value in chosen if value is not None))
        else:
            sku = parse_sku(request.form.get("sku", ""))
        return carts.add(current, where, sku, quantity)

    return _answer(where, change, _("Added to your cart."))


@market_route(cart, "/cart/lines/<path:sku>/remove", methods=["POST"])
def remove(market: str, sku: str) -> WerkzeugResponse:
    """Take a line out of the cart."""
    where = market_or_404(market)
    carts = current_shop().services.carts
    return _answer(
        where, lambda current: carts.set_quantity(current, where, parse_sku(sku), 0), _("Removed.")
    )


@market_route(cart, "/cart/lines/<path:sku>", methods=["POST"])
def update(market: str, sku: str) -> WerkzeugResponse:
    """Set the quantity of a line; 0 removes it."""
    where = market_or_404(market)
    carts = current_shop().services.carts

    def change(current: Cart) -> Cart:
        quantity = parse_quantity(request.form.get("quantity", ""), least=0)
        return carts.set_quantity(current, where, parse_sku(sku), quantity)

    return _answer(where, change, _("Your cart is up to date."))


@market_route(cart, "/cart/accept", methods=["POST"])
def accept(market: str) -> WerkzeugResponse:
    """Answer every problem of the cart at once: today's prices, and what is left."""
    where = market_or_404(market)
    carts = current_shop().services.carts

    def change(current: Cart) -> Cart:
        # Whoever has no cart has nothing to accept, and is given none for it.
        return carts.accept(current, where) if current.version else current

    return _answer(where, change, _("Your cart is up to date."))


def current_cart(market: Market) -> Cart | None:
    """Return the cart that the browser's token opens in a market."""
    shop = current_shop()
    return shop.services.carts.of(read_token(shop.config), market)


def view_of(current: Cart | None, market: Market) -> CartView:
    """Return a cart as templates see it, at today's prices."""
    shop = current_shop()
    contexts = CartContexts(shop.layouts)
    if current is None:
        return contexts.view(None, market)
    order = shop.services.orders.open_of_cart(current.id)
    order_url = url_for("orders.page", token=order.token) if order else ""
    return contexts.view(shop.services.carts.priced(current, market), market, order_url)


def refused_page(market: Market, error: VitrineError) -> Response:
    """Show the cart with what stands in the way."""
    notice = NoticeView("error", sentence(error))
    return make_response(_page(market, notice), status_of(error))


def _answer(market: Market, change: Callable[[Cart], Cart], done: str) -> WerkzeugResponse:
    """Change the cart and answer as the request wants it: a fragment, or a redirect to the page.

    A browser that has no cart of this shop gets a token with its first line; a token
    that this shop did not make is never adopted. Each change gives the token its time anew.
    """
    shop = current_shop()
    carts, token = shop.services.carts, read_token(shop.config)
    current = carts.of(token, market)
    if current is None:
        if token is None or not carts.knows(token, shop.services.catalogue.store.markets()):
            token = new_token()
        current = carts.fresh(token, market)
    try:
        current = change(current)
    except Refusal as error:
        if request.htmx:
            # Read again: what was refused may have met a change from another tab.
            kept = current_cart(market)
            return _fragment(kept, market, NoticeView("error", sentence(error)), status_of(error))
        return refused_page(market, error)
    response = (
        _fragment(current, market, NoticeView("status", done), 200)
        if request.htmx
        else redirect(url_for("cart.page", market=market.prefix), code=303)
    )
    if token and current.version:
        set_token(response, token, shop.config)
    return response


def _fragment(current: Cart | None, market: Market, notice: NoticeView, status: int) -> Response:
    """Answer htmx: the cart where it is shown, and badge and notice beside it."""
    view = view_of(current, market)
    shown = "cart_lines" if request.form.get("view") == "page" else "cart_drawer"
    body = render(shown, view) + render("cart_badge", view, oob=True) + render("notice", notice, oob=True)
    return make_response(body, status)


def _page(market: Market, notice: NoticeView | None = None) -> str:
    shop = current_shop()
    context = CartContexts(shop.layouts).page(view_of(current_cart(market), market), market, notice)
    return render_template("pages/cart.html", page=context)
