"""The connection: what it asks for, and what a database that is away looks like."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from app.adapters.mongo.changes import MongoChangeFeed
from app.adapters.mongo.connection import Database
from app.adapters.mongo.inventory import MongoInventoryStore
from app.adapters.mongo.transactions import MongoTransactions
from app.errors import InvalidValue, StoreUnavailable
from app.inventory.model import StockPool

FORKING = """
import os, sys
from app.adapters.mongo.connection import Database
from app.adapters.mongo.inventory import MongoInventoryStore
from app.inventory.model import StockPool

database = Database(sys.argv[1])
inventory = MongoInventoryStore(database)
child = os.fork()
if child == 0:
    os._exit(0 if inventory.insert_pool(StockPool("LAMP")) else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
inventory.move("LAMP", on_hand=1, reserved=0)
database.close()
sys.exit(status)
"""


@pytest.fixture
def away() -> Database:
    """A database behind a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return Database(f"mongodb://127.0.0.1:{port}/shop?replicaSet=secantus", server_selection_ms=50)


@pytest.mark.parametrize("uri", ["mongodb://user:secret@127.0.0.1:1/", "http://user:secret@x/shop", "secret"])
def test_a_uri_without_a_database_is_refused_and_its_password_not_repeated(uri: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        Database(uri)

    assert refusal.value.field == "VITRINE_MONGO_URI"
    assert "secret" not in str(refusal.value)


def test_acknowledged_means_stored_unless_the_uri_says_otherwise() -> None:
    plain = Database("mongodb://127.0.0.1:1/shop?replicaSet=rs0")
    own = Database("mongodb://127.0.0.1:1/shop?replicaSet=rs0&w=1&socketTimeoutMS=77")

    assert plain.name == "shop"
    assert plain.driver.write_concern.document == {"w": "majority", "j": True}
    assert plain.client.options.pool_options.socket_timeout == 10
    assert plain.client.options.server_selection_timeout == 3
    assert own.driver.write_concern.document == {"w": 1, "j": True}
    assert own.client.options.pool_options.socket_timeout == 0.077
    plain.close()
    own.close()


def test_a_database_that_is_away_is_unavailable_to_every_kind_of_call(away: Database) -> None:
    inventory = MongoInventoryStore(away)

    for call in (
        away.ping,
        lambda: list(inventory.every_pool()),
        lambda: MongoTransactions(away).run(lambda: inventory.take("LAMP", 1)),
        lambda: MongoChangeFeed(away).open(),
    ):
        with pytest.raises(StoreUnavailable):
            call()
    away.close()


def test_stores_that_were_built_before_a_fork_work_on_both_sides_of_it(database: Database) -> None:
    address = database.client.address
    assert address is not None
    uri = f"mongodb://{address[0]}:{address[1]}/{database.name}?replicaSet=secantus"

    # In a process of its own, because this one has threads that a fork would cut off.
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING, uri], capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert MongoInventoryStore(database).pool("LAMP") == StockPool("LAMP", on_hand=1, version=2)
