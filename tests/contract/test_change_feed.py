"""The change feed: every write once, in order, with whose hand it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.mongo.changes import MongoChangeFeed
from app.adapters.mongo.connection import Database
from app.adapters.mongo.migrations import migrate
from app.catalogue.model import Collection, Market
from app.errors import StoreUnavailable
from app.inventory.model import StockPool
from app.publishing.feed import Batch, DocumentEvent, HistoryLost, OpenFeed
from tests.servers import running_mongo

from .conftest import Stores
from .samples import cart, order, product


@contextmanager
def feed_from(database: Database, token: str | None = None) -> Iterator[OpenFeed]:
    """Open a feed, and close it whatever happens."""
    feed = MongoChangeFeed(database).open(token)
    try:
        yield feed
    finally:
        feed.close()


def collect(feed: OpenFeed, count: int) -> list[DocumentEvent]:
    """Return the next events, however they are parted into batches."""
    events: list[DocumentEvent] = []
    batches = feed.batches()
    while len(events) < count:
        events.extend(next(batches).events)
    batches.close()  # type: ignore[attr-defined]
    return events


def told(events: list[DocumentEvent]) -> list[tuple[str, str, bool]]:
    return [(event.collection, event.id, event.is_external) for event in events]


def test_the_shops_own_writes_are_told_from_those_of_other_programs(
    mongo: Stores, database: Database
) -> None:
    products, pools = database.driver.products, database.driver.stock_pools
    with feed_from(database) as feed:
        lamp = product("lamp")
        mongo.catalogue.insert_product(lamp)
        mongo.catalogue.replace_product(replace(lamp, title="Oak", version=2), expected_version=1)
        mongo.inventory.insert_pool(StockPool("LAMP", on_hand=5))
        mongo.inventory.take("LAMP", 1)
        mongo.inventory.move("LAMP", on_hand=-1, reserved=-1)
        products.update_one({"_id": "prd_lamp"}, {"$set": {"variants.0.prices.USD": 1}})
        pools.update_one({"_id": "LAMP"}, {"$set": {"on_hand": 9}})
        pools.replace_one({"_id": "LAMP"}, {"on_hand": 8, "version": 3})
        pools.insert_one({"_id": "DESK", "on_hand": 1})
        pools.delete_one({"_id": "DESK"})
        events = collect(feed, 10)

    assert told(events) == [
        ("products", "prd_lamp", False),
        ("products", "prd_lamp", False),
        ("stock_pools", "LAMP", False),
        ("stock_pools", "LAMP", False),
        ("stock_pools", "LAMP", False),
        ("products", "prd_lamp", True),
        ("stock_pools", "LAMP", True),
        ("stock_pools", "LAMP", True),
        ("stock_pools", "DESK", True),
        ("stock_pools", "DESK", True),
    ]


def test_an_event_says_when_it_was_written(mongo: Stores, database: Database) -> None:
    with feed_from(database) as feed:
        mongo.inventory.insert_pool(StockPool("LAMP"))
        (event,) = collect(feed, 1)

    assert event.written_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - event.written_at) < timedelta(minutes=1)


def test_only_what_pages_are_made_of_is_reported(mongo: Stores, database: Database) -> None:
    with feed_from(database) as feed:
        mongo.carts.insert(cart())
        mongo.orders.insert(order())
        mongo.catalogue.put_collection(Collection("col_1", "light", "Light"))
        mongo.catalogue.put_market(Market("germany", "EUR", "de", "de"))
        mongo.catalogue.put_market(Market("germany", "EUR", "de", "de", name="Deutschland"))
        events = collect(feed, 3)

    assert told(events) == [
        ("collections", "col_1", False),
        ("markets", "germany", False),
        ("markets", "germany", False),
    ]


def test_a_transaction_is_reported_when_it_is_done_and_not_at_all_when_it_fails(
    mongo: Stores, database: Database
) -> None:
    def block(fails: bool) -> None:
        mongo.inventory.insert_pool(StockPool("LOST" if fails else "LAMP"))
        mongo.catalogue.insert_product(product("lost" if fails else "lamp"))
        if fails:
            raise LookupError

    with feed_from(database) as feed:
        with pytest.raises(LookupError):
            mongo.transactions.run(lambda: block(fails=True))
        mongo.transactions.run(lambda: block(fails=False))
        events = collect(feed, 2)

    assert [event.id for event in events] == ["LAMP", "prd_lamp"]


def test_a_feed_goes_on_where_the_last_one_stopped(mongo: Stores, database: Database) -> None:
    with feed_from(database) as feed:
        began = feed.token
        mongo.inventory.insert_pool(StockPool("A"))
        collect(feed, 1)
        token = feed.token
    for name in ("B", "C"):
        mongo.inventory.insert_pool(StockPool(name))

    with feed_from(database, token) as feed:
        assert [event.id for event in collect(feed, 2)] == ["B", "C"]
    with feed_from(database, began) as feed:
        assert [event.id for event in collect(feed, 3)] == ["A", "B", "C"]


def test_many_events_come_in_few_batches_and_each_batch_can_be_continued(
    mongo: Stores, database: Database
) -> None:
    pools = database.driver.stock_pools
    with feed_from(database) as feed:
        pools.insert_many({"_id": f"P{number:04}", "on_hand": 1} for number in range(700))
        batches = feed.batches()
        first = next(batches)
        events, count = [*first.events], 1
        while len(events) < 700:
            events.extend(next(batches).events)
            count += 1
    with feed_from(database, first.token) as feed:
        rest = collect(feed, 700 - len(first.events))

    expected = [f"P{number:04}" for number in range(700)]
    assert [event.id for event in events] == expected
    assert [event.id for event in rest] == expected[len(first.events) :]
    assert count <= 10


def test_a_quiet_feed_still_speaks_and_moves_its_token_past_what_it_need_not_tell(
    mongo: Stores, database: Database
) -> None:
    with feed_from(database) as feed:
        began = feed.token
        mongo.carts.insert(cart())
        batches = feed.batches()
        assert next(batches) == Batch((), feed.token)
        assert next(batches) == Batch((), feed.token)
        assert feed.token != began


def test_a_closed_feed_ends(database: Database) -> None:
    feed = MongoChangeFeed(database).open()
    batches = feed.batches()
    next(batches)
    feed.close()

    assert list(batches) == []


@pytest.mark.parametrize("drop", ["collection", "database"])
def test_a_drop_is_told_after_what_came_before_it(mongo: Stores, database: Database, drop: str) -> None:
    with feed_from(database) as feed:
        mongo.inventory.insert_pool(StockPool("LAMP"))
        database.driver.carts.drop()
        if drop == "collection":
            database.driver.stock_pools.drop()
        else:
            database.drop()
        batches = feed.batches()
        assert [event.id for event in next(batches).events] == ["LAMP"]
        with pytest.raises(HistoryLost, match="dropped"):
            list(batches)


def test_a_token_of_another_database_is_refused(database: Database) -> None:
    token = json.loads(MongoChangeFeed(database).open().token)
    feed = MongoChangeFeed(database)

    with pytest.raises(HistoryLost, match="another database"):
        feed.open(json.dumps({**token, "database": "db_other"}))
    with pytest.raises(HistoryLost, match="damaged"):
        feed.open("not a token")
    with pytest.raises(HistoryLost):
        feed.open(json.dumps({**token, "token": {"_data": "00"}}))


def test_a_token_that_is_too_old_is_refused(tmp_path: Path) -> None:
    with (
        running_mongo(tmp_path, "--oplog-max-entries", "50") as server,
        closing(Database(server.uri("shop"))) as database,
    ):
        migrate(database)
        with feed_from(database) as feed:
            token = feed.token
        # The server cuts its history after every thousand writes.
        database.driver.stock_pools.insert_many({"_id": f"P{n}", "on_hand": 1} for n in range(1100))

        with pytest.raises(HistoryLost) as refusal:
            MongoChangeFeed(database).open(token)

    assert "no longer be in the oplog" in refusal.value.reason


def test_a_lost_connection_is_told_and_the_feed_goes_on_when_the_server_is_back(tmp_path: Path) -> None:
    with running_mongo(tmp_path, "--sync-on-commit") as server:
        lost = Database(server.uri("shop"), server_selection_ms=200)
        migrate(lost)
        batches = MongoChangeFeed(lost).open().batches()
        lost.driver.stock_pools.insert_one({"_id": "A", "on_hand": 1})
        token = next(batches).token
        lost.driver.stock_pools.insert_one({"_id": "B", "on_hand": 1})
    with closing(lost), pytest.raises(StoreUnavailable):
        list(batches)

    with (
        running_mongo(tmp_path, "--sync-on-commit") as server,
        closing(Database(server.uri("shop"))) as database,
        feed_from(database, token) as feed,
    ):
        assert [event.id for event in collect(feed, 1)] == ["B"]
