"""The manifest: what was published, from which values of which keys, and where to continue.

SQLite beside the published folder: one writer, transactional, private to the
generator. Readers (`status`, `explain`, `verify`) open it while it is written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from app.clock import iso
from app.web.reads import Key, Reads
from sitegen.failures import Failures
from sitegen.pages import PageRef
from sitegen.records import SCHEMA, TABLES, VERSION, PageRecord, page_record, parsed_ref

KEPT_LATENCIES = 1000


class Manifest:
    """All artifact records of one published folder."""

    def __init__(self, path: Path) -> None:
        """Open the manifest, making an empty one where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        self.failures = Failures(self._db)
        version = self.meta("version")
        if version != VERSION:
            if version:
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
        for table in TABLES:
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
        self.failures.forget(record.url)

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

    def page(self, url: str) -> PageRecord | None:
        """Return what is known of a published page."""
        row = self._db.execute("SELECT * FROM pages WHERE url = ?", (url,)).fetchone()
        return page_record(row) if row else None

    def refs_of(self, urls: Iterable[str]) -> dict[str, PageRef]:
        """Return the refs of these pages, published or failing, by URL; unknown ones are left out."""
        found = {}
        for url in urls:
            for table in ("pages", "failures"):
                query = f"SELECT endpoint, route FROM {table} WHERE url = ?"  # noqa: S608 - fixed names
                row = self._db.execute(query, (url,)).fetchone()
                if row:
                    found[url] = parsed_ref(*row)
                    break
        return found

    def pages(self) -> Iterator[PageRecord]:
        """Yield every published page, by URL."""
        for row in self._db.execute("SELECT * FROM pages ORDER BY url"):
            yield page_record(row)

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

        A value of nothing means that the projection cannot be compared, so that every
        page with the key is affected. So is one that failed: what it recorded is older
        than what it failed with.
        """
        urls: set[str] = set()
        for key, value in values.items():
            rows = self._db.execute(
                "SELECT url FROM reads WHERE kind = ? AND id = ? AND projection = ? "
                "AND (? IS NULL OR value <> ? OR url IN (SELECT url FROM failures))",
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

    def values_of(self, kind: str, projection: str) -> set[str]:
        """Return every value that any page recorded for keys of this kind."""
        query = "SELECT DISTINCT value FROM reads WHERE kind = ? AND projection = ?"
        return {row[0] for row in self._db.execute(query, (kind, projection))}

    def recorded_keys(self) -> Iterator[Key]:
        """Yield every key that any page recorded, each once."""
        for kind, id_, projection in self._db.execute("SELECT DISTINCT kind, id, projection FROM reads"):
            yield Key(kind, id_, projection)

    def mark_proved(self, urls: Iterable[str], at: datetime) -> None:
        """Note that pages were found equal to what the database renders."""
        self._db.executemany("UPDATE pages SET proved_at = ? WHERE url = ?", [(iso(at), u) for u in urls])

    def longest_unproved(self, limit: int) -> list[PageRecord]:
        """Return the pages whose last proof is the oldest; failing ones are tried again elsewhere."""
        rows = self._db.execute(
            "SELECT * FROM pages WHERE url NOT IN (SELECT url FROM failures) ORDER BY proved_at LIMIT ?",
            (limit,),
        )
        return [page_record(row) for row in rows]

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
