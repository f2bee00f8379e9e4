"""The manifest's tables, and a row of the largest one as the generator sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sitegen.pages import PageRef
from sitegen.publisher import Stamp

VERSION = "1"
TABLES = ("meta", "pages", "reads", "failures", "latencies", "owed", "superseded")
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
CREATE TABLE IF NOT EXISTS owed (
    endpoint TEXT NOT NULL, route TEXT NOT NULL, leaves INTEGER NOT NULL, PRIMARY KEY (endpoint, route)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS superseded (path TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
"""


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

    @property
    def stamp(self) -> Stamp:
        """What the file system said of the file when it was published."""
        return Stamp(self.size, self.mtime_ns)


def parsed_ref(endpoint: str, route: str) -> PageRef:
    """Return a page ref as it was stored."""
    return PageRef(endpoint, tuple((name, value) for name, value in json.loads(route)))


def page_record(row: tuple[str, str, str, str, str, int, int, str, str, str]) -> PageRecord:
    """Return a row of the table of pages."""
    url, endpoint, route, *rest = row
    return PageRecord(url, parsed_ref(endpoint, route), *rest)  # type: ignore[arg-type]
