"""An order's page: reached by its token alone, and told by Stripe, never by the address, what was paid."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from app.catalogue.model import Market
from app.errors import VitrineError
from app.logs import bind
from app.orders.model import Order, OrderState
from app.web.checkout import lead_on
from app.web.contexts.orders import OrderContexts
from app.web.language import belong_to
from app.web.shop import current_shop, market_of_request

orders = Blueprint("orders", __name__, url_prefix="/orders")

LONGEST_TOKEN = 100


@orders.get("/<token>")
def page(token: str) -> Response:
    """Show the order; coming back from Stripe, ask first what became of the session."""
    order = _order_or_404(token)
    if order.state.is_open and request.args.get("session_id") and order.attempt.session_id:
        # The session is the one that we noted, whatever the address says.
        order = _settled(order)
    return _show(order)


@orders.get("/<token>/payment")
def payment(token: str) -> WerkzeugResponse:
    """Lead on to the payment page, which is opened now if it could not be opened before."""
    order = _order_or_404(token)
    if order.state is not OrderState.PENDING_PAYMENT:
        return redirect(url_for("orders.page", token=token), code=303)
    return lead_on(current_shop().services.checkout.open_payment(order))


@orders.post("/<token>/release")
def release(token: str) -> WerkzeugResponse:
    """Give the held units back: the payment page is ended first."""
    order = _order_or_404(token)
    current_shop().services.checkout.abandon(order, "given back by the shopper", by="shopper")
    return redirect(url_for("orders.page", token=token), code=303)


def _settled(order: Order) -> Order:
    services = current_shop().services
    try:
        services.checkout.settle(order.attempt.session_id)
        # By its own id: whatever order a session names, this token opens none but this.
        return services.orders.order(order.id) or order
    except VitrineError as error:
        # The webhook and the sweep will find out; the page shows what is known now.
        current_app.logger.warning("not settled on return", extra={"reason": str(error)})
        return order


def _order_or_404(token: str) -> Order:
    order = current_shop().services.orders.by_token(token) if len(token) <= LONGEST_TOKEN else None
    if order is None:
        abort(404)
    bind(order_id=order.id)
    market = current_shop().services.catalogue.market_by_id(order.market)
    belong_to(market or Market(order.market, order.currency, order.locale), order.locale)
    return order


def _show(order: Order) -> Response:
    context = OrderContexts(current_shop().layouts).page(order, market_of_request())
    return make_response(render_template("pages/order.html", page=context))
