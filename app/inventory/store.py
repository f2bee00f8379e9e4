"""What inventory needs from whatever keeps it: guarded updates, never read-then-write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from app.inventory.model import Books, Movement, Reservation, ReservationState, StockPool


class InventoryStore(Protocol):
    """Keeps stock pools, their movements, and reservations."""

    def pool(self, stock_id: str) -> StockPool | None:
        """Return the pool."""
        ...

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        ...

    def every_pool(self) -> Iterable[StockPool]:
        """Yield every pool."""
        ...

    def insert_pool(self, pool: StockPool) -> bool:
        """Add an empty-handed pool; say whether it was new."""
        ...

    def insert_pools(self, pools: Sequence[StockPool]) -> None:
        """Add pools in one go; within a transaction all of them or none.

        Raises:
            VersionConflict: one of them is there already.
        """
        ...

    def replace_pools(self, pools: Sequence[tuple[StockPool, StockPool]]) -> bool:
        """Bring pools, each as it was read, to new counts on hand and policies.

        Says whether all of them were still as they were read. What is reserved stays.
        """
        ...

    def take(self, stock_id: str, quantity: int) -> bool:
        """Add `quantity` to `reserved` if the policy allows it; say whether it was taken."""
        ...

    def move(self, stock_id: str, *, on_hand: int, reserved: int) -> StockPool | None:
        """Add deltas to the counters, whatever they are; return the pool as it is then."""
        ...

    def insert_movement(self, movement: Movement) -> None:
        """Append a movement."""
        ...

    def insert_movements(self, movements: Sequence[Movement]) -> None:
        """Append movements in one go."""
        ...

    def movements(self, stock_id: str, limit: int = 50) -> Sequence[Movement]:
        """Return a pool's movements, newest first."""
        ...

    def books(self, stock_id: str) -> Books | None:
        """Return a pool beside the sums of its movements and held reservations."""
        ...

    def insert_reservation(self, reservation: Reservation) -> None:
        """Add a reservation; there is at most one an order."""
        ...

    def reservation(self, order: str) -> Reservation | None:
        """Return the order's reservation."""
        ...

    def change_reservation(self, order: str, *, old: ReservationState, new: ReservationState) -> bool:
        """Change the state if it is still the old one; say whether it was."""
        ...

    def held(self) -> Sequence[Reservation]:
        """Return every reservation that holds units now, the first to end before the others."""
        ...

    def held_units(self) -> int:
        """Return how many units all held reservations hold together."""
        ...
