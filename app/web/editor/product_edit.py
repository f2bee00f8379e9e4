"""Creating, editing and duplicating a product: one form, and a button for every step within it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import make_response, redirect, render_template, url_for
from htmx_flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.catalogue.bodies import sanitised
from app.catalogue.editing.reading import wanted_pools
from app.catalogue.editing.rebasing import rebase, with_theirs
from app.catalogue.editing.saving import ProductDesk
from app.catalogue.editing.steps import take_step
from app.catalogue.editing.typed import TypedProduct, TypedVariant, typed
from app.catalogue.editing.words import Fault, suggested_sku
from app.catalogue.model import Product, ProductStatus
from app.catalogue.seeing import seen_digest
from app.errors import InvalidValue, VersionConflict
from app.ids import new_id
from app.inventory.model import StockPool
from app.inventory.stocktake import Stocktake
from app.publishing.model import DocumentChange
from app.staff.model import Permission
from app.web.editor.access import Route, present
from app.web.editor.changes import WAIT_SECONDS
from app.web.editor.conflict import conflict_view
from app.web.editor.draft import Draft
from app.web.editor.edit_page import edit_page
from app.web.editor.frame import component
from app.web.editor.product_form import LONGEST_REASON, Sent, read_sent
from app.web.editor.products import product_or_404
from app.web.editor.variants import currencies
from app.web.editor.words import sentence
from app.web.i18n import gettext as _
from app.web.shop import current_shop

LARGEST_SENT = 2 * 1024 * 1024
BLANK = Product("", "", "", (), status=ProductStatus.DRAFT)


def product_desk() -> ProductDesk:
    """Return what edits products of this shop."""
    services = current_shop().services
    return ProductDesk(services.catalogue, Stocktake(services.inventory), sanitised)


def new_product() -> Response:
    """Show the form of a new product: empty, or as a copy of another one."""
    source = product_or_404(request.args["copy"]) if request.args.get("copy") else None
    form = _copy(source) if source else TypedProduct(variants=(TypedVariant(),))
    draft = _draft(form, None, key=new_id("prd"), source=source.id if source else "")
    return _shown(draft)


def edit_product(product_id: str) -> Response:
    """Show the form of a product."""
    product = product_or_404(product_id)
    return _shown(_draft(typed(product), product, seen=seen_digest(product)))


def create_product() -> Response:
    """Create a product, or take a step within the form."""
    sent = posted()
    base = blank_of(sent)
    draft = _draft(sent.form, None, **_around(sent))
    if sent.do != "save":
        return _stepped(draft, sent)
    done = product_desk()
    reading = done.read(sent.form, base)
    since = current_shop().services.clock.now()
    known = current_shop().services.catalogue.store.product(base.id)
    if known is not None and done.was_created_as(known, reading):
        # The same form was sent before, by a second click.
        return saved(known)
    if known is not None:
        said = _("This form has made “%(title)s” already. Create makes another product.", title=known.title)
        return _shown(replace(draft, key=new_id("prd"), said=said), 409)
    if reading.faults:
        return _shown(replace(draft, faults=reading.faults), 422)
    try:
        product = done.create(reading, who=present().member.email, why=sent.why)
    except InvalidValue as error:
        return _shown(replace(draft, faults=(Fault(_field_of(error), sentence(error)),)), 422)
    return saved(product, since)


def save_product(product_id: str) -> Response:
    """Save an edit, or take a step within the form."""
    sent, product = posted(), product_or_404(product_id)
    draft = _draft(sent.form, product, **_around(sent))
    if sent.do != "save":
        return _stepped(draft, sent)
    since = current_shop().services.clock.now()
    if sent.seen != seen_digest(product):
        return _met(draft, sent, product)
    reading = product_desk().read(sent.form, product)
    if reading.faults:
        return _shown(replace(draft, faults=reading.faults, conflict=_conflict(draft, product)), 422)
    try:
        done = product_desk().save(product, reading, who=present().member.email, why=sent.why)
    except VersionConflict:
        return _met(draft, sent, product_or_404(product_id))
    except InvalidValue as error:
        return _shown(replace(draft, faults=(Fault(_field_of(error), sentence(error)),)), 422)
    if done.version == product.version:
        return redirect(url_for("editor.product", product_id=product.id, notice="unchanged"), code=303)
    return saved(done, since)


def posted() -> Sent:
    """Return the form that was sent: a long description in Japanese is a megabyte on the wire."""
    request.max_form_memory_size = LARGEST_SENT
    return read_sent(request.form.to_dict())


def blank_of(sent: Sent) -> Product:
    """Return what a new product begins as: nothing, or what cannot be typed of the one it is a copy of."""
    blank = replace(BLANK, id=sent.key or new_id("prd"))
    source = current_shop().services.catalogue.store.product(sent.source) if sent.source else None
    if source is None:
        return blank
    return replace(blank, images=source.images, gift_card=source.gift_card, extra=source.extra)


def _met(draft: Draft, sent: Sent, product: Product) -> Response:
    """Lay the edit over what somebody else has saved; where nothing of it is left, it is saved already."""
    desk = product_desk()
    if desk.is_saved(sent.form, product):
        return saved(product)
    rebased = rebase(desk.since(product, sent.seen).base, typed(product), sent.form)
    reading = desk.read(rebased.form, product)
    if not reading.faults and reading.product == product:
        return saved(product)
    seen = seen_digest(product)
    draft = replace(
        draft, form=rebased.form, product=product, seen=seen, since=sent.since or sent.seen, focus="conflict"
    )
    draft = replace(draft, pools=_pools(rebased.form), conflict=_conflict(draft, product, sent.form))
    return _shown(draft, 409)


def _stepped(draft: Draft, sent: Sent) -> Response:
    """Take a step within the form; nothing is written."""
    name, *rest = sent.do.split(":")
    if name == "theirs" and draft.product is not None:
        form = with_theirs(sent.form, typed(draft.product), ":".join(rest))
        draft = replace(draft, form=form, said=_("The other value is in the form now."), focus="conflict")
    else:
        places = tuple(int(part) for part in rest if part.isascii() and part.isdigit() and len(part) < 4)
        step = take_step(sent.form, name, places)
        if step is None:
            raise InvalidValue("do", sent.do[:40], "a button of this form")
        draft = replace(draft, form=step.form, said=step.said, focus=step.focus)
    draft = replace(draft, pools=_pools(draft.form))
    if draft.product is not None:
        draft = replace(draft, conflict=_conflict(draft, draft.product))
    return _shown(draft)


def _conflict(draft: Draft, product: Product, mine: TypedProduct | None = None) -> Any:
    """Return what somebody else did since the edit began, where somebody did."""
    if not draft.since:
        return None
    since = product_desk().since(product, draft.since)
    return conflict_view(since, typed(product), mine or draft.form)


def _shown(draft: Draft, status: int = 200) -> Response:
    page = edit_page(draft)
    if request.htmx:
        parts = (component("product_form", page), component("announcement", draft.said, oob=True))
        return make_response(Markup("").join(parts), status)
    return make_response(render_template("editor/product_edit.html", page=page), status)


def saved(product: Product, since: datetime | None = None) -> Response:
    """Wait for the pages of what was saved, and lead to the product, which shows them from their record."""
    if since is not None:
        change = DocumentChange("products", product.id, product.version)
        current_shop().services.publishing.wait_for(change, since=since, seconds=WAIT_SECONDS)
    where = url_for("editor.product", product_id=product.id, saved="product", version=product.version)
    return redirect(where, code=303)


def _draft(form: TypedProduct, product: Product | None, **around: Any) -> Draft:
    markets = current_shop().services.catalogue.store.markets()
    shown = product or BLANK
    codes = dict.fromkeys(currencies(shown, markets))
    codes |= dict.fromkeys(code for row in form.variants for code in (*row.prices, *row.compare_at))
    return Draft(form=form, currencies=tuple(codes), pools=_pools(form), product=product, **around)


def _pools(form: TypedProduct) -> Mapping[str, StockPool]:
    return current_shop().services.inventory.store.pools(wanted_pools(form))


def _around(sent: Sent) -> dict[str, str]:
    return {
        "key": sent.key,
        "seen": sent.seen,
        "since": sent.since,
        "source": sent.source,
        "why": sent.why[:LONGEST_REASON],
    }


def _copy(source: Product) -> TypedProduct:
    """Return the form of a copy: a draft with a title and SKUs of its own, and stock of its own."""
    form, taken = typed(source), set[str]()
    rows = list[TypedVariant]()
    for row in form.variants:
        sku = suggested_sku(row.sku, ["COPY"], taken)
        taken.add(sku)
        rows.append(replace(row, was="", sku=sku, pool="", barcode=""))
    title = _("%(title)s (copy)", title=form.title)
    return replace(form, title=title, slug="", status=ProductStatus.DRAFT, variants=tuple(rows))


def _field_of(error: InvalidValue) -> str:
    return {"slug": "slug", "sku": "variants"}.get(error.field, "title")


ROUTES = (
    Route("/products/new", "new_product", new_product, Permission.EDIT_CATALOGUE),
    Route("/products", "create_product", create_product, Permission.EDIT_CATALOGUE, ("POST",)),
    Route("/products/<product_id>/edit", "edit_product", edit_product, Permission.EDIT_CATALOGUE),
    Route("/products/<product_id>/edit", "save_product", save_product, Permission.EDIT_CATALOGUE, ("POST",)),
)
