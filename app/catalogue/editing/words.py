"""Small texts of editing: a fault at its field, and the names that are made of what was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.catalogue.model import SKU_LENGTH

NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")
NOT_IN_SKUS = re.compile(r"[^A-Z0-9]+")
SPELT_OUT = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "þ": "th"})
CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Not those that join or part letters, such as the hard blank: languages and emoji need them."""
INVISIBLE = "has line ends, tabs or other characters that nobody sees: write it without them."


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of the form, as a sentence for who typed it."""

    field: str
    text: str


def is_one_line(text: str) -> bool:
    """Say whether a text stands in one line: no line ends, tabs or other characters that control."""
    return not any(unicodedata.category(char) in CONTROLS for char in text)


def slug_of(title: str) -> str:
    """Return a URL name made of a title: `Café à la mer!` gives `cafe-a-la-mer`."""
    return NOT_IN_SLUGS.sub("-", _plain_letters(title).lower()).strip("-")[:SKU_LENGTH].rstrip("-")


def suggested_sku(slug: str, texts: Sequence[str], taken: set[str]) -> str:
    """Return a SKU for a combination: `TIDES-A3-OAK`; a number follows where that is taken."""
    words = (NOT_IN_SKUS.sub("-", _plain_letters(text).upper()).strip("-") for text in (slug, *texts))
    stem = "-".join(word for word in words if word)[: SKU_LENGTH - 4].rstrip("-") or "SKU"
    sku, number = stem, 2
    while sku in taken:
        sku, number = f"{stem}-{number}", number + 1
    return sku


def _plain_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(SPELT_OUT))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
