"""A backup while people buy, restored into an empty stack: the same shop, and what was open is settled."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import CodecOptions, decode_all
from pymongo import MongoClient

from app.backup.archive import entries
from app.embedded.alone import database_alone
from tests.resilience.buyers import Buyers, open_books
from tests.shopper import Shopper
from tests.stack import ROOT, Stack, environment, processes_of, until

SKU = "TIDES-A4-OAK"
AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)
DERIVE = """
import sys
from pathlib import Path
from app.bootstrap import build_services
from app.settings import load_settings
media = build_services(load_settings(Path(sys.argv[1]))).media
for identifier in sys.argv[2:]:
    media.derive(identifier)
"""


def without_media_worker(stack: Stack) -> None:
    """Let no further picture be derived: all sizes of forty-eight prints take minutes."""
    os.kill(stack.pids["worker_media"], signal.SIGSTOP)
    # The child of the worker finishes the one that it has begun.
    until(lambda: not stack.db.media.count_documents({"state": "first", "tries": {"$gt": 0}}))


def complete_pictures(stack: Stack) -> list[str]:
    """Return the pictures that have all their sizes."""
    return sorted(picture["_id"] for picture in stack.db.media.find({"state": "complete"}))


def derive(stack: Stack, pictures: list[str]) -> None:
    """Derive these pictures, as the media worker does."""
    argv = [sys.executable, "-c", DERIVE, str(stack.data), *pictures]
    subprocess.run(argv, env=environment(), cwd=ROOT, check=True, timeout=200)


def pages(stack: Stack) -> dict[str, bytes]:
    """Return every published file."""
    files = (path for path in stack.public.rglob("*") if path.is_file())
    return {str(path.relative_to(stack.public)): path.read_bytes() for path in files}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return the files that are not the same, to the byte, here and there."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def documents(file: Path) -> dict[str, dict[Any, dict[str, Any]]]:
    """Return the documents of a backup by collection and id."""
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    with file.open("rb") as stream:
        for name, content in entries(stream):
            if name.startswith("database/"):
                batch = {one["_id"]: one for one in decode_all(content, AWARE)}
                found.setdefault(name.split("/")[1], {}).update(batch)
    return found


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Path]:
    """A folder for another stack; nothing of that is left afterwards."""
    yield tmp_path / "data"
    until(lambda: not processes_of(tmp_path / "data"))


@pytest.mark.timeout(600)
def test_a_backup_under_load_makes_the_same_shop_elsewhere(
    stack: Stack, second: Path, tmp_path: Path
) -> None:
    without_media_worker(stack)
    file = tmp_path / "shop.vitrine"
    with Buyers(stack) as buyers, Shopper(stack.shop) as waiting:
        until(lambda: len(buyers.seen_paid) >= 3)
        waiting.add("tides", SKU)
        payment_page = waiting.checkout()
        until(stack.is_quiet)
        before = pages(stack)

        bought = len(buyers.seen_paid)
        said = stack.told("backup", str(file))
        until(lambda: len(buyers.seen_paid) > bought)

        # Nothing of what was sold has changed a page, so these are the pages of the backup's moment.
        assert pages(stack) == before
        back = waiting.pay(payment_page, "waiting@mail.example").partition("?")[0]
    token, complete = back.rpartition("/")[2], complete_pictures(stack)
    until(lambda: stack.order_of(back)["state"] == "paid")
    assert stack.vitrine("restore", str(file)).code == 1, "a running shop was overwritten"
    stack.stop()

    kept = documents(file)
    assert {name: len(found) for name, found in kept.items()} == {
        name: count for name, count in said["collections"].items() if count
    }
    (open_one,) = (order for order in kept["orders"].values() if order["token"] == token)
    assert open_one["state"] == "pending_payment"

    # The stand-in is not the shop's: Stripe outlives it, with all that was paid since.
    shutil.copytree(stack.data / "sandbox", second / "sandbox")
    restored = Stack(second, stack.port)
    answer = json.loads(restored.vitrine("restore", str(file)).out)
    assert (answer["documents"], answer["pictures"], answer["unusual"]) == (said["documents"], 48, 0)
    with database_alone(second) as uri:
        same_shop(uri, kept)
        nothing_is_derived_for_an_hour(uri)
    try:
        restored.start()
        derive(restored, complete)
        until(lambda: differing(before, pages(restored)) == [])
        everything_open_is_settled(restored, open_one["_id"])
    finally:
        restored.close()


def same_shop(uri: str, kept: dict[str, dict[Any, dict[str, Any]]]) -> None:
    """Assert that every document is that of the backup, field by field, before any process has begun."""
    with MongoClient[dict[str, Any]](uri) as client:
        database = client.get_default_database()
        for collection, found in kept.items():
            present = {one["_id"]: one for one in database.get_collection(collection, AWARE).find()}
            if collection == "media":
                # Sizes are not in a backup: who had more than the first file waits for them again.
                assert {one["_id"]: one["state"] for one in present.values()} == {
                    one["_id"]: "first" if len(one["renditions"]) > 1 else "complete"
                    for one in found.values()
                }
                assert "first" in {picture["state"] for picture in present.values()}
            else:
                assert present == found, collection
    assert len([order for order in kept["orders"].values() if order["state"] == "paid"]) >= 3
    assert len(kept["stock_movements"]) > len(kept["orders"])


def nothing_is_derived_for_an_hour(uri: str) -> None:
    """Keep the sweep from waking the media worker, which would complete more pictures than there were."""
    with MongoClient[dict[str, Any]](uri) as client:
        later = datetime.now(UTC) + timedelta(hours=1)
        client.get_default_database().media.update_many({}, {"$set": {"tried_at": later}})


def everything_open_is_settled(stack: Stack, waiting: str) -> None:
    """Assert that a day later what was paid meanwhile is paid, once, and the rest is given back."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    stack.db.orders.update_many({"open": True}, {"$set": {"hold_until": yesterday}})
    until(lambda: not stack.db.orders.count_documents({"open": True}))
    until(stack.effects_are_done)

    order = stack.db.orders.find_one({"_id": waiting}) or {}
    assert (order["state"], len(order["payments"])) == ("paid", 1)
    assert stack.receipts()[waiting] == 1
    assert open_books(stack) == []
    until(lambda: stack.vitrine("doctor").data["ok"], pause=1)
    assert stack.receipts()[waiting] == 1
