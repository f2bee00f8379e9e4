"""The cart as drawer, page and badge show it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.cart.model import PricedCart, PricedLine, Problem
from app.catalogue.model import Market
from app.money import Money
from app.web.contexts.layout import Layouts
from app.web.contexts.shopper_views import CartLineView, CartPage, CartView, NoticeView, ProblemView
from app.web.contexts.views import MetaView
from app.web.i18n import gettext as _


@dataclass(frozen=True)
class CartContexts:
    """Makes the contexts of the cart."""

    layouts: Layouts

    def view(self, priced: PricedCart | None, market: Market, open_order_url: str = "") -> CartView:
        """Return a cart, or the empty one where the shopper has none."""
        lines = priced.lines if priced else ()
        return CartView(
            lines=tuple(self._line(line, market) for line in lines),
            count=priced.cart.count if priced else 0,
            subtotal=priced.subtotal if priced else Money(0, market.currency),
            is_blocked=priced.is_blocked if priced else False,
            cart_url=url_for("cart.page", market=market.prefix),
            badge_url=url_for("cart.badge", market=market.prefix),
            checkout_url=url_for("checkout.start", market=market.prefix),
            accept_url=url_for("cart.accept", market=market.prefix),
            open_order_url=open_order_url,
        )

    def page(self, cart: CartView, market: Market, notice: NoticeView | None = None) -> CartPage:
        """Return the cart as a page."""
        return CartPage(self.layouts.layout(market), MetaView(title=_("Cart")), cart, notice)

    def _line(self, line: PricedLine, market: Market) -> CartLineView:
        product, variant = line.product, line.variant
        image = product.pictures[0] if product and product.pictures else None
        return CartLineView(
            sku=line.item.sku,
            title=product.title if product else line.item.sku,
            variant=variant.title if variant else "",
            url=url_for("storefront.product", market=market.prefix, slug=product.slug) if product else "",
            image=self.layouts.image_if_any(image) if image else None,
            quantity=line.item.quantity,
            unit_price=line.unit_price,
            total=line.total,
            update_url=url_for("cart.update", market=market.prefix, sku=line.item.sku),
            remove_url=url_for("cart.remove", market=market.prefix, sku=line.item.sku),
            problems=tuple(_problem(problem) for problem in line.problems),
        )


def _problem(problem: Problem) -> ProblemView:
    return ProblemView(problem.kind, problem.available, problem.seen, problem.now)
