"""Cancelling: the compensation of a hold. Only for orders that nobody can pay any more."""

from __future__ import annotations

from dataclasses import dataclass

from app.clock import Clock
from app.inventory.service import Inventory
from app.orders.model import Order, OrderState, TimelineEntry
from app.orders.store import OrderStore
from app.transactions import Transactions


@dataclass(frozen=True)
class Cancel:
    """Cancels open orders and gives their units back, both or neither."""

    inventory: Inventory
    orders: OrderStore
    transactions: Transactions
    clock: Clock

    def __call__(self, order: Order, reason: str, by: str = "checkout") -> bool:
        """Cancel the order if it is still as it was read; say whether it was."""
        order.must_allow(OrderState.CANCELLED)
        note = TimelineEntry(self.clock.now(), f"cancelled: {reason}", by)

        def block() -> bool:
            moved = self.orders.change_state(order.id, old=order.state, new=OrderState.CANCELLED, note=note)
            if moved:
                self.inventory.release(order.id, reason=reason)
            return moved

        return self.transactions.run(block)
