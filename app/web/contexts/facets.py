"""Contexts of narrowed listings: what can be chosen, what was, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from app.catalogue.model import Market
from app.money import Money
from app.search.model import AVAILABILITY, IN_STOCK, TAG, TYPE, VENDOR, Facet, Narrowed, Sorting
from app.texts import format_money
from app.web.contexts.sorting import sorting_label
from app.web.contexts.views import LayoutView, Link, MetaView, ProductCard
from app.web.i18n import gettext as _

NEIGHBOURS = 3
"""Pages before and after the one that is shown which are linked to."""
MOST_AT_ONCE = 10
"""Values of a facet that stand there at once, those of the most products; the rest is folded away."""
OPEN_AT_FIRST = 3
"""Facets that are unfolded though nothing is chosen in them."""

Parameters = list[tuple[str, str]]
"""A query string's names and values, sorted: the same question has one address."""


@dataclass(frozen=True)
class FacetChoiceView:
    """A value that can be chosen."""

    id: str
    name: str
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class FacetView:
    """Something that the products of a listing differ in."""

    legend: str
    choices: tuple[FacetChoiceView, ...]
    rest: tuple[FacetChoiceView, ...] = ()
    """What is folded away: rarer values that would still show something."""
    is_open: bool = False
    is_rest_open: bool = False


@dataclass(frozen=True)
class PriceRangeView:
    """The range of prices: what was asked for, and what there is."""

    currency: str
    asked_least: str
    asked_most: str
    least: str
    """The lowest price that the other choices leave, as a plain decimal; empty where there is none."""
    most: str


@dataclass(frozen=True)
class FilterView:
    """A narrowed listing with everything that can be chosen."""

    is_ready: bool
    action: str
    fragment_url: str
    collection_url: str
    clear_url: str
    facets: tuple[FacetView, ...] = ()
    price: PriceRangeView | None = None
    sortings: tuple[FacetChoiceView, ...] = ()
    chosen: tuple[Link, ...] = ()
    """What was chosen; each leads to the listing without it."""
    said: tuple[str, ...] = ()
    """What was asked for and left out, in words."""
    total: int = 0
    is_narrowed: bool = False
    cards: tuple[ProductCard, ...] = ()
    pages: tuple[Link, ...] = ()


@dataclass(frozen=True)
class FilterPage:
    """The page of a narrowed listing."""

    layout: LayoutView
    meta: MetaView
    title: str
    shown: FilterView


@dataclass(frozen=True)
class Asked:
    """What a request asks of a listing, beside the filter itself."""

    parameters: Parameters
    sorting: Sorting
    least: str
    most: str
    faults: tuple[str, ...]


def address_of(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return a path with a query string."""
    query = urlencode(list(parameters))
    return f"{path}?{query}" if query else path


def page_links(path: str, parameters: Parameters, number: int, count: int) -> tuple[Link, ...]:
    """Return links to the pages around one; the first and the last are among them."""
    if count < 2:
        return ()
    shown = {1, count, *range(max(1, number - NEIGHBOURS), min(count, number + NEIGHBOURS) + 1)}
    return tuple(
        Link(
            str(page),
            address_of(path, sorted([*parameters, ("page", str(page))]) if page > 1 else parameters),
            page == number,
        )
        for page in sorted(shown)
    )


def in_order(facets: Iterable[Facet]) -> list[Facet]:
    """Return facets as a listing shows them: what decides a purchase first, availability and options."""
    return sorted(facets, key=lambda facet: (facet.key != AVAILABILITY, not facet.option))


def facet_view(facet: Facet, number: int) -> FacetView:
    """Return a facet with its most frequent values first in sight, in the order that they always have."""
    legends = {AVAILABILITY: _("Availability"), VENDOR: _("Vendor"), TYPE: _("Kind"), TAG: _("Tag")}
    choices = [
        FacetChoiceView(
            id=f"facet-{number}-{at}",
            name=facet.key,
            value=value.value,
            label=value_label(facet.key, value.value),
            count=value.count,
            is_chosen=value.is_chosen,
        )
        for at, value in enumerate(facet.values)
    ]
    frequent = {choice.id for choice in sorted(choices, key=lambda choice: -choice.count)[:MOST_AT_ONCE]}
    rest = [choice for choice in choices if choice.id not in frequent and (choice.count or choice.is_chosen)]
    return FacetView(
        facet.option or legends[facet.key],
        tuple(choice for choice in choices if choice.id in frequent),
        tuple(rest),
        is_open=number < OPEN_AT_FIRST or any(choice.is_chosen for choice in choices),
        is_rest_open=any(choice.is_chosen for choice in rest),
    )


def value_label(key: str, value: str) -> str:
    """Return what a facet's value is called."""
    if key != AVAILABILITY:
        return value
    return _("Can be bought now") if value == IN_STOCK else _("Not to be had now")


def chosen_links(narrowed: Narrowed, market: Market, asked: Asked, action: str) -> Iterator[Link]:
    """Return what a listing was narrowed by, in the order of the facets; each leads on without it."""

    def without(*dropped: tuple[str, str]) -> str:
        return address_of(action, [pair for pair in asked.parameters if pair not in dropped])

    for facet in in_order(narrowed.facets):
        for value in facet.values:
            if value.is_chosen:
                yield Link(value_label(facet.key, value.value), without((facet.key, value.value)))
    least, most = narrowed.used.least, narrowed.used.most
    if least is not None:
        price = format_money(Money(least, market.currency))
        yield Link(_("from %(price)s", price=price), without(("price_min", asked.least)))
    if most is not None:
        price = format_money(Money(most, market.currency))
        yield Link(_("up to %(price)s", price=price), without(("price_max", asked.most)))


def price_view(narrowed: Narrowed, market: Market, asked: Asked) -> PriceRangeView:
    """Return the range of prices: what was asked for, and what there is."""

    def decimal(minor: int | None) -> str:
        return "" if minor is None else Money(minor, market.currency).decimal

    return PriceRangeView(
        market.currency, asked.least, asked.most, decimal(narrowed.least), decimal(narrowed.most)
    )


def sorting_views(chosen: Sorting) -> tuple[FacetChoiceView, ...]:
    """Return the orders of a listing, one of them chosen."""
    return tuple(
        FacetChoiceView(f"sort-{sorting}", "sort", sorting, sorting_label(sorting), 0, sorting is chosen)
        for sorting in Sorting
    )
