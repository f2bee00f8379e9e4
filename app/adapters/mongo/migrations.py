"""Brings a database to the code's version: collections, validators, indexes, data."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.errors import CollectionInvalid

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document
from app.adapters.mongo.errors import translated
from app.adapters.mongo.schema import COLLECTIONS, DATA_VERSION
from app.adapters.mongo.shapes import CollectionShape, Index
from app.adapters.mongo.storefront import MongoStorefront
from app.backup.model import RestoreUnfinished
from app.catalogue.model import Market
from app.clock import iso
from app.errors import VitrineError
from app.ids import new_id

LOCK_SECONDS = 60
"""A migration that dies gives its lock back after this time."""
PAUSE_SECONDS = 0.05
MARKER = "restore"
"""The document of `schema` that is there while a restore has not come to its end."""
DEFAULT_MARKET = Market(id="default", currency="USD", locale="en")

DATA_STEPS: dict[int, Callable[[Database], None]] = {}
"""What brings the data from the version before to the one that is the key."""


@dataclass(frozen=True)
class MigrationReport:
    """What a migration changed; nothing at all on the second run."""

    data_version: int
    created: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the database was up to date."""
        return not (self.created or self.validators or self.indexes or self.data)


@dataclass(eq=False)
class DataTooNew(VitrineError):
    """The data was brought to a version that this code does not know."""

    found: int
    known: int = DATA_VERSION

    def __str__(self) -> str:
        return (
            f"The database holds data of version {self.found}, this code knows {self.known}. "
            "Start the newer code, or restore the backup that was taken before it ran."
        )


@dataclass(eq=False)
class MigrationRunning(VitrineError):
    """Another migration holds the lock and does not give it back."""

    holder: str

    def __str__(self) -> str:
        return f"Another migration ({self.holder}) is running. Wait for it, then run this one again."


@dataclass(frozen=True)
class _Log:
    created: list[str] = field(default_factory=list)
    validators: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)

    def report(self) -> MigrationReport:
        return MigrationReport(
            DATA_VERSION, tuple(self.created), tuple(self.validators), tuple(self.indexes), tuple(self.data)
        )


def migrate(database: Database, *, wait_seconds: float = 90.0, restoring: str = "") -> MigrationReport:
    """Bring the database to the code's version; safe to run at any time, by several at once.

    Raises:
        DataTooNew: newer code has written the data.
        MigrationRunning: another migration held the lock for `wait_seconds`.
        RestoreUnfinished: a restore was cut off, and this is not the one that goes on.
        StoreUnavailable: the database cannot be reached.
    """
    log = _Log()
    with _lock(database, wait_seconds):
        refuse_half_restored(database, restoring)
        _shape(database, log)
        _bring_data(database, log)
    return log.report()


def database_identity(database: Database) -> str:
    """Return the name that the first migration gave this database, or nothing before it.

    A resume token counts within one database; the identity tells when the data
    folder was emptied or exchanged underneath it.
    """
    document = database.documents("schema").find_one({"_id": "data"})
    return str(document.get("identity", "")) if document else ""


def refuse_half_restored(database: Database, restoring: str = "") -> None:
    """Refuse a database that a restore has filled only in part.

    Raises:
        RestoreUnfinished: it has, and the caller is not that restore.
    """
    marker = database.documents("schema").find_one({"_id": MARKER})
    if marker and str(marker.get("holder")) != restoring:
        raise RestoreUnfinished(str(marker.get("file")), iso(marker["began_at"]))


@contextmanager
def _lock(database: Database, wait_seconds: float) -> Iterator[None]:
    schema = database.documents("schema")
    holder = new_id("mig")
    deadline = time.monotonic() + wait_seconds
    while not _take_lock(database, holder):
        if time.monotonic() > deadline:
            raise MigrationRunning(str((schema.find_one({"_id": "lock"}) or {}).get("holder")))
        time.sleep(PAUSE_SECONDS)
    try:
        yield
    finally:
        schema.update({"_id": "lock", "holder": holder}, {"$set": {"until": datetime.now(UTC)}})


def _take_lock(database: Database, holder: str) -> bool:
    now = datetime.now(UTC)
    fields = {"holder": holder, "until": now + timedelta(seconds=LOCK_SECONDS)}
    schema = database.documents("schema")
    schema.insert_if_absent({"_id": "lock", "holder": "", "until": now})
    return schema.update({"_id": "lock", "until": {"$lte": now}}, {"$set": fields})


def _shape(database: Database, log: _Log) -> None:
    with translated():
        present = {str(found["name"]): found for found in database.driver.list_collections()}
    for shape in COLLECTIONS:
        with translated(shape.name):
            _shape_collection(database, shape, present.get(shape.name), log)
            _shape_indexes(database, shape, log, is_new=shape.name not in present)


def _shape_collection(database: Database, shape: CollectionShape, found: Any, log: _Log) -> None:
    if found is None:
        try:
            database.driver.create_collection(shape.name, validator=shape.validator)
        except CollectionInvalid:
            # A program that writes directly has created it a moment ago.
            database.driver.command("collMod", shape.name, validator=shape.validator)
        log.created.append(shape.name)
    elif found.get("options", {}).get("validator") != shape.validator:
        database.driver.command("collMod", shape.name, validator=shape.validator)
        log.validators.append(shape.name)


def _shape_indexes(database: Database, shape: CollectionShape, log: _Log, *, is_new: bool) -> None:
    collection = database.driver[shape.name]
    present = {} if is_new else {str(found["name"]): found for found in collection.list_indexes()}
    for index in shape.indexes:
        found = present.get(index.name)
        if found is not None and _is_as_wanted(index, found):
            continue
        if found is not None:
            collection.drop_index(index.name)
        collection.create_index(list(index.keys), name=index.name, **index.options)
        log.indexes.append(f"{shape.name}.{index.name}")


def _is_as_wanted(index: Index, found: Any) -> bool:
    known = ("unique", "sparse", "partialFilterExpression", "expireAfterSeconds")
    # A server may spell an option out that is off; an expiry of 0 seconds is on.
    options = {
        name: found[name] for name in known if found.get(name) is not None and found[name] is not False
    }
    return dict(found["key"]) == dict(index.keys) and options == index.options


def _bring_data(database: Database, log: _Log) -> None:
    schema = database.documents("schema")
    document: Document = schema.find_one({"_id": "data"}) or {}
    found = int(document.get("version", 0))
    if found > DATA_VERSION:
        raise DataTooNew(found)
    for version in range(found + 1, DATA_VERSION + 1):
        step = DATA_STEPS.get(version)
        if step is not None:
            step(database)
        schema.update({"_id": "data"}, {"$set": {"version": version}}, upsert=True)
        log.data.append(f"version {version}")
    if not document.get("identity"):
        schema.update({"_id": "data"}, {"$set": {"identity": new_id("db")}}, upsert=True)
    if database.documents("markets").count({}) == 0:
        MongoStorefront(database).put_market(DEFAULT_MARKET)
        log.data.append("default market")
