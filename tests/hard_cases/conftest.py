"""The counter of each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.mongo.connection import Database
from tests.hard_cases.counter import Counter


@pytest.fixture
def counter(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """A counter that has sold nothing yet."""
    counter = Counter(database, tmp_path, monkeypatch)
    yield counter
    counter.standin.close()
