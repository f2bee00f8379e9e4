"""The manifest: what was published, from which values of which keys, and where to continue.

SQLite beside the published folder: one writer, transactional, private to the
generator. Readers (`status`, `explain`, `verify`) open it while it is written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.clock import iso
from app.web.reads import Key, Reads
from sitegen.pages import PageRef

VERSION = "1"
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, endpoint TEXT NOT NULL, route TEXT NOT NULL, path TEXT NOT NULL,
    fingerprint TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    built_at TEXT NOT NULL, because TEXT NOT NULL, proved_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_by_proof ON pages (proved_at);
CREATE TABLE IF NOT EXISTS reads (
    kind TEXT NOT NULL, id TEXT NOT NULL, projection TEXT NOT NULL, url TEXT NOT NULL,
    value TEXT NOT NULL, PRIMARY KEY (kind, id, projection, url)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reads_by_url ON reads (url);
CREATE INDEX IF NOT EXISTS reads_by_projection ON reads (kind, projection);
CREATE TABLE IF NOT EXISTS failures (
    url TEXT PRIMARY KEY, endpoint TEXT NOT NULL, route TEXT NOT NULL, traceback TEXT NOT NULL,
    failed_at TEXT NOT NULL, tries INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latencies (id INTEGER PRIMARY KEY, ms INTEGER NOT NULL);
"""
KEPT_LATENCIES = 1000


@dataclass(frozen=True)
class PageRecord:
    """A published page as the manifest knows it."""

    url: str
    ref: PageRef
    path: str
    """Below the published folder."""
    fingerprint: str
    size: int
    mtime_ns: int
    built_at: str
    because: str
    proved_at: str


@dataclass(frozen=True)
class Failure:
    """A page that could not be rendered, and keeps its last good version."""

    url: str
    ref: PageRef
    traceback: str
    failed_at: str
    tries: int


