"""An order's page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.catalogue.model import Market
from app.orders.model import Order, OrderLine, OrderState
from app.orders.refunds import Refund
from app.web.contexts.layout import Layouts
from app.web.contexts.shopper_views import OrderLineView, OrderPage, RefundView
from app.web.contexts.steps import steps_of
from app.web.contexts.views import MetaView
from app.web.i18n import gettext as _


@dataclass(frozen=True)
class OrderContexts:
    """Makes the contexts of orders."""

    layouts: Layouts

    def page(self, order: Order, market: Market) -> OrderPage:
        """Return an order's page with what the shopper can do now."""
        can_pay = order.state is OrderState.PENDING_PAYMENT
        titles = {line.sku: line.title for line in order.lines}
        return OrderPage(
            layout=self.layouts.layout(market),
            meta=MetaView(title=_("Order %(number)s", number=order.number)),
            number=order.number,
            state=order.state,
            fulfilment=order.fulfilment,
            lines=tuple(order_line(line) for line in order.lines),
            total=order.total,
            email=masked(order.email),
            placed_at=order.created_at,
            paid_at=order.paid_at,
            held_until=order.attempt.expires_at if can_pay else None,
            payment_url=url_for("orders.payment", token=order.token) if can_pay else "",
            release_url=url_for("orders.release", token=order.token) if can_pay else "",
            leads_on=can_pay and order.attempt.is_unknown,
            lowered=tuple(titles[sku] for sku in order.lowered if sku in titles),
            invoice_number=order.invoice_number,
            steps=steps_of(order),
            refunds=tuple(refund_view(refund, order) for refund in order.refunds),
        )


def masked(email: str) -> str:
    """Return an e-mail address that its owner recognises and nobody else can use: `a…@example.com`."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}…@{domain}" if at else ""


def refund_view(refund: Refund, order: Order) -> RefundView:
    """Return a refund as its shopper sees it: what came back, not what staff noted about it."""
    names = {line.sku: ", ".join(filter(None, (line.title, line.variant))) for line in reversed(order.lines)}
    units = tuple(f"{line.quantity} × {names.get(line.sku, line.sku)}" for line in refund.lines)
    return RefundView(refund.amount, refund.at, refund.state, refund.cause, units)


def order_line(line: OrderLine) -> OrderLineView:
    """Return a line of an order as templates see it, the shop's and the desk's alike."""
    return OrderLineView(line.title, line.variant, line.sku, line.quantity, line.unit_price, line.total)
