"""What can be done with stock: count it, hold it, give it back, sell it, balance the books.

Every method that changes a pool writes the movement beside it and must run inside
a transaction; `open_pool`, `change_count`, `set_count` and `settle_external` open their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.clock import Clock
from app.errors import InsufficientStock, NotFound, UntrackedStock
from app.ids import new_id
from app.inventory.model import Movement, MovementKind, Reservation, ReservationState, StockPool
from app.inventory.store import InventoryStore
from app.transactions import Transactions


@dataclass(frozen=True)
class Inventory:
    """Stock pools and the only ways to change them."""

    store: InventoryStore
    transactions: Transactions
    clock: Clock

    def open_pool(self, pool: StockPool, *, by: str, reason: str = "") -> bool:
        """Add a pool with its first units as a receipt; say whether it was new."""

        def block() -> bool:
            if not self.store.insert_pool(pool):
                return False
            if pool.is_tracked and pool.on_hand:
                self._note(pool.id, MovementKind.RECEIPT, on_hand=pool.on_hand, by=by, reason=reason)
            return True

        return self.transactions.run(block)

    def change_count(self, stock_id: str, delta: int, *, by: str, reason: str = "") -> StockPool:
        """Add units to what is on hand, or take them off.

        Raises:
            NotFound: there is no such pool.
            UntrackedStock: the pool is not counted.
            InsufficientStock: fewer units would be left than are reserved, or than none.
        """
        kind = MovementKind.RECEIPT if delta > 0 else MovementKind.CORRECTION
        return self.transactions.run(lambda: self._count(stock_id, delta, kind, by=by, reason=reason))

    def set_count(self, stock_id: str, count: int, *, by: str, reason: str = "") -> StockPool:
        """Correct what is on hand to a count. Raises as `change_count` does."""

        def block() -> StockPool:
            pool = self._tracked(stock_id)
            delta = count - pool.on_hand
            return self._count(stock_id, delta, MovementKind.CORRECTION, by=by, reason=reason)

        return self.transactions.run(block)

    def hold(self, order: str, units: Mapping[str, int], until: datetime, skus: Mapping[str, str]) -> None:
        """Reserve units of several pools for one order, all of them or none.

        Args:
            order: the order that the units are held for.
            units: how many of which pool.
            until: when the hold ends, if nobody ends it earlier.
            skus: the SKU to name for each pool where it runs short.

        Raises:
            InsufficientStock: a pool has fewer units free.
        """
        held = {}
        # A fixed order of pools keeps two checkouts from waiting for each other.
        for stock_id in sorted(units):
            quantity = units[stock_id]
            if self._take(stock_id, quantity, order, skus.get(stock_id, stock_id)):
                held[stock_id] = quantity
        self.store.insert_reservation(Reservation(order, held, ReservationState.HELD, until))

    def release(self, order: str, *, reason: str) -> bool:
        """Give an order's held units back; say whether there was anything to give back."""
        reservation = self.store.reservation(order)
        if reservation is None or not self.store.change_reservation(
            order, old=ReservationState.HELD, new=ReservationState.RELEASED
        ):
            return False
        for stock_id, quantity in sorted(reservation.units.items()):
            self._move(stock_id, MovementKind.RELEASE, reserved=-quantity, order=order, reason=reason)
        return True

    def sell(self, order: str) -> bool:
        """Turn an order's held units into a sale; say whether they were held."""
        reservation = self.store.reservation(order)
        if reservation is None or not self.store.change_reservation(
            order, old=ReservationState.HELD, new=ReservationState.SOLD
        ):
            return False
        self._sell_units(order, reservation.units)
        return True

    def sell_released(self, order: str, units: Mapping[str, int], skus: Mapping[str, str]) -> None:
        """Take units again for an order whose hold has lapsed, and sell them at once.

        Raises:
            InsufficientStock: somebody else has them by now; it names the SKU, as `hold` does.
            NotFound: the order has no reservation that was released.
        """
        counted = {
            stock_id: quantity
            for stock_id, quantity in sorted(units.items())
            if self._take(stock_id, quantity, order, skus.get(stock_id, stock_id))
        }
        if not self.store.change_reservation(order, old=ReservationState.RELEASED, new=ReservationState.SOLD):
            raise NotFound("released reservation", order)
        self._sell_units(order, counted)

    def take_back(self, order: str, units: Mapping[str, int], *, by: str, reason: str) -> None:
        """Put sold units that came back on the shelf again; pools that are not counted stay as they are."""
        for stock_id, quantity in sorted(units.items()):
            pool = self.store.pool(stock_id)
            if pool is not None and pool.is_tracked:
                self._move(stock_id, MovementKind.RETURN, on_hand=quantity, order=order, by=by, reason=reason)

    def settle_external(self, stock_id: str) -> Movement | None:
        """Write the movement that a program which wrote to the database left out."""

        def block() -> Movement | None:
            books = self.store.books(stock_id)
            if books is None or not books.pool.is_tracked:
                return None
            on_hand = books.pool.on_hand - books.moved_on_hand
            reserved = books.pool.reserved - books.moved_reserved
            if not on_hand and not reserved:
                return None
            # Writing to the pool makes this transaction collide with any other change of it.
            self.store.move(stock_id, on_hand=0, reserved=0)
            return self._note(
                stock_id, MovementKind.EXTERNAL, on_hand=on_hand, reserved=reserved, by="external"
            )

        return self.transactions.run(block)

    def balance(self, stock_id: str, *, by: str) -> bool:
        """Make reserved equal to what is held, by a recorded correction; say whether it was needed."""

        def block() -> bool:
            self.settle_external(stock_id)
            books = self.store.books(stock_id)
            if books is None or not books.pool.is_tracked or books.pool.reserved == books.held:
                return False
            self._move(
                stock_id,
                MovementKind.CORRECTION,
                reserved=books.held - books.pool.reserved,
                by=by,
                reason="reserved must equal what is held",
            )
            return True

        return self.transactions.run(block)

    def _take(self, stock_id: str, quantity: int, order: str, sku: str) -> bool:
        """Reserve units; say whether they are counted at all."""
        if self.store.take(stock_id, quantity):
            self._note(stock_id, MovementKind.HOLD, reserved=quantity, order=order, by="checkout")
            return True
        pool = self.store.pool(stock_id)
        if pool is not None and not pool.is_tracked:
            return False
        raise InsufficientStock(sku, quantity, pool.available if pool else 0)

    def _sell_units(self, order: str, units: Mapping[str, int]) -> None:
        for stock_id, quantity in sorted(units.items()):
            self._move(stock_id, MovementKind.SALE, on_hand=-quantity, reserved=-quantity, order=order)

    def _tracked(self, stock_id: str) -> StockPool:
        pool = self.store.pool(stock_id)
        if pool is None:
            raise NotFound("stock pool", stock_id)
        if not pool.is_tracked:
            raise UntrackedStock(stock_id)
        return pool

    def _count(self, stock_id: str, delta: int, kind: MovementKind, *, by: str, reason: str) -> StockPool:
        pool = self._tracked(stock_id)
        left = pool.on_hand + delta
        if delta < 0 and left + pool.backing < pool.reserved or left < min(0, pool.on_hand):
            raise InsufficientStock(stock_id, -delta, max(0, min(pool.on_hand, pool.available)))
        return self._move(stock_id, kind, on_hand=delta, by=by, reason=reason) or pool

    def _move(
        self,
        stock_id: str,
        kind: MovementKind,
        *,
        on_hand: int = 0,
        reserved: int = 0,
        order: str = "",
        by: str = "checkout",
        reason: str = "",
    ) -> StockPool | None:
        pool = self.store.move(stock_id, on_hand=on_hand, reserved=reserved)
        if pool is not None:
            self._note(stock_id, kind, on_hand=on_hand, reserved=reserved, order=order, by=by, reason=reason)
        return pool

    def _note(
        self,
        stock_id: str,
        kind: MovementKind,
        *,
        on_hand: int = 0,
        reserved: int = 0,
        order: str = "",
        by: str,
        reason: str = "",
    ) -> Movement:
        movement = Movement(
            id=new_id("mov"),
            pool=stock_id,
            kind=kind,
            on_hand=on_hand,
            reserved=reserved,
            by=by,
            at=self.clock.now(),
            order=order,
            reason=reason,
        )
        self.store.insert_movement(movement)
        return movement
