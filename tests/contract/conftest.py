"""Every contract test runs twice: on the fakes, and on MongoDB."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.adapters.mongo.carts import MongoCartStore
from app.adapters.mongo.catalogue import MongoCatalogueStore
from app.adapters.mongo.connection import Database
from app.adapters.mongo.inbox import MongoInbox
from app.adapters.mongo.inventory import MongoInventoryStore
from app.adapters.mongo.media import MongoMediaStore
from app.adapters.mongo.orders import MongoOrderStore
from app.adapters.mongo.outbox import MongoOutbox
from app.adapters.mongo.publishing import MongoPublishingStore
from app.adapters.mongo.transactions import MongoTransactions
from app.cart.store import CartStore
from app.catalogue.store import CatalogueStore
from app.effects.store import Outbox
from app.inventory.store import InventoryStore
from app.media.store import MediaStore
from app.orders.store import OrderStore
from app.payments.inbox import Inbox
from app.publishing.store import PublishingStore
from app.transactions import Transactions
from tests import fakes


@dataclass(frozen=True)
class Stores:
    """All stores of one shop, and the transactions over them."""

    catalogue: CatalogueStore
    inventory: InventoryStore
    media: MediaStore
    carts: CartStore
    orders: OrderStore
    inbox: Inbox
    outbox: Outbox
    publishing: PublishingStore
    transactions: Transactions


def fake_stores() -> Stores:
    """Return stores that keep everything in one memory."""
    memory = fakes.Memory()
    return Stores(
        catalogue=fakes.FakeCatalogueStore(memory),
        inventory=fakes.FakeInventoryStore(memory),
        media=fakes.FakeMediaStore(memory),
        carts=fakes.FakeCartStore(memory),
        orders=fakes.FakeOrderStore(memory),
        inbox=fakes.FakeInbox(memory),
        outbox=fakes.FakeOutbox(memory),
        publishing=fakes.FakePublishingStore(memory),
        transactions=fakes.FakeTransactions(memory),
    )


def mongo_stores(database: Database) -> Stores:
    """Return stores that keep everything in one database."""
    return Stores(
        catalogue=MongoCatalogueStore(database),
        inventory=MongoInventoryStore(database),
        media=MongoMediaStore(database),
        carts=MongoCartStore(database),
        orders=MongoOrderStore(database),
        inbox=MongoInbox(database),
        outbox=MongoOutbox(database),
        publishing=MongoPublishingStore(database),
        transactions=MongoTransactions(database),
    )


@pytest.fixture(params=["fake", "mongo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The stores under test: once faked, once real."""
    if request.param == "fake":
        return fake_stores()
    return mongo_stores(request.getfixturevalue("database"))


@pytest.fixture
def mongo(database: Database) -> Stores:
    """The real stores, for what only a database can show."""
    return mongo_stores(database)
