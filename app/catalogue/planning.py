"""What an import would do to each product: pure, from rows and what is there to a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.catalogue.formats.columns import STOCK_COLUMNS
from app.catalogue.formats.drafts import read_draft
from app.catalogue.formats.faults import Fault
from app.catalogue.formats.merging import StockWish, merge, twice
from app.catalogue.formats.records import Group
from app.catalogue.formats.rows import says_the_same
from app.catalogue.model import Product
from app.catalogue.stocking import Claims, Correction, plan_stock
from app.inventory.model import StockPool


class Outcome(StrEnum):
    """What becomes of a product."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class ProductPlan:
    """One product of a file: as it is, as it would be, and the stock behind it."""

    row: int
    current: Product | None = None
    product: Product | None = None
    """As it shall be; nothing where it is left out."""
    wishes: tuple[StockWish, ...] = ()
    """What the file wants of stock pools, where it counts."""
    openings: tuple[StockPool, ...] = ()
    """Pools that a variant needs; one that is there already keeps its count."""
    corrections: tuple[Correction, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What becomes of the product."""
        if self.faults:
            return Outcome.FAILED
        if self.current is None:
            return Outcome.CREATED
        if self.product != self.current or self.openings or self.corrections:
            return Outcome.UPDATED
        return Outcome.UNCHANGED


@dataclass
class Planner:
    """Plans products one after the other and remembers what the file has spoken of."""

    currency: str
    set_stock: bool
    sanitise: Callable[[str], str]
    owners: dict[str, str] = field(default_factory=dict)
    """The URL name of the product that has a SKU, in the shop."""
    _handles: dict[str, int] = field(default_factory=dict)
    _skus: dict[str, tuple[str, int]] = field(default_factory=dict)
    _claims: Claims = field(default_factory=Claims)

    def __post_init__(self) -> None:
        self._present = frozenset(self.owners.values())

    def plan(self, group: Group, current: Product | None) -> ProductPlan:
        """Plan one product, its stock left aside: the pools that it needs are in `wishes`.

        Args:
            group: its rows.
            current: the product with that URL name, if there is one.
        """
        faults = self._scattered(group)
        if current is None and group.handle in self._present:
            return ProductPlan(group.row, faults=(*faults, _unreadable(group)))
        is_same = current is not None and says_the_same(group, current, self.currency)
        if current is not None and is_same and not (self.set_stock or faults or group.faults):
            self._claim(current, group, [record.row for record in group.records])
            return ProductPlan(group.row, current, current)
        draft = read_draft(group, self.currency)
        merged = merge(draft, current, self.owners.get, self.sanitise)
        if current is not None and is_same:
            # What another program has written may be odd; only what is said of stock counts here.
            merged.product, merged.faults = current, []
            wrong = [fault for fault in draft.faults if fault.column in STOCK_COLUMNS]
            draft.faults = [*group.faults, *wrong]
        rows = [variant.row for variant in draft.variants]
        faults += [*draft.faults, *merged.faults, *self._claim(merged.product, group, rows)]
        misread = {
            fault.row for fault in faults if fault.column in STOCK_COLUMNS or fault.column == "Variant SKU"
        }
        wishes = [wish for wish in merged.wishes if wish.is_new or self.set_stock]
        faults += self._claims.conflicts([wish for wish in wishes if wish.row not in misread])
        if faults:
            return ProductPlan(group.row, current, faults=tuple(faults))
        return ProductPlan(group.row, current, merged.product, tuple(wishes))

    @staticmethod
    def with_stock(plan: ProductPlan, pools: Mapping[str, StockPool]) -> ProductPlan:
        """Add to a plan what becomes of stock.

        Args:
            plan: of a product.
            pools: those behind its wishes that are there, if they may be corrected.
        """
        stock = plan_stock(plan.wishes, pools)
        return replace(
            plan,
            openings=tuple(stock.openings),
            corrections=tuple(stock.corrections),
            faults=(*plan.faults, *stock.faults),
        )

    def _scattered(self, group: Group) -> list[Fault]:
        first = self._handles.setdefault(group.handle, group.row)
        if first == group.row or not group.handle:
            return []
        reason = f"{group.handle!r} has rows from row {first} on already: rows of a product belong together."
        return [Fault(group.row, reason)]

    def _claim(self, product: Product, group: Group, rows: Sequence[int]) -> list[Fault]:
        """Note the product's SKUs, and say which of them another product of the file has claimed."""
        faults = []
        for variant, row in zip(product.variants, rows, strict=False):
            handle, first = self._skus.setdefault(variant.sku, (group.handle, row))
            if handle != group.handle and variant.sku:
                faults.append(twice(variant.sku, row, first))
        return faults


def _unreadable(group: Group) -> Fault:
    reason = (
        f"The shop has a product {group.handle!r} that cannot be read: mend it in the program that has "
        "written it."
    )
    return Fault(group.row, reason)
