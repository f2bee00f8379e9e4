"""Routes that exist once without a prefix, for the default market, and once under each market's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter

View = TypeVar("View", bound=Callable[..., Any])


class MarketConverter(BaseConverter):
    """A market's prefix: two letters, or two and two, as `de` or `de-at`; no other path looks so."""

    regex = "[a-z]{2}(?:-[a-z]{2})?"


def register_converters(app: Flask) -> None:
    """Let routes say `<market:market>`."""
    app.url_map.converters["market"] = MarketConverter


def market_route(
    blueprint: Blueprint,
    rule: str,
    methods: Sequence[str] = ("GET",),
    *,
    strict_slashes: bool = True,
    **defaults: Any,
) -> Callable[[View], View]:
    """Route a view under the rule and under every market's prefix; the view takes `market`.

    Without strict slashes the rule's path is taken with a slash at its end as well.
    """
    options: dict[str, Any] = {"methods": methods, "strict_slashes": strict_slashes}

    def decorate(view: View) -> View:
        of_default = {**defaults, "market": ""}
        blueprint.add_url_rule(rule, view_func=view, defaults=of_default, **options)
        blueprint.add_url_rule(f"/<market:market>{rule}", view_func=view, defaults=defaults, **options)
        return view

    return decorate
