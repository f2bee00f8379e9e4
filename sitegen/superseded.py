"""Assets and pictures that no page names any more, each with the moment from which that is so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.clock import iso

KEPT = timedelta(days=7)
"""So long an open page may still ask for a file that no published page names any more."""


class Superseded:
    """The manifest's list of assets and pictures that have been replaced."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def note(self, paths: Iterable[str], at: datetime) -> None:
        """Note that these and no others are superseded; the first moment counts."""
        known = dict(self._db.execute("SELECT path, since FROM superseded"))
        self._db.execute("DELETE FROM superseded")
        self._db.executemany(
            "INSERT INTO superseded VALUES (?, ?)", [(path, known.get(path, iso(at))) for path in paths]
        )

    def due(self, now: datetime) -> set[str]:
        """Return those that nobody can ask for any more."""
        rows = self._db.execute("SELECT path FROM superseded WHERE since < ?", (iso(now - KEPT),))
        return {path for (path,) in rows}
