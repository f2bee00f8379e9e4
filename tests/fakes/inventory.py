"""Stock in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.errors import VersionConflict
from app.inventory.model import Books, Movement, Reservation, ReservationState, StockPool
from tests.fakes.memory import Memory


class FakeInventoryStore:
    def __init__(self, memory: Memory) -> None:
        self._pools: dict[str, StockPool] = memory.tables["stock_pools"]
        self._movements: dict[str, Movement] = memory.tables["stock_movements"]
        self._reservations: dict[str, Reservation] = memory.tables["reservations"]

    def pool(self, stock_id: str) -> StockPool | None:
        return self._pools.get(stock_id)

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        return {key: self._pools[key] for key in stock_ids if key in self._pools}

    def every_pool(self) -> Iterable[StockPool]:
        yield from list(self._pools.values())

    def insert_pool(self, pool: StockPool) -> bool:
        if pool.id in self._pools:
            return False
        self._pools[pool.id] = pool
        return True

    def insert_pools(self, pools: Sequence[StockPool]) -> None:
        for pool in pools:
            if not self.insert_pool(pool):
                raise VersionConflict("stock pool", pool.id, 0)

    def replace_pools(self, pools: Sequence[tuple[StockPool, StockPool]]) -> bool:
        found = [(old, new) for old, new in pools if self._version(old.id) == old.version]
        for old, new in found:
            reserved = self._pools[old.id].reserved
            self._pools[old.id] = replace(new, reserved=reserved, version=old.version + 1)
        return len(found) == len(pools)

    def _version(self, stock_id: str) -> int | None:
        pool = self._pools.get(stock_id)
        return pool.version if pool else None

    def take(self, stock_id: str, quantity: int) -> bool:
        pool = self._pools.get(stock_id)
        if pool is None or not pool.is_tracked or pool.available < quantity:
            return False
        self.move(stock_id, on_hand=0, reserved=quantity)
        return True

    def move(self, stock_id: str, *, on_hand: int, reserved: int) -> StockPool | None:
        pool = self._pools.get(stock_id)
        if pool is None:
            return None
        self._pools[stock_id] = replace(
            pool,
            on_hand=pool.on_hand + on_hand,
            reserved=pool.reserved + reserved,
            version=pool.version + 1,
        )
        return self._pools[stock_id]

    def insert_movement(self, movement: Movement) -> None:
        self._movements[movement.id] = movement

    def insert_movements(self, movements: Sequence[Movement]) -> None:
        for movement in movements:
            self.insert_movement(movement)

    def movements(self, stock_id: str, limit: int = 50) -> Sequence[Movement]:
        found = [movement for movement in self._movements.values() if movement.pool == stock_id]
        return sorted(found, key=lambda movement: (movement.at, movement.id), reverse=True)[:limit]

    def books(self, stock_id: str) -> Books | None:
        pool = self._pools.get(stock_id)
        if pool is None:
            return None
        moved = self.movements(stock_id, limit=1_000_000)
        return Books(
            pool,
            sum(movement.on_hand for movement in moved),
            sum(movement.reserved for movement in moved),
            sum(reservation.units.get(stock_id, 0) for reservation in self._held()),
        )

    def insert_reservation(self, reservation: Reservation) -> None:
        if reservation.order in self._reservations:
            raise ValueError(f"{reservation.order} has a reservation already")
        self._reservations[reservation.order] = reservation

    def reservation(self, order: str) -> Reservation | None:
        return self._reservations.get(order)

    def change_reservation(self, order: str, *, old: ReservationState, new: ReservationState) -> bool:
        found = self._reservations.get(order)
        if found is None or found.state is not old:
            return False
        self._reservations[order] = replace(found, state=new)
        return True

    def held(self) -> Sequence[Reservation]:
        return sorted(self._held(), key=lambda reservation: reservation.expires_at)

    def held_units(self) -> int:
        return sum(sum(reservation.units.values()) for reservation in self._held())

    def _held(self) -> list[Reservation]:
        return [found for found in self._reservations.values() if found.state is ReservationState.HELD]
