"""Narrowing a listing: values of one facet are alternatives, facets must all hold.

A facet's counts ignore its own choice, so that they say what another choice would
give. Price, availability and options must hold for one and the same variant: who
asks for A3 in oak is not shown what comes in A3, and in oak, but not in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from app.search.model import (
    AVAILABILITY,
    IN_STOCK,
    SOLD_OUT,
    TAG,
    TYPE,
    VENDOR,
    Facet,
    FacetValue,
    Filter,
    Goods,
    Narrowed,
    Pair,
    PricedOffer,
    Sorting,
)

MOST_VALUES = 40
"""Values of a facet that are offered, those of the most products."""
PRICE = "price"
OF_PRODUCTS = (VENDOR, TYPE, TAG)
"""Facets of a whole product; the others are of one variant."""


def narrow(goods: Sequence[Goods], asked: Filter, sorting: Sorting = Sorting.FEATURED) -> Narrowed:
    """Return everything of a listing that a filter leaves, on one page, with all facets."""
    known = _values(goods)
    used, unknown = _without_unknown(asked, known)
    tally = _Tally(used)
    left = [one for one in goods if tally.passes(one)]
    return Narrowed(
        products=tuple(one.product for one in _sorted(left, sorting)),
        total=len(left),
        facets=tuple(_facets(known, tally.counts, used)),
        least=min(tally.prices, default=None),
        most=max(tally.prices, default=None),
        unknown=unknown,
        used=used,
    )


class _Tally:
    """Judges products one after the other, and counts what each facet's values would leave."""

    def __init__(self, asked: Filter) -> None:
        wanted = {key: {(key, value) for value in values} for key, values in asked.chosen.items() if values}
        self._of_products = {key: pairs for key, pairs in wanted.items() if key in OF_PRODUCTS}
        self._of_offers = {key: pairs for key, pairs in wanted.items() if key not in OF_PRODUCTS}
        self._least, self._most = asked.least, asked.most
        self._judged: dict[tuple[Pair, ...], list[str]] = {}
        self.counts: Counter[Pair] = Counter()
        self.prices: list[int] = []
        """Prices that the other choices leave."""

    def passes(self, one: Goods) -> bool:
        """Say whether a product passes, and count it for its values.

        It counts for a facet's value if it passes, or if nothing but that facet stands against it.
        """
        against = [key for key, pairs in self._of_products.items() if pairs.isdisjoint(one.pairs)]
        if len(against) > 1:
            return False
        counted: set[Pair] = set()
        is_passing = False
        for offer in one.offers:
            failing = against + self._against(offer)
            if not failing:
                is_passing = True
                counted.update(offer.pairs)
                self.prices.append(offer.price)
            elif len(failing) == 1:
                if failing == [PRICE]:
                    self.prices.append(offer.price)
                else:
                    of_that = one.pairs if against else offer.pairs
                    counted.update(pair for pair in of_that if pair[0] == failing[0])
        if is_passing:
            counted.update(one.pairs)
        self.counts.update(counted)
        return is_passing

    def _against(self, offer: PricedOffer) -> list[str]:
        """Return the facets of variants that stand against one."""
        if offer.pairs not in self._judged:
            self._judged[offer.pairs] = [
                key for key, pairs in self._of_offers.items() if pairs.isdisjoint(offer.pairs)
            ]
        failing = self._judged[offer.pairs]
        is_dear = self._most is not None and offer.price > self._most
        if is_dear or (self._least is not None and offer.price < self._least):
            return [*failing, PRICE]
        return failing


def _values(goods: Iterable[Goods]) -> dict[str, dict[str, None]]:
    """Return each facet's values; options keep the order in which variants have them."""
    of_products = {pair for one in goods for pair in one.pairs}
    kinds = dict.fromkeys(offer.pairs for one in goods for offer in one.offers)
    of_offers = dict.fromkeys(pair for kind in kinds for pair in kind)
    found = {AVAILABILITY: dict.fromkeys((IN_STOCK, SOLD_OUT))}
    for key, value in sorted((pair for pair in of_products if pair[0] != TAG), key=_by_letters):
        found.setdefault(key, {})[value] = None
    for key, value in of_offers:
        found.setdefault(key, {})[value] = None
    for key, value in sorted((pair for pair in of_products if pair[0] == TAG), key=_by_letters):
        found.setdefault(key, {})[value] = None
    return found


def _by_letters(pair: Pair) -> tuple[str, str, str]:
    return pair[0], pair[1].casefold(), pair[1]


def _without_unknown(asked: Filter, known: dict[str, dict[str, None]]) -> tuple[Filter, tuple[str, ...]]:
    chosen, unknown = {}, []
    for key, values in asked.chosen.items():
        there = frozenset(value for value in values if value in known.get(key, {}))
        unknown += sorted(values - there)
        if there:
            chosen[key] = there
    return replace(asked, chosen=chosen), tuple(unknown)


def _facets(known: dict[str, dict[str, None]], counts: Counter[Pair], used: Filter) -> Iterator[Facet]:
    for key, values in known.items():
        chosen = used.chosen.get(key, frozenset())
        offered = set(sorted(values, key=lambda value: -counts[key, value])[:MOST_VALUES]) | chosen
        if len(values) > 1 or chosen:
            yield Facet(
                key,
                tuple(FacetValue(v, counts[key, v], v in chosen) for v in values if v in offered),
            )


def _sorted(goods: Sequence[Goods], sorting: Sorting) -> Sequence[Goods]:
    """Return a listing in an order, as the sorted pages have it; equals stand by URL name."""
    if sorting is Sorting.FEATURED:
        return goods
    by_slug = sorted(goods, key=lambda one: one.slug)
    match sorting:
        case Sorting.NEWEST:
            return sorted(by_slug, key=lambda one: one.came_at, reverse=True)
        case Sorting.TITLE:
            return sorted(by_slug, key=lambda one: one.title_key)
        case Sorting.PRICE_UP:
            return sorted(by_slug, key=lambda one: one.price)
        case Sorting.PRICE_DOWN:
            return sorted(by_slug, key=lambda one: -one.price)
