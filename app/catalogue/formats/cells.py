"""Single cells: formulas made harmless and restored, and the few kinds of values that cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from app.errors import InvalidValue
from app.inventory.model import LARGEST_COUNT

FORMULA = re.compile(r"'*[=+\-@\t\r\n\0＝＋－＠]")
"""How a cell begins that a spreadsheet would run, behind any apostrophes (ASVS 5.0 1.2.10)."""
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
TRUE, FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
TAG = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(,|$)')
HEAVIEST_GRAMS = 1_000_000_000
FINEST_DECIMALS = 6


def defused(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def restored(cell: str) -> str:
    """Return what stood in a cell before it was defused."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def flag(cell: str, field: str) -> bool:
    """Read true or false.

    Raises:
        InvalidValue: it is neither.
    """
    text = cell.strip().lower()
    if text not in TRUE | FALSE:
        raise InvalidValue(field, cell, "true or false")
    return text in TRUE


def flag_text(value: bool) -> str:
    """Write true or false."""
    return "true" if value else "false"


def whole(cell: str, field: str, least: int = -LARGEST_COUNT) -> int:
    """Read a whole number; `3.0` is one, because spreadsheets write it.

    Raises:
        InvalidValue: it is none, or beyond what can be counted.
    """
    number = _decimal(cell)
    if number is None or number != number.to_integral_value() or not least <= number <= LARGEST_COUNT:
        raise InvalidValue(field, cell, f"a whole number from {least} to {LARGEST_COUNT}")
    return int(number)


def grams(cell: str, field: str, times: Decimal = Decimal(1)) -> float:
    """Read a weight and return it in grams.

    Raises:
        InvalidValue: it is no number, negative, or heavier than a ship.
    """
    number = _decimal(cell)
    if number is None or not 0 <= number * times <= HEAVIEST_GRAMS:
        raise InvalidValue(field, cell, "a weight of 0 or more, such as 250 or 453.6")
    return float(round(number * times, FINEST_DECIMALS))


def grams_text(weight: float) -> str:
    """Write a weight in as few digits as it needs."""
    return format(Decimal(repr(weight)).normalize(), "f")


def tags(cell: str) -> tuple[str, ...]:
    """Read a list of tags: separated by commas, and in quotation marks where a tag holds one."""
    found = []
    for match in TAG.finditer(cell):
        quoted, bare, _ = match.groups()
        if quoted is not None:
            found.append(quoted.replace('""', '"'))
        elif bare.strip():
            found.append(bare.strip())
        if match.end() == len(cell):
            break
    return tuple(found)


def tags_text(values: Iterable[str]) -> str:
    """Write a list of tags so that `tags` reads the same."""
    return ", ".join(_tag_text(value) for value in values)


def _tag_text(tag: str) -> str:
    is_plain = tag and tag == tag.strip() and "," not in tag and not tag.startswith('"')
    quoted = tag.replace('"', '""')
    return tag if is_plain else f'"{quoted}"'


def _decimal(cell: str) -> Decimal | None:
    text = cell.strip()
    return Decimal(text) if NUMBER.fullmatch(text) else None
