"""Builds the form of a product from what stands in it, whether it was typed or is in the shop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from app.catalogue.editing.typed import MAX_OPTIONS, TEXT_FIELDS
from app.catalogue.editing.words import Fault
from app.catalogue.model import ProductStatus
from app.web.contexts.views import Link
from app.web.editor.contexts_editing import (
    Choice,
    EditPage,
    OptionView,
    SelectView,
    ValueView,
)
from app.web.editor.draft import Draft
from app.web.editor.edit_rows import row_title, variant_view
from app.web.editor.frame import desk
from app.web.editor.words import label
from app.web.i18n import gettext as _
from app.web.shop import current_shop


def edit_page(draft: Draft) -> EditPage:
    """Return the form."""
    product = draft.product
    if product is None:
        heading, back = _("New product"), Link(_("Products"), url_for("editor.products"))
        action, preview = url_for("editor.create_product"), url_for("editor.preview_new")
    else:
        heading = _("Edit %(title)s", title=product.title)
        back = Link(product.title, url_for("editor.product", product_id=product.id))
        action = url_for("editor.save_product", product_id=product.id)
        preview = url_for("editor.preview_edit", product_id=product.id)
    markets = current_shop().services.catalogue.store.markets()
    return EditPage(
        desk=desk(),
        heading=heading,
        back=back,
        action=action,
        preview_action=preview,
        previews=tuple(
            Choice(market.prefix, market.name or market.prefix or market.id) for market in markets
        ),
        is_new=product is None,
        key=draft.key,
        seen=draft.seen,
        since=draft.since,
        source=draft.source,
        **_texts(draft),
        why=draft.field(
            "why", draft.why, _("Why"), _("Optional. It stands beside your name in the history.")
        ),
        options=tuple(_option(draft, place) for place in range(len(draft.form.options))),
        variants=tuple(variant_view(draft, number) for number in range(len(draft.form.variants))),
        options_error=draft.errors.get("options", ""),
        variants_error=draft.errors.get("variants", ""),
        faults=tuple(Link(fault.text, f"#{fault.field}") for fault in _by_place(draft)),
        may_add_option=len(draft.form.options) < MAX_OPTIONS,
        conflict=draft.conflict,
        said=draft.said,
        focuses_options=draft.focus == "options",
        focuses_variants=draft.focus == "variants",
    )


def text_labels() -> dict[str, str]:
    """Return the names of the fields that are one text each."""
    return {
        "title": _("Title"),
        "slug": _("URL name"),
        "description": _("Description"),
        "vendor": _("Vendor"),
        "type": _("Type"),
        "tags": _("Tags"),
        "status": _("Status"),
        "seo_title": _("Title for search engines"),
        "seo_description": _("Description for search engines"),
    }


def _texts(draft: Draft) -> dict[str, Any]:
    hints = {
        "slug": _(
            "The last part of its address. Empty: made of the title. The old address leads to a new one."
        )
        if draft.product
        else _("The last part of its address. Empty: made of the title."),
        "description": _("HTML. What could harm a shopper, such as scripts, is taken out when you save."),
        "tags": _("Separated by commas."),
        "seo_title": _("Empty: the title."),
        "seo_description": _("Empty: the beginning of the description."),
    }
    labels = text_labels()
    fields: dict[str, Any] = {
        name: draft.field(name, getattr(draft.form, name), labels[name], hints.get(name, ""))
        for name in TEXT_FIELDS
    }
    states = tuple(Choice(status, label(status)) for status in ProductStatus)
    fields["status"] = SelectView(fields["status"], states)
    return fields


def _option(draft: Draft, place: int) -> OptionView:
    option = draft.form.options[place]
    name = f"option-{place}"
    title = option.name.strip() or _("Option %(number)s", number=place + 1)
    return OptionView(
        id=name,
        key=option.key,
        name=draft.field(f"{name}-name", option.name, _("Name of option %(number)s", number=place + 1)),
        title=title,
        values=tuple(
            ValueView(
                key=value.key,
                field=draft.field(
                    f"{name}-value-{number}",
                    value.text,
                    _("%(option)s, value %(number)s", option=title, number=number + 1),
                ),
                text=value.text.strip() or _("value %(number)s", number=number + 1),
                drop=f"value-drop:{place}:{number}",
                up=f"value-up:{place}:{number}" if number else "",
            )
            for number, value in enumerate(option.values)
        ),
        more=f"values:{place}",
        drop=f"option-drop:{place}",
        up=f"option-up:{place}" if place else "",
    )


def _by_place(draft: Draft) -> Sequence[Fault]:
    """Return the faults in the order of the form; those of a row name it."""
    order = {name: place for place, name in enumerate((*TEXT_FIELDS[:8], "options"))}

    def place(fault: Fault) -> tuple[int, int]:
        if fault.field.startswith("option"):
            return (20, 0)
        if fault.field.startswith("variant-"):
            return (30, int(fault.field.split("-")[1]))
        return (25 if fault.field == "variants" else order.get(fault.field, 10), 0)

    named = []
    for fault in sorted(draft.faults, key=place):
        if fault.field.startswith("variant-"):
            number = int(fault.field.split("-")[1])
            row = draft.form.variants[number]
            title = row_title(draft.form, row) or row.sku or str(number + 1)
            named.append(Fault(fault.field, f"{title}: {fault.text}"))
        else:
            named.append(fault)
    return named
