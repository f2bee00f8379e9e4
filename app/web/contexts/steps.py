"""What has happened to an order and what comes next, as a short list that reads from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

from app.orders.model import Fulfilment, Order, OrderState
from app.web.contexts.shopper_views import StepView

UNPAID = {
    OrderState.PENDING_PAYMENT: "payment",
    OrderState.PAYMENT_PROCESSING: "payment",
    OrderState.PAYMENT_REVIEW: "review",
}
"""What an order waits for that is not paid yet."""


def steps_of(order: Order) -> tuple[StepView, ...]:
    """Return the steps of an order; those to come are named too, unless nothing comes any more."""
    return tuple(_steps(order))


def _steps(order: Order) -> Iterator[StepView]:
    yield StepView("placed", "done")
    if waits_for := UNPAID.get(order.state):
        yield StepView(waits_for, "current")
        yield StepView("packing", "next")
        yield StepView("sent", "next")
        return
    if order.paid_at:
        yield StepView("payment", "done")
    match order.state:
        case OrderState.CANCELLED:
            yield StepView("cancelled", "done")
        case OrderState.REFUNDED:
            yield StepView("refunded", "done")
        case OrderState.PARTIALLY_REFUNDED:
            yield StepView("partly_refunded", "done")
            yield from _shipment(order.fulfilment)
        case _:
            yield from _shipment(order.fulfilment)


def _shipment(fulfilment: Fulfilment) -> Iterator[StepView]:
    match fulfilment:
        case Fulfilment.UNFULFILLED:
            yield StepView("packing", "current")
            yield StepView("sent", "next")
        case Fulfilment.PARTIAL:
            yield StepView("packing", "current")
            yield StepView("partly_sent", "current")
        case Fulfilment.FULFILLED:
            yield StepView("packing", "done")
            yield StepView("sent", "done")
