"""What the templates of pages may do to a value, besides what letters may do too (`app.texts`)."""

from __future__ import annotations

from jinja2 import Environment

from app.clock import iso


def dom_id(text: str, part: str) -> str:
    """Return an element id that no other text has: `"A/4 ü"|dom_id("stock")`.

    It holds letters, digits, `-` and `_` only, so that it can stand in a selector as it is.
    """
    encoded = "".join(
        char if char.isascii() and (char.isalnum() or char == "-") else f"_{ord(char):x}_" for char in text
    )
    return f"{part}-{encoded}"


def register(environment: Environment) -> None:
    """Give the filters to an environment."""
    environment.filters["dom_id"] = dom_id
    # HTML takes at most three digits of a second, so `isoformat` is no use in `datetime="…"`.
    environment.filters["iso"] = iso
