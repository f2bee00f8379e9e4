"""A shop whose processes die: services over stores that stay, with workers, a cron, a watcher, and Stripe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from app.adapters.shelf import StoreShelf
from app.cart.service import Carts
from app.effects.model import Effect
from app.effects.queue import HANDLE_EVENT
from app.effects.service import Effects
from app.errors import VitrineError
from app.inventory.model import StockPool
from app.inventory.service import Inventory
from app.orders.model import Order
from app.orders.refunds import RefundState
from app.payments.model import PaymentEvent
from app.services import Services
from jobs.payments import handle, requeue_unhandled
from tests.builders import Shop
from tests.fakes import FakeCartStore, FakeInbox, FakeInventoryStore, FakeOrderStore, FakeOutbox
from tests.unit.checkout_hunt.crashes import Fragile, Fuse, PowerCut
from tests.unit.checkout_hunt.stripe import Stripe

SETTLING_ROUNDS = 6
"""How often everything that runs by itself has its turn before the books must be closed."""


class World(Shop):
    """The shop of the unit tests with a fuse at every call that leaves its memory."""

    def __init__(self) -> None:
        super().__init__()
        self.stripe = Stripe(self.clock)
        self.fuse = Fuse(self.transactions)
        self._stores = {
            "inventory": FakeInventoryStore(self.memory),
            "orders": FakeOrderStore(self.memory),
            "carts": FakeCartStore(self.memory),
            "outbox": FakeOutbox(self.memory),
            "inbox": FakeInbox(self.memory),
        }
        self._steady = self.transactions
        self.mailed: Counter[str] = Counter()
        self.interrupted: Counter[str] = Counter()
        """Effects whose worker died with the mail already given to the server."""
        self.start_again()

    def start_again(self) -> None:
        """Build every service anew on what the stores hold, as a process does that starts."""

        def fragile(target: object) -> Any:
            return Fragile(target, self.fuse)

        self.transactions, self.gateway = fragile(self._steady), fragile(self.stripe)
        self.orders, self.outbox = fragile(self._stores["orders"]), fragile(self._stores["outbox"])
        self.inbox = fragile(self._stores["inbox"])
        self.inventory = Inventory(fragile(self._stores["inventory"]), self.transactions, self.clock)
        shelf = StoreShelf(self.catalogue.store, self.inventory.store, self.orders)
        self.carts = Carts(fragile(self._stores["carts"]), shelf, self.clock, cart_days=60)
        self.effects = Effects(
            self.outbox, dict.fromkeys(self.effects.handlers, self._mail), self.queue, self.clock
        )
        self.checkout = self._checkout(livemode=False)

    def run(self, step: Callable[[], object]) -> bool:
        """Let a process do one thing; say whether it did. What it refuses is fine, what it loses is not."""
        self.fuse.is_near = True
        try:
            step()
        except VitrineError:
            return False
        except PowerCut:
            self.start_again()
            return False
        finally:
            self.fuse.put_out()
        return True

    def hear(self, event: PaymentEvent) -> None:
        """Take a webhook as the view does: store it, and wake a worker if it is new."""
        if self.inbox.record(event, self.clock.now()):
            self.queue.enqueue(HANDLE_EVENT, event.id)

    def work(self) -> None:
        """Let a worker do the job that waits longest."""
        if not self.queue.asked:
            return
        job, identifier = self.queue.asked.pop(0)
        if job == HANDLE_EVENT:
            handle(self._services, identifier)
        else:
            self._carry_out_effect(identifier)

    def sweep(self) -> None:
        """Let the cron have its turn."""
        requeue_unhandled(self._services)
        self.checkout.sweep()
        self.effects.sweep()

    def watch(self) -> None:
        """Let the watcher write the movements that other programs left out."""
        for pool in list(self.inventory.store.every_pool()):
            self.inventory.settle_external(pool.id)

    def write_from_outside(self, stock_id: str, on_hand: int) -> None:
        """Let another program write a count straight into the database."""
        pools: dict[str, StockPool] = self.memory.tables["stock_pools"]
        pools[stock_id] = replace(pools[stock_id], on_hand=on_hand, version=pools[stock_id].version + 1)

    def settle_down(self) -> None:
        """Let everything that happens by itself happen: deadlines, webhooks, sweeps, workers, the watcher."""
        self.stripe.is_away, self.stripe.refuses = False, ""
        self.stripe.loses_requests = self.stripe.loses_answers = 0
        self.stripe.meanwhile = lambda: None
        self.queue.is_away = False
        self.fuse.put_out()
        self.watch()
        for session_id in list(self.stripe.on_its_way):
            self.stripe.decide(session_id, arrives=int(session_id.removeprefix("cs_")) % 2 == 0)
        for _ in range(SETTLING_ROUNDS):
            self.clock.turn(hours=7)
            self.stripe.pass_time()
            for made in list(self.stripe.made.values()):
                if made.state is RefundState.PENDING:
                    self.stripe.move_refund(made, RefundState.SUCCEEDED)
            for event in list(self.stripe.events):
                self.hear(event)
            self.sweep()
            while self.queue.asked:
                # An event that cannot be acted upon yet is one for the next round.
                with suppress(VitrineError):
                    self.work()

    @property
    def all_orders(self) -> list[Order]:
        """Every order there is."""
        return list(self.memory.tables["orders"].values())

    @property
    def _services(self) -> Services:
        bundle = SimpleNamespace(
            inbox=self.inbox, clock=self.clock, checkout=self.checkout, queue=self.queue, effects=self.effects
        )
        return cast("Services", bundle)

    def _mail(self, effect: Effect) -> None:
        """Give a mail to the server; a worker that dies afterwards does it again, under the same id."""
        self.mailed[effect.id] += 1

    def _carry_out_effect(self, effect_id: str) -> None:
        before = self.mailed[effect_id]
        try:
            self.effects.carry_out(effect_id)
        except PowerCut:
            self.interrupted[effect_id] += self.mailed[effect_id] - before
            raise
