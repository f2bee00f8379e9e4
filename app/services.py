"""The bundle that edges receive: what the shop can do, without a word on how it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.cart.service import Carts
from app.catalogue.service import Catalogue
from app.checkout.service import Checkout
from app.clock import Clock
from app.effects.queue import Queue
from app.effects.service import Effects
from app.inventory.service import Inventory
from app.media.service import Media
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.payments.inbox import Inbox
from app.publishing.feed import ChangeFeed
from app.publishing.service import Publishing
from app.search.service import Search
from app.staff.second_factor import SecondFactor
from app.staff.service import Staff


@dataclass(frozen=True)
class Services:
    """Everything a view, a job or a command may call."""

    catalogue: Catalogue
    inventory: Inventory
    media: Media
    carts: Carts
    orders: OrderStore
    checkout: Checkout
    gateway: Gateway
    inbox: Inbox
    effects: Effects
    queue: Queue
    publishing: Publishing
    search: Search
    feed: ChangeFeed
    staff: Staff
    second_factor: SecondFactor
    clock: Clock
    probes: Mapping[str, Callable[[], None]]
    """Each dependency by name; calling it raises where the dependency does not answer."""
