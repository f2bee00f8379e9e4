"""Many pools at once, as an imported catalogue needs them: opened and corrected in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import VersionConflict
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

    def correct(self, corrections: Sequence[tuple[StockPool, StockPool]], *, by: str, reason: str) -> None:
        """Bring pools, each as it was read, to the policies and counts that are wished.

        Raises:
            VersionConflict: somebody else changed one of them after it was read.
        """
        if not self.inventory.store.replace_pools(corrections):
            old, _ = corrections[0]
            raise VersionConflict("stock pools", f"{old.id} …", old.version)
        now = self.inventory.clock.now()
        self.inventory.store.insert_movements(
            [
                _correction(new, new.on_hand - old.on_hand, by, now, reason)
                for old, new in corrections
                if new.on_hand != old.on_hand
            ]
        )


def _correction(pool: StockPool, delta: int, by: str, at: datetime, reason: str) -> Movement:
    return Movement(new_id("mov"), pool.id, MovementKind.CORRECTION, delta, 0, by, at, reason=reason)
