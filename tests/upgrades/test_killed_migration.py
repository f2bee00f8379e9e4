"""Migrations in processes of their own: killed in the middle of a step, stopped, and two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migrations import migrate
from tests.servers import MongoServer
from tests.upgrades.migrating import DOCUMENTS

LEASE_SECONDS = 4.0
"""Long enough for a busy machine to beat in time."""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def old(empty_database: Database) -> Database:
    """A database of version 1 with something to bring along."""
    migrate(empty_database, steps=[])
    empty_database.driver.redirects.insert_many(
        [{"_id": f"/old-{number:05}", "target": "/"} for number in range(DOCUMENTS)]
    )
    return empty_database


@pytest.fixture
def start(old: Database, mongo_server: MongoServer, tmp_path: Path) -> Iterator[Start]:
    """Start a migration in a process of its own."""
    begun = []

    def begin(seconds_a_batch: float = 0.0) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "tests.upgrades.migrating", mongo_server.uri(old.name)]
        argv += [str(tmp_path / "marks"), str(seconds_a_batch), str(LEASE_SECONDS)]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def reported(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what a migration that must succeed says it has done."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    report: dict[str, Any] = json.loads(out)
    return report


def wait_for_batches(marks: Path, batches: int) -> None:
    """Wait until the slow step is in its n-th batch."""
    deadline = time.monotonic() + 30
    while not marks.exists() or len(marks.read_text().splitlines()) < batches:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def version(database: Database) -> int:
    """Return the version that is recorded."""
    return int((database.driver.schema.find_one({"_id": "data"}) or {})["version"])


def test_a_migration_killed_in_the_middle_of_a_step_goes_on_where_it_was(
    old: Database, start: Start, tmp_path: Path
) -> None:
    killed = start(seconds_a_batch=0.5)
    wait_for_batches(tmp_path / "marks", 3)
    killed.kill()
    killed.wait()

    done = old.driver.redirects.count_documents({"slow": 1})
    assert 0 < done < DOCUMENTS
    assert version(old) == 2

    began = time.monotonic()
    report = reported(start())
    assert time.monotonic() - began < LEASE_SECONDS + 10

    # The first step is not done again, and of the second one only what was left.
    assert [(step["version"], step["documents"]) for step in report["steps"]] == [(3, DOCUMENTS - done)]
    assert old.driver.redirects.count_documents({"quick": 1, "slow": 1}) == DOCUMENTS
    assert version(old) == 3


def test_of_two_migrations_at_once_one_works_and_the_other_waits(
    old: Database, start: Start, tmp_path: Path
) -> None:
    # The slow step takes longer than a lease, which is renewed meanwhile.
    both = [start(seconds_a_batch=1.3), start(seconds_a_batch=1.3)]
    reports = [reported(process) for process in both]

    assert sorted(len(report["steps"]) for report in reports) == [0, 2]
    assert old.driver.redirects.count_documents({"quick": 1, "slow": 1}) == DOCUMENTS
    marks = (tmp_path / "marks").read_text().split()
    assert len(set(marks)) == 1


def test_a_migration_that_was_stopped_for_long_leaves_the_work_to_the_one_that_took_over(
    old: Database, start: Start, tmp_path: Path
) -> None:
    paused = start(seconds_a_batch=0.5)
    wait_for_batches(tmp_path / "marks", 2)
    os.kill(paused.pid, signal.SIGSTOP)
    try:
        # It holds the lease and lives, but does not beat.
        report = reported(start())
    finally:
        os.kill(paused.pid, signal.SIGCONT)
    _, err = paused.communicate(timeout=30)

    assert paused.returncode == 1
    assert "MigrationTakenOver" in err
    assert [step["version"] for step in report["steps"]] == [3]
    assert old.driver.redirects.count_documents({"quick": 1, "slow": 1}) == DOCUMENTS
    assert version(old) == 3
    assert (old.driver.schema.find_one({"_id": "lock"}) or {})["holder"] == ""
