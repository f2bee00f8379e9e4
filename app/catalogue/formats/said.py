"""What rows say of a product, its variants and their stock: read, but not compared with the shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.catalogue.formats.columns import COLUMNS, OWN_COLUMNS, currency_of
from app.catalogue.formats.faults import Fault, because
from app.catalogue.formats.records import Group, Record
from app.catalogue.model import Image
from app.errors import InvalidValue
from app.inventory.model import Policy

DEFAULT_OPTION, DEFAULT_VALUE = "Title", "Default Title"
"""How Shopify writes that a product has no options."""
CONTINUE_CAP = 1_000_000
"""Shopify sells on without a limit; a pool has a cap, so it gets one that no shop reaches."""
UNDERSTOOD = frozenset((*COLUMNS, *OWN_COLUMNS))

Value = TypeVar("Value")


@dataclass(frozen=True)
class StockDraft:
    """What a row says of the stock pool behind its variant; nothing where the file has no such column."""

    is_tracked: bool | None = None
    policy: Policy | None = None
    quantity: int | None = None
    cap: int | None = None
    low_at: int | None = None


@dataclass(frozen=True)
class VariantDraft:
    """What a row says of a variant; `fields` are those of the model that the file speaks of."""

    row: int
    sku: str
    options: tuple[str, ...]
    amounts: Mapping[tuple[str, bool], int | None]
    """Minor units by currency and whether they are the compare-at price; nothing is an empty cell."""
    pool: str | None
    """The stock pool that the row names; empty is the SKU's own, nothing is the one that it has."""
    stock: StockDraft
    fields: Mapping[str, Any]
    extra: Mapping[str, str]


@dataclass
class ProductDraft:
    """What a group of rows says of a product."""

    group: Group
    slug: str = ""
    option_names: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    variants: list[VariantDraft] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self, record: Record, column: str, read: Callable[[str, str], Value], default: Value) -> Value:
        """Read a cell; where it is wrong, note the fault and go on with the default."""
        cell = record.cells.get(column, "")
        if not cell.strip():
            return default
        try:
            return read(cell, column)
        except InvalidValue as error:
            self.faults.append(Fault(record.row, because(error, column), column))
            return default


def is_kept_only(column: str) -> bool:
    """Say whether the shop understands nothing of a column but that it must not be lost."""
    return column not in UNDERSTOOD and currency_of(column) is None


def extra_of(record: Record) -> dict[str, str]:
    """Return the cells of columns that are only kept."""
    return {column: cell for column, cell in record.cells.items() if is_kept_only(column)}
