"""The market of a request, and with it the language of whatever is answered."""

from __future__ import annotations

import re
from contextlib import ExitStack

from flask import Flask, g, request

from app.catalogue.model import Market
from app.web.i18n import use_locale
from app.web.shop import current_shop

PREFIX = re.compile(r"/([a-z]{2}(?:-[a-z]{2})?)(?:/|$)")
IN_THE_DEFAULT_LANGUAGE = frozenset({"storefront", "editor"})
"""Blueprints whose pages without a market speak as the default market does."""


def register_language(app: Flask) -> None:
    """Render every answer in the language of the market that its path names."""

    @app.before_request
    def enter() -> None:
        if request.url_rule is not None:
            enter_market()

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        stack = g.pop("language", None)
        if stack is not None:
            stack.close()


def enter_market() -> None:
    """Find out to which market the request belongs, unless that is known, and speak its language.

    Raises:
        StoreUnavailable: nobody can say now.
    """
    prefix = _prefix()
    if prefix is None or "market" in g:
        return
    market = current_shop().services.catalogue.market(prefix)
    if market is not None:
        belong_to(market, market.locale)


def belong_to(market: Market, locale: str) -> None:
    """Let the rest of the request belong to a market, and speak a language."""
    g.market = market
    if "language" not in g:
        g.language = ExitStack()
    g.language.enter_context(use_locale(locale))


def _prefix() -> str | None:
    """Return the prefix of the market; nothing where no shopper reads the answer."""
    if request.url_rule is None:
        found = PREFIX.match(request.path)
        return found[1] if found else ""
    default = "" if request.blueprint in IN_THE_DEFAULT_LANGUAGE else None
    prefix: str | None = (request.view_args or {}).get("market", default)
    return prefix
