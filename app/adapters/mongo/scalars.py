"""How single values are read from documents, whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Reader = Callable[[Any], Any]


class Unreadable(ValueError):
    """A value that is not what the model needs; the message names the field."""


def whole(value: Any) -> int:
    """Return a whole number of any width; other programs may have written 12 as 12.0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise Unreadable(f"a whole number is needed, not {value!r}")
    return int(value)


def text(value: Any) -> str:
    """Return a text."""
    if isinstance(value, str):
        return value
    raise Unreadable(f"text is needed, not {value!r}")


def number(value: Any) -> float:
    """Return a number of any kind."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"a number is needed, not {value!r}")
    return float(value)


def flag(value: Any) -> bool:
    """Return true or false, and never a number that means it."""
    if isinstance(value, bool):
        return value
    raise Unreadable(f"true or false is needed, not {value!r}")


def moment(value: Any) -> datetime:
    """Return a moment in UTC."""
    if not isinstance(value, datetime):
        raise Unreadable(f"a date is needed, not {value!r}")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


SCALARS: Mapping[Any, Reader] = {
    str: text,
    int: whole,
    float: number,
    bool: flag,
    datetime: moment,
    object: lambda value: value,
}
