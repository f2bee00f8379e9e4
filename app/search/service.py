"""What search can do: find by what was typed, and narrow a listing down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from app.catalogue.model import PAGE_SIZE
from app.search.facets import narrow
from app.search.model import MOST_HITS, Filter, Goods, Hit, Narrowed, Results, Sorting, Term, parse_query
from app.search.spelling import reach, slips, slips_so_far, stems
from app.search.store import SearchIndex

MOST_NEAR = 5
"""Words that are tried in the place of one that nothing is called by."""
KEPT_LISTINGS = 8


@dataclass
class Search:
    """Finds products. Every answer is of the index; what a page shows of a hit is read anew."""

    index: SearchIndex
    _listings: dict[tuple[str, str], tuple[str, Sequence[Goods]]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def find(self, text: str, currency: str, number: int = 1, size: int = PAGE_SIZE) -> Results:
        """Return one page of what is sold in a currency and called so, or nearly so.

        Args:
            text: as it was typed; its last word may be a beginning.
            currency: of the market.
            number: of the page, from 1; beyond the last page it is the last.
            size: hits a page.

        Raises:
            NoIndex: there is no index yet.
        """
        query = parse_query(text)
        if not query.words:
            return Results(query)
        last = len(query.words) - 1
        terms = [Term((word,), at == last) for at, word in enumerate(query.words)]
        found = list(self.index.ranked(terms, currency))
        instead: tuple[str, ...] = ()
        named = self.index.with_sku(query.sku, currency)
        if named:
            found = [named, *(product for product in found if product != named)]
        if not found:
            found, instead = self._nearly(terms, currency)
        has_more, found = len(found) > MOST_HITS, found[:MOST_HITS]
        pages = max(1, -(-len(found) // size))
        number = min(max(1, number), pages)
        shown = found[(number - 1) * size : number * size]
        hits = tuple(Hit(product) for product in shown)
        return Results(query, hits, len(found), has_more, number, pages, instead)

    def narrow(
        self,
        collection: str,
        currency: str,
        asked: Filter,
        sorting: Sorting = Sorting.FEATURED,
        number: int = 1,
    ) -> Narrowed:
        """Return one page of a collection narrowed by a filter, with every facet's counts.

        Raises:
            NoIndex: there is no index yet.
        """
        whole = narrow(self._listing(collection, currency), asked, sorting)
        pages = max(1, -(-whole.total // PAGE_SIZE))
        number = min(max(1, number), pages)
        shown = whole.products[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        return replace(whole, products=shown, number=number, page_count=pages)

    def _nearly(self, terms: Sequence[Term], currency: str) -> tuple[list[str], tuple[str, ...]]:
        """Find with words that are near, in the place of those that nothing has."""
        tried: list[Term] = []
        instead: list[str] = []
        for term in terms:
            if self.index.knows(term):
                tried.append(term)
                continue
            near = self._near(term)
            if not near:
                return [], ()
            tried.append(Term(near))
            instead += near
        found = list(self.index.ranked(tried, currency)) if instead else []
        return found, tuple(instead) if found else ()

    def _near(self, term: Term) -> tuple[str, ...]:
        """Return the words that are nearest, the most used first; none where too much is wrong."""
        (typed,) = term.words
        ranked = []
        for word, count in self.index.near(stems(typed)):
            whole = slips(typed, word)
            nearest = min(whole, slips_so_far(typed, word)) if term.is_open else whole
            if nearest <= reach(typed):
                ranked.append((nearest, whole, -count, word))
        ranked.sort()
        return tuple(word for nearest, _, _, word in ranked if nearest == ranked[0][0])[:MOST_NEAR]

    def _listing(self, collection: str, currency: str) -> Sequence[Goods]:
        """Return a listing, read once for as long as the index stays as it is."""
        state, name = self.index.state(), (collection, currency)
        with self._lock:
            kept = self._listings.get(name)
        if kept and kept[0] == state:
            return kept[1]
        goods = self.index.listing(collection, currency)
        with self._lock:
            self._listings.pop(name, None)
            while len(self._listings) >= KEPT_LISTINGS:
                self._listings.pop(next(iter(self._listings)))
            self._listings[name] = (state, goods)
        return goods
