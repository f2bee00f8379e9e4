"""A collection's form made ready for its template: titles, choices, and what a rule finds now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import url_for

from app.catalogue.model import Collection, Product, ProductStatus, Revision
from app.catalogue.rules import MOST_CONDITIONS, Match, Operator, RuleField, operators
from app.errors import InvalidValue, Refusal
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor.access import present
from app.web.editor.collection_forms import Typed
from app.web.editor.contexts_collections import (
    Choice,
    CollectionPage,
    ConditionRow,
    ListedProduct,
    PreviewView,
)
from app.web.editor.frame import desk
from app.web.editor.history import revision_rows, saved_result
from app.web.editor.products import matches
from app.web.editor.rule_words import field_words, operator_words, order_words
from app.web.editor.words import label, sentence
from app.web.i18n import gettext as _
from app.web.shop import current_shop

SHOWN = 200
FOUND = 20
PREVIEWED = 10
THEIRS = 5


def collection_page(
    form: Typed,
    known: Collection | None,
    *,
    error: Refusal | None = None,
    said: str = "",
    theirs: Sequence[Revision] = (),
    retired: str = "",
) -> CollectionPage:
    """Return the page of a form.

    Args:
        form: as it is kept, or as it was typed.
        known: the collection as it is now; nothing where it is not there yet.
        error: why it was not saved.
        said: the same in words, where no error says it.
        theirs: what somebody else did since the editor saw it, where somebody was faster.
        retired: the collection that the form was meant for, where it is not there any more.
    """
    preview, error = _preview(form, error)
    found = _search(form.query) if form.query.strip() else ()
    products = _listed(form.product_ids[:SHOWN], has_more=len(form.product_ids) > SHOWN)
    may_edit = present().member.may(Permission.EDIT_CATALOGUE)
    document = form.id if known else retired
    return CollectionPage(
        desk=desk(),
        id=form.id,
        seen=form.seen,
        version=known.version if known else 0,
        action=url_for("editor.save_collection", collection_id=form.id)
        if known
        else url_for("editor.create_collection"),
        heading=known.title if known else _("New collection"),
        title=form.title,
        slug=form.slug,
        description=form.description,
        kind=form.kind,
        product_ids=" ".join(form.product_ids),
        products=products,
        hidden_count=max(0, len(form.product_ids) - SHOWN),
        query=form.query,
        found=tuple(_product(product, is_chosen=product.id in form.product_ids) for product in found),
        has_searched=bool(form.query.strip()),
        conditions=_conditions(form),
        matches=(
            Choice(Match.ALL, _("all of these"), form.match is Match.ALL),
            Choice(Match.ANY, _("any of these"), form.match is Match.ANY),
        ),
        orders=tuple(Choice(value, text, value == form.order) for value, text in order_words().items()),
        preview=preview,
        focus=_focus(form),
        live=_live(known) if known else (),
        menu_entries=menu_entries(known) if known else (),
        may_edit=may_edit,
        updated_at=known.updated_at if known else None,
        history_url=url_for("editor.collection_history", collection_id=document) if document else "",
        retire_url=url_for("editor.retiring", collection_id=form.id) if known and may_edit else "",
        result=saved_result("collections", form.id, _("Saved.")) if known else None,
        error=sentence(error) if error else said,
        error_field=error.field if isinstance(error, InvalidValue) else "",
        theirs=revision_rows(theirs[:THEIRS], None, may_edit=False),
    )


def menu_entries(collection: Collection) -> tuple[str, ...]:
    """Return the titles of the menu's lines that lead to a collection."""
    settings = current_shop().services.catalogue.store.settings()
    lines = (*settings.menu, *settings.footer)
    return tuple(line.title for line in lines if (line.kind, line.slug) == ("collection", collection.slug))


def _preview(form: Typed, error: Refusal | None) -> tuple[PreviewView | None, Refusal | None]:
    """Return what the rule finds now; that it makes no sense is only said when one asks."""
    if form.kind != "rule":
        return None, error
    try:
        rule = form.rule()
    except InvalidValue as refusal:
        return None, error or (refusal if form.deed == "preview" else None)
    store = current_shop().services.catalogue.store
    found = store.products_of(Collection(form.id, "preview", "", rule=rule))
    currency = next((market.currency for market in store.markets()), "USD")
    ordered = rule.ordered(found, currency)
    return (
        PreviewView(
            count=len(ordered),
            published=sum(product.is_published for product in ordered),
            products=tuple(_product(product) for product in ordered[:PREVIEWED]),
        ),
        error,
    )


def _conditions(form: Typed) -> tuple[ConditionRow, ...]:
    """Return the rows that were typed, and one more to type in."""
    rows = [row for row in form.conditions if row[2].strip()]
    if len(rows) < MOST_CONDITIONS:
        rows.append((RuleField.TAG, Operator.EQUALS, ""))
    fields, names = field_words(), operator_words()
    return tuple(
        ConditionRow(
            number=number,
            fields=tuple(Choice(name, text, name == field) for name, text in fields.items()),
            operators=tuple(Choice(name, text, name == operator) for name, text in names.items()),
            value=value,
            error=""
            if not value or Operator(operator) in operators(RuleField(field))
            else _("That does not fit this field."),
        )
        for number, (field, operator, value) in enumerate(rows, start=1)
    )


def _listed(ids: Iterable[str], *, has_more: bool) -> tuple[ListedProduct, ...]:
    ids = list(ids)
    known = current_shop().services.catalogue.store.products(ids)
    return tuple(
        _product(
            known.get(one),
            product_id=one,
            is_first=place == 0,
            is_last=place == len(ids) - 1 and not has_more,
        )
        for place, one in enumerate(ids)
    )


def _search(query: str) -> list[Product]:
    """Return products as the list of products finds them, by title."""
    every = current_shop().services.catalogue.store.every_product()
    found = [product for product in every if matches(product, query)]
    return sorted(found, key=lambda product: (product.title.casefold(), product.id))[:FOUND]


def _product(
    product: Product | None,
    *,
    product_id: str = "",
    is_first: bool = False,
    is_last: bool = False,
    is_chosen: bool = False,
) -> ListedProduct:
    if product is None:
        return ListedProduct(product_id, product_id, _("is not there any more"), is_first, is_last)
    notes = [product.vendor] if product.vendor else []
    if product.status is not ProductStatus.ACTIVE:
        notes.append(label(product.status))
    return ListedProduct(product.id, product.title, " · ".join(notes), is_first, is_last, is_chosen)


def _focus(form: Typed) -> str:
    """Return the id of the element where the editor goes on after a button without script."""
    match form.deed:
        case "up" | "down" | "top":
            return f"row-{form.target}"
        case "add" | "remove" | "search":
            return "q"
        case "preview":
            return "preview"
        case _:
            return ""


def _live(known: Collection) -> tuple[Link, ...]:
    markets = current_shop().services.catalogue.store.markets()
    return tuple(
        Link(
            market.name or market.prefix or market.id,
            url_for("storefront.collection", market=market.prefix, slug=known.slug, number=1),
        )
        for market in markets
    )
