"""Money at the desk: give it back, or take a payment as it is, once a click."""

from __future__ import annotations

from flask import redirect, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.checkout.model import RefundRequest
from app.errors import InvalidValue, VersionConflict
from app.money import Money
from app.orders.model import Order
from app.staff.model import Permission
from app.web.editor.access import Route, present
from app.web.editor.forms import RefundForm
from app.web.editor.orders import order_or_404
from app.web.shop import current_shop

UNITS = "units-"
"""How the fields begin that say how many units of a SKU come back."""


def refund(number: str) -> Response:
    """Give money of an order back, and show the order again."""
    form, found = _form(), order_or_404(number)
    if form.known != len(found.refunds):
        raise VersionConflict("order", number, form.known)
    current_shop().services.checkout.refund(found, _request(form, found))
    return _back(number)


def accept(number: str) -> Response:
    """Take the money of an order in review as it is, and show the order again."""
    current_shop().services.checkout.accept(order_or_404(number), by=present().member.email)
    return _back(number)


def _request(form: RefundForm, found: Order) -> RefundRequest:
    currency = found.payments[0].amount.currency if found.payments else found.currency
    return RefundRequest(
        by=present().member.email,
        amount=Money.parse(form.amount, currency) if form.amount.strip() else None,
        lines={sku: quantity for sku, quantity in form.units.items() if quantity},
        restocks=form.restock,
        reason=form.reason.strip(),
    )


def _form() -> RefundForm:
    """Read the form, whose fields for units are named after the SKUs of the order.

    Raises:
        InvalidValue: a field is missing, unknown, too long or of the wrong kind.
    """
    fields: dict[str, object] = dict(request.form.to_dict())
    units = {name.removeprefix(UNITS): fields.pop(name) for name in [*fields] if name.startswith(UNITS)}
    units = {sku: count for sku, count in units.items() if count != ""}
    try:
        return RefundForm.model_validate({**fields, "units": units})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidValue(".".join(str(part) for part in first["loc"]), "…", first["msg"].lower()) from None


def _back(number: str) -> Response:
    return redirect(url_for("editor.order", number=number, _anchor="money"), code=303)


ROUTES = (
    Route("/orders/<number>/refund", "refund", refund, Permission.MOVE_MONEY, methods=("POST",)),
    Route("/orders/<number>/accept", "accept", accept, Permission.MOVE_MONEY, methods=("POST",)),
)
