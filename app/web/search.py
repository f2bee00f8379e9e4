"""Search: a page that works as a plain form, and a fragment of it while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for

from app.catalogue.model import Market
from app.search.model import NoIndex, parse_query
from app.web.contexts.facets import address_of
from app.web.contexts.search import SearchContexts, SearchView
from app.web.fragments import render
from app.web.routing import market_route
from app.web.shop import current_shop, market_or_404

search = Blueprint("search", __name__)

LONGEST_NUMBER = 4


@market_route(search, "/search")
def page(market: str) -> str:
    """Show what is called as the query says."""
    where = market_or_404(market)
    shown = contexts().search_page(where, _found(where))
    return render_template("pages/search.html", page=shown)


@market_route(search, "/_fragments/search")
def fragment(market: str) -> Response:
    """Show the same while somebody types; the address of the page follows."""
    where = market_or_404(market)
    found = _found(where)
    response = make_response(render("search_results", found) + render("search_count", found, oob=True))
    asked = [("q", found.query)] if found.query else []
    response.headers["HX-Replace-Url"] = address_of(url_for("search.page", market=market), asked)
    return response


def contexts() -> SearchContexts:
    """Return the maker of search's contexts."""
    shop = current_shop()
    return SearchContexts(shop.pages, shop.layouts)


def page_number() -> int:
    """Return the page that the request asks for; whatever is no number is the first."""
    text = request.args.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 1


def _found(market: Market) -> SearchView:
    text = request.args.get("q", "")
    try:
        results = current_shop().services.search.find(text, market.currency, page_number())
    except NoIndex:
        return contexts().not_ready(market, parse_query(text).text)
    return contexts().found(market, results)
