"""Writes a catalogue as CSV, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

from app.catalogue.formats.cells import defused
from app.catalogue.formats.columns import COLUMNS, OWN_COLUMNS, currency_of

NUMBERS = frozenset({"Variant Inventory Qty", "Variant Grams"})
"""Cells that the shop writes as plain numbers; one below nothing is no formula."""


def header_for(used: Iterable[str]) -> list[str]:
    """Return the columns of a file: Shopify's, further currencies, the shop's own, what was kept."""
    others = set(used) - set(COLUMNS)
    prices = sorted((column for column in others if currency_of(column)), key=_by_currency)
    own = [column for column in OWN_COLUMNS if column in others]
    kept = sorted(others - set(prices) - set(own))
    return [*COLUMNS, *prices, *own, *kept]


@dataclass
class CatalogueWriter:
    """Writes rows under a header; what a spreadsheet would run is defused."""

    file: TextIO
    columns: list[str]

    def __post_init__(self) -> None:
        self._writer = csv.writer(self.file, lineterminator="\r\n")
        self._writer.writerow([defused(column) for column in self.columns])

    def write(self, row: Mapping[str, str]) -> None:
        """Write one row."""
        self._writer.writerow([self._cell(column, row.get(column, "")) for column in self.columns])

    @staticmethod
    def _cell(column: str, text: str) -> str:
        return text if column in NUMBERS else defused(text)


def _by_currency(column: str) -> tuple[str, bool]:
    currency, is_compare_at = currency_of(column) or ("", False)
    return currency, is_compare_at
