"""The command line against a real database that no stack stands behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.adapters.mongo.connection import Database
from app.bootstrap import build_services
from app.cli import vitrine
from app.cli.live.inquiry import Inquiry
from app.settings import Settings
from tests.servers import MongoServer

from .going_live import Account, Records

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


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Inquiry]]:
    """Make inquiries about a shop that is ready but for the settings that are given, and for its servers."""
    made: list[Inquiry] = []

    def inquiry(database: Database | None = None, **told: Any) -> Inquiry:
        ready = {
            "env": "production",
            "data": tmp_path / "data",
            "mongo_uri": "mongodb://vitrine:0123456789abcdef@127.0.0.1:9/vitrine?replicaSet=rs0",
            "redis_url": "redis://127.0.0.1:9/0",
            "secret_key": "f1Qz7Kp0aVt3Xe9Rm2Ls6Yc8Bn4Wd5Gh",
            "shop_url": "https://prints.ltd",
            "smtp_url": "smtp://127.0.0.1:9",
            "STRIPE_SECRET_KEY": "sk_live_made_up_for_the_tests",
            "STRIPE_WEBHOOK_SECRET": "whsec_made_up_for_the_tests",
        }
        settings = Settings(_env_file=None, **{**ready, **told})
        used = database or Database(settings.mongo_uri, server_selection_ms=100)
        monkeypatch.setattr("app.bootstrap.Database", lambda _: used)
        made.append(Inquiry(settings, build_services(settings), used, Records(), Account(), lambda: []))
        return made[-1]

    yield inquiry
    for one in made:
        one.redis.close()
        if "127.0.0.1:9/" in one.settings.mongo_uri:
            one.database.close()
