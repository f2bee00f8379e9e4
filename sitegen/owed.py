"""Pages that a burst of changes has put off: what they are is not forgotten when the watcher dies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from sitegen.pages import PageRef
from sitegen.records import parsed_ref


class Owed:
    """The manifest's list of pages that are still to be looked at, to be rendered or to be removed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def put(self, refs: Iterable[PageRef], *, leaves: bool) -> None:
        """Owe the building of these pages, or their removal; the last word on a page counts."""
        self._db.executemany(
            "INSERT OR REPLACE INTO owed VALUES (?, ?, ?)",
            [(ref.endpoint, json.dumps(ref.values), leaves) for ref in refs],
        )

    def all(self, *, leaves: bool) -> set[PageRef]:
        """Return every page whose building, or whose removal, is owed."""
        rows = self._db.execute("SELECT endpoint, route FROM owed WHERE leaves = ?", (leaves,))
        return {parsed_ref(*row) for row in rows}

    def is_empty(self) -> bool:
        """Say whether nothing is owed."""
        return self._db.execute("SELECT 1 FROM owed LIMIT 1").fetchone() is None

    def clear(self) -> None:
        """Owe nothing any more."""
        self._db.execute("DELETE FROM owed")
