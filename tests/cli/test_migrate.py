"""`vitrine migrate` as it is typed, and the processes that wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from app.adapters.mongo.connection import Database
from app.adapters.mongo.schema import DATA_VERSION
from tests.servers import MongoServer

Run = Callable[..., Result]
Told = Callable[..., dict[str, Any]]
OLD = {"_id": "prd_lamp", "slug": "lamp", "variants": [{"sku": "LAMP"}]}
OLD_IMAGE = {"src": "demo/lamp.svg", "alt": "A lamp", "width": 4, "height": 5}


@pytest.fixture(autouse=True)
def _connection_of_its_own(
    run: Run, database: Database, mongo_server: MongoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # These commands close their connection, which must not be the test's own.
    monkeypatch.setattr("app.bootstrap.Database", lambda *_, **__: Database(mongo_server.uri(database.name)))


def set_version(database: Database, version: int) -> None:
    """Let the database say that it holds data of that version."""
    database.driver.schema.update_one({"_id": "data"}, {"$set": {"version": version}})


def test_a_dry_run_says_steps_and_documents_and_writes_nothing(
    run: Run, told: Told, database: Database
) -> None:
    set_version(database, 1)
    database.driver.products.insert_one({**OLD, "images": [OLD_IMAGE]})

    said = told("migrate", "--dry-run")

    assert (said["dry_run"], said["found"], said["known"]) == (True, 1, DATA_VERSION)
    assert [(step["version"], step["documents"], step["stop_first"]) for step in said["steps"]] == [
        (2, 1, True),
        (3, 0, False),
    ]
    assert (said["created"], said["validators"], said["indexes"]) == ([], [], [])
    text = run("migrate", "--dry-run").output
    assert f"Data version 1, this code works on {DATA_VERSION}. Nothing was written." in text
    assert "no longer by a file among the assets. 1 document.\n" in text
    assert "as their first revision knows it. 0 documents.\n" in text
    assert "Stop the shop's processes first" in text
    assert (database.driver.products.find_one() or {})["images"] == [OLD_IMAGE]

    done = told("migrate")
    assert (done["data_version"], done["data"]) == (DATA_VERSION, ["version 2", "version 3"])
    assert [(step["version"], step["documents"]) for step in done["steps"]] == [(2, 1), (3, 0)]
    assert "Nothing to do." in run("migrate", "--dry-run").output
    assert run("migrate").output == f"Data version {DATA_VERSION}: nothing to do.\n"


@pytest.mark.parametrize("command", [("migrate",), ("migrate", "--dry-run")])
def test_newer_data_is_refused_with_what_to_do(
    run: Run, database: Database, command: tuple[str, ...]
) -> None:
    set_version(database, DATA_VERSION + 1)

    refused = run(*command)

    assert refused.exit_code == 1
    assert refused.stderr == (
        f"The database holds data of version {DATA_VERSION + 1}, this code knows {DATA_VERSION}. Start the "
        "newer code, or restore the backup that was taken before it ran.\n"
    )


@pytest.mark.parametrize("process", [("web",), ("cron",), ("worker", "mail"), ("site", "watch")])
@pytest.mark.parametrize(
    ("version", "words"),
    [
        (DATA_VERSION - 1, "then run `vitrine migrate`."),
        (DATA_VERSION + 1, "Start the newer code, or restore the backup"),
        (0, "Run `vitrine migrate` first."),
    ],
)
def test_no_process_starts_on_data_of_another_version(
    run: Run, database: Database, process: tuple[str, ...], version: int, words: str
) -> None:
    set_version(database, version)

    refused = run(*process)

    assert refused.exit_code == 1
    assert words in refused.stderr
    # Nor does it bring the data along by itself.
    assert (database.driver.schema.find_one({"_id": "data"}) or {})["version"] == version
