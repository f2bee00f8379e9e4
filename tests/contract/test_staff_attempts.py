"""Counting attempts while the database sweeps windows away: a sweep must not shut anybody out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Documents
from app.adapters.mongo.staff import MongoStaffStore
from app.errors import StoreUnavailable
from app.staff.store import Attempts

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=15)


def sweep_after_insert(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Let the sweep come between the insert of a window and its count, as often as told."""
    swept: list[str] = []
    insert = Documents.insert_if_absent

    def insert_and_sweep(self: Documents, document: dict[str, Any], **options: Any) -> bool:
        inserted = insert(self, document, **options)
        if len(swept) < times:
            swept.append(document["_id"])
            self.delete(document["_id"])
        return inserted

    monkeypatch.setattr(Documents, "insert_if_absent", insert_and_sweep)
    return swept


def test_a_new_window_is_open_when_it_is_written(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[datetime] = []
    insert = Documents.insert_if_absent

    def note(self: Documents, document: dict[str, Any], **options: Any) -> bool:
        written.append(document["expires_at"])
        return insert(self, document, **options)

    monkeypatch.setattr(Documents, "insert_if_absent", note)
    assert MongoStaffStore(database).count_attempt("key", NOW, UNTIL) == Attempts(1, UNTIL)
    assert written == [UNTIL]


def test_a_window_that_is_swept_away_in_between_is_opened_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MongoStaffStore(database)
    swept = sweep_after_insert(monkeypatch, times=2)
    assert store.count_attempt("key", NOW, UNTIL) == Attempts(1, UNTIL)
    assert swept == ["key", "key"]
    assert store.count_attempt("key", NOW, UNTIL) == Attempts(2, UNTIL)


def test_a_window_that_never_stays_lets_nobody_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_after_insert(monkeypatch, times=99)
    with pytest.raises(StoreUnavailable):
        MongoStaffStore(database).count_attempt("key", NOW, UNTIL)
