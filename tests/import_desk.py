"""A shop on fakes that takes in files, for the tests of the CSV formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.catalogue.bodies import sanitised
from app.catalogue.exporting import export_products
from app.catalogue.importing import Importing, ImportOptions, ImportReport
from app.catalogue.model import Product
from app.catalogue.picturing import Hanging, OwnAddresses
from app.catalogue.service import Catalogue
from app.inventory.model import StockPool
from app.inventory.service import Inventory
from app.inventory.stocktake import Stocktake
from tests.builders import NOON
from tests.fakes import (
    FakeCatalogueStore,
    FakeClock,
    FakeInventoryStore,
    FakeTransactions,
    Memory,
    fake_media,
)

Rows = Sequence[Mapping[str, str]]


class SilentImport:
    """Tells nobody how far an import is, but remembers what was announced."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def began(self, what: str, size: int) -> None:
        self.said.append(what)

    def reached(self, position: int) -> None:
        """Say nothing."""


class Desk:
    """A shop without products, and a way to hand it files."""

    def __init__(self) -> None:
        self.memory, self.clock = Memory(), FakeClock(NOON)
        transactions = FakeTransactions(self.memory)
        self.catalogue = Catalogue(FakeCatalogueStore(self.memory), transactions, self.clock)
        self.inventory = Inventory(FakeInventoryStore(self.memory), transactions, self.clock)
        self.reporter = SilentImport()
        self.media = fake_media(self.memory, self.clock)
        self.addresses = OwnAddresses("https://shop.example", self.media.store.pictures)
        self.hanging: Hanging | None = None

    def take(self, content: bytes | str | Rows, **options: Any) -> ImportReport:
        """Import a file, given as bytes, as text or as rows by name of column."""
        data = content if isinstance(content, bytes) else _text(content).encode()
        importing = Importing(
            self.catalogue, Stocktake(self.inventory), sanitised, self.addresses, self.hanging
        )
        wanted = ImportOptions(**{"currency": "USD", "who": "ada", **options})
        return importing.run(io.BytesIO(data), len(data), wanted, self.reporter)

    def give(self, currency: str = "USD") -> str:
        """Export everything."""
        file = io.StringIO(newline="")
        store = self.catalogue.store
        pools = self.inventory.store.pools
        export_products(store.products_by_slug_order, pools, self.addresses, currency, file)
        return file.getvalue()

    def given(self) -> list[dict[str, str]]:
        """Export everything, as rows by name of column."""
        return list(csv.DictReader(io.StringIO(self.give(), newline="")))

    def product(self, slug: str) -> Product:
        """Return a product that is there."""
        found = self.catalogue.store.product_by_slug(slug)
        assert found is not None, f"there is no product {slug}"
        return found

    def pool(self, stock_id: str) -> StockPool:
        """Return a stock pool that is there."""
        found = self.inventory.store.pool(stock_id)
        assert found is not None, f"there is no pool {stock_id}"
        return found

    @property
    def state(self) -> dict[str, dict[str, Any]]:
        """Everything that is stored, to be compared with later."""
        return {name: dict(table) for name, table in self.memory.tables.items()}

    @property
    def products(self) -> list[Product]:
        """Every product, by URL name."""
        return list(self.catalogue.store.products_by_slug_order())


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Return created, updated, unchanged, failed."""
    return report.created, report.updated, report.unchanged, report.failed


def faults(report: ImportReport) -> list[tuple[int, str]]:
    """Return the errors as pairs of row and reason."""
    return [(fault.row, fault.reason) for fault in report.errors]


def lamp(**cells: str) -> dict[str, str]:
    """Return the row of a product that may be sold, by the old names of the columns."""
    return {"Handle": "lamp", "Title": "Lamp", "Variant SKU": "LAMP", "Variant Price": "49.00", **cells}


def _text(content: str | Rows) -> str:
    return content if isinstance(content, str) else table(content)


def table(rows: Iterable[Mapping[str, str]]) -> str:
    """Write rows as CSV; a column that a row does not name is empty."""
    rows = list(rows)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
