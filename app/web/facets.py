"""Narrowed listings: a form that works by itself, whose answer has one address for one question."""

from __future__ import annotations

from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from app.catalogue.model import Collection, Market
from app.errors import InvalidValue
from app.money import Money
from app.search.model import (
    AVAILABILITY,
    LONGEST_QUERY,
    OPTION,
    TAG,
    TYPE,
    VENDOR,
    Filter,
    NoIndex,
    Sorting,
)
from app.web.contexts.facets import Asked, FilterView, Parameters, address_of
from app.web.fragments import render
from app.web.i18n import gettext as _
from app.web.routing import market_route
from app.web.search import contexts, page_number
from app.web.shop import current_shop, market_or_404

facets = Blueprint("facets", __name__)

MOST_CHOICES = 60
"""Values that one address may name."""
PRICES = ("price_min", "price_max")


@market_route(facets, "/collections/<slug>/filter", strict_slashes=False)
def page(market: str, slug: str) -> str | WerkzeugResponse:
    """Show a collection narrowed by what the address says; led to the one address that says it."""
    where, collection = market_or_404(market), _collection(slug)
    asked, wanted = _read(where)
    address = _address(market, slug, asked)
    if list(request.args.items(multi=True)) != _with_page(asked.parameters):
        return redirect(address, code=302)
    shown = contexts().filter_page(where, collection, _shown(where, collection, asked, wanted))
    return render_template("pages/filter.html", page=shown)


@market_route(facets, "/_fragments/collections/<slug>/filter")
def fragment(market: str, slug: str) -> Response:
    """Show the same when something was chosen; the address of the page follows."""
    where, collection = market_or_404(market), _collection(slug)
    asked, wanted = _read(where)
    shown = _shown(where, collection, asked, wanted)
    response = make_response(render("facets", shown) + render("facets_count", shown, oob=True))
    response.headers["HX-Replace-Url"] = _address(market, slug, asked)
    return response


def _collection(slug: str) -> Collection:
    found = current_shop().services.catalogue.store.collection_by_slug(slug)
    if found is None:
        abort(404)
    return found


def _shown(market: Market, collection: Collection, asked: Asked, wanted: Filter) -> FilterView:
    search = current_shop().services.search
    try:
        narrowed = search.narrow(collection.id, market.currency, wanted, asked.sorting, page_number())
    except NoIndex as missing:
        current_app.logger.warning("no search index", extra={"reason": missing.reason})
        narrowed = None
    return contexts().narrowed(market, collection, narrowed, asked)


def _read(market: Market) -> tuple[Asked, Filter]:
    """Read the address; what cannot be understood is said, and left out."""
    chosen: dict[str, set[str]] = {}
    for name, value in request.args.items(multi=True):
        is_facet = name in (AVAILABILITY, VENDOR, TYPE, TAG) or name.startswith(OPTION)
        if is_facet and value and sum(map(len, chosen.values())) < MOST_CHOICES:
            chosen.setdefault(name[:LONGEST_QUERY], set()).add(value[:LONGEST_QUERY])
    texts = [request.args.get(name, "").strip()[:LONGEST_QUERY] for name in PRICES]
    faults: list[str] = []
    least, most = (_price(text, market, faults.append) for text in texts)
    try:
        sorting = Sorting(request.args.get("sort", ""))
    except ValueError:
        sorting = Sorting.FEATURED
    parameters: Parameters = [(name, value) for name, values in chosen.items() for value in values]
    parameters += [(name, text) for name, text in zip(PRICES, texts, strict=True) if text]
    if sorting is not Sorting.FEATURED:
        parameters.append(("sort", sorting))
    asked = Asked(sorted(parameters), sorting, texts[0], texts[1], tuple(faults))
    return asked, Filter({name: frozenset(values) for name, values in chosen.items()}, least, most)


def _price(text: str, market: Market, fault: Callable[[str], None]) -> int | None:
    if not text:
        return None
    try:
        return Money.parse(text.replace(",", "."), market.currency).minor
    except InvalidValue:
        fault(_("“%(value)s” is no price, so it was left out.", value=text))
        return None


def _with_page(parameters: Parameters) -> Parameters:
    number = page_number()
    return sorted([*parameters, ("page", str(number))]) if number > 1 else parameters


def _address(market: str, slug: str, asked: Asked) -> str:
    return address_of(url_for("facets.page", market=market, slug=slug), _with_page(asked.parameters))
