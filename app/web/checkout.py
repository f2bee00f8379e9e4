"""Starting a checkout: a plain form, a redirect to the payment page."""

from __future__ import annotations

from urllib.parse import unquote

from flask import Blueprint, current_app, redirect, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.checkout.model import PaymentPending, Started, StartRequest
from app.errors import Refusal
from app.logs import bind
from app.payments.model import GatewayUnavailable
from app.web.cart import current_cart, refused_page
from app.web.limits import client_digest
from app.web.routing import market_route
from app.web.shop import current_shop, market_or_404

checkout = Blueprint("checkout", __name__)

TOKEN_PLACE = "{token}"  # noqa: S105 - stands for the token that the order will get


@market_route(checkout, "/checkout", methods=["POST"])
def start(market: str) -> WerkzeugResponse:
    """Hold the cart's units and lead to the payment page, or show what stands in the way."""
    where, shop = market_or_404(market), current_shop()
    current = current_cart(where)
    if current is None or not current.lines:
        return redirect(url_for("cart.page", market=market), code=303)
    order_path = unquote(url_for("orders.page", token=TOKEN_PLACE))
    asked = StartRequest(
        cart=current,
        market=where,
        client=client_digest(),
        order_url=shop.layouts.absolute(order_path),
        cart_url=shop.layouts.absolute(url_for("cart.page", market=market)),
    )
    try:
        started = shop.services.checkout.start(asked)
    except (Refusal, PaymentPending, GatewayUnavailable) as refused:
        current_app.logger.info("checkout refused", extra={"reason": str(refused)})
        return refused_page(where, refused)
    return lead_on(started)


def lead_on(started: Started) -> WerkzeugResponse:
    """Lead to the payment page, or to the order's page where that is not open yet."""
    bind(order_id=started.order.id)
    target = started.payment_url or url_for("orders.page", token=started.order.token)
    return redirect(target, code=303)
