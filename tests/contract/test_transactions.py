"""Blocks whose writes happen together or not at all."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import DocumentRefused
from app.adapters.mongo.transactions import MongoTransactions
from app.errors import InsufficientStock, InvalidValue, StoreUnavailable
from app.inventory.model import StockPool

from .conftest import Stores
from .samples import movement, product, reservation


def test_a_block_returns_what_it_returns_and_leaves_what_it_wrote(stores: Stores) -> None:
    stores.inventory.insert_pool(StockPool("LAMP", on_hand=5))

    def block() -> str:
        stores.inventory.take("LAMP", 2)
        stores.inventory.insert_reservation(reservation())
        return "held"

    assert stores.transactions.run(block) == "held"
    assert stores.inventory.pool("LAMP") == StockPool("LAMP", 5, 2, version=2)
    assert stores.inventory.reservation("ord_1") == reservation()


def test_a_block_that_raises_leaves_no_trace(stores: Stores) -> None:
    stores.inventory.insert_pool(StockPool("LAMP", on_hand=5))

    def block() -> None:
        stores.inventory.take("LAMP", 2)
        stores.inventory.insert_reservation(reservation())
        stores.catalogue.insert_product(product("lamp"))
        raise InsufficientStock("DESK", 1, 0)

    with pytest.raises(InsufficientStock) as refusal:
        stores.transactions.run(block)

    assert refusal.value.sku == "DESK"
    assert stores.inventory.pool("LAMP") == StockPool("LAMP", on_hand=5)
    assert stores.inventory.reservation("ord_1") is None
    assert stores.catalogue.count_products() == 0


def test_a_block_within_a_block_is_part_of_it(stores: Stores) -> None:
    stores.inventory.insert_pool(StockPool("LAMP", on_hand=5))

    def inner() -> bool:
        return stores.inventory.take("LAMP", 2)

    def outer() -> None:
        assert stores.transactions.run(inner)
        raise KeyError("outer")

    with pytest.raises(KeyError, match="outer"):
        stores.transactions.run(outer)

    assert stores.inventory.pool("LAMP") == StockPool("LAMP", on_hand=5)


def test_a_block_sees_its_own_writes(stores: Stores) -> None:
    def block() -> StockPool | None:
        stores.inventory.insert_pool(StockPool("LAMP", on_hand=5))
        stores.inventory.take("LAMP", 1)
        return stores.inventory.pool("LAMP")

    assert stores.transactions.run(block) == StockPool("LAMP", 5, 1, version=2)


def test_nobody_else_sees_a_block_before_it_is_done(mongo: Stores) -> None:
    seen = []

    def block() -> None:
        mongo.inventory.insert_pool(StockPool("LAMP", on_hand=5))
        with ThreadPoolExecutor(1) as other:
            seen.append(other.submit(mongo.inventory.pool, "LAMP").result())

    mongo.transactions.run(block)

    assert seen == [None]
    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", on_hand=5)


def test_a_block_that_collides_runs_again_from_the_start(mongo: Stores) -> None:
    mongo.inventory.insert_pool(StockPool("LAMP", on_hand=5))
    runs = []

    def block() -> None:
        runs.append(mongo.inventory.pool("LAMP"))
        if len(runs) == 1:
            with ThreadPoolExecutor(1) as other:
                other.submit(mongo.inventory.move, "LAMP", on_hand=1, reserved=0).result()
        mongo.inventory.move("LAMP", on_hand=10, reserved=0)

    mongo.transactions.run(block)

    assert runs == [StockPool("LAMP", on_hand=5), StockPool("LAMP", on_hand=6, version=2)]
    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", on_hand=16, version=3)


def test_a_block_that_always_collides_is_given_up(mongo: Stores, database: Database) -> None:
    mongo.inventory.insert_pool(StockPool("LAMP", on_hand=5))

    def block() -> None:
        mongo.inventory.pool("LAMP")
        with ThreadPoolExecutor(1) as other:
            other.submit(mongo.inventory.move, "LAMP", on_hand=1, reserved=0).result()
        mongo.inventory.move("LAMP", on_hand=100, reserved=0)

    with pytest.raises(StoreUnavailable, match="other writers were in the way"):
        MongoTransactions(database, retry_seconds=0.1).run(block)

    pool = mongo.inventory.pool("LAMP")
    assert pool is not None
    assert pool.on_hand < 100


def test_an_error_that_ended_the_transaction_is_told_even_where_the_block_caught_it(mongo: Stores) -> None:
    mongo.catalogue.insert_product(product("lamp"))
    runs = []

    def goes_on() -> None:
        runs.append("on")
        with pytest.raises(InvalidValue):
            mongo.catalogue.insert_product(product("lamp", id="prd_2"))
        mongo.inventory.insert_pool(StockPool("LAMP"))

    def returns() -> None:
        runs.append("return")
        with pytest.raises(DocumentRefused):
            mongo.inventory.insert_pool(StockPool("LAMP", reserved=-1))

    with pytest.raises(Exception, match="slug 'lamp'"):
        mongo.transactions.run(goes_on)
    with pytest.raises(DocumentRefused):
        mongo.transactions.run(returns)

    assert runs == ["on", "return"]
    assert mongo.inventory.pool("LAMP") is None


def test_fifty_shoppers_buy_twenty_units_exactly(mongo: Stores) -> None:
    mongo.inventory.insert_pool(StockPool("LAMP", on_hand=20))
    start = threading.Barrier(50)

    def shopper(number: int) -> bool:
        def block() -> bool:
            if not mongo.inventory.take("LAMP", 1):
                return False
            mongo.inventory.insert_movement(movement(f"mov_{number}"))
            mongo.inventory.insert_reservation(reservation(f"ord_{number}", units={"LAMP": 1}))
            return True

        start.wait()
        return mongo.transactions.run(block)

    with ThreadPoolExecutor(50) as crowd:
        outcomes = Counter(crowd.map(shopper, range(50)))

    books = mongo.inventory.books("LAMP")
    assert outcomes == {True: 20, False: 30}
    assert books is not None
    assert (books.pool.on_hand, books.pool.reserved, books.pool.version) == (20, 20, 21)
    assert (books.moved_reserved, books.held) == (20, 20)


def test_fifty_single_updates_take_twenty_units_exactly(mongo: Stores) -> None:
    mongo.inventory.insert_pool(StockPool("LAMP", on_hand=20))

    with ThreadPoolExecutor(50) as crowd:
        outcomes = Counter(crowd.map(lambda _: mongo.inventory.take("LAMP", 1), range(50)))

    assert outcomes == {True: 20, False: 30}
    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", 20, 20, version=21)


def test_order_numbers_are_unique_in_a_crowd_and_make_no_checkout_collide(mongo: Stores) -> None:
    runs = []

    def checkout(_: int) -> str:
        def block() -> str:
            runs.append(1)
            return mongo.orders.next_number()

        return mongo.transactions.run(block)

    with ThreadPoolExecutor(20) as crowd:
        numbers = list(crowd.map(checkout, range(40)))

    assert sorted(numbers) == [str(number) for number in range(1001, 1041)]
    assert len(runs) == 40
