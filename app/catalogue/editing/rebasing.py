"""Two editors at one product: what each has changed, field by field, and both in one form.

The edit is laid over the product as it is now. What only one of them has changed is
taken from that one; where both have, what was typed stays in the form and the other
value is shown beside it, so that nothing is lost and nothing wins unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.catalogue.editing.typed import TEXT_FIELDS, TypedOption, TypedProduct, TypedVariant, lines

UNKNOWN = "\0"
"""What nobody typed: the state in which an edit began, where the shop does not know it any more."""
CELLS = ("sku", "barcode", "weight", "pool")


@dataclass(frozen=True)
class Clash:
    """One field that somebody else has changed since the form was opened."""

    field: str
    """`title`, `options`, `variant::TIDES-A3` for a whole row, `variant:price-USD:TIDES-A3`."""
    before: str
    theirs: str
    yours: str
    is_open: bool
    """Whether both have changed it, to different values; else theirs is in the form already."""


@dataclass(frozen=True)
class Rebased:
    """The edit on the product as it is now."""

    form: TypedProduct
    clashes: tuple[Clash, ...]


def rebase(base: TypedProduct | None, theirs: TypedProduct, mine: TypedProduct) -> Rebased:
    """Lay an edit over what somebody else has saved since it began.

    Args:
        base: the product as the editor opened it; nothing where that is not known any
            more, and then every difference counts as changed by both.
        theirs: the product as it is now.
        mine: what was typed.
    """
    base = base or _unknown(theirs)
    clashes = list[Clash]()
    texts = {
        name: _merged(name, getattr(base, name), getattr(theirs, name), getattr(mine, name), clashes)
        for name in TEXT_FIELDS
    }
    options, takes_theirs = _options(base, theirs, mine, clashes)
    variants = _variants(base, theirs, mine, clashes, takes_theirs=takes_theirs)
    return Rebased(TypedProduct(**texts, options=options, variants=variants), tuple(clashes))


def with_theirs(form: TypedProduct, theirs: TypedProduct, field: str) -> TypedProduct:
    """Return the form with one field as somebody else has saved it."""
    if field in TEXT_FIELDS:
        return replace(form, **{field: getattr(theirs, field)})
    if field == "options":
        choices = {row.was: row.choices for row in theirs.variants}
        rows = tuple(replace(row, choices=choices.get(row.was, row.choices)) for row in form.variants)
        return replace(form, options=theirs.options, variants=rows)
    cell, _, was = field.removeprefix("variant:").partition(":")
    found = next((row for row in theirs.variants if row.was == was), None)
    changed = list[TypedVariant]()
    for row in form.variants:
        if was != (row.was or row.sku):
            changed.append(row)
        elif found is not None:
            changed.append(_with_cell(row, found, cell))
    return replace(form, variants=tuple(changed))


def options_text(options: tuple[TypedOption, ...]) -> str:
    """Return options as one reads them: `Size: A4, A3; Frame: Oak`."""
    return "; ".join(
        f"{option.name}: {', '.join(value.text for value in option.values if value.text)}"
        for option in options
    )


def _merged(field: str, base: str, theirs: str, mine: str, clashes: list[Clash]) -> str:
    if _same(theirs, base):
        return mine
    before = "" if base == UNKNOWN else base
    if _same(mine, theirs):
        if base != UNKNOWN:
            clashes.append(Clash(field, before, theirs, mine, is_open=False))
        return mine
    is_open = not _same(mine, base)
    clashes.append(Clash(field, before, theirs, mine, is_open=is_open))
    return mine if is_open else theirs


def _same(one: str, other: str) -> bool:
    return lines(one).strip() == lines(other).strip()


def _options(
    base: TypedProduct, theirs: TypedProduct, mine: TypedProduct, clashes: list[Clash]
) -> tuple[tuple[TypedOption, ...], bool]:
    """Return the options as one block, for a value means something only in its list."""
    is_known = base.title != UNKNOWN
    if (is_known and theirs.options == base.options) or mine.options == theirs.options:
        return mine.options, False
    is_open = not is_known or mine.options != base.options
    before, texts = options_text(base.options), (options_text(theirs.options), options_text(mine.options))
    clashes.append(Clash("options", before, *texts, is_open=is_open))
    return (mine.options, False) if is_open else (theirs.options, True)


def _variants(
    base: TypedProduct,
    theirs: TypedProduct,
    mine: TypedProduct,
    clashes: list[Clash],
    *,
    takes_theirs: bool,
) -> tuple[TypedVariant, ...]:
    before = {row.was: row for row in base.variants}
    now = {row.was: row for row in theirs.variants}
    rows = list[TypedVariant]()
    for row in mine.variants:
        if not row.was:
            rows.append(row)
        elif row.was in now:
            old = before.get(row.was, _unknown_row(now[row.was]))
            rows.append(_row(old, now[row.was], row, clashes, takes_theirs=takes_theirs))
        elif row.is_removed or row == before.get(row.was):
            clashes.append(Clash(f"variant::{row.was}", row.was, "", "", is_open=False))
        else:
            clashes.append(Clash(f"variant::{row.was}", row.was, "", row.sku, is_open=True))
            rows.append(replace(row, was=""))
    known = {row.was for row in mine.variants}
    if base.title != UNKNOWN:
        # Which rows the editor has seen and dropped can only be told where the beginning is known.
        known |= set(before)
    for row in theirs.variants:
        if row.was not in known:
            clashes.append(Clash(f"variant::{row.was}", "", row.sku, row.sku, is_open=False))
            rows.append(row)
    mine_order = [row.was for row in mine.variants if row.was]
    if mine_order == [row.was for row in base.variants]:
        order = {row.was: place for place, row in enumerate(theirs.variants)}
        rows.sort(key=lambda row: order.get(row.was, len(order)))
    return tuple(rows)


def _row(
    base: TypedVariant,
    theirs: TypedVariant,
    mine: TypedVariant,
    clashes: list[Clash],
    *,
    takes_theirs: bool,
) -> TypedVariant:
    if mine.is_removed:
        if theirs != base:
            clashes.append(Clash(f"variant::{mine.was}", base.was, theirs.sku, "", is_open=True))
        return mine
    cells: dict[str, Any] = {
        name: _merged(
            f"variant:{name}:{mine.was}",
            getattr(base, name),
            getattr(theirs, name),
            getattr(mine, name),
            clashes,
        )
        for name in CELLS
    }
    amounts: dict[str, Any] = {
        kind: _amounts(
            label, mine.was, getattr(base, kind), getattr(theirs, kind), getattr(mine, kind), clashes
        )
        for kind, label in (("prices", "price"), ("compare_at", "compare"))
    }
    choices = theirs.choices if takes_theirs or mine.choices == base.choices else mine.choices
    return replace(mine, **cells, **amounts, choices=choices)


def _amounts(
    kind: str,
    sku: str,
    base: Mapping[str, str],
    theirs: Mapping[str, str],
    mine: Mapping[str, str],
    clashes: list[Clash],
) -> dict[str, str]:
    return {
        code: _merged(
            f"variant:{kind}-{code}:{sku}",
            base.get(code, ""),
            theirs.get(code, ""),
            mine.get(code, ""),
            clashes,
        )
        for code in dict.fromkeys((*mine, *theirs))
    }


def _with_cell(row: TypedVariant, theirs: TypedVariant, cell: str) -> TypedVariant:
    if not cell:
        return theirs
    kind, _, currency = cell.partition("-")
    if kind == "price":
        return replace(row, prices={**row.prices, currency: theirs.prices.get(currency, "")})
    if kind == "compare":
        return replace(row, compare_at={**row.compare_at, currency: theirs.compare_at.get(currency, "")})
    return replace(row, **{cell: getattr(theirs, cell)}) if cell in CELLS else row


def _unknown(like: TypedProduct) -> TypedProduct:
    rows = tuple(_unknown_row(row) for row in like.variants)
    texts: dict[str, Any] = dict.fromkeys(TEXT_FIELDS, UNKNOWN)
    return TypedProduct(**texts, variants=rows)


def _unknown_row(like: TypedVariant) -> TypedVariant:
    texts: dict[str, Any] = dict.fromkeys(CELLS, UNKNOWN)
    return replace(
        like,
        **texts,
        prices=dict.fromkeys(like.prices, UNKNOWN),
        compare_at=dict.fromkeys(like.compare_at, UNKNOWN),
    )
