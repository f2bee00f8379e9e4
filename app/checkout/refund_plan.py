"""What a refund comes to: which payments, which lines, how much. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.checkout.model import RefundRequest
from app.ids import new_id
from app.money import Money
from app.orders.model import Order, Payment
from app.orders.refunds import NotRefundable, Refund, RefundLine, RefundTooLarge


def planned(order: Order, request: RefundRequest, now: datetime) -> list[Refund]:
    """Return a refund for each payment that gives some of the amount back.

    Raises:
        NotRefundable: nothing was paid, or the lines are not the order's.
        RefundTooLarge: more than is left is asked for.
    """
    paid = [payment for payment in order.payments if payment.payment_intent]
    if not paid:
        raise NotRefundable(order.number, "nothing was paid for it.")
    if all(order.is_charged_back(payment) for payment in paid):
        raise NotRefundable(order.number, "its payment is disputed, and the bank has the money.")
    lines, left = _lines(order, request), _left(order, paid)
    amount = request.amount or _cost(order, lines) or left
    if amount.currency != left.currency:
        raise NotRefundable(order.number, f"it was paid in {left.currency}.")
    if not 0 < amount.minor <= left.minor:
        raise RefundTooLarge(order.number, amount, left)
    whole = Refund(
        id="",
        payment_intent="",
        amount=amount,
        at=now,
        by=request.by,
        reason=request.reason,
        lines=lines,
        restocks=request.restocks,
    )
    return _over_payments(order, paid, whole)


def _over_payments(order: Order, paid: Sequence[Payment], whole: Refund) -> list[Refund]:
    """Split a refund over the payments that it comes from; nearly always there is one.

    The lines stay with the first part, so that no unit comes back twice.
    """
    parts: list[Refund] = []
    rest = whole.amount
    for payment in paid:
        part = min(rest, order.refundable(payment), key=lambda amount: amount.minor)
        if part.minor > 0:
            own = replace(whole, id=new_id("rfn"), payment_intent=payment.payment_intent, amount=part)
            parts.append(replace(own, lines=(), restocks=False) if parts else own)
            rest -= part
    return parts


def _left(order: Order, paid: Sequence[Payment]) -> Money:
    left = Money(0, paid[0].amount.currency)
    for payment in paid:
        if payment.amount.currency == left.currency:
            left += order.refundable(payment)
    return left


def _lines(order: Order, request: RefundRequest) -> tuple[RefundLine, ...]:
    """Return the units that come back.

    Raises:
        NotRefundable: a SKU is not the order's, or more units are named than are left of it.
    """
    bought: dict[str, int] = {}
    for line in order.lines:
        bought[line.sku] = bought.get(line.sku, 0) + line.quantity
    left = {sku: quantity - order.returned_units(sku) for sku, quantity in bought.items()}
    wanted = dict(request.lines or {})
    if not wanted and request.restocks:
        if request.amount is not None:
            raise NotRefundable(order.number, "say which units come back, or leave the amount out.")
        wanted = {sku: quantity for sku, quantity in left.items() if quantity}
    if request.restocks and not order.is_sold:
        raise NotRefundable(order.number, "its units were never sold, so none can come back.")
    for sku, quantity in wanted.items():
        if sku not in left:
            raise NotRefundable(order.number, f"it has no line {sku}.")
        if not 1 <= quantity <= left[sku]:
            raise NotRefundable(order.number, f"{left[sku]} of {sku} can still come back, not {quantity}.")
    return tuple(RefundLine(sku, quantity) for sku, quantity in wanted.items())


def _cost(order: Order, lines: Sequence[RefundLine]) -> Money | None:
    """Return what units cost; nothing where there are none."""
    if not lines:
        return None
    prices = {line.sku: line.unit_price for line in order.lines}
    cost = Money(0, order.currency)
    for line in lines:
        cost += prices[line.sku] * line.quantity
    return cost


def units_of(order: Order, refund: Refund) -> dict[str, int]:
    """Return the units of a refund by stock pool."""
    pools = {line.sku: line.stock_id for line in order.lines}
    units: dict[str, int] = {}
    for line in refund.lines:
        units[pools[line.sku]] = units.get(pools[line.sku], 0) + line.quantity
    return units
