"""Durable state: one SQLite file, one transaction an effect, so that what was answered is never lost."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    parent TEXT,
    body TEXT NOT NULL,
    private TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_parent ON objects (parent, kind, seq);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    created_at REAL NOT NULL,
    next_try_at REAL NOT NULL,
    rank INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending',
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, next_try_at, rank);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event_id);
CREATE TABLE IF NOT EXISTS timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    due_at REAL NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due_at);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    public_url TEXT NOT NULL,
    kept_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS faults (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    fault TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    options TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass
class Record:
    """One stored object: what the API shows, and what only the stand-in needs to know about it."""

    body: Document
    private: Document

    @property
    def id(self) -> str:
        """The object's identifier."""
        return str(self.body["id"])


class Transaction:
    """What can be read and written while the store is held; committed as a whole or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Run one statement; rows can be read by column name."""
        return self._connection.execute(sql, values)

    def insert(
        self, kind: str, body: Document, private: Document | None = None, parent: str | None = None
    ) -> Record:
        """Keep a new object; `parent` is what lists of its kind can be filtered by."""
        self.execute(
            "INSERT INTO objects (id, kind, created, parent, body, private) VALUES (?, ?, ?, ?, ?, ?)",
            body["id"], kind, body["created"], parent, json.dumps(body), json.dumps(private or {}),
        )  # fmt: skip
        return Record(body, private or {})

    def save(self, record: Record) -> None:
        """Replace what is stored of an object that `find` returned."""
        self.execute(
            "UPDATE objects SET body = ?, private = ? WHERE id = ?",
            json.dumps(record.body), json.dumps(record.private), record.id,
        )  # fmt: skip

    def find(self, kind: str, identifier: str) -> Record | None:
        """Return the object of that kind, or nothing."""
        row = self.execute("SELECT * FROM objects WHERE id = ? AND kind = ?", identifier, kind).fetchone()
        return _record(row) if row else None

    def delete(self, identifier: str) -> None:
        """Forget an object."""
        self.execute("DELETE FROM objects WHERE id = ?", identifier)

    def children(self, kind: str, parent: str) -> list[Record]:
        """Return the objects of a kind below a parent, oldest first."""
        rows = self.execute("SELECT * FROM objects WHERE parent = ? AND kind = ? ORDER BY seq", parent, kind)
        return [_record(row) for row in rows]

    def setting(self, name: str, default: str) -> str:
        """Return a single kept value."""
        row = self.execute("SELECT value FROM settings WHERE name = ?", name).fetchone()
        return str(row["value"]) if row else default

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a single value."""
        self.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)


class Store:
    """The file and its one connection; threads take turns, which is plenty for a stand-in."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)
        self.changed = threading.Event()
        """Set after every commit that wrote something; who waits for work clears it."""

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the store for one effect; everything is on the disk when the block is left."""
        with self._lock:
            before = self._connection.total_changes
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._connection)
            except BaseException:  # Whatever ended the block, half an effect must not stay.
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            if self._connection.total_changes != before:
                self.changed.set()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _record(row: sqlite3.Row) -> Record:
    return Record(json.loads(row["body"]), json.loads(row["private"]))
