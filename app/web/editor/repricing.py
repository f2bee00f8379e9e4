"""All prices of a product at once: first a preview of each price before and after, then the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from flask import make_response, redirect, render_template, url_for
from pydantic import Field
from werkzeug.wrappers import Response

from app.catalogue.editing.reading import Reading
from app.catalogue.editing.repricing import (
    OldPrice,
    PriceStep,
    Repricing,
    Rounding,
    parse_per_cent,
    reprice,
)
from app.catalogue.editing.words import Fault
from app.catalogue.model import Product
from app.catalogue.seeing import seen_digest
from app.errors import InvalidValue, VersionConflict
from app.money import Money
from app.publishing.model import DocumentChange
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor.access import Route, present
from app.web.editor.changes import WAIT_SECONDS
from app.web.editor.contexts_editing import Choice, FieldView, PriceStepView, RepricingPage, SelectView
from app.web.editor.forms import Form, parse
from app.web.editor.frame import desk
from app.web.editor.product_edit import product_desk
from app.web.editor.product_form import LONGEST_REASON
from app.web.editor.products import product_or_404
from app.web.editor.variants import currencies
from app.web.editor.words import sentence
from app.web.i18n import gettext as _
from app.web.shop import current_shop


class RepricingForm(Form):
    """How all prices of a product change."""

    direction: Literal["up", "down"] = "up"
    kind: Literal["percent", "amount"] = "percent"
    number: Annotated[str, Field(max_length=40)] = ""
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    rounding: Rounding = Rounding.EXACT
    old_price: OldPrice = OldPrice.LEAVE
    why: Annotated[str, Field(max_length=LONGEST_REASON)] = ""
    seen: Annotated[str, Field(max_length=64)] = ""
    shown: Annotated[str, Field(max_length=64)] = ""
    """Digest of what the preview has shown: only that is set, whatever the fields say by now."""
    do: Literal["preview", "apply"] = "preview"


@dataclass(frozen=True)
class _Outcome:
    product: Product | None = None
    steps: tuple[PriceStep, ...] = ()
    faults: tuple[Fault, ...] = ()


def show_repricing(product_id: str) -> Response:
    """Show the form."""
    return _shown(product_or_404(product_id), RepricingForm(), _Outcome())


def change_prices(product_id: str) -> Response:
    """Preview the new prices, or set them; what the editor has not seen is never changed."""
    form, product = parse(RepricingForm), product_or_404(product_id)
    outcome = _outcome(form, product)
    if outcome.product is None:
        return _shown(product, form, outcome, status=422)
    if form.do == "preview":
        return _shown(product, form, outcome)
    changed = _("Somebody else has changed this product since. These are the prices now: look again.")
    if form.seen != seen_digest(product):
        return _shown(product, form, outcome, changed, 409)
    if form.shown != seen_digest(outcome.product):
        other = _("The rule is not the one whose prices were shown. Nothing was set: these are its prices.")
        return _shown(product, form, outcome, other, 409)
    services = current_shop().services
    since = services.clock.now()
    try:
        saved = product_desk().save(
            product, Reading(outcome.product), who=present().member.email, why=form.why.strip()
        )
    except VersionConflict:
        product = product_or_404(product_id)
        return _shown(product, form, _outcome(form, product), changed, 409)
    if saved.version == product.version:
        return redirect(url_for("editor.product", product_id=product.id, notice="unchanged"), code=303)
    change = DocumentChange("products", saved.id, saved.version)
    services.publishing.wait_for(change, since=since, seconds=WAIT_SECONDS)
    where = url_for("editor.product", product_id=saved.id, saved="product", version=saved.version)
    return redirect(where, code=303)


def _outcome(form: RepricingForm, product: Product) -> _Outcome:
    per_cent, amount = None, None
    try:
        if form.kind == "percent":
            per_cent = parse_per_cent(form.number)
        elif not form.currency:
            text = _("Choose the currency: an amount is one of it, and not the same in another.")
            return _Outcome(faults=(Fault("currency", text),))
        else:
            amount = Money.parse(form.number, form.currency)
    except InvalidValue as error:
        text = _(
            "“%(value)s” does not do: write %(expected)s.", value=error.value[:40], expected=error.expected
        )
        return _Outcome(faults=(Fault("number", text),))
    rule = Repricing(form.direction == "up", per_cent, amount, form.currency, form.rounding, form.old_price)
    try:
        changed, steps = reprice(product, rule)
    except InvalidValue as error:
        return _Outcome(faults=(Fault("number", sentence(error)),))
    if not steps:
        text = _("No variant has a price in %(currency)s.", currency=form.currency)
        return _Outcome(faults=(Fault("currency", text),))
    return _Outcome(changed, steps)


def _shown(
    product: Product, form: RepricingForm, outcome: _Outcome, error: str = "", status: int = 200
) -> Response:
    codes = currencies(product, current_shop().services.catalogue.store.markets())
    errors = {fault.field: fault.text for fault in outcome.faults}

    def select(name: str, value: str, text: str, *choices: tuple[str, str]) -> SelectView:
        view = FieldView(name, value, text, errors.get(name, ""))
        return SelectView(view, tuple(Choice(*choice) for choice in choices))

    skus = [variant.sku for variant in product.variants]

    def place(step: PriceStep) -> tuple[int, int]:
        return skus.index(step.sku), codes.index(step.old.currency)

    page = RepricingPage(
        desk=desk(),
        heading=_("Change all prices"),
        back=Link(product.title, url_for("editor.product", product_id=product.id)),
        action=url_for("editor.change_prices", product_id=product.id),
        seen=seen_digest(product),
        shown=seen_digest(outcome.product) if outcome.product else "",
        direction=select("direction", form.direction, _("Prices go"), ("up", _("up")), ("down", _("down"))),
        kind=select("kind", form.kind, _("in"), ("percent", _("per cent")), ("amount", _("an amount"))),
        number=FieldView("number", form.number, _("by"), errors.get("number", "")),
        currency=select(
            "currency",
            form.currency,
            _("Currency"),
            ("", _("all currencies")),
            *((code, code) for code in codes),
        ),
        rounding=select(
            "rounding",
            form.rounding,
            _("Rounded to"),
            (Rounding.EXACT, _("the smallest coin")),
            (Rounding.UNIT, _("whole units (12.00)")),
            (Rounding.END_90, _("an ending of 90 (11.90)")),
            (Rounding.END_95, _("an ending of 95 (11.95)")),
            (Rounding.END_99, _("an ending of 99 (11.99)")),
        ),
        old_price=select(
            "old_price",
            form.old_price,
            _("Compare-at price"),
            (OldPrice.LEAVE, _("stays as it is")),
            (OldPrice.COMPARE, _("becomes the old price, where it falls")),
            (OldPrice.CLEAR, _("is taken away")),
        ),
        why=FieldView(
            "why", form.why, _("Why"), "", _("Optional. It stands beside your name in the history.")
        ),
        steps=tuple(
            PriceStepView(step.sku, step.title, step.old, step.new, step.was)
            for step in sorted(outcome.steps, key=place)
        ),
        has_preview=outcome.product is not None,
        faults=tuple(Link(fault.text, f"#{fault.field}") for fault in outcome.faults),
        error=error,
    )
    return make_response(render_template("editor/product_prices.html", page=page), status)


ROUTES = (
    Route("/products/<product_id>/prices", "show_repricing", show_repricing, Permission.EDIT_CATALOGUE),
    Route(
        "/products/<product_id>/prices", "change_prices", change_prices, Permission.EDIT_CATALOGUE, ("POST",)
    ),
)
