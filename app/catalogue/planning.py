"""What an import would do to each product: pure, from rows and what is there to a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.catalogue.formats.columns import STOCK_COLUMNS
from app.catalogue.formats.drafts import read_draft
from app.catalogue.formats.faults import Fault
from app.catalogue.formats.merging import StockWish, merge
from app.catalogue.formats.records import Group
from app.catalogue.formats.rows import says_the_same
from app.catalogue.model import Product
from app.inventory.model import StockPool

STOCK_NAMES = tuple(sorted(STOCK_COLUMNS))


class Outcome(StrEnum):
    """What becomes of a product."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class ProductPlan:
    """One product of a file: as it is, as it would be, and the stock behind it."""

    outcome: Outcome
    current: Product | None = None
    product: Product | None = None
    openings: tuple[StockPool, ...] = ()
    """Pools of new SKUs; one that is there already keeps its count."""
    corrections: tuple[StockPool, ...] = ()
    """Pools as they shall be."""
    faults: tuple[Fault, ...] = ()


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

    def plan(self, group: Group, current: Product | None, pools: Mapping[str, StockPool]) -> ProductPlan:
        """Plan one product.

        Args:
            group: its rows.
            current: the product with that URL name, if there is one.
            pools: the stock behind its variants, where stock is to be set.
        """
        faults = self._scattered(group)
        is_same = current is not None and says_the_same(group, current, self.currency)
        if current is not None and is_same and not self.set_stock and not faults:
            self._claim(current, group, [record.row for record in group.records])
            return ProductPlan(Outcome.UNCHANGED, current, current)
        draft = read_draft(group, self.currency)
        merged = merge(draft, current, self.owners.get, self.sanitise)
        if current is not None and is_same:
            # What another program has written may be odd; only what is said of stock counts here.
            merged.product, merged.faults = current, []
            draft.faults = [fault for fault in draft.faults if fault.reason.startswith(STOCK_NAMES)]
        rows = [variant.row for variant in draft.variants]
        faults += [*draft.faults, *merged.faults, *self._claim(merged.product, group, rows)]
        openings = [_pool(wish) for wish in merged.wishes if wish.is_new]
        corrections = list[StockPool]()
        if self.set_stock:
            openings = [_pool(wish) for wish in merged.wishes if wish.stock_id not in pools]
            corrections, refusals = _corrections(merged.wishes, pools)
            faults += refusals
        if faults:
            return ProductPlan(Outcome.FAILED, current, faults=tuple(faults))
        if current is None:
            outcome = Outcome.CREATED
        elif merged.product != current or corrections or openings:
            outcome = Outcome.UPDATED
        else:
            outcome = Outcome.UNCHANGED
        return ProductPlan(outcome, current, merged.product, tuple(openings), tuple(corrections))

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
                faults.append(Fault(row, f"The SKU {variant.sku} stands in row {first} already."))
        return faults


def _pool(wish: StockWish) -> StockPool:
    said = wish.stock
    return StockPool(wish.stock_id, said.quantity or 0, policy=said.policy, cap=said.cap, low_at=said.low_at)


def _corrections(
    wishes: Sequence[StockWish], pools: Mapping[str, StockPool]
) -> tuple[list[StockPool], list[Fault]]:
    """Return the pools that must change for the file's stock, and the counts that cannot be set."""
    wanted, faults = dict[str, StockPool](), []
    for wish in wishes:
        there = pools.get(wish.stock_id)
        if there is None:
            continue
        wished = _pool(wish)
        if wish.stock.quantity is None:
            wished = replace(wished, on_hand=there.on_hand)
        if _settings(there) == _settings(wished):
            continue
        if wished.is_tracked and wished.on_hand + wished.backing < there.reserved:
            reason = (
                f"Variant Inventory Qty is {wished.on_hand}, but {there.reserved} units are reserved now."
            )
            faults.append(Fault(wish.row, reason))
        wanted.setdefault(wish.stock_id, wished)
    return list(wanted.values()), faults


def _settings(pool: StockPool) -> tuple[object, ...]:
    return (pool.policy, pool.on_hand, pool.cap, pool.low_at) if pool.is_tracked else (pool.policy,)
