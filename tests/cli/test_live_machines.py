"""The points about servers and processes, against real ones where this machine has them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.adapters.mongo.connection import Database
from app.adapters.mongo.inspection import DatabaseFacts, database_facts
from app.adapters.redis_inspection import RedisSilent
from app.adapters.stripe_account import AccountFacts, AccountSilent
from app.bootstrap import heart_of
from app.cli.live import machines, people
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Verdict
from app.effects.queue import QUEUES
from app.errors import StoreUnavailable
from app.staff.model import Role
from jobs.cron import beat
from tests.servers import running_redis

from .going_live import Account, Hands

Ask = Callable[..., Inquiry]
MONGO = DatabaseFacts(
    version=(8, 0, 4),
    is_embedded=False,
    replica_set="rs0",
    users=("vitrine",),
    acknowledged_by="majority",
    now=datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
)


def turned(inquiry: Inquiry, **ahead: float) -> Inquiry:
    """Turn the inquiry's clock ahead."""
    clock = Hands()
    clock.ahead = timedelta(**ahead)
    inquiry.services = replace(inquiry.services, clock=clock)
    return inquiry


def test_the_embedded_database_is_known_and_objected_to(ask: Ask, database: Database) -> None:
    facts = database_facts(database)
    assert (facts.is_embedded, facts.replica_set, facts.users) == (True, "secantus", ())
    assert facts.acknowledged_by == "majority"
    assert abs(datetime.now(UTC) - facts.now) < timedelta(seconds=5)

    found = machines.database(ask(database))
    assert (found.verdict, "SecantusDB, a beta" in found.detail) == (Verdict.WRONG, True)


@pytest.mark.parametrize(
    ("facts", "uri", "word"),
    [
        (replace(MONGO, version=(6, 0, 19)), "", "too old"),
        (replace(MONGO, replica_set=""), "", "no replica set"),
        (replace(MONGO, users=()), "", "lets everybody in"),
        (replace(MONGO, acknowledged_by="1"), "", "w=1"),
        (MONGO, "mongodb://vitrine:password@127.0.0.1:9/vitrine?replicaSet=rs0", "can be guessed"),
    ],
)
def test_what_a_mongod_must_not_be(
    facts: DatabaseFacts, uri: str, word: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiry = ask(**({"mongo_uri": uri} if uri else {}))
    monkeypatch.setattr(machines, "database_facts", lambda _: MONGO)
    if not uri:
        assert machines.database(inquiry).verdict is Verdict.OK
    monkeypatch.setattr(machines, "database_facts", lambda _: facts)
    found = machines.database(inquiry)
    assert found.verdict is Verdict.WRONG
    assert word in found.detail
    assert "password" not in found.detail.replace("its password", "")


@pytest.fixture
def kept() -> Iterator[str]:
    """The URL of a Redis with an append-only file."""
    with (
        tempfile.TemporaryDirectory(prefix="vr") as folder,
        running_redis(Path(folder), "--appendonly", "yes") as url,
    ):
        yield url


def test_redis_must_keep_what_it_is_told_and_throw_nothing_away(ask: Ask, redis_url: str, kept: str) -> None:
    forgets = machines.redis(ask(redis_url=redis_url))
    assert (forgets.verdict, forgets.detail) == (Verdict.WRONG, "a crash would lose every wake-up")
    assert machines.redis(ask(redis_url=kept)).verdict is Verdict.OK

    with Redis.from_url(kept) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    throws = machines.redis(ask(redis_url=kept))
    assert (throws.verdict, "allkeys-lru" in throws.detail) == (Verdict.WRONG, True)


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("redis://redis.prints.ltd:6379/0", Verdict.WRONG),
        ("redis://:letters@redis.prints.ltd:6379/0", Verdict.OK),
        ("redis://localhost:6379/0", Verdict.OK),
    ],
)
def test_a_redis_that_strangers_reach_wants_a_password(url: str, verdict: Verdict, ask: Ask) -> None:
    inquiry = ask(redis_url=url)
    facts = SimpleNamespace(version=(8, 0), has_append_only_file=True, eviction="noeviction")
    inquiry.__dict__["redis"] = SimpleNamespace(facts=lambda: facts, close=lambda: None)
    assert machines.redis(inquiry).verdict is verdict


def test_a_redis_that_is_away_is_said_to_be(ask: Ask) -> None:
    with pytest.raises(RedisSilent, match="127.0.0.1:9"):
        machines.redis(ask())


def test_each_queue_needs_a_worker_that_was_heard_of(ask: Ask, redis_url: str) -> None:
    inquiry = ask(redis_url=redis_url)
    with Redis.from_url(redis_url) as client:
        for queue in QUEUES:
            assert queue in machines.workers(inquiry).detail
            worker = Worker(
                [Queue(queue, connection=client, serializer=JSONSerializer)],
                connection=client,
                serializer=JSONSerializer,
            )
            worker.register_birth()
    assert machines.workers(inquiry).verdict is Verdict.OK
    late = machines.workers(turned(inquiry, seconds=machines.SILENT_SECONDS + 1))
    assert (late.verdict, late.detail) == (Verdict.WRONG, "nobody works on payments, mail, media")


def test_cron_beats_and_only_cron(ask: Ask, redis_url: str) -> None:
    inquiry = ask(redis_url=redis_url)
    assert machines.sweeps(inquiry).detail == "no cron runs"
    beat(heart_of(inquiry.settings, "cron"), inquiry.services)
    assert machines.sweeps(inquiry).verdict is Verdict.OK
    assert inquiry.redis.last_beat("watcher") is None
    assert machines.sweeps(turned(inquiry, seconds=machines.SILENT_SECONDS + 1)).verdict is Verdict.WRONG


