"""What is asked and what is found: queries, documents of the index, hits, facets and filters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

from app.errors import VitrineError

LONGEST_QUERY = 200
"""Characters of what was typed that are looked at."""
MOST_WORDS = 10
MOST_HITS = 1000
"""Hits that can be looked through; whoever finds more has not said enough."""
LONGEST_WORD = 40
APOSTROPHES = re.compile(r"(?<=\w)['’ʼ](?=\w)")
WORD = re.compile(r"[^\W_]+")


@dataclass(eq=False)
class NoIndex(VitrineError):
    """There is no index to ask: none was written yet, or it cannot be read."""

    reason: str

    def __str__(self) -> str:
        return f"The search index cannot be read: {self.reason}. The next build writes it."


def words_of(text: str) -> list[str]:
    """Return the words of a text as the index holds them: small letters and digits without accents.

    An apostrophe within a word is left out, everything else that is no letter and no digit parts words.
    """
    closed = APOSTROPHES.sub("", text.casefold())
    letters = (char for char in unicodedata.normalize("NFKD", closed) if not unicodedata.combining(char))
    return [word[:LONGEST_WORD] for word in WORD.findall("".join(letters).casefold())]


@dataclass(frozen=True)
class Query:
    """What somebody typed: the words to look for, and the whole as it may name a SKU."""

    text: str
    words: tuple[str, ...]

    @property
    def sku(self) -> str:
        """The text as the shop keeps SKUs."""
        return self.text.upper()


def parse_query(text: str) -> Query:
    """Read what somebody typed; nothing of it is ever refused, and nothing of it is syntax."""
    shown = " ".join("".join(char if char.isprintable() else " " for char in text[:LONGEST_QUERY]).split())
    words = words_of(shown)
    # The last word may still grow, so it stays the last one even where it was typed twice.
    kept = [word for number, word in enumerate(words) if word not in words[number + 1 :]]
    return Query(shown, tuple(kept[-MOST_WORDS:]))


@dataclass(frozen=True)
class Term:
    """A word to look for, or several of which one is enough; an open one may go on."""

    words: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Offer:
    """A variant as the index knows it."""

    sku: str
    stock_id: str
    is_buyable: bool
    prices: Mapping[str, int]
    options: tuple[tuple[str, str], ...] = ()
    """Name and value of each option: `("Size", "A3")`."""


@dataclass(frozen=True)
class Document:
    """What the index holds of a product: its words by weight, and what a filter asks."""

    product: str
    slug: str
    title: str
    title_key: str
    """The title as an index sorts it."""
    names: str
    """Vendor, type, tags, option values and SKUs."""
    text: str
    """The description without its markup."""
    vendor: str
    type: str
    tags: tuple[str, ...]
    came_at: str
    """When it came into the shop, in ISO 8601."""
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Hit:
    """A product that was found. What a page says of it is read anew."""

    product: str


@dataclass(frozen=True)
class Results:
    """One page of what was found, the best first."""

    query: Query
    hits: tuple[Hit, ...] = ()
    total: int = 0
    """Hits that can be looked through, MOST_HITS at most."""
    has_more: bool = False
    """Whether there are more than these."""
    number: int = 1
    page_count: int = 1
    instead: tuple[str, ...] = ()
    """The words that were looked for in the place of words that nothing is called by."""


class Sorting(StrEnum):
    """In which order a narrowed listing is shown."""

    FEATURED = "featured"
    NEWEST = "newest"
    TITLE = "title"
    PRICE_UP = "price-up"
    PRICE_DOWN = "price-down"


AVAILABILITY, VENDOR, TYPE, TAG, OPTION = "availability", "vendor", "type", "tag", "option."
"""Keys of facets; an option's key goes on with its name: `option.Size`."""
IN_STOCK, SOLD_OUT = "in-stock", "sold-out"

Pair = tuple[str, str]
"""A facet's key and one of its values."""


@dataclass(frozen=True)
class Goods:
    """A product of a listing with what can be asked of it, in one currency."""

    product: str
    slug: str
    title_key: str
    vendor: str
    type: str
    tags: tuple[str, ...]
    came_at: str
    offers: tuple[PricedOffer, ...]

    @property
    def price(self) -> int:
        """The lowest price, in minor units."""
        return min(offer.price for offer in self.offers)

    @cached_property
    def pairs(self) -> frozenset[Pair]:
        """What a filter may ask of the product as a whole."""
        of_one = {(VENDOR, self.vendor), (TYPE, self.type)}
        return frozenset({pair for pair in of_one if pair[1]} | {(TAG, tag) for tag in self.tags})


@dataclass(frozen=True)
class PricedOffer:
    """A variant of a listing with its price in one currency, in minor units."""

    price: int
    is_buyable: bool
    options: tuple[tuple[str, str], ...] = ()

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """What a filter may ask of this one variant."""
        return _pairs(self.is_buyable, self.options)


@lru_cache(maxsize=4096)
def _pairs(is_buyable: bool, options: tuple[tuple[str, str], ...]) -> tuple[Pair, ...]:
    """Return the pairs of a variant; most variants of a shop share theirs with many others."""
    band = (AVAILABILITY, IN_STOCK if is_buyable else SOLD_OUT)
    return (band, *((OPTION + name, value) for name, value in options))


@dataclass(frozen=True)
class Filter:
    """What a listing is narrowed to: values by facet, and a range of prices in minor units."""

    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    least: int | None = None
    most: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not any(self.chosen.values()) and self.least is None and self.most is None


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet, with how many products it would leave."""

    value: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """Something that products of a listing differ in, with its values."""

    key: str
    values: tuple[FacetValue, ...]

    @property
    def option(self) -> str:
        """The option's name, where it is one."""
        return self.key.removeprefix(OPTION) if self.key.startswith(OPTION) else ""


@dataclass(frozen=True)
class Narrowed:
    """A listing narrowed by a filter: one page of it, and what else could be chosen."""

    products: tuple[str, ...] = ()
    total: int = 0
    number: int = 1
    page_count: int = 1
    facets: tuple[Facet, ...] = ()
    least: int | None = None
    """The lowest and the highest price that the other choices leave, in minor units."""
    most: int | None = None
    unknown: tuple[str, ...] = ()
    """Values that were asked for and that nothing in the listing has; they are left out."""
    used: Filter = field(default_factory=Filter)
    """The filter without them."""
