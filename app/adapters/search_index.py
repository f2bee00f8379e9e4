"""The search index as SQLite keeps it: read while the generator writes it, and never waited for.

The file is in write-ahead mode, so that a reader has what was whole when it began.
The generator may also put another file in its place; so each question looks first
whether the open file is still the one of that name.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from app.search.model import MOST_HITS, Goods, NoIndex, PricedOffer, Term
from app.search.store import LAYOUT

MOST_STEMS = 200
"""Stems in one question; a word has 64 at most."""

SOLD = (
    "SELECT NOT is_buyable, sold.title, product FROM texts CROSS JOIN sold "
    "ON sold.currency = ? AND sold.doc = texts.rowid WHERE texts MATCH ? LIMIT ?"
)
"""Matches with what orders them: the join is told its own order, because the texts decide."""
FOUND = "SELECT rowid FROM texts WHERE texts MATCH ?"
LISTING = (
    "SELECT product, slug, d.title, vendor, type, tags, came_at, o.price, o.is_buyable, o.options "
    "FROM members m CROSS JOIN documents d USING (product) CROSS JOIN offers o "
    "ON o.currency = :currency AND o.doc = d.doc "
    "WHERE m.collection = :collection AND m.currency IN ('', :currency) ORDER BY m.position, o.number"
)
"""What a rule lists has a row a currency, what an editor has put in one row for all."""


@dataclass
class _Opened:
    """A connection of one thread, and the file that it was opened on."""

    db: sqlite3.Connection
    file: tuple[int, int]

    def __del__(self) -> None:
        # A thread that ends leaves it to the collector, which complains of a connection that is open.
        self.db.close()


@dataclass
class SqliteSearchIndex:
    """Reads the index that `sitegen` writes; a connection a thread."""

    path: Path
    _threads: threading.local = field(default_factory=threading.local, repr=False)

    def ranked(self, terms: Sequence[Term], currency: str) -> Sequence[str]:
        """Return the products that have all terms and a price in the currency, the best first."""
        wide, whole = _match(terms), _match([Term(term.words) for term in terms])
        found: dict[str, None] = {}
        with self._reading() as db:
            for columns in ("title", "title names", "title names text"):
                for expression in (whole, wide):
                    asked = (currency, f"{{{columns}}} : ({expression})", MOST_HITS + 1)
                    rows = [row for row in db.execute(SOLD, asked) if row[-1] not in found]
                    found |= dict.fromkeys(row[-1] for row in sorted(rows))
                    if len(found) > MOST_HITS:
                        return list(found)
        return list(found)

    def with_sku(self, sku: str, currency: str) -> str | None:
        """Return the product that has the SKU and a price in the currency."""
        with self._reading() as db:
            row = db.execute(
                "SELECT product FROM skus JOIN sold USING (doc) WHERE sku = ? AND currency = ?",
                (sku, currency),
            ).fetchone()
        return str(row[0]) if row else None

    def knows(self, term: Term) -> bool:
        """Say whether any product has the term."""
        with self._reading() as db:
            return db.execute(f"{FOUND} LIMIT 1", (_match([term]),)).fetchone() is not None

    def near(self, stems: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Return the words of titles and names that have one of these stems, with their products' number."""
        asked = sorted(set(stems))[:MOST_STEMS]
        marks = ", ".join("?" * len(asked))
        query = f"SELECT DISTINCT word, products FROM stems JOIN words USING (word) WHERE stem IN ({marks})"  # noqa: S608 - marks only
        with self._reading() as db:
            return db.execute(query, asked).fetchall()

    def listing(self, collection: str, currency: str) -> Sequence[Goods]:
        """Return what a collection lists in a currency, in the collection's order."""
        with self._reading() as db:
            rows = db.execute(LISTING, {"currency": currency, "collection": collection}).fetchall()
        # Most variants of a shop have the options of many others: each text is read once.
        known: dict[str, tuple[tuple[str, str], ...]] = {}
        goods = []
        for product, of_one in groupby(rows, key=itemgetter(0)):
            of_product = list(of_one)
            offers = []
            for *_, price, is_buyable, options in of_product:
                if options not in known:
                    known[options] = tuple((name, value) for name, value in json.loads(options))
                offers.append(PricedOffer(price, bool(is_buyable), known[options]))
            _, slug, title, vendor, type_, tags, came_at, *_ = of_product[0]
            goods.append(
                Goods(product, slug, title, vendor, type_, tuple(json.loads(tags)), came_at, tuple(offers))
            )
        return goods

    def state(self) -> str:
        """Return a name of what the index holds now; after a change it has another."""
        with self._reading() as db:
            (writes,) = db.execute("SELECT value FROM meta WHERE name = 'writes'").fetchone()
        return f"{self._threads.opened.file}/{writes}"

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Hand out the index as it is at one moment."""
        try:
            db = self._open()
            db.execute("BEGIN")
            try:
                row = db.execute("SELECT value FROM meta WHERE name = 'layout'").fetchone()
                if row is None or row[0] != LAYOUT:
                    raise NoIndex("it is not whole, or of another layout")
                yield db
            finally:
                db.execute("ROLLBACK")
        except (OSError, sqlite3.Error) as error:
            self._close()
            raise NoIndex(str(error)) from error

    def _open(self) -> sqlite3.Connection:
        stat = self.path.stat()
        file, opened = (stat.st_dev, stat.st_ino), getattr(self._threads, "opened", None)
        if opened is not None and opened.file != file:
            self._close()
            opened = None
        if opened is None:
            db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=5,
                check_same_thread=False,
            )
            opened = self._threads.opened = _Opened(db, file)
        return opened.db

    def _close(self) -> None:
        opened = getattr(self._threads, "opened", None)
        if opened is not None:
            opened.db.close()
        self._threads.opened = None


def _match(terms: Sequence[Term]) -> str:
    """Return terms as FTS5 takes them: every word in quotes, so that none is syntax."""
    groups = []
    for term in terms:
        words = [f'"{word}"' + (" *" if term.is_open else "") for word in term.words]
        groups.append(f"({' OR '.join(words)})")
    return " AND ".join(groups)
