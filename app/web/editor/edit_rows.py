"""The rows of the grid: each variant of the form, and the pool that it opens."""

from __future__ import annotations

from app.catalogue.editing.typed import TypedOption, TypedProduct, TypedVariant
from app.inventory.model import Policy
from app.web.editor.contexts_editing import Choice, FieldView, SelectView, VariantView
from app.web.editor.draft import Draft
from app.web.editor.words import label
from app.web.i18n import gettext as _


def variant_view(draft: Draft, number: int) -> VariantView:
    """Return one row."""
    row, name = draft.form.variants[number], f"variant-{number}"
    title = row_title(draft.form, row) or row.sku or _("Variant %(number)s", number=number + 1)
    choices = tuple(_choice(draft, number, place) for place in range(len(draft.form.options)))
    compare_at = tuple(
        draft.field(
            f"{name}-compare-{code}",
            row.compare_at.get(code, ""),
            _("Compare at, %(currency)s", currency=code),
        )
        for code in draft.currencies
    )
    barcode = draft.field(f"{name}-barcode", row.barcode, _("Barcode"))
    weight = draft.field(f"{name}-weight", row.weight, _("Grams"))
    pool = draft.field(f"{name}-pool", row.pool, _("Stock pool"), _pool_hint(draft, row))
    return VariantView(
        id=name,
        was=row.was,
        title=title,
        sku=draft.field(f"{name}-sku", row.sku, _("SKU")),
        choices=choices,
        hides_choices=all(_is_led(choice) for choice in choices),
        prices=tuple(
            draft.field(f"{name}-price-{code}", row.prices.get(code, ""), code) for code in draft.currencies
        ),
        compare_at=compare_at,
        barcode=barcode,
        weight=weight,
        pool=pool,
        opening=_opening(draft, number) if _opens_pool(draft, row) else None,
        is_removed=row.is_removed,
        is_open=any(view.error for view in (*compare_at, barcode, weight, pool)),
        error=draft.errors.get(f"{name}-remove", ""),
        drop="" if row.was else f"row-drop:{number}",
    )


def _choice(draft: Draft, number: int, place: int) -> SelectView:
    option, row = draft.form.options[place], draft.form.variants[number]
    chosen = row.choices.get(option.key, "")
    known = tuple(Choice(value.key, value.text) for value in option.values if value.text.strip())
    is_led = chosen in {choice.value for choice in known}
    name = option.name.strip() or _("Option %(number)s", number=place + 1)
    view = draft.field(f"variant-{number}-choice-{place}", chosen if is_led else "", name)
    return SelectView(view, known if is_led else (Choice("", _("Choose …")), *known))


def _is_led(choice: SelectView) -> bool:
    return bool(choice.field.value) and not choice.field.error


def _opens_pool(draft: Draft, row: TypedVariant) -> bool:
    stock_id = row.pool.strip() or row.sku.strip().upper()
    if not row.was:
        return stock_id not in draft.pools or bool(row.count.strip())
    return stock_id not in draft.pools


def _opening(draft: Draft, number: int) -> tuple[FieldView, SelectView, FieldView]:
    row, name = draft.form.variants[number], f"variant-{number}"
    policies = tuple(Choice(policy, label(policy)) for policy in Policy)
    return (
        draft.field(f"{name}-count", row.count, _("On hand")),
        SelectView(draft.field(f"{name}-policy", row.policy, _("At zero")), policies),
        draft.field(f"{name}-cap", row.cap, _("Back orders up to")),
    )


def _pool_hint(draft: Draft, row: TypedVariant) -> str:
    stock_id = row.pool.strip() or row.sku.strip().upper()
    pool = draft.pools.get(stock_id)
    if pool is None:
        return _("Empty: a pool of its own, called like the SKU.") if not row.was else _("Not there yet.")
    if not pool.is_tracked:
        return _("Not counted.")
    return _("%(count)s on hand.", count=pool.on_hand)


def row_title(form: TypedProduct, row: TypedVariant) -> str:
    """Return what a row is called: the values that it has chosen."""
    return " / ".join(filter(None, (_value_text(option, row) for option in form.options)))


def _value_text(option: TypedOption, row: TypedVariant) -> str:
    key = row.choices.get(option.key)
    return next((value.text.strip() for value in option.values if value.key == key), "")
