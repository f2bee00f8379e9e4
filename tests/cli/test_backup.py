"""`vitrine backup` and `vitrine restore` as they are typed, against a real database."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pydantic import SecretStr

from app.adapters.mongo.connection import Database
from app.adapters.mongo.versions import MARKER
from app.cli.backup import public_settings
from app.settings import Settings
from tests.servers import MongoServer

Run = Callable[..., Result]
Told = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.adapters.age.WORK_FACTOR", 4)
    monkeypatch.delenv("VITRINE_BACKUP_PASSPHRASE", raising=False)


def test_a_backup_appears_whole_for_its_owner_alone_and_says_what_is_in_it(
    told: Told, database: Database, tmp_path: Path
) -> None:
    database.driver.stock_pools.insert_many([{"_id": f"SKU-{n}", "on_hand": n} for n in range(3)])
    file = tmp_path / "shop.vitrine"

    said = told("backup", file)

    assert (said["collections"]["stock_pools"], said["collections"]["orders"]) == (3, 0)
    assert (said["documents"], said["pictures"], said["encrypted"]) == (4, 0, False)
    assert said["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["shop.vitrine"]


def test_a_file_that_is_there_is_replaced_by_force_only(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "shop.vitrine"
    file.write_bytes(b"the only copy of last year")

    refused = run("backup", file)
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr
    assert file.read_bytes() == b"the only copy of last year"

    assert run("backup", file, "--force").exit_code == 0
    assert file.read_bytes()[:2] == b"\x1f\x8b"


def test_a_backup_that_fails_leaves_the_old_one_and_nothing_beside_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.vitrine"
    file.write_bytes(b"yesterday's")
    monkeypatch.setattr("app.adapters.mongo.dumping.MongoSnapshot.is_held", lambda _: False)

    refused = run("backup", file, "--force")

    assert refused.exit_code == 1
    assert "did not keep one moment still" in refused.stderr
    assert file.read_bytes() == b"yesterday's"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["shop.vitrine"]


def test_a_passphrase_closes_and_opens_a_backup_by_file_or_environment(
    run: Run, told: Told, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, secret = tmp_path / "shop.vitrine", tmp_path / "passphrase"
    secret.write_text("behind the glass\n")
    database.driver.stock_pools.insert_one({"_id": "LAMP-OAK", "on_hand": 4})
    assert told("backup", file, "--passphrase-file", secret)["encrypted"] is True
    name = database.name

    assert "name its passphrase" in run("restore", file, "--replace", name).stderr
    monkeypatch.setenv("VITRINE_BACKUP_PASSPHRASE", "in front of the glass")
    assert "does not open this backup" in run("restore", file, "--replace", name).stderr
    assert database.driver.schema.find_one({"_id": MARKER}) is None
    monkeypatch.setenv("VITRINE_BACKUP_PASSPHRASE", "behind the glass")
    assert told("restore", file, "--replace", name)["documents"] == 2


def test_a_passphrase_that_is_no_text_is_refused_without_saying_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, secret = tmp_path / "shop.vitrine", tmp_path / "passphrase"
    secret.write_bytes(b"behind the gl\xe4ss\n")

    refused = run("backup", file, "--passphrase-file", secret)
    assert refused.exit_code == 1
    assert refused.stderr == f"The passphrase in {secret} is no text in UTF-8. Save the file as UTF-8.\n"

    # What the system hands over that is no UTF-8 has such signs in the place of its bytes.
    monkeypatch.setenv("VITRINE_BACKUP_PASSPHRASE", "behind the gl\udce4ss")
    refused = run("backup", file)
    assert refused.exit_code == 1
    assert refused.stderr == "The passphrase in VITRINE_BACKUP_PASSPHRASE is no text in UTF-8.\n"
    assert not file.exists()


def test_a_restore_says_what_is_back_and_which_settings_differ(
    run: Run, told: Told, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.vitrine"
    database.driver.stock_pools.insert_one({"_id": "LAMP-OAK", "on_hand": 4})
    told("backup", file)
    database.driver.stock_pools.update_one({"_id": "LAMP-OAK"}, {"$set": {"on_hand": 1}})
    monkeypatch.setenv("VITRINE_CART_DAYS", "30")

    refused = run("restore", file)
    assert refused.exit_code == 1
    assert "holds stock_pools" in refused.stderr
    assert (database.driver.stock_pools.find_one() or {})["on_hand"] == 1

    said = told("restore", file, "--replace", database.name)
    assert said["settings"] == {"VITRINE_CART_DAYS": {"then": 60, "now": 30}}
    assert (said["documents"], said["unusual"], said["waiting_pictures"]) == (2, 0, 0)
    assert (database.driver.stock_pools.find_one() or {})["on_hand"] == 4


@pytest.mark.parametrize(
    "process", [("migrate",), ("web",), ("cron",), ("worker", "mail"), ("site", "watch")]
)
def test_no_process_starts_on_half_a_shop(
    run: Run,
    database: Database,
    mongo_server: MongoServer,
    process: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # These close their connection, which must not be the test's own.
    monkeypatch.setattr("app.bootstrap.Database", lambda *_, **__: Database(mongo_server.uri(database.name)))
    began = datetime(2026, 11, 28, 12, tzinfo=UTC)
    database.driver.schema.insert_one({"_id": MARKER, "holder": "x", "file": "a.vitrine", "began_at": began})

    refused = run(*process)

    assert refused.exit_code == 1
    assert "A restore of a.vitrine that began at 2026-11-28T12:00:00" in refused.output + refused.stderr


def test_no_secret_is_among_the_settings_of_a_backup() -> None:
    sentinel = "do-not-tell-0123456789-do-not-tell"
    settings = Settings(
        mongo_uri=f"mongodb://shop:{sentinel}@db/vitrine",
        redis_url=f"redis://:{sentinel}@redis:6379/0",
        smtp_url=f"smtp://me:{sentinel}@mail.example:587",
        secret_key=SecretStr(sentinel),
        partner_url=f"https://partner.example/{sentinel}",
        partner_secret=SecretStr(sentinel),
        STRIPE_SECRET_KEY=SecretStr(f"sk_test_{sentinel}"),
        STRIPE_WEBHOOK_SECRET=f"whsec_{sentinel}",
        cart_days=61,
    )

    found = public_settings(settings)

    assert found["VITRINE_CART_DAYS"] == 61
    assert "do-not-tell" not in json.dumps(found, default=str)
    assert "STRIPE_WEBHOOK_SECRET" not in found
