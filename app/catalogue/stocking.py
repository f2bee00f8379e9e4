"""What a file wants of stock pools, laid over the pools that are there: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.catalogue.formats.columns import STOCK_POOL
from app.catalogue.formats.faults import Fault
from app.catalogue.formats.merging import StockWish
from app.catalogue.formats.said import CONTINUE_CAP, StockDraft
from app.inventory.model import Policy, StockPool

Correction = tuple[StockPool, StockPool]
"""A pool as it is and as it shall be."""


@dataclass
class StockPlan:
    """Pools to be opened and corrected, and the counts that cannot be set."""

    openings: list[StockPool] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Claims:
    """What the rows of a file want of each pool, so that two of them cannot want two things."""

    _first: dict[str, tuple[int, StockDraft]] = field(default_factory=dict)

    def conflicts(self, wishes: Sequence[StockWish]) -> list[Fault]:
        """Note wishes, and say which of them a row above contradicts."""
        faults = []
        for wish in wishes:
            row, stock = self._first.setdefault(wish.stock_id, (wish.row, wish.stock))
            if stock != wish.stock:
                reason = (
                    f"Row {wish.row}, which names the stock pool {wish.stock_id}, "
                    f"wants other stock of it than row {row}."
                )
                faults.append(Fault(wish.row, reason, STOCK_POOL))
        return faults


def plan_stock(wishes: Sequence[StockWish], pools: Mapping[str, StockPool]) -> StockPlan:
    """Plan what brings pools to what a file says of them.

    Args:
        wishes: what its rows want.
        pools: those that are there and may be corrected; any other is opened.
    """
    plan = StockPlan()
    for wish in wishes:
        there = pools.get(wish.stock_id)
        wished = pool_as_said(wish.stock, there or StockPool(wish.stock_id, policy=Policy.UNTRACKED))
        if there is None:
            if wish.is_opening:
                plan.openings.append(wished)
            continue
        if _settings(there) == _settings(wished):
            continue
        if wished.is_tracked and wished.on_hand + wished.backing < there.reserved:
            reason = (
                f"Variant Inventory Qty is {wished.on_hand}, but {there.reserved} units are reserved now."
            )
            plan.faults.append(Fault(wish.row, reason, "Variant Inventory Qty"))
        plan.corrections.append((there, wished))
    return plan


def pool_as_said(said: StockDraft, there: StockPool) -> StockPool:
    """Return a pool as a row wants it; of what the file has no column for, the pool keeps what it has."""
    is_tracked = said.is_tracked
    if is_tracked is None:
        is_tracked = there.is_tracked or said.quantity is not None
    if not is_tracked:
        return replace(there, policy=Policy.UNTRACKED, cap=0)
    policy = said.policy or (there.policy if there.is_tracked else Policy.DENY)
    on_hand, cap = there.on_hand, 0
    if said.quantity is not None:
        # Shopify counts below nothing where it has oversold; nothing is what can be sold then.
        on_hand = said.quantity if policy is Policy.CONTINUE else max(0, said.quantity)
    if policy is Policy.CONTINUE:
        usual = there.cap if there.policy is Policy.CONTINUE else CONTINUE_CAP
        cap = usual if said.cap is None else said.cap
    low_at = there.low_at if said.low_at is None else said.low_at
    return replace(there, policy=policy, on_hand=on_hand, cap=cap, low_at=low_at)


def _settings(pool: StockPool) -> tuple[object, ...]:
    return (pool.policy, pool.on_hand, pool.cap, pool.low_at) if pool.is_tracked else (pool.policy,)
