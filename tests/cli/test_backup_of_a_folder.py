"""Which database `vitrine backup` reads where nothing but a data folder is named, and `up` may have died."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.embedded import files
from tests.embedded.running import ROOT, free_port, processes_of
from tests.servers import MongoServer


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as a running `up` has it."""
    folder = tmp_path / "shop"
    (folder / "run").mkdir(parents=True)
    return folder


def say_in_stack(data: Path, uri: str, *processes: str) -> None:
    """Write what `up` says while it runs, and leaves behind if everything is killed."""
    pids = dict.fromkeys(("supervisor", *processes), 4_194_999)
    (data / "stack.json").write_text(json.dumps({"mongo": uri, "pids": pids}), "utf-8")


def backup(data: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, which is told of nothing but the folder."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("VITRINE", "STRIPE"))}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "app.cli",
            "backup",
            str(data.parent / "a.vitrine"),
            "--data",
            str(data),
            "--json",
        ],
        env={**ours, "PYTHONPATH": str(ROOT)},
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def nobody() -> str:
    """Return the address of a database that is not there."""
    return f"mongodb://127.0.0.1:{free_port()}/vitrine?replicaSet=secantus"


def test_what_a_killed_up_said_leads_nobody_to_its_dead_database(data: Path) -> None:
    """The database is that of the folder, which the command starts for itself and stops again."""
    say_in_stack(data, nobody(), "mongo")

    answer = backup(data)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout)
    assert said["documents"] == 0
    assert not (data / "stack.json").exists()
    assert processes_of(data) == []


def test_the_database_of_an_up_that_runs_is_asked_itself(
    data: Path, database: Database, mongo_server: MongoServer
) -> None:
    database.driver.stock_pools.insert_one({"_id": "LAMP-OAK", "on_hand": 4})
    say_in_stack(data, mongo_server.uri(database.name), "mongo")

    with files.sole_user(data, data / "run" / "up.lock"):
        answer = backup(data)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert json.loads(answer.stdout)["collections"]["stock_pools"] == 1
    assert (data / "stack.json").exists()
    assert list((data / "mongo").iterdir()) == []


def test_a_database_that_was_not_its_own_is_not_exchanged_for_an_empty_one(data: Path) -> None:
    """A killed `up` that used somebody else's database has none in its folder."""
    say_in_stack(data, f"{nobody()}&serverSelectionTimeoutMS=500")

    answer = backup(data)

    assert answer.returncode == 1
    assert "database" in json.loads(answer.stdout)["error"]
    assert not (data / "mongo").exists()
    assert not (data.parent / "a.vitrine").exists()
