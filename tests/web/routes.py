"""Every route of the app, as tests walk over them: with values that lead somewhere, and ones that do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask
from werkzeug.routing import Rule

UNSAID = frozenset({"HEAD", "OPTIONS"})
"""Methods that Flask adds by itself."""


def rules(app: Flask) -> Iterator[Rule]:
    """Yield every route, in a stable order."""
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def path_of(rule: Rule, values: Mapping[str, str | int]) -> str:
    """Return a path of the route, with its places filled; what has no value is called `none`."""
    filled: dict[str, object] = {}
    for place in rule.arguments:
        filled[place] = (rule.defaults or {}).get(place, values.get(place, "none"))
    built = rule.build(filled, append_unknown=False)
    assert built is not None, rule
    return str(built[1])


def methods_of(rule: Rule) -> list[str]:
    """Return the methods that the route was written for."""
    return sorted((rule.methods or set()) - UNSAID)
