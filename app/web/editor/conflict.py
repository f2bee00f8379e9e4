"""What somebody else did to a product while a form was open, as one reads it."""

from __future__ import annotations

from collections.abc import Sequence

from app.catalogue.editing.rebasing import Clash, rebase
from app.catalogue.editing.saving import Since
from app.catalogue.editing.typed import TypedProduct
from app.catalogue.model import Revision
from app.web.editor.contexts_editing import ChangeView, ClashView, ConflictView
from app.web.editor.edit_page import text_labels
from app.web.editor.words import label
from app.web.i18n import gettext as _

SHOWN_CHANGES = 10


def conflict_view(since: Since, theirs: TypedProduct, mine: TypedProduct) -> ConflictView:
    """Return who changed what since the edit began, field by field, beside what was typed."""
    clashes = rebase(since.base, theirs, mine).clashes
    changes = tuple(ChangeView(_who(one.who), one.why, one.at) for one in since.revisions[:SHOWN_CHANGES])
    return ConflictView(changes, tuple(_clash(clash, mine, since.revisions) for clash in clashes))


def _clash(clash: Clash, mine: TypedProduct, revisions: Sequence[Revision]) -> ClashView:
    top = clash.field.partition(":")[0]
    field = "variants" if top == "variant" else top
    author = next((revision.who for revision in revisions if field in revision.diff), "")
    name, anchor = _named(clash.field, mine)
    return ClashView(
        label=name,
        anchor=anchor,
        before=_text(field, clash.before),
        theirs=_text(field, clash.theirs),
        yours=_text(field, clash.yours),
        who=_who(author) if author else "",
        is_open=clash.is_open,
        take=f"theirs:{clash.field}" if clash.is_open else "",
    )


def _named(field: str, mine: TypedProduct) -> tuple[str, str]:
    """Return what a field is called, and the element that it stands in."""
    if field == "options":
        return _("Options"), "#options"
    if not field.startswith("variant:"):
        return text_labels()[field], f"#{field}"
    cell, _sep, was = field.removeprefix("variant:").partition(":")
    number = next((place for place, row in enumerate(mine.variants) if was in (row.was, row.sku)), None)
    anchor = "#variants" if number is None else f"#variant-{number}-{cell or 'sku'}"
    kind, _sep, currency = cell.partition("-")
    names = {
        "price": _("%(sku)s, price in %(currency)s", sku=was, currency=currency),
        "compare": _("%(sku)s, compare-at price in %(currency)s", sku=was, currency=currency),
        "sku": _("%(sku)s, SKU", sku=was),
        "barcode": _("%(sku)s, barcode", sku=was),
        "weight": _("%(sku)s, weight in grams", sku=was),
        "pool": _("%(sku)s, stock pool", sku=was),
    }
    return names.get(kind) or _("Variant %(sku)s", sku=was), anchor


def _text(field: str, text: str) -> str:
    return label(text) if field == "status" else text


def _who(name: str) -> str:
    return _("another program") if name == "external" else name
