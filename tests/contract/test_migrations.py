"""Bringing a database to the code's version, once and again and by several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migrations import (
    DataTooNew,
    MigrationReport,
    MigrationRunning,
    database_identity,
    migrate,
)
from app.adapters.mongo.schema import COLLECTIONS, DATA_VERSION

NAMES = tuple(shape.name for shape in COLLECTIONS)


def test_the_first_migration_creates_everything_and_the_second_nothing(empty_database: Database) -> None:
    first = migrate(empty_database)
    second = migrate(empty_database)

    # The lock lies in `schema`, which is there before anything else is created.
    assert set(first.created) == set(NAMES) - {"schema"}
    assert "products.slug_1" in first.indexes
    assert "carts.expires_at_1" in first.indexes
    assert first.data == ("version 1", "default market")
    assert second == MigrationReport(DATA_VERSION)
    assert second.is_empty


def test_every_index_is_there_as_it_was_written_down(database: Database) -> None:
    for shape in COLLECTIONS:
        found = {index["name"] for index in database.driver[shape.name].list_indexes()}
        assert found == {"_id_", *(index.name for index in shape.indexes)}
    carts = {index["name"]: index for index in database.driver.carts.list_indexes()}
    orders = {index["name"]: index for index in database.driver.orders.list_indexes()}
    assert carts["expires_at_1"]["expireAfterSeconds"] == 0
    assert orders["cart_id_1"]["unique"] is True
    assert orders["cart_id_1"]["partialFilterExpression"] == {"open": True}


def test_two_migrations_at_once_do_the_work_once(empty_database: Database) -> None:
    with ThreadPoolExecutor(4) as crowd:
        reports = list(crowd.map(lambda _: migrate(empty_database), range(4)))

    assert sorted(report.is_empty for report in reports) == [False, True, True, True]
    assert empty_database.driver.markets.count_documents({}) == 1


def test_what_drifted_is_brought_back(database: Database) -> None:
    database.driver.command("collMod", "products", validator={})
    database.driver.products.drop_index("slug_1")
    database.driver.carts.drop_index("expires_at_1")
    database.driver.carts.create_index("expires_at", expireAfterSeconds=9)

    report = migrate(database)

    assert report == MigrationReport(
        DATA_VERSION, validators=("products",), indexes=("products.slug_1", "carts.expires_at_1")
    )
    assert migrate(database).is_empty


def test_a_collection_that_another_program_has_created_gets_its_validator(empty_database: Database) -> None:
    empty_database.driver.products.insert_one({"slug": "lamp", "variants": [{"sku": "LAMP"}]})

    report = migrate(empty_database)

    assert "products" in report.validators
    assert "products" not in report.created
    assert empty_database.driver.products.count_documents({}) == 1


def test_a_market_without_a_prefix_is_not_put_beside_another(empty_database: Database) -> None:
    market = {"_id": "home", "currency": "EUR", "locale": "de", "prefix": ""}
    empty_database.driver.markets.insert_one(market)

    assert migrate(empty_database).data == ("version 1",)
    assert list(empty_database.driver.markets.find()) == [market]


def test_data_of_newer_code_is_left_alone(database: Database) -> None:
    database.driver.schema.update_one({"_id": "data"}, {"$set": {"version": DATA_VERSION + 1}})

    with pytest.raises(DataTooNew) as refusal:
        migrate(database)

    assert (refusal.value.found, refusal.value.known) == (DATA_VERSION + 1, DATA_VERSION)


def test_a_running_migration_is_waited_for_and_a_dead_one_forgotten(database: Database) -> None:
    now = datetime.now(UTC)
    lock = {"holder": "mig_other", "until": now + timedelta(minutes=1)}
    database.driver.schema.update_one({"_id": "lock"}, {"$set": lock})
    with pytest.raises(MigrationRunning) as refusal:
        migrate(database, wait_seconds=0.1)
    assert refusal.value.holder == "mig_other"

    past = {"until": now - timedelta(seconds=1)}
    database.driver.schema.update_one({"_id": "lock"}, {"$set": past})
    assert migrate(database).is_empty


def test_a_database_keeps_the_identity_of_its_first_migration(empty_database: Database) -> None:
    assert database_identity(empty_database) == ""
    migrate(empty_database)
    first = database_identity(empty_database)
    migrate(empty_database)

    assert first.startswith("db_")
    assert database_identity(empty_database) == first