def test_a_backup_is_noted_and_grows_old(
    ask: Ask, run: Callable[..., Result], database: Database, tmp_path: Path
) -> None:
    inquiry = ask(database)
    assert machines.backup(inquiry).detail == "no backup was ever made of this database"
    file = tmp_path / "shop.vitrine"
    assert run("backup", file).exit_code == 0

    fresh = machines.backup(inquiry)
    assert (fresh.verdict, str(file) in fresh.detail) == (Verdict.OK, True)
    old = machines.backup(turned(inquiry, hours=machines.BACKUP_HOURS + 1))
    assert (old.verdict, "27 hours ago" in old.detail) == (Verdict.WRONG, True)

    turned(inquiry)
    file.write_bytes(file.read_bytes()[:-1])
    assert "has other bytes since" in machines.backup(inquiry).detail
    file.unlink()
    assert "is gone" in machines.backup(inquiry).detail


def test_a_backup_on_another_machine_is_believed(
    ask: Ask, run: Callable[..., Result], database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "shop.vitrine"
    assert run("backup", file).exit_code == 0
    file.unlink()
    database.driver.schema.update_one({"_id": "last_backup"}, {"$set": {"machine": "elsewhere"}})
    assert machines.backup(ask(database)).verdict is Verdict.OK


def test_a_backup_that_cannot_be_noted_is_a_backup_all_the_same(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreUnavailable("not writable")

    monkeypatch.setattr("app.cli.backup_note.note_backup", refuse)
    answer = run("backup", tmp_path / "shop.vitrine")
    assert answer.exit_code == 0
    assert "took no note of it" in answer.stdout
    assert (tmp_path / "shop.vitrine").exists()


def test_somebody_must_follow_the_database(ask: Ask, database: Database) -> None:
    inquiry = ask(database)
    assert machines.watcher(inquiry).detail == "no watcher runs"
    state: dict[str, Any] = {"at": datetime.now(UTC), "pages": 345, "failures": 0}
    database.driver.watchers.replace_one({"_id": "watcher"}, state, upsert=True)
    assert machines.watcher(inquiry).detail == "it follows 345 pages"
    database.driver.watchers.update_one({"_id": "watcher"}, {"$set": {"failures": 2}})
    assert machines.watcher(inquiry).detail == "2 pages fail to render"


def test_an_owner_must_have_set_a_password(ask: Ask, database: Database) -> None:
    inquiry = ask(database)
    assert people.owner(inquiry).detail == "nobody owns the shop"
    inquiry.services.staff.add("ed@prints.ltd", Role.EDITOR)
    assert people.owner(inquiry).detail == "nobody owns the shop"
    _, token = inquiry.services.staff.add("ann@prints.ltd", Role.OWNER)
    assert people.owner(inquiry).detail == "ann@prints.ltd has set no password yet"
    inquiry.services.staff.set_password(token, "twelve letters and more")
    assert people.owner(inquiry).detail == "ann@prints.ltd can sign in"


def test_no_owner_signs_in_by_a_password_alone(ask: Ask, database: Database) -> None:
    inquiry = ask(database)
    assert people.second_factor(inquiry).verdict is Verdict.UNKNOWN
    for email, role in (("ann@prints.ltd", Role.OWNER), ("ed@prints.ltd", Role.EDITOR)):
        _, token = inquiry.services.staff.add(email, role)
        inquiry.services.staff.set_password(token, "twelve letters and more")
    found = people.second_factor(inquiry)
    assert (found.verdict, found.detail) == (Verdict.WRONG, "ann@prints.ltd signs in by a password alone")
    # An editor's is the editor's own choice.
    database.driver.staff.update_one({"email": "ann@prints.ltd"}, {"$set": {"totp_secret": "sealed"}})
    assert people.second_factor(inquiry).verdict is Verdict.OK


def test_a_full_disk_is_found(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inquiry = ask(data=tmp_path)
    gigabyte = 1024**3
    usage = {"free": 3 * gigabyte, "total": 100 * gigabyte}
    monkeypatch.setattr(machines.shutil, "disk_usage", lambda _: SimpleNamespace(**usage))
    assert machines.disk(inquiry).verdict is Verdict.OK
    usage["free"] = gigabyte
    assert machines.disk(inquiry).detail == "1.0 GiB of 100.0 GiB are free under the data folder"


def test_the_clock_is_held_against_stripes_and_else_against_the_databases(
    ask: Ask, database: Database
) -> None:
    inquiry = ask(database)
    account = inquiry.account = Account()
    account.says = AccountFacts("acct_1", takes_charges=True, pays_out=True, now=datetime.now(UTC))
    assert machines.clock(inquiry).detail == "it is within 10 s of Stripe's"
    found = machines.clock(turned(inquiry, seconds=90))
    assert (found.verdict, found.detail) == (Verdict.WRONG, "it is 90 s away from Stripe's")

    account.refusal = AccountSilent("no route")
    assert "the database's" in machines.clock(inquiry).detail
    assert machines.clock(turned(inquiry)).verdict is Verdict.OK


def test_a_broken_promise_is_named(ask: Ask) -> None:
    inquiry = ask()
    assert machines.invariants(inquiry).verdict is Verdict.OK
    inquiry.broken_promises = lambda: ["ledger", "pages"]
    assert machines.invariants(inquiry).detail == "something is wrong with ledger, pages"
