"""Many pools at once, as an imported catalogue needs them: opened in bulk, corrected one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.ids import new_id
from app.inventory.model import Movement, MovementKind, StockPool
from app.inventory.service import Inventory


@dataclass(frozen=True)
class Stocktake:
    """Opens and corrects pools; every call joins the caller's transaction."""

    inventory: Inventory

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        return self.inventory.store.pools(stock_ids)

    def open_pools(self, pools: Sequence[StockPool], *, by: str, reason: str) -> None:
        """Add the pools that are not there, each with its units as a receipt; the others stay as they are.

        Raises:
            VersionConflict: somebody else opened one of them in this moment.
        """
        wanted = {pool.id: pool for pool in pools}
        present = self.inventory.store.pools(list(wanted))
        fresh = [pool for pool in wanted.values() if pool.id not in present]
        now = self.inventory.clock.now()
        receipts = [
            Movement(new_id("mov"), pool.id, MovementKind.RECEIPT, pool.on_hand, 0, by, now, reason=reason)
            for pool in fresh
            if pool.is_tracked and pool.on_hand
        ]
        self.inventory.store.insert_pools(fresh)
        self.inventory.store.insert_movements(receipts)

    def correct(self, wished: StockPool, *, by: str, reason: str) -> None:
        """Bring a pool's policy and count to what is wished, the count by a correction.

        Raises:
            NotFound: there is no such pool.
            InsufficientStock: fewer units would be left than are reserved.
        """
        store = self.inventory.store
        # First, because the count of a pool that was not counted cannot be set.
        store.set_policy(wished.id, wished.policy, cap=wished.cap, low_at=wished.low_at)
        if wished.is_tracked:
            self.inventory.set_count(wished.id, wished.on_hand, by=by, reason=reason)
