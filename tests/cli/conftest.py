"""The command line against a real database that no stack stands behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.adapters.mongo.connection import Database
from app.cli import vitrine
from tests.servers import MongoServer

Run = Callable[..., Result]


@pytest.fixture
def run(
    database: Database, mongo_server: MongoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command on a migrated, empty database."""
    monkeypatch.setenv("VITRINE_MONGO_URI", mongo_server.uri(database.name))
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path / "data"))
    # A process leaves its connection to the system; many commands in one process share the test's.
    monkeypatch.setattr("app.bootstrap.Database", lambda *_, **__: database)

    def command(*arguments: object) -> Result:
        return CliRunner().invoke(vitrine, [str(argument) for argument in arguments])

    return command


@pytest.fixture
def told(run: Run) -> Callable[..., dict[str, Any]]:
    """Run a command with `--json` that must succeed; return its document."""

    def command(*arguments: object) -> dict[str, Any]:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    return command
