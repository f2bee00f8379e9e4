"""Pages that could not be rendered: each keeps its last good version, and is tried again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import iso
from sitegen.pages import PageRef
from sitegen.records import parsed_ref

RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 300.0


@dataclass(frozen=True)
class Failure:
    """A page that could not be rendered."""

    url: str
    ref: PageRef
    traceback: str
    failed_at: str
    tries: int

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time to try again; the pause grows with each try."""
        pause = min(RETRY_SECONDS * 2 ** min(self.tries, 16), LONGEST_RETRY_SECONDS)
        return now - datetime.fromisoformat(self.failed_at) >= timedelta(seconds=pause)


class Failures:
    """The manifest's list of pages that failed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def put(self, url: str, ref: PageRef, traceback: str, at: datetime) -> None:
        """Remember that a page could not be rendered, once more."""
        self._db.execute(
            "INSERT INTO failures VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (url) DO UPDATE SET "
            "traceback = excluded.traceback, failed_at = excluded.failed_at, tries = tries + 1",
            (url, ref.endpoint, json.dumps(ref.values), traceback, iso(at)),
        )

    def forget(self, url: str) -> None:
        """Forget a failure: the page was rendered, or there is no such page any more."""
        self._db.execute("DELETE FROM failures WHERE url = ?", (url,))

    def all(self) -> list[Failure]:
        """Return every failure, by URL."""
        rows = self._db.execute(
            "SELECT url, endpoint, route, traceback, failed_at, tries FROM failures ORDER BY url"
        )
        return [
            Failure(url, parsed_ref(endpoint, route), text, at, tries)
            for url, endpoint, route, text, at, tries in rows
        ]

    def includes(self, urls: Iterable[str]) -> bool:
        """Say whether one of these pages could not be rendered."""
        return not {row[0] for row in self._db.execute("SELECT url FROM failures")}.isdisjoint(urls)

    def of(self, url: str) -> Failure | None:
        """Return the failure of a page."""
        return next((failure for failure in self.all() if failure.url == url), None)
