"""A component rendered alone, as the response to a request of htmx."""

from __future__ import annotations

from flask import get_template_attribute
from markupsafe import Markup


def render(component: str, /, *args: object, **options: object) -> Markup:
    """Render one component alone: `render("cart_badge", cart, oob=True)`.

    Its text stands byte for byte in the page that shows the same component.
    """
    macro = get_template_attribute(f"components/{component}.html", component)
    return Markup(macro(*args, **options))  # noqa: S704 - a macro escapes what it is handed
