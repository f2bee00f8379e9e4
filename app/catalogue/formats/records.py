"""Rows by name of column, and the rows that describe one product."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.catalogue.formats.cells import restored
from app.catalogue.formats.columns import Header
from app.catalogue.formats.faults import Fault
from app.catalogue.formats.table import Row


@dataclass(frozen=True)
class Record:
    """One row: its number, and the cells that are not empty."""

    row: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell without the space around it, or nothing."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True)
class Group:
    """The rows of one product, under the URL name that the file gives it."""

    handle: str
    records: tuple[Record, ...]
    columns: frozenset[str]
    """What the file speaks of at all; of anything else the shop keeps what it has."""
    faults: tuple[Fault, ...] = field(default=())

    @property
    def row(self) -> int:
        """The first row."""
        return self.records[0].row


def records_of(rows: Iterable[Row], header: Header) -> Iterator[tuple[Record, tuple[Fault, ...]]]:
    """Yield each row by the names of its columns, and what is wrong with its shape."""
    width = len(header.columns)
    for row, cells in rows:
        faults = []
        if any(cell.strip() for cell in cells[width:]):
            reason = f"The row has {len(cells)} cells, but the header has {width} columns."
            faults.append(Fault(row, reason))
        named = {
            column: restored(cell)
            for column, cell in zip(header.columns, cells, strict=False)
            if column and cell
        }
        unnamed = [
            number
            for number, (column, cell) in enumerate(zip(header.columns, cells, strict=False), start=1)
            if not column and cell.strip()
        ]
        faults.extend(Fault(row, f"Column {number} has no name in the header.") for number in unnamed)
        yield Record(row, named), tuple(faults)


def shopify_groups(
    records: Iterable[tuple[Record, tuple[Fault, ...]]], columns: Sequence[str]
) -> Iterator[Group]:
    """Yield the products of a file in Shopify's format, one after the other.

    The rows of a product follow one another, so only those of one product are held.
    """
    said = frozenset(column for column in columns if column)
    handle, held, faults = "", list[Record](), list[Fault]()
    for record, wrong in records:
        current = record.text("Handle").lower() or slug_of(record.text("Title"))
        if not current:
            wrong = (*wrong, Fault(record.row, "Handle is empty, and there is no Title to make one from."))
        if held and (current != handle or not current):
            yield Group(handle, tuple(held), said, tuple(faults))
            held, faults = [], []
        handle = current
        held.append(record)
        faults.extend(wrong)
    if held:
        yield Group(handle, tuple(held), said, tuple(faults))


def slug_of(title: str) -> str:
    """Make a URL name from a title: `Crème brûlée` becomes `creme-brulee`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
