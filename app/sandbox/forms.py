"""Reading `a[b][0]=c`: the form encoding that Stripe's libraries send, with `[0]` and with `[]`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.sandbox.errors import invalid

MAX_DEPTH = 10
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the nested parameters; what may become a list is still a hash with numbers as names.

    `[0]` and `[]` mean the same. With `[]` a name that the last element already has begins
    the next element, as in `items[][price]=a&items[][quantity]=1&items[][price]=b`.

    Raises:
        ApiError: a name that cannot be read, or that is both a text and a container.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if not match:
            raise invalid(f"Invalid parameter name: {name[:100]}", name[:100])
        path = [match.group(1), *_PART.findall(match.group(2))]
        if len(path) > MAX_DEPTH:
            raise invalid(f"Parameters are nested too deeply: {name[:100]}", name[:100])
        _place(root, path, value, name)
    return root


def _place(holder: dict[str, Any], path: list[str], value: str, name: str) -> None:
    head, rest = path[0], path[1:]
    if head == "":
        head = _next_index(holder, rest)
    if not rest:
        if isinstance(holder.get(head), dict):
            raise invalid(f"Invalid parameter: {name} is used both as a value and as a hash.", name)
        holder[head] = value
        return
    inner = holder.setdefault(head, {})
    if not isinstance(inner, dict):
        raise invalid(f"Invalid parameter: {name} is used both as a value and as a hash.", name)
    _place(inner, rest, value, name)


def _next_index(holder: dict[str, Any], rest: list[str]) -> str:
    last = len(holder) - 1
    if last >= 0 and rest and not _holds(holder.get(str(last)), rest):
        return str(last)
    return str(last + 1)


def _holds(element: object, path: list[str]) -> bool:
    """Tell whether an element of a `[]` list already has what is about to be placed."""
    for part in path:
        if not isinstance(element, dict):
            return True
        if part == "" or part not in element:
            return False
        element = element[part]
    return True
