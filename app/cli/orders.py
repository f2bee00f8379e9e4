"""Orders on the command line: list, show, ship, cancel, refund, accept."""

from __future__ import annotations

from typing import Any

import click

from app.catalogue.model import parse_sku
from app.checkout.model import RefundRequest
from app.cli import partner
from app.cli.context import CommandContext, pass_command_context
from app.clock import iso
from app.errors import InvalidValue, NotFound
from app.money import Money
from app.orders.disputes import Disputed, next_answer
from app.orders.model import Fulfilment, ImpossibleTransition, Order, OrderState, TimelineEntry
from app.orders.refunds import RefundState

DISPUTED = "disputed"
WHO = "command line"
DIGITS = 6
"""Of a count on the command line; Python itself refuses to read numbers of many thousand."""


@click.command()
@click.option(
    "--state",
    type=click.Choice([*(state.value for state in OrderState), DISPUTED]),
    help="Only these; `disputed` for those with a dispute that is open, whatever their state.",
)
@pass_command_context
def orders(context: CommandContext, state: str | None) -> None:
    """List orders, newest first."""
    found = context.services.orders.list(
        state=OrderState(state) if state and state != DISPUTED else None, disputed=state == DISPUTED
    )
    lines = [
        f"{order.number:>8}  {order.state:<18} {order.fulfilment:<12} "
        f"{order.total.decimal:>12} {order.currency}  {iso(order.created_at)}  {order.email}"
        f"{_disputed(order)}"
        for order in found
    ]
    context.answer({"orders": [_summary(order) for order in found]}, "\n".join(lines) or "No orders.")


@click.command()
@click.argument("number")
@pass_command_context
def order(context: CommandContext, number: str) -> None:
    """Show one order."""
    found = _order(context, number)
    notice = context.services.effects.partner_notice(found)
    lines = [
        f"Order {found.number}: {found.state}, {found.fulfilment}{_disputed(found)}",
        *(
            f"  {line.quantity} x {line.sku}  {line.title} {line.variant}  {line.total.decimal}"
            for line in found.lines
        ),
        f"  total {found.total.decimal} {found.currency}",
        *(f"  {iso(entry.at)}  {entry.what}" for entry in found.timeline),
        *partner.lines(notice),
    ]
    context.answer(_details(found) | {"partner": partner.told(notice)}, "\n".join(lines))


@click.command()
@click.argument("number")
@click.option("--anyway", is_flag=True, help="Though its payment is disputed.")
@pass_command_context
def ship(context: CommandContext, number: str, anyway: bool) -> None:
    """Mark a paid order as shipped."""
    found = _order(context, number)
    note = TimelineEntry(context.services.clock.now(), "shipped", WHO)
    if not context.services.orders.change_fulfilment(
        found.id,
        state=OrderState.PAID,
        old=Fulfilment.UNFULFILLED,
        new=Fulfilment.FULFILLED,
        note=note,
        despite_dispute=anyway,
    ):
        current = _order(context, number)
        if current.is_disputed and not anyway:
            raise Disputed(number)
        context.refuse(
            f"Order {number} is {current.state} and {current.fulfilment}; only a paid one that is not "
            "shipped yet can be shipped."
        )
    context.answer(_details(_order(context, number)), f"Order {number} is shipped.")


@click.command()
@click.argument("number")
@pass_command_context
def cancel(context: CommandContext, number: str) -> None:
    """Cancel an order that waits for payment: its payment page is ended, its units are given back."""
    found = _order(context, number)
    if not found.state.is_open:
        raise ImpossibleTransition(number, found.state, OrderState.CANCELLED)
    ended = context.services.checkout.abandon(found, "cancelled by staff", by=WHO)
    if ended.state is not OrderState.CANCELLED:
        context.refuse(f"Order {number} is {ended.state} by now, so it cannot be cancelled.")
    context.answer(_details(ended), f"Order {number} is cancelled.")


