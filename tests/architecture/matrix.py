"""The table of docs/operations.md that says what people can do while something is away."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

OPERATIONS = Path(__file__).resolve().parents[2] / "docs/operations.md"
COLUMNS = ("browse", "search", "cart", "checkout", "pay", "letters", "editors", "freshness")
WORDS = ("yes", "no", "late", "–")


class Row(NamedTuple):
    """One trouble: what people can do meanwhile, and the test that has tried it."""

    cells: tuple[str, ...]
    test: str


@cache
def matrix() -> dict[str, Row]:
    """Return the rows of the table by their trouble."""
    lines = OPERATIONS.read_text("utf-8").splitlines()
    head = f"| trouble | {' | '.join(COLUMNS)} | tried by |"
    rows = {}
    for line in lines[lines.index(head) + 2 :]:
        if not line.startswith("|"):
            break
        trouble, *cells, test = (cell.strip() for cell in line.strip("|").split("|"))
        rows[trouble] = Row(tuple(cells), test.strip("`"))
    return rows
