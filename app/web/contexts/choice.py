"""How the variants of a product are laid out to choose from: a list, groups, or a table of two options."""

from __future__ import annotations

from collections.abc import Sequence

from app.web.contexts.views import ChoiceCell, ChoiceGroup, ChoiceView, VariantView

WIDEST = 3
"""Columns that a table of prices may have beside the product's pictures."""


def choice_of(names: Sequence[str], variants: Sequence[VariantView]) -> ChoiceView:
    """Return the variants in the form that reads best; every one of them is in it once.

    Two options make a table where one of them has few enough values to be its columns:
    a price is found where size and frame meet, as on a printed price list. More options,
    or longer ones, make a group for each value of the first; a single option is a list.
    """
    depth = len(names)
    if depth < 2 or any(len(variant.options) != depth for variant in variants):
        return _as_list(names, variants)
    values = [_values(variants, place) for place in range(depth)]
    if len({variant.options for variant in variants}) != len(variants) or len(values[0]) < 2:
        return _as_list(names, variants)
    if depth == 2 and len(values[1]) > 1:
        if len(values[1]) <= WIDEST:
            return _as_table(names, variants, values, row=0)
        if len(values[0]) <= WIDEST:
            return _as_table(names, variants, values, row=1)
    return ChoiceView(
        legend=" / ".join(names),
        groups=tuple(
            ChoiceGroup(
                value,
                tuple(
                    ChoiceCell(" / ".join(variant.options[1:]), variant)
                    for variant in variants
                    if variant.options[0] == value
                ),
            )
            for value in values[0]
        ),
    )


def _as_list(names: Sequence[str], variants: Sequence[VariantView]) -> ChoiceView:
    cells = tuple(ChoiceCell(variant.title, variant) for variant in variants)
    return ChoiceView(" / ".join(names), (ChoiceGroup("", cells),))


def _as_table(
    names: Sequence[str], variants: Sequence[VariantView], values: Sequence[Sequence[str]], *, row: int
) -> ChoiceView:
    column = 1 - row
    found = {(variant.options[row], variant.options[column]): variant for variant in variants}
    return ChoiceView(
        legend=" / ".join(names),
        groups=tuple(
            ChoiceGroup(
                value, tuple(ChoiceCell(other, found.get((value, other))) for other in values[column])
            )
            for value in values[row]
        ),
        columns=tuple(values[column]),
    )


def _values(variants: Sequence[VariantView], place: int) -> list[str]:
    """Return the values of an option that can be had at all, in the order of the variants."""
    return list(dict.fromkeys(variant.options[place] for variant in variants))