@click.command()
@click.argument("number")
@click.option("--amount", help="A decimal such as 12.50; by default all, or what the lines cost.")
@click.option("--line", "lines", multiple=True, metavar="SKU=N", help="Units that come back; repeat at will.")
@click.option("--restock", is_flag=True, help="Put the units that come back on the shelf again.")
@click.option("--reason", default="", help="Why, for the order's timeline.")
@pass_command_context
def refund(
    context: CommandContext,
    number: str,
    amount: str | None,
    lines: tuple[str, ...],
    restock: bool,
    reason: str,
) -> None:
    """Give money of an order back: all that is left of it, an amount, or what some units cost."""
    found = _order(context, number)
    request = RefundRequest(
        by=WHO,
        amount=Money.parse(amount, found.currency) if amount is not None else None,
        lines=_units(lines),
        restocks=restock,
        reason=reason.strip(),
    )
    refunded = context.services.checkout.refund(found, request)
    made = refunded.refunds[len(found.refunds) :]
    waits = any(one.state is RefundState.REQUESTED for one in made)
    total = sum((one.amount for one in made), Money(0, made[0].amount.currency))
    words = (
        f"{total.decimal} {total.currency} of order {number} {'is requested' if waits else 'is refunded'}."
    )
    if waits:
        words += " Stripe has not answered yet; the sweep asks again."
    context.answer(_details(refunded), words)


@click.command()
@click.argument("number")
@pass_command_context
def accept(context: CommandContext, number: str) -> None:
    """Take the money of an order in review as it is: its units are sold, its receipt is sent."""
    accepted = context.services.checkout.accept(_order(context, number), by=WHO)
    context.answer(_details(accepted), f"Order {number} is {accepted.state}.")


def _disputed(order: Order) -> str:
    """Return what a line about an order says of its disputes; nothing where none is open."""
    if not order.is_disputed:
        return ""
    answer_by = next_answer(order.disputes)
    return f"  disputed{f', answer by {iso(answer_by)}' if answer_by else ''}"


def _units(lines: tuple[str, ...]) -> dict[str, int]:
    """Read `SKU=N` options; a SKU that is named twice comes back that often."""
    units: dict[str, int] = {}
    for line in lines:
        sku, sign, count = line.rpartition("=")
        if not sign or not (count.isascii() and count.isdigit()) or len(count) > DIGITS:
            raise InvalidValue("line", line, "SKU=N with a whole number N")
        sku = parse_sku(sku)
        units[sku] = units.get(sku, 0) + int(count)
    return units


def _order(context: CommandContext, number: str) -> Order:
    found = context.services.orders.by_number(number)
    if found is None:
        raise NotFound("order", number)
    return found


def _summary(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state,
        "fulfilment": order.fulfilment,
        "token": order.token,
        "email": order.email,
        "total": order.total.minor,
        "currency": order.currency,
        "created_at": iso(order.created_at),
        "disputed": order.is_disputed,
        "lines": [
            {"sku": line.sku, "quantity": line.quantity, "unit_price": line.unit_price.minor}
            for line in order.lines
        ],
    }


def _details(order: Order) -> dict[str, Any]:
    return _summary(order) | {
        "id": order.id,
        "market": order.market,
        "paid_at": iso(order.paid_at) if order.paid_at else None,
        "invoice_number": order.invoice_number,
        "payments": [
            {"session": payment.session_id, "amount": payment.amount.minor, "at": iso(payment.at)}
            for payment in order.payments
        ],
        "refunds": [
            {
                "id": refund.id,
                "amount": refund.amount.minor,
                "state": refund.state,
                "cause": refund.cause,
                "lines": [{"sku": line.sku, "quantity": line.quantity} for line in refund.lines],
                "restocks": refund.restocks,
                "at": iso(refund.at),
                "error": refund.error,
            }
            for refund in order.refunds
        ],
        "disputes": [
            {
                "id": dispute.id,
                "amount": dispute.amount.minor,
                "reason": dispute.reason,
                "state": dispute.state,
                "withdrawn": dispute.is_withdrawn,
                "opened_at": iso(dispute.opened_at),
                "answer_by": iso(dispute.answer_by) if dispute.answer_by else None,
            }
            for dispute in order.disputes
        ],
        "timeline": [{"at": iso(entry.at), "what": entry.what, "by": entry.by} for entry in order.timeline],
    }
