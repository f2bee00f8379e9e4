"""What search needs of the index; the generator writes the file, the shop reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from app.search.model import Goods, Term

LAYOUT = "2"
"""The layout of the index, and of the words in it. Raised with either; another one is written anew."""


class SearchIndex(Protocol):
    """Reads the index. Each answer is of one moment.

    Each method raises NoIndex where there is no index, or none that can be read.
    """

    def ranked(self, terms: Sequence[Term], currency: str) -> Sequence[str]:
        """Return the products that have all terms and a price in the currency, the best first.

        Where there are more than MOST_HITS, some more than that are returned and the rest left out.

        All words in the title go before words in title, vendor, type, tags, options and
        SKUs, and these before the text. Among equals whole words go before beginnings,
        what can be bought before what is sold out, and then the title's order decides.
        """
        ...

    def with_sku(self, sku: str, currency: str) -> str | None:
        """Return the product that has the SKU and a price in the currency."""
        ...

    def knows(self, term: Term) -> bool:
        """Say whether any product has the term."""
        ...

    def near(self, stems: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Return the words of titles and names that have one of these stems, with their products' number."""
        ...

    def listing(self, collection: str, currency: str) -> Sequence[Goods]:
        """Return what a collection lists in a currency, in the collection's order."""
        ...

    def state(self) -> str:
        """Return a name of what the index holds now; after a change it has another."""
        ...
