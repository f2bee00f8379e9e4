"""The sweep: whatever a lost event, a crash or a closed browser left open is finished here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from app.checkout.abandon import Abandon
from app.checkout.start import Start
from app.clock import Clock
from app.orders.model import Order
from app.orders.store import OrderStore

log = logging.getLogger(__name__)

UNKNOWN_AFTER_SECONDS = 15
"""How long a request to Stripe may be under way before the sweep repeats it."""


@dataclass(frozen=True)
class Sweep:
    """Finishes checkouts that nobody else has finished."""

    orders: OrderStore
    start: Start
    abandon: Abandon
    clock: Clock

    def __call__(self) -> int:
        """Look at every order that is overdue; return how many were looked at."""
        now = self.clock.now()
        unknown = self.orders.unknown_before(now - timedelta(seconds=UNKNOWN_AFTER_SECONDS))
        overdue = self.orders.open_before(now)
        for order in unknown:
            self._guard(order, self.start.open_payment)
        for order in overdue:
            self._guard(order, self._end)
        return len(unknown) + len(overdue)

    def _end(self, order: Order) -> object:
        """End an order whose hold is over: its session first, whatever Stripe's clock says."""
        return self.abandon(order, "the hold ended without a payment", by="sweep")

    def _guard(self, order: Order, finish: Callable[[Order], object]) -> None:
        """One order that cannot be finished now must not keep the others waiting."""
        try:
            finish(order)
        except Exception as error:  # Whatever is wrong with this one, the next one is another.
            reason = f"{type(error).__name__}: {error}"
            log.warning("order not finished", extra={"order_id": order.id, "reason": reason})