class Manifest:
    """All artifact records of one published folder."""

    def __init__(self, path: Path) -> None:
        """Open the manifest, making an empty one where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        if self.meta("version") not in ("", VERSION):
            # Records of another version are worth nothing: everything is rendered again.
            self.clear()
        self.set_meta("version", VERSION)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written inside happen together."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # Whatever ended the block, half a batch must not be remembered.
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        for table in ("meta", "pages", "reads", "failures", "latencies"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above

    def meta(self, name: str) -> str:
        """Return a single value, such as the resume token; empty where it was never set."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, name: str, value: str) -> None:
        """Remember a single value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def put_page(self, record: PageRecord, reads: Reads) -> None:
        """Remember a page as it was published, with what it read; its failure is forgotten."""
        route = json.dumps(record.ref.values)
        self._db.execute(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.url,
                record.ref.endpoint,
                route,
                record.path,
                record.fingerprint,
                record.size,
                record.mtime_ns,
                record.built_at,
                record.because,
                record.proved_at,
            ),
        )
        self.put_reads(record.url, reads)
        self._db.execute("DELETE FROM failures WHERE url = ?", (record.url,))

    def put_reads(self, url: str, reads: Reads) -> None:
        """Remember what a page read."""
        self._db.execute("DELETE FROM reads WHERE url = ?", (url,))
        self._db.executemany(
            "INSERT INTO reads VALUES (?, ?, ?, ?, ?)",
            [(key.kind, key.id, key.projection, url, value) for key, value in reads.items()],
        )

    def forget(self, url: str) -> None:
        """Remove a page that is not published any more."""
        for table in ("pages", "reads", "failures"):
            self._db.execute(f"DELETE FROM {table} WHERE url = ?", (url,))  # noqa: S608 - fixed names

    def put_failure(self, url: str, ref: PageRef, traceback: str, at: datetime) -> None:
        """Remember that a page could not be rendered."""
        self._db.execute(
            "INSERT INTO failures VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (url) DO UPDATE SET "
            "traceback = excluded.traceback, failed_at = excluded.failed_at, tries = tries + 1",
            (url, ref.endpoint, json.dumps(ref.values), traceback, iso(at)),
        )

    def failures(self) -> list[Failure]:
        """Return the pages that keep an old version, by URL."""
        rows = self._db.execute(
            "SELECT url, endpoint, route, traceback, failed_at, tries FROM failures ORDER BY url"
        )
        return [
            Failure(url, _ref(endpoint, route), text, at, tries)
            for url, endpoint, route, text, at, tries in rows
        ]

    def page(self, url: str) -> PageRecord | None:
        """Return what is known of a published page."""
        row = self._db.execute("SELECT * FROM pages WHERE url = ?", (url,)).fetchone()
        return _record(row) if row else None

    def pages(self) -> Iterator[PageRecord]:
        """Yield every published page, by URL."""
        for row in self._db.execute("SELECT * FROM pages ORDER BY url"):
            yield _record(row)

    def count_pages(self) -> int:
        """Return how many pages are published."""
        return int(self._db.execute("SELECT count(*) FROM pages").fetchone()[0])

    def reads_of(self, url: str) -> Reads:
        """Return what a page read, by key."""
        rows = self._db.execute(
            "SELECT kind, id, projection, value FROM reads WHERE url = ? ORDER BY 1, 2, 3", (url,)
        )
        return {Key(kind, id_, projection): value for kind, id_, projection, value in rows}

    def affected(self, values: Mapping[Key, str | None]) -> set[str]:
        """Return the pages that recorded one of these keys with another value.

        A value of nothing means that the projection cannot be compared, so that
        every page with the key is affected.
        """
        urls: set[str] = set()
        for key, value in values.items():
            rows = self._db.execute(
                "SELECT url FROM reads WHERE kind = ? AND id = ? AND projection = ? "
                "AND (? IS NULL OR value <> ?)",
                (*key, value, value),
            )
            urls.update(row[0] for row in rows)
        return urls

    def urls_reading(self, key: Key) -> set[str]:
        """Return the pages that recorded a key, whatever its value."""
        return self.affected({key: None})

    def ids_whose_value_names(self, kind: str, projection: str, name: str) -> set[str]:
        """Return the ids of keys whose recorded value, a list of names, has this one in it."""
        rows = self._db.execute(
            "SELECT DISTINCT id, value FROM reads WHERE kind = ? AND projection = ? AND instr(value, ?)",
            (kind, projection, name),
        )
        return {id_ for id_, value in rows if name in value.split()}

    def recorded_keys(self) -> Iterator[Key]:
        """Yield every key that any page recorded, each once."""
        for kind, id_, projection in self._db.execute("SELECT DISTINCT kind, id, projection FROM reads"):
            yield Key(kind, id_, projection)

    def mark_proved(self, urls: Iterable[str], at: datetime) -> None:
        """Note that pages were found equal to what the database renders."""
        self._db.executemany("UPDATE pages SET proved_at = ? WHERE url = ?", [(iso(at), u) for u in urls])

    def longest_unproved(self, limit: int) -> list[PageRecord]:
        """Return the pages whose last proof is the oldest."""
        rows = self._db.execute("SELECT * FROM pages ORDER BY proved_at LIMIT ?", (limit,))
        return [_record(row) for row in rows]

    def add_latencies(self, milliseconds: Iterable[int]) -> None:
        """Remember how long changes took to be live; the last thousand are kept."""
        self._db.executemany("INSERT INTO latencies (ms) VALUES (?)", [(ms,) for ms in milliseconds])
        self._db.execute(
            "DELETE FROM latencies WHERE id <= (SELECT max(id) FROM latencies) - ?", (KEPT_LATENCIES,)
        )

    def latency(self, quantile: float) -> float:
        """Return a quantile of the remembered latencies, in milliseconds; 0 where there are none."""
        rows = [row[0] for row in self._db.execute("SELECT ms FROM latencies ORDER BY ms")]
        return float(rows[min(len(rows) - 1, int(len(rows) * quantile))]) if rows else 0.0


def _ref(endpoint: str, route: str) -> PageRef:
    return PageRef(endpoint, tuple((name, value) for name, value in json.loads(route)))


def _record(row: tuple[str, str, str, str, str, int, int, str, str, str]) -> PageRecord:
    url, endpoint, route, *rest = row
    return PageRecord(url, _ref(endpoint, route), *rest)  # type: ignore[arg-type]
