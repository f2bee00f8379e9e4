"""Orders at the desk: what was bought, what was paid, what needs a person."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.errors import NotFound
from app.money import Money
from app.orders.disputes import Dispute, next_answer
from app.orders.model import Address, Attempt, Order, OrderState
from app.orders.refunds import Refund
from app.staff.model import Permission
from app.web.contexts.orders import order_line
from app.web.contexts.views import Link
from app.web.editor.access import Route, present
from app.web.editor.contexts_orders import (
    AttemptRow,
    DisputeRow,
    OrderPage,
    OrderRow,
    OrdersPage,
    PaymentRow,
    RefundField,
    RefundRow,
    TimelineRow,
)
from app.web.editor.frame import PER_PAGE, cut, desk, first_shown, page_number
from app.web.editor.partner_view import partner_field
from app.web.editor.words import label
from app.web.i18n import gettext as _
from app.web.shop import current_shop

DISPUTED = "disputed"
"""What stands in the place of a state in the list's address; orders keep the state of their payment."""


def orders() -> str:
    """List orders, newest first, of one state, those that are disputed, or all."""
    asked = request.args.get("state", "")
    state, disputed = OrderState(asked) if asked in set(OrderState) else None, asked == DISPUTED
    store, number = current_shop().services.orders, page_number()
    counts, in_dispute = store.counts(), store.count_disputed()
    total = in_dispute if disputed else counts.get(state, 0) if state else sum(counts.values())
    skipped = first_shown(total, number)
    found = store.list(state=state, limit=PER_PAGE, skip=skipped, disputed=disputed)
    shown, pager = cut(found, total, number, skipped=skipped, state=DISPUTED if disputed else state or "")
    every = Link(
        _("All · %(count)s", count=sum(counts.values())),
        url_for("editor.orders"),
        state is None and not disputed,
    )
    states = [
        Link(f"{label(one)} · {counts.get(one, 0)}", url_for("editor.orders", state=one), one is state)
        for one in OrderState
        if counts.get(one) or one is state
    ]
    if in_dispute or disputed:
        words = f"{label(DISPUTED)} · {in_dispute}"
        states.append(Link(words, url_for("editor.orders", state=DISPUTED), disputed))
    page = OrdersPage(
        desk=desk(), states=(every, *states), rows=tuple(_row(order) for order in shown), pager=pager
    )
    return render_template("editor/orders.html", page=page)


def order(number: str) -> str:
    """Show one order with everything that is known of it."""
    return render_template("editor/order.html", page=_page(order_or_404(number)))


def order_or_404(number: str) -> Order:
    """Return the order with that number."""
    found = current_shop().services.orders.by_number(number)
    if found is None:
        raise NotFound("order", number)
    return found


def _row(found: Order) -> OrderRow:
    return OrderRow(
        url=url_for("editor.order", number=found.number),
        number=found.number,
        placed_at=found.created_at,
        email=found.email,
        units=sum(line.quantity for line in found.lines),
        total=found.total,
        state=found.state,
        state_label=label(found.state),
        fulfilment_label=label(found.fulfilment),
        is_disputed=found.is_disputed,
        answer_by=next_answer(found.disputes),
    )


def _page(found: Order) -> OrderPage:
    market = current_shop().services.catalogue.market_by_id(found.market)
    return OrderPage(
        desk=desk(),
        number=found.number,
        state=found.state,
        state_label=label(found.state),
        fulfilment_label=label(found.fulfilment),
        placed_at=found.created_at,
        paid_at=found.paid_at,
        held_until=found.hold_until if found.state.is_open else None,
        email=found.email,
        market=(market.name or market.id) if market else found.market,
        invoice_number=found.invoice_number,
        shop_url=url_for("orders.page", token=found.token),
        address=_address(found.shipping),
        lines=tuple(order_line(line) for line in found.lines),
        total=found.total,
        paid=_paid(found),
        payments=tuple(
            PaymentRow(payment.amount, payment.at, payment.payment_intent, payment.session_id)
            for payment in found.payments
        ),
        attempts=tuple(_attempt(attempt) for attempt in found.attempts),
        timeline=tuple(TimelineRow(entry.at, entry.what, entry.by) for entry in reversed(found.timeline)),
        needs_review=found.state is OrderState.PAYMENT_REVIEW,
        refunds=tuple(_refund(refund) for refund in found.refunds),
        disputes=tuple(_dispute(dispute) for dispute in found.disputes),
        refund=_refund_field(found) if present().member.may(Permission.MOVE_MONEY) else None,
        partner=partner_field(found) if present().member.may(Permission.REDELIVER) else None,
    )


def _refund(refund: Refund) -> RefundRow:
    units = ", ".join(f"{line.quantity} × {line.sku}" for line in refund.lines)
    return RefundRow(
        amount=refund.amount,
        at=refund.at,
        by=refund.by,
        state=refund.state,
        state_label=label(f"refund_{refund.state}"),
        cause_label=label(f"refund_of_{refund.cause}"),
        reason=refund.reason,
        units=units,
        is_restocked=refund.restocks,
        error=refund.error,
    )


def _dispute(dispute: Dispute) -> DisputeRow:
    return DisputeRow(
        id=dispute.id,
        amount=dispute.amount,
        # Stripe's word, as a person reads it: there are some twenty, and new ones come.
        reason=dispute.reason.replace("_", " "),
        state=dispute.state,
        state_label=label(f"dispute_{dispute.state}"),
        opened_at=dispute.opened_at,
        answer_by=dispute.answer_by,
        is_withdrawn=dispute.is_withdrawn,
    )


def _refund_field(found: Order) -> RefundField | None:
    """Return the form that gives money back; nothing where none is left."""
    paid = [payment for payment in found.payments if payment.payment_intent]
    left = sum((found.refundable(payment).minor for payment in paid), 0)
    if not left:
        return None
    bought: dict[str, int] = {}
    for line in found.lines:
        bought[line.sku] = bought.get(line.sku, 0) + line.quantity
    units = tuple((sku, count - found.returned_units(sku)) for sku, count in bought.items())
    return RefundField(
        action=url_for("editor.refund", number=found.number),
        accept_action=url_for("editor.accept", number=found.number)
        if found.state is OrderState.PAYMENT_REVIEW
        else "",
        known=len(found.refunds),
        left=Money(left, paid[0].amount.currency),
        units=tuple((sku, count) for sku, count in units if count) if found.is_sold else (),
    )


def _attempt(attempt: Attempt) -> AttemptRow:
    if attempt.refused:
        outcome = _("Refused: %(reason)s", reason=attempt.refused)
    elif attempt.session_id:
        outcome = _("Payment page opened")
    else:
        outcome = _("Outcome unknown")
    return AttemptRow(attempt.number, attempt.expires_at, outcome, attempt.session_id)


def _address(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    city = " ".join(part for part in (address.postal_code, address.city, address.state) if part)
    lines = (address.name, address.line1, address.line2, city, address.country)
    return tuple(line for line in lines if line)


def _paid(found: Order) -> Money:
    """Return what was paid in the order's currency; a payment in another one is only listed."""
    amounts = (payment.amount for payment in found.payments if payment.amount.currency == found.currency)
    return sum(amounts, Money(0, found.currency))


ROUTES = (
    Route("/orders", "orders", orders, Permission.SEE_ORDERS),
    Route("/orders/<number>", "order", order, Permission.SEE_ORDERS),
)
