"""Brings a database to the code's version: collections, validators, data, indexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migration_lease import WAIT_SECONDS, MigrationLease, MigrationTakenOver
from app.adapters.mongo.shaping import Difference, missing_collections, missing_indexes
from app.adapters.mongo.steps.every import STEPS
from app.adapters.mongo.steps.walking import Step
from app.adapters.mongo.storefront import MongoStorefront
from app.adapters.mongo.versions import DataTooNew, data_version, refuse_half_restored
from app.catalogue.model import Market
from app.ids import new_id

FIRST_VERSION = 1
"""What the first code of all wrote; no step leads there."""
DEFAULT_MARKET = Market(id="default", currency="USD", locale="en")


@dataclass(frozen=True)
class StepDone:
    """A step that was carried out, or would be."""

    version: int
    what: str
    documents: int
    stop_first: bool


@dataclass(frozen=True)
class MigrationReport:
    """What a migration changed; nothing at all on the second run."""

    data_version: int
    created: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    steps: tuple[StepDone, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the database was up to date."""
        return not (self.created or self.validators or self.indexes or self.data)


@dataclass(frozen=True)
class MigrationPlan:
    """What a migration would change now."""

    found: int
    known: int
    created: tuple[str, ...]
    validators: tuple[str, ...]
    indexes: tuple[str, ...]
    steps: tuple[StepDone, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the database is up to date."""
        return self.found == self.known and not (self.created or self.validators or self.indexes)


@dataclass(frozen=True)
class _Log:
    shape: dict[str, list[str]] = field(
        default_factory=lambda: {"created": [], "validators": [], "indexes": []}
    )
    data: list[str] = field(default_factory=list)
    steps: list[StepDone] = field(default_factory=list)

    def note(self, differences: Iterable[Difference]) -> Iterable[Difference]:
        for difference in differences:
            self.shape[difference.kind].append(difference.name)
            yield difference

    def shapes(self) -> dict[str, tuple[str, ...]]:
        return {kind: tuple(names) for kind, names in self.shape.items()}


def migrate(
    database: Database,
    *,
    wait_seconds: float = WAIT_SECONDS,
    restoring: str = "",
    steps: Sequence[Step] | None = None,
    lease: MigrationLease | None = None,
) -> MigrationReport:
    """Bring the database to the code's version; safe to run at any time, by several at once.

    A migration that was killed is run again: it goes on with the step that it was in.

    Raises:
        DataTooNew: newer code has written the data.
        MigrationRunning: another migration was alive for all of `wait_seconds`.
        MigrationTakenOver: this process stood still, and another one may go on in its place.
        RestoreUnfinished: a restore was cut off, and this is not the one that goes on.
        StoreUnavailable: the database cannot be reached.
    """
    steps = STEPS if steps is None else steps
    known = _known(steps)
    _refuse_newer(database, known)
    lease, log = lease or MigrationLease(database), _Log()
    with lease.held(wait_seconds):
        # Whoever was waited for may have been newer.
        _refuse_newer(database, known)
        refuse_half_restored(database, restoring)
        _mend(log.note(missing_collections(database)), lease)
        _bring_data(database, steps, lease, log)
        # After the data: what the old one holds twice would not let a unique index be made.
        _mend(log.note(missing_indexes(database)), lease)
    return MigrationReport(known, **log.shapes(), data=tuple(log.data), steps=tuple(log.steps))


def plan(database: Database, *, steps: Sequence[Step] | None = None) -> MigrationPlan:
    """Say what `migrate` would do now; nothing is written.

    Each step is counted on the data as it is, so also before those that come first.

    Raises:
        DataTooNew: newer code has written the data.
        RestoreUnfinished: a restore was cut off.
        StoreUnavailable: the database cannot be reached.
    """
    steps, log = STEPS if steps is None else steps, _Log()
    known, found = _known(steps), data_version(database)
    _refuse_newer(database, known)
    refuse_half_restored(database)
    for _ in log.note((*missing_collections(database), *missing_indexes(database))):
        pass
    due = (step for step in steps if step.version > found)
    would = tuple(StepDone(s.version, s.what, s.count(database), s.stop_first) for s in due)
    return MigrationPlan(found, known, **log.shapes(), steps=would)


def _known(steps: Sequence[Step]) -> int:
    return steps[-1].version if steps else FIRST_VERSION


def _refuse_newer(database: Database, known: int) -> None:
    found = data_version(database)
    if found > known:
        raise DataTooNew(found, known)


def _mend(differences: Iterable[Difference], lease: MigrationLease) -> None:
    for difference in differences:
        lease.check()
        difference.mend()


def _bring_data(database: Database, steps: Sequence[Step], lease: MigrationLease, log: _Log) -> None:
    found = data_version(database)
    if found < FIRST_VERSION:
        _record(database, found, FIRST_VERSION, log)
        found = FIRST_VERSION
    for step in steps:
        if step.version > found:
            documents = step.run(database, lease.check)
            lease.check()
            _record(database, found, step.version, log)
            log.steps.append(StepDone(step.version, step.what, documents, step.stop_first))
            found = step.version
    schema = database.documents("schema")
    schema.update({"_id": "data", "identity": None}, {"$set": {"identity": new_id("db")}})
    if database.documents("markets").count({}) == 0:
        MongoStorefront(database).put_market(DEFAULT_MARKET)
        log.data.append("default market")


def _record(database: Database, old: int, new: int, log: _Log) -> None:
    """Record the version from the one before, so that whoever was overtaken takes nothing back."""
    schema = database.documents("schema")
    schema.insert_if_absent({"_id": "data", "version": old})
    if not schema.update({"_id": "data", "version": old or {"$in": [0, None]}}, {"$set": {"version": new}}):
        raise MigrationTakenOver
    log.data.append(f"version {new}")
