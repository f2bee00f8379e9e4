"""Bringing a database to the code's version, once and again and by several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migration_lease import MigrationLease, MigrationRunning, MigrationTakenOver
from app.adapters.mongo.migrations import MigrationReport, migrate, plan
from app.adapters.mongo.schema import COLLECTIONS, DATA_VERSION
from app.adapters.mongo.steps.every import STEPS
from app.adapters.mongo.steps.walking import Part, Step, StepStuck
from app.adapters.mongo.versions import DataTooNew, DataTooOld, database_identity, refuse_other_version

NAMES = tuple(shape.name for shape in COLLECTIONS)


def test_the_first_migration_creates_everything_and_the_second_nothing(empty_database: Database) -> None:
    first = migrate(empty_database)
    second = migrate(empty_database)

    # The lock lies in `schema`, which is there before anything else is created.
    assert set(first.created) == set(NAMES) - {"schema"}
    assert "products.slug_1" in first.indexes
    assert "carts.expires_at_1" in first.indexes
    assert first.data == ("version 1", "version 2", "version 3", "default market")
    assert [(step.version, step.documents) for step in first.steps] == [(2, 0), (3, 0)]
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

    assert "default market" not in migrate(empty_database).data
    assert list(empty_database.driver.markets.find()) == [market]


def test_data_of_newer_code_is_left_alone(database: Database) -> None:
    database.driver.schema.update_one({"_id": "data"}, {"$set": {"version": DATA_VERSION + 1}})
    database.driver.command("collMod", "products", validator={})
    before = everything(database)

    for attempt in (migrate, plan):
        with pytest.raises(DataTooNew) as refusal:
            attempt(database)
        assert (refusal.value.found, refusal.value.known) == (DATA_VERSION + 1, DATA_VERSION)

    assert "Start the newer code, or restore the backup" in str(refusal.value)
    # Not even the shape of its collections is touched.
    assert database.driver.products.options().get("validator") in (None, {})
    assert everything(database) == before


@pytest.mark.parametrize(
    ("version", "error", "words"),
    [
        (DATA_VERSION + 1, DataTooNew, "Start the newer code, or restore the backup"),
        (DATA_VERSION - 1, DataTooOld, "look with `vitrine migrate --dry-run`, then run `vitrine migrate`"),
        (0, DataTooOld, "was never set up for a shop. Run `vitrine migrate` first"),
    ],
)
def test_other_data_than_the_codes_own_is_refused_with_what_to_do(
    database: Database, version: int, error: type[Exception], words: str
) -> None:
    refuse_other_version(database)
    database.driver.schema.update_one({"_id": "data"}, {"$set": {"version": version}})

    with pytest.raises(error, match=words):
        refuse_other_version(database)


def test_the_steps_lead_from_the_first_version_to_the_codes_own() -> None:
    assert [step.version for step in STEPS] == list(range(2, DATA_VERSION + 1))
    assert all(step.what.endswith(".") for step in STEPS)


def counted(version: int, collection: str = "settings") -> Step:
    """Return a step that notes the version in each document of a collection."""
    field = f"at_{version}"

    def make(_: Database, documents: Any) -> dict[Any, Any]:
        return {document["_id"]: {field: True} for document in documents}

    part = Part(collection, {field: None}, (field,), make)
    return Step(version, f"Notes version {version}.", (part,), stop_first=version == 3)


def test_a_dry_run_says_what_each_step_would_touch_and_writes_nothing(empty_database: Database) -> None:
    migrate(empty_database, steps=[])
    empty_database.driver.settings.insert_many([{"_id": "shop"}, {"_id": "till", "at_2": True}])
    empty_database.driver.products.drop_index("slug_1")
    before = everything(empty_database)

    found = plan(empty_database, steps=[counted(2), counted(3)])

    assert (found.found, found.known, found.is_empty) == (1, 3, False)
    assert [(s.version, s.documents, s.stop_first) for s in found.steps] == [(2, 1, False), (3, 2, True)]
    assert (found.created, found.validators, found.indexes) == ((), (), ("products.slug_1",))
    assert everything(empty_database) == before
    assert "slug_1" not in empty_database.driver.products.index_information()
    report = migrate(empty_database, steps=[counted(2), counted(3)])
    assert report.steps == found.steps
    assert report.data == ("version 2", "version 3")
    assert plan(empty_database, steps=[counted(2), counted(3)]).is_empty


def test_a_dry_run_on_an_empty_database_creates_nothing(empty_database: Database) -> None:
    found = plan(empty_database)

    assert set(found.created) == set(NAMES)
    assert (found.found, found.known) == (0, DATA_VERSION)
    assert [step["documents"] for step in asdict(found)["steps"]] == [0, 0]
    assert empty_database.driver.list_collection_names() == []


def test_the_version_is_recorded_after_each_step_and_a_step_that_fails_is_run_again(
    empty_database: Database,
) -> None:
    migrate(empty_database, steps=[])
    empty_database.driver.settings.insert_one({"_id": "shop"})

    def fail(*_: object) -> dict[Any, Any]:
        raise RuntimeError("the power went")

    broken = Step(3, "Fails.", (Part("settings", {}, (), fail),), stop_first=False)
    with pytest.raises(RuntimeError, match="the power went"):
        migrate(empty_database, steps=[counted(2), broken])
    assert (empty_database.driver.schema.find_one({"_id": "data"}) or {})["version"] == 2

    # The lock was given back, and what is done is not done again.
    report = migrate(empty_database, wait_seconds=0.1, steps=[counted(2), counted(3)])
    assert [(step.version, step.documents) for step in report.steps] == [(3, 1)]


def test_a_document_that_changes_while_it_is_brought_along_is_read_again(empty_database: Database) -> None:
    migrate(empty_database, steps=[])
    empty_database.driver.settings.insert_one({"_id": "shop", "name": "Vitrine"})
    seen = []

    def shout(database: Database, documents: Any) -> dict[Any, Any]:
        made = {document["_id"]: {"loud": document["name"].upper()} for document in documents}
        if not seen:
            database.driver.settings.update_one({"_id": "shop"}, {"$set": {"name": "Glass"}})
        seen.extend(documents)
        return made

    step = Step(2, "Shouts.", (Part("settings", {"loud": None}, ("name",), shout),), stop_first=False)
    report = migrate(empty_database, steps=[step])

    assert [step.documents for step in report.steps] == [1]
    assert list(empty_database.driver.settings.find()) == [{"_id": "shop", "name": "Glass", "loud": "GLASS"}]


def test_documents_that_never_stand_still_end_the_step_with_what_to_do(empty_database: Database) -> None:
    migrate(empty_database, steps=[])
    empty_database.driver.settings.insert_one({"_id": "shop", "n": 0})

    def meddled(database: Database, documents: Any) -> dict[Any, Any]:
        database.driver.settings.update_one({"_id": "shop"}, {"$inc": {"n": 1}})
        return {document["_id"]: {"done": True} for document in documents}

    step = Step(2, "Waits.", (Part("settings", {"done": None}, ("n",), meddled),), stop_first=False)
    with pytest.raises(StepStuck, match="Stop what writes to them"):
        migrate(empty_database, steps=[step])
    assert (empty_database.driver.schema.find_one({"_id": "data"}) or {})["version"] == 1


def test_a_living_migration_is_waited_for(database: Database) -> None:
    held = MigrationLease(database, seconds=0.4, holder="mig_other")
    with held.held(0):
        # It beats, so it is alive for as long as it likes.
        with pytest.raises(MigrationRunning) as refusal:
            migrate(database, wait_seconds=1.2, lease=MigrationLease(database, seconds=0.4))
        held.check()
    assert refusal.value.holder == "mig_other"
    assert migrate(database, wait_seconds=0).is_empty


def test_the_lock_of_a_dead_migration_is_taken_over_after_the_length_of_a_lease(database: Database) -> None:
    lock = {"holder": "mig_dead", "beat": 7}
    database.driver.schema.update_one({"_id": "lock"}, {"$set": lock})
    with pytest.raises(MigrationRunning):
        migrate(database, wait_seconds=0.2, lease=MigrationLease(database, seconds=60))

    began = datetime.now(UTC)
    assert migrate(database, lease=MigrationLease(database, seconds=0.5)).is_empty
    assert timedelta(seconds=0.5) <= datetime.now(UTC) - began < timedelta(seconds=3)


def test_the_lock_of_the_first_version_is_honoured_and_forgotten_in_time(database: Database) -> None:
    def left(until: datetime) -> None:
        fields = {"$set": {"holder": "mig_old", "until": until}, "$unset": {"beat": ""}}
        database.driver.schema.update_one({"_id": "lock"}, fields)

    left(datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(MigrationRunning):
        migrate(database, wait_seconds=0.1)
    left(datetime.now(UTC) - timedelta(seconds=1))
    assert migrate(database, wait_seconds=0).is_empty
    assert "until" not in (database.driver.schema.find_one({"_id": "lock"}) or {})


def test_a_migration_that_was_overtaken_stops_and_records_nothing(empty_database: Database) -> None:
    migrate(empty_database, steps=[])
    empty_database.driver.settings.insert_one({"_id": "shop"})
    mine = MigrationLease(empty_database, seconds=0.5)

    def overtaken(*_: object) -> dict[Any, Any]:
        other = {"$set": {"holder": "mig_other", "beat": 0}}
        empty_database.driver.schema.update_one({"_id": "lock"}, other)
        mine._renewed -= 1
        return {"shop": {"done": True}}

    step = Step(2, "Is overtaken.", (Part("settings", {"done": None}, (), overtaken),), stop_first=False)
    with pytest.raises(MigrationTakenOver):
        migrate(empty_database, steps=[step], lease=mine)

    assert list(empty_database.driver.settings.find()) == [{"_id": "shop"}]
    assert (empty_database.driver.schema.find_one({"_id": "data"}) or {})["version"] == 1
    # Nor is the other one's lock given back for it.
    assert (empty_database.driver.schema.find_one({"_id": "lock"}) or {})["holder"] == "mig_other"


def everything(database: Database) -> dict[str, list[Any]]:
    """Return every document of a database, by collection."""
    names = sorted(database.driver.list_collection_names())
    return {name: list(database.driver[name].find(sort=[("_id", 1)])) for name in names}


def test_a_database_keeps_the_identity_of_its_first_migration(empty_database: Database) -> None:
    assert database_identity(empty_database) == ""
    migrate(empty_database)
    first = database_identity(empty_database)
    migrate(empty_database)

    assert first.startswith("db_")
    assert database_identity(empty_database) == first
