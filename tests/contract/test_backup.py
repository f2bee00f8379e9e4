"""Backups of a real database: one moment while others write, and the same documents in another database."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bson import Decimal128, Int64, ObjectId, decode_all

from app.adapters.age import AgeCipher
from app.adapters.mongo.changes import MongoChangeFeed
from app.adapters.mongo.connection import Database
from app.adapters.mongo.dumping import MongoSource
from app.adapters.mongo.loading import MongoTarget
from app.adapters.mongo.migrations import migrate
from app.adapters.mongo.schema import COLLECTIONS, DATA_VERSION
from app.adapters.mongo.steps.every import STEPS
from app.adapters.mongo.steps.walking import Part, Step
from app.adapters.mongo.transactions import MongoTransactions
from app.adapters.mongo.versions import MARKER, database_identity
from app.adapters.picture_files import FolderShelf
from app.backup.model import DatabaseInUse, RestoreTakenOver, RestoreUnfinished
from app.backup.service import Backups
from app.clock import SystemClock
from app.publishing.feed import HistoryLost
from tests.fakes.backup import Progress
from tests.servers import MongoServer

NOW = datetime(2026, 11, 28, 12, 30, 15, 123000, tzinfo=UTC)


@pytest.fixture
def other(mongo_server: MongoServer) -> Iterator[Database]:
    """A second database, without any collection."""
    database = Database(mongo_server.uri(f"t_{uuid4().hex[:12]}"))
    yield database
    database.drop()
    database.close()


def backups(database: Database, folder: Path) -> Backups:
    """Return what writes and reads backups of a database."""
    shelf = FolderShelf(folder)
    return Backups(MongoSource(database), MongoTarget(database), shelf, AgeCipher(), SystemClock())


def written(database: Database, folder: Path) -> bytes:
    """Return a backup."""
    file = io.BytesIO()
    backups(database, folder).write(file, {}, Progress())
    return file.getvalue()


def restored(database: Database, folder: Path, content: bytes, **options: Any) -> Any:
    """Restore a backup."""
    file = io.BytesIO(content)
    return backups(database, folder).restore(file, len(content), "shop.vitrine", Progress(), **options)


def everything(database: Database) -> dict[str, list[Any]]:
    """Return all documents of all collections but `schema`, to the bit."""
    return {
        name: sorted(
            (bytes(raw) for raw in _raw(database, name)),
        )
        for name in sorted(database.driver.list_collection_names())
        if name != "schema"
    }


def _raw(database: Database, name: str) -> Iterator[bytes]:
    for batch in database.driver[name].find_raw_batches({}):
        content: Any = batch
        while content:
            size = int.from_bytes(content[:4], "little")
            yield content[:size]
            content = content[size:]


def test_every_document_comes_back_to_the_bit(database: Database, other: Database, tmp_path: Path) -> None:
    odd = {
        "_id": ObjectId("65f0c0ffee65f0c0ffee65f0"),
        "slug": "odd",
        "variants": [],
        "long": Int64(3),
        "int": 3,
        "double": 3.0,
        "exact": Decimal128("19.90"),
        "at": NOW,
        "none": None,
        "z": 1,
        "a": {"deep": [b"\x00\xff", True, "ü"]},
    }
    database.driver.products.insert_one(odd)
    database.driver.stock_pools.insert_many([{"_id": f"SKU-{n}", "on_hand": n} for n in range(1203)])
    database.driver.carts.insert_one(
        {"_id": "digest", "market": "", "currency": "USD", "lines": [], "version": 1, "expires_at": None}
    )
    database.driver.somebody_elses.insert_one({"_id": 1, "note": "of another program"})
    database.driver.staff_sessions.insert_one(
        {"_id": "s", "digest": "d", "member_id": "m", "generation": 1, "expires_at": NOW.replace(year=2036)}
    )
    before = everything(database)

    report = restored(other, tmp_path, written(database, tmp_path))

    after = everything(other)
    assert before.pop("staff_sessions") != after.pop("staff_sessions") == []
    assert after == before
    assert report.contents.collections["stock_pools"] == 1203
    assert report.unusual == 0
    assert decode_all(after["products"][0])[0]["_id"] == odd["_id"]
    for shape in COLLECTIONS:
        found = {index["name"] for index in other.driver[shape.name].list_indexes()}
        assert found == {"_id_", *(index.name for index in shape.indexes)}
    assert migrate(other).is_empty


def test_what_is_written_meanwhile_is_wholly_in_or_wholly_out(database: Database, tmp_path: Path) -> None:
    """Each sale writes three documents as one: no backup may hold some of them."""
    driver, transactions, stopped = database.driver, MongoTransactions(database), threading.Event()
    driver.stock_pools.insert_many([{"_id": f"SKU-{n:04}", "on_hand": 10_000} for n in range(1500)])
    sold = []

    def sell() -> None:
        number = len(sold)
        sku = f"SKU-{1499 - number % 1500:04}"
        inventory, outbox = database.documents("stock_pools"), database.documents("outbox")
        inventory.update({"_id": sku}, {"$inc": {"on_hand": -1}})
        movement = {"pool": sku, "kind": "sale", "on_hand": -1, "reserved": 0, "at": NOW}
        database.documents("stock_movements").insert(movement)
        row = {"kind": "receipt", "subject": f"order {number}", "open": True, "next_try_at": NOW}
        outbox.insert({"_id": f"receipt:{number}", **row})

    def keep_selling() -> None:
        while not stopped.is_set():
            transactions.run(sell)
            sold.append(1)

    seller = threading.Thread(target=keep_selling)
    seller.start()
    try:
        taken = []
        for _ in range(3):
            begun = len(sold)
            content = written(database, tmp_path)
            assert len(sold) > begun + 5, "nothing was sold while the backup was taken"
            taken.append(content)
    finally:
        stopped.set()
        seller.join()

    totals = []
    for content in taken:
        found = {name: decode_all(raw) for name, raw in _collected(content).items()}
        gone = sum(10_000 - pool["on_hand"] for pool in found["stock_pools"])
        assert gone == len(found["stock_movements"]) == len(found["outbox"])
        totals.append(gone)
    assert totals[0] < totals[1] < totals[2]


def _collected(content: bytes) -> dict[str, bytes]:
    from app.backup.archive import entries

    found: dict[str, bytes] = {"stock_movements": b"", "outbox": b"", "stock_pools": b""}
    for name, member in entries(io.BytesIO(content)):
        collection = name.split("/")[1] if name.startswith("database/") else ""
        if collection in found:
            found[collection] += member
    return found


def test_the_restored_database_believes_no_resume_token_of_the_old_one(
    database: Database, other: Database, tmp_path: Path
) -> None:
    feed = MongoChangeFeed(database).open()
    token = feed.token
    feed.close()

    content = written(database, tmp_path)
    restored(other, tmp_path, content)

    identity = database_identity(other)
    assert identity not in ("", database_identity(database))
    with pytest.raises(HistoryLost, match="of another database"):
        MongoChangeFeed(other).open(token)
    restored(other, tmp_path, content, replace=other.name)
    assert database_identity(other) != identity


def test_a_database_in_use_is_refused_untouched_and_replaced_when_named(
    database: Database, other: Database, tmp_path: Path
) -> None:
    content = written(database, tmp_path)
    migrate(other)
    other.driver.stock_pools.insert_one({"_id": "OF-TODAY", "on_hand": 7})
    identity, before = database_identity(other), everything(other)

    with pytest.raises(DatabaseInUse, match="holds stock_pools"):
        restored(other, tmp_path, content)
    assert (database_identity(other), everything(other)) == (identity, before)

    restored(other, tmp_path, content, replace=other.name)
    assert other.driver.stock_pools.count_documents({}) == 0


def test_a_database_of_newer_data_is_replaced_when_it_is_named(
    database: Database, other: Database, tmp_path: Path
) -> None:
    """This is how the way back from a new version ends: with the backup that was taken before it."""
    database.driver.stock_pools.insert_one({"_id": "LAMP-OAK", "on_hand": 4})
    content = written(database, tmp_path)
    migrate(other)
    other.driver.stock_pools.insert_one({"_id": "OF-TOMORROW", "on_hand": 7})
    other.driver.schema.update_one({"_id": "data"}, {"$set": {"version": DATA_VERSION + 1}})
    identity = database_identity(other)

    restored(other, tmp_path, content, replace=other.name)

    assert everything(other) == everything(database)
    assert (other.driver.schema.find_one({"_id": "data"}) or {})["version"] == DATA_VERSION
    assert database_identity(other) not in ("", identity)
    assert other.driver.schema.find_one({"_id": MARKER}) is None
    assert migrate(other).is_empty


def test_a_restore_that_was_cut_off_starts_no_process_and_is_begun_again(
    database: Database, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.driver.stock_pools.insert_many([{"_id": f"SKU-{n}", "on_hand": n} for n in range(1200)])
    content = written(database, tmp_path)
    monkeypatch.setattr("app.adapters.mongo.loading.MongoLoading.finish", _killed)
    with pytest.raises(KeyboardInterrupt):
        restored(other, tmp_path, content)
    monkeypatch.undo()

    with pytest.raises(RestoreUnfinished, match=r"A restore of shop\.vitrine that began at 2"):
        migrate(other)
    assert other.driver.schema.find_one({"_id": MARKER})

    restored(other, tmp_path, content)
    assert migrate(other).is_empty
    assert other.driver.schema.find_one({"_id": MARKER}) is None
    assert everything(other) == everything(database)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_of_two_restores_the_later_one_goes_on(other: Database) -> None:
    first = MongoTarget(other).begin("first")
    second = MongoTarget(other).begin("second")

    with pytest.raises(RestoreTakenOver):
        first.load("stock_pools", b"")
    with pytest.raises(RestoreTakenOver):
        first.finish(DATA_VERSION)
    second.finish(DATA_VERSION)
    assert migrate(other).is_empty


def test_documents_that_a_validator_would_not_take_come_back_and_are_counted(
    database: Database, other: Database, tmp_path: Path
) -> None:
    pools = [{"_id": f"SKU-{n}", "on_hand": n} for n in range(5)]
    pools[1]["on_hand"] = pools[3]["on_hand"] = "many"  # type: ignore[assignment]
    database.driver.get_collection("stock_pools").insert_many(pools, bypass_document_validation=True)

    report = restored(other, tmp_path, written(database, tmp_path))

    assert report.unusual == 2
    assert list(other.driver.stock_pools.find(sort=[("_id", 1)])) == pools


def test_data_of_an_older_version_is_brought_to_this_one(
    database: Database, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = written(database, tmp_path)
    seen: list[int] = []

    def make(_: Database, documents: Sequence[Any]) -> dict[Any, Any]:
        seen.append(len(documents))
        return {document["_id"]: {"name": "brought along"} for document in documents}

    part = Part("markets", {"name": {"$ne": "brought along"}}, (), make)
    step = Step(DATA_VERSION + 1, "Names markets.", (part,), stop_first=False)
    monkeypatch.setattr("app.adapters.mongo.loading.DATA_VERSION", DATA_VERSION + 1)
    monkeypatch.setattr("app.adapters.mongo.migrations.STEPS", (*STEPS, step))
    restored(other, tmp_path, content)

    assert seen == [1]
    assert (other.driver.markets.find_one() or {})["name"] == "brought along"
    assert (other.driver.schema.find_one({"_id": "data"}) or {})["version"] == DATA_VERSION + 1


def test_a_restore_is_the_way_back_from_newer_data(
    database: Database, other: Database, tmp_path: Path
) -> None:
    database.driver.stock_pools.insert_one({"_id": "LAMP-OAK", "on_hand": 4})
    content = written(database, tmp_path)
    migrate(other)
    other.driver.schema.update_one({"_id": "data"}, {"$set": {"version": DATA_VERSION + 1}})

    restored(other, tmp_path, content)

    assert list(other.driver.stock_pools.find()) == [{"_id": "LAMP-OAK", "on_hand": 4}]
    assert migrate(other).is_empty
