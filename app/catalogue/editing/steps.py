"""What the buttons within the form do: rows more, values up, combinations made; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import prod
from typing import TypeVar

from app.catalogue.editing.typed import (
    MAX_OPTIONS,
    MAX_VARIANTS,
    TypedOption,
    TypedProduct,
    TypedValue,
    TypedVariant,
    fresh_keys,
)
from app.catalogue.editing.words import slug_of, suggested_sku

VALUES_AT_ONCE = 3
"""Empty lines that "more values" adds."""
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Step:
    """The form after a button, what is said of it, and which field comes next."""

    form: TypedProduct
    said: str = ""
    focus: str = ""


def take_step(form: TypedProduct, name: str, places: tuple[int, ...]) -> Step | None:
    """Do what a button says: `value-up` with the places of the option and of the value.

    Returns:
        The step; nothing where there is no such button or place.
    """
    action = STEPS.get(name)
    if action is None:
        return None
    try:
        return action(form, *places)
    except (IndexError, TypeError):
        return None


def _add_option(form: TypedProduct) -> Step:
    if len(form.options) >= MAX_OPTIONS:
        return Step(form, f"A product takes {MAX_OPTIONS} options.", "options")
    (key,) = fresh_keys((option.key for option in form.options), 1)
    values = tuple(TypedValue(name) for name in fresh_keys((), VALUES_AT_ONCE))
    place = len(form.options)
    return Step(
        replace(form, options=(*form.options, TypedOption(key, values=values))),
        "An option more: name it, write its values, then make the combinations.",
        f"option-{place}-name",
    )


def _add_values(form: TypedProduct, place: int) -> Step:
    option = form.options[place]
    fresh = fresh_keys((value.key for value in option.values), VALUES_AT_ONCE)
    more = replace(option, values=(*option.values, *(TypedValue(key) for key in fresh)))
    focus = f"option-{place}-value-{len(option.values)}"
    return Step(_with_option(form, place, more), f"{VALUES_AT_ONCE} lines more.", focus)


def _drop_option(form: TypedProduct, place: int) -> Step:
    gone = form.options[place]
    rows, seen, same = list[TypedVariant](), set[tuple[tuple[str, str], ...]](), 0
    for row in form.variants:
        choices = {key: value for key, value in row.choices.items() if key != gone.key}
        combination = tuple(sorted(choices.items()))
        is_same = not row.is_removed and combination in seen
        same += is_same
        if not row.is_removed:
            seen.add(combination)
        rows.append(replace(row, choices=choices, is_removed=row.is_removed or is_same))
    options = tuple(option for option in form.options if option is not gone)
    said = f"{gone.name or 'The option'} is taken out."
    if same:
        said += f" {_variants(same)} would be the same as others and will be removed when you save."
    return Step(replace(form, options=options, variants=tuple(rows)), said, "options")


def _drop_value(form: TypedProduct, place: int, number: int) -> Step:
    option = form.options[place]
    gone = option.values[number]
    users = sum(row.choices.get(option.key) == gone.key for row in form.kept)
    rows = tuple(
        replace(row, is_removed=True) if row.choices.get(option.key) == gone.key else row
        for row in form.variants
    )
    left = replace(option, values=tuple(value for value in option.values if value is not gone))
    said = f"{gone.text or 'The value'} is taken out."
    if users:
        said += f" {_variants(users)} will be removed with it when you save."
    return Step(_with_option(replace(form, variants=rows), place, left), said, f"option-{place}-name")


def _value_up(form: TypedProduct, place: int, number: int) -> Step:
    option = form.options[place]
    moved = replace(option, values=_up(option.values, number))
    said = f"{option.values[number].text} is one place higher."
    focus = f"option-{place}-value-{max(0, number - 1)}"
    return Step(_in_order(_with_option(form, place, moved)), said, focus)


def _option_up(form: TypedProduct, place: int) -> Step:
    moved = replace(form, options=_up(form.options, place))
    said = f"{form.options[place].name} is one place higher."
    return Step(_in_order(moved), said, f"option-{max(0, place - 1)}-name")


def _combine(form: TypedProduct) -> Step:
    """Add a row for each combination that has none; rows that lack a choice get the first value."""
    options = [replace(option, values=_named(option)) for option in form.options]
    if not options or not all(option.values for option in options):
        return Step(form, "Name an option and write its values first.", "options")
    if len(options) > MAX_OPTIONS:
        return Step(form, f"A product takes {MAX_OPTIONS} options.", "options")
    # Counted before they are made: a few long lists make more combinations than memory holds.
    if (total := prod(len(option.values) for option in options)) > MAX_VARIANTS:
        return Step(form, _too_many(total), "options")
    firsts = {option.key: option.values[0].key for option in options}
    rows = [replace(row, choices={**firsts, **_valid(row, options)}) for row in form.variants]
    present = {_key(row, options) for row in rows}
    wanted = [
        dict(zip((option.key for option in options), chosen, strict=True))
        for chosen in combinations(*([value.key for value in option.values] for option in options))
    ]
    missing = [choices for choices in wanted if tuple(choices.values()) not in present]
    if (total := len(form.kept) + len(missing)) > MAX_VARIANTS:
        return Step(form, _too_many(total), "options")
    taken = {row.sku.strip().upper() for row in rows}
    stem = form.slug.strip() or slug_of(form.title)
    pattern = next(iter(form.variants), TypedVariant())
    for choices in missing:
        texts = [_text(option, choices[option.key]) for option in options]
        sku = suggested_sku(stem, texts, taken)
        taken.add(sku)
        rows.append(_like(pattern, sku, choices))
    said = f"{_variants(len(missing))} added." if missing else "Every combination is there already."
    if missing and pattern.was:
        said += " They cost and weigh what the first one does until you change that."
    focus = f"variant-{len(form.variants)}-sku" if missing else "options"
    return Step(_in_order(replace(form, variants=tuple(rows))), said, "" if not missing else focus)


def _add_row(form: TypedProduct) -> Step:
    if len(form.kept) >= MAX_VARIANTS:
        return Step(form, f"A product takes {MAX_VARIANTS} variants.", "variants")
    pattern = next(iter(form.variants), TypedVariant())
    row = _like(pattern, "", {})
    said = "A row more: choose what it is, and give it a SKU."
    return Step(replace(form, variants=(*form.variants, row)), said, f"variant-{len(form.variants)}-sku")


def _forget_row(form: TypedProduct, number: int) -> Step:
    """Take a new row out of the form; one that the shop has is removed when it is saved."""
    gone = form.variants[number]
    if gone.was:
        rows = _at(form.variants, number, replace(gone, is_removed=not gone.is_removed))
        said = f"{gone.sku or gone.was} " + (
            "stays." if gone.is_removed else "will be removed when you save; its stock pool stays."
        )
        return Step(replace(form, variants=rows), said, f"variant-{number}-remove")
    rows = tuple(row for place, row in enumerate(form.variants) if place != number)
    return Step(replace(form, variants=rows), "The new row is taken out.", "variants")


STEPS: Mapping[str, Callable[..., Step]] = {
    "option": _add_option,
    "values": _add_values,
    "option-drop": _drop_option,
    "value-drop": _drop_value,
    "value-up": _value_up,
    "option-up": _option_up,
    "combine": _combine,
    "row": _add_row,
    "row-drop": _forget_row,
}


def _variants(count: int) -> str:
    return "1 variant" if count == 1 else f"{count} variants"


def _too_many(total: int) -> str:
    return f"That would be {total} variants: a product takes {MAX_VARIANTS}. Use fewer values."


def _named(option: TypedOption) -> tuple[TypedValue, ...]:
    return tuple(value for value in option.values if value.text.strip())


def _valid(row: TypedVariant, options: list[TypedOption]) -> dict[str, str]:
    """Return the choices of a row that lead to a value."""
    known = {(option.key, value.key) for option in options for value in option.values}
    return {key: value for key, value in row.choices.items() if (key, value) in known}


def _key(row: TypedVariant, options: list[TypedOption]) -> tuple[str, ...]:
    return tuple(row.choices.get(option.key, "") for option in options)


def _text(option: TypedOption, key: str) -> str:
    return next(value.text for value in option.values if value.key == key)


def _like(pattern: TypedVariant, sku: str, choices: Mapping[str, str]) -> TypedVariant:
    """Return a new row that costs and weighs what another one does."""
    return TypedVariant(
        sku=sku,
        choices=choices,
        prices=pattern.prices,
        compare_at=pattern.compare_at,
        weight=pattern.weight,
        policy=pattern.policy,
        cap=pattern.cap,
    )


def _in_order(form: TypedProduct) -> TypedProduct:
    """Put the rows into the order of the options' values; rows that lack a choice stay behind."""
    places = {
        option.key: {value.key: number for number, value in enumerate(option.values)}
        for option in form.options
    }

    def place(row: TypedVariant) -> tuple[int, ...]:
        return tuple(
            places[option.key].get(row.choices.get(option.key, ""), MAX_VARIANTS) for option in form.options
        )

    return replace(form, variants=tuple(sorted(form.variants, key=place)))


def _with_option(form: TypedProduct, place: int, option: TypedOption) -> TypedProduct:
    return replace(form, options=_at(form.options, place, option))


def _at(entries: tuple[Entry, ...], place: int, entry: Entry) -> tuple[Entry, ...]:
    return (*entries[:place], entry, *entries[place + 1 :])


def _up(entries: tuple[Entry, ...], place: int) -> tuple[Entry, ...]:
    if place < 1:
        entries[place]  # noqa: B018 - a place that is not there must be found out here too
        return entries
    return (*entries[: place - 1], entries[place], entries[place - 1], *entries[place + 1 :])
