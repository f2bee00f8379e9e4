"""Reads the options of the form, and what each row has chosen of them."""

from __future__ import annotations

from app.catalogue.editing.typed import MAX_OPTIONS, TypedOption, TypedProduct, TypedVariant
from app.catalogue.editing.words import INVISIBLE, Fault, is_one_line
from app.catalogue.model import Option, Product, Variant

LONGEST_NAME = 255


def read_options(
    form: TypedProduct, before: TypedProduct, base: Product, faults: list[Fault]
) -> tuple[Option, ...]:
    """Return the options with the values that have a text; what was not touched stays as it was."""
    if form.options == before.options:
        return base.options
    if len(form.options) > max(MAX_OPTIONS, len(before.options)):
        faults.append(Fault("options", f"A product takes {MAX_OPTIONS} options."))
    options, names = list[Option](), set[str]()
    known = {text.strip() for option in before.options for text in (option.name, *_texts(option))}
    for place, option in enumerate(form.options):
        name = option.name.strip()
        if not name:
            faults.append(Fault(f"option-{place}-name", "Name the option, such as Size, or remove it."))
        elif name.casefold() in names:
            faults.append(Fault(f"option-{place}-name", f"There is an option called {name} already."))
        elif len(name) > LONGEST_NAME:
            faults.append(Fault(f"option-{place}-name", f"A name takes {LONGEST_NAME} characters."))
        elif not is_one_line(name) and name not in known:
            faults.append(Fault(f"option-{place}-name", f"The name {INVISIBLE}"))
        names.add(name.casefold())
        options.append(Option(name, _values(form, place, option, known, faults)))
    return tuple(options)


def chosen_texts(
    number: int,
    form: TypedProduct,
    row: TypedVariant,
    was: Variant | None,
    before: TypedProduct,
    faults: list[Fault],
) -> tuple[str, ...]:
    """Return the values that a row has chosen, in the order of the options."""
    if was is not None and form.options == before.options:
        old = next((other for other in before.variants if other.was == row.was), None)
        if old is not None and dict(old.choices) == dict(row.choices):
            return was.options
    texts = []
    for place, option in enumerate(form.options):
        value = next((value for value in option.values if value.key == row.choices.get(option.key)), None)
        if value is None:
            what = option.name.strip() or f"option {place + 1}"
            faults.append(Fault(f"variant-{number}-choice-{place}", f"Choose a value of {what}."))
        texts.append(value.text.strip() if value else "")
    return tuple(texts)


def _texts(option: TypedOption) -> tuple[str, ...]:
    return tuple(value.text for value in option.values)


def _values(
    form: TypedProduct, place: int, option: TypedOption, known: set[str], faults: list[Fault]
) -> tuple[str, ...]:
    texts, is_faulty = list[str](), False
    for number, value in enumerate(option.values):
        field, text = f"option-{place}-value-{number}", value.text.strip()
        users = sum(row.choices.get(option.key) == value.key for row in form.kept)
        if not text:
            if users:
                is_faulty = True
                what = "one variant has" if users == 1 else f"{users} variants have"
                faults.append(Fault(field, f"{what.capitalize()} this value: remove them first, or name it."))
            continue
        if text.casefold() in {other.casefold() for other in texts}:
            faults.append(Fault(field, f"{text} stands in this list already."))
        elif len(text) > LONGEST_NAME:
            faults.append(Fault(field, f"A value takes {LONGEST_NAME} characters."))
        elif not is_one_line(text) and text not in known:
            faults.append(Fault(field, f"The value {INVISIBLE}"))
        texts.append(text)
    if not texts and not is_faulty:
        faults.append(Fault(f"option-{place}-value-0", "Write at least one value, or remove the option."))
    return tuple(texts)
