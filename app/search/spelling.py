"""Words that are nearly the same: one or two letters wrong, left out, added or swapped.

Two words that are near leave a common stem when a few letters are taken out of each
(the idea is known as symmetric deletion). The index keeps the stems of every word, so
that the near ones are found by looking up a few dozen stems, however many words there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

STEM_LETTERS = 7
"""Stems are made of the first letters: enough to find a word, few enough to keep."""


def reach(word: str) -> int:
    """Return how many slips are forgiven: the more letters, the more; a number has none."""
    if len(word) < 3 or any(char.isdigit() for char in word):
        return 0
    return 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3


def stems(word: str) -> set[str]:
    """Return what is left of the word's beginning without up to as many letters as are forgiven."""
    start = word[:STEM_LETTERS]
    return {
        "".join(kept)
        for missing in range(min(reach(word), len(start) - 1) + 1)
        for kept in combinations(start, len(start) - missing)
    }


def slips(typed: str, word: str) -> int:
    """Return how many letters must be changed, added, dropped or swapped with their neighbour."""
    return _table(typed, word)[-1]


def slips_so_far(typed: str, word: str) -> int:
    """Return the same for the beginning of the word that comes nearest, while somebody types."""
    return min(_table(typed, word))


def _table(typed: str, word: str) -> Sequence[int]:
    """Return the slips from the whole of what was typed to each beginning of the word."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, start=1):
        older, before, row = before, row, [i] + [0] * len(word)
        for j, other in enumerate(word, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                row[j] = min(row[j], older[j - 2] + 1)
    return row
