"""The search index: an SQLite file beside the manifest, written in the same batch as the pages.

A document of the index hangs on a product and on the bands of its stock pools; what a
collection lists hangs on the collection. So a batch names all that can have changed, and
writing it costs as much as the batch is large, whatever the size of the catalogue. What
is sold in a market is what has a price in its currency: the index is kept by currency,
and of a new market it needs no more than what the rules list there.

Died between two steps? A batch is one transaction: readers see all of it or nothing. It
is written after the pages and before the resume token is saved, so that what was killed
in between is handled again and finds equal rows. The transaction is on the disk before
the token is. A file that is lost, damaged or of another layout is written anew, whole,
and readers have the old one or the new one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.catalogue.model import Product
from app.catalogue.store import CatalogueStore
from app.inventory.store import InventoryStore
from app.publishing.model import DocumentChange
from app.search.documents import document_of
from app.search.spelling import stems
from app.search.store import LAYOUT
from app.web.contexts.json_ld import plain_text
from app.web.contexts.stock import availability_of
from sitegen.search_members import listed, listed_in, members, put_members
from sitegen.search_rows import SCHEMA, Rows, delete, insert, read_rows, rows_of, vocabulary_of

log = logging.getLogger(__name__)

NAME = "search index"
"""What a verification calls the file."""
PRODUCT = "product "
"""What differs begins so where a product does."""
INTEGRITY = "INSERT INTO texts (texts) VALUES ('integrity-check')"
DAMAGE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
"""A missing table is a plain error, the rest is a file that is no database, or none any more."""
AT_ONCE = 500
"""Products whose pools are read in one go."""


@dataclass
class SearchWriter:
    """Writes the index. Only the lease holder may, but for `faults`, which looks and writes nothing."""

    path: Path
    catalogue: CatalogueStore
    inventory: InventoryStore
    show: Callable[[], None] = lambda: None
    """Leads readers to the file, if they are not led there yet."""
    _db: sqlite3.Connection | None = field(default=None, repr=False)
    _proved: int = field(default=0, repr=False)
    """The last product that was compared by turns, by its number in the file."""
    _file: tuple[int, int] | None = field(default=None, repr=False)

    def update(self, documents: Iterable[DocumentChange], listings: Iterable[str] = ()) -> None:
        """Bring what a batch named to the state of the database; write what is not whole anew."""
        named: dict[str, set[str]] = {"collections": set(listings)}
        for document in documents:
            named.setdefault(document.collection, set()).add(document.id)
        if "markets" in named:
            # A rule lists what is sold in a market, by the market's prices.
            named["collections"].update(one.id for one in self.catalogue.collections() if one.rule)

        def write(db: sqlite3.Connection) -> None:
            products = named.get("products", set()) | self._of_pools(db, named.get("stock_pools", set()))
            if not products and not named["collections"]:
                return
            with _transaction(db):
                self._write(db, sorted(products))
                for collection_id in named["collections"]:
                    put_members(db, collection_id, listed(self.catalogue, collection_id))

        self._mend(write)

    def repair(self) -> None:
        """Compare everything with the database, and write what differs."""

        def compare(db: sqlite3.Connection) -> None:
            db.execute(INTEGRITY)
            differs = self._differences(db)
            if any(not name.startswith(PRODUCT) for name in differs):
                self._write_whole()
            elif differs:
                with _transaction(db):
                    self._write(db, [name.removeprefix(PRODUCT) for name in differs])

        self._mend(compare)

    def ensure(self) -> None:
        """See to it that there is a whole index of this layout."""
        self._mend(lambda db: None)

    def prove_some(self, share: float) -> None:
        """Compare a share of the products with the database, by turns, and write what differs.

        A product may differ because of a write whose event is on its way: writing it now is
        no harm, the event then finds equal rows.
        """

        def look(db: sqlite3.Connection) -> None:
            (count,) = db.execute("SELECT count(*) FROM documents").fetchone()
            turn = db.execute(
                "SELECT doc, product FROM documents WHERE doc > ? ORDER BY doc LIMIT ?",
                (self._proved, max(1, round(count * share))),
            ).fetchall()
            self._proved = turn[-1][0] if turn else 0
            present = self._rows(self.catalogue.products([product for _, product in turn]).values())
            differ = [product for doc, product in turn if read_rows(db, doc) != present.get(product)]
            if differ:
                log.warning("search index differed", extra={"products": differ})
                with _transaction(db):
                    self._write(db, differ)

        self._mend(look)

    def faults(self) -> dict[str, str]:
        """Return how the index differs from what the database would give, by what is wrong."""
        try:
            with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=10)) as file:
                db = sqlite3.connect(":memory:", isolation_level=None)
                with closing(db):
                    # A copy can be asked for more than a file that somebody else writes.
                    file.backup(db)
                    if not _is_whole(db):
                        return {NAME: "missing, or of another layout"}
                    db.execute(INTEGRITY)
                    differs = self._differences(db)
        except sqlite3.OperationalError:
            return {NAME: "missing, or of another layout"}
        except sqlite3.DatabaseError as error:
            return {NAME: f"damaged: {error}"}
        return {f"{NAME}: {name.removeprefix(PRODUCT)}": fault for name, fault in differs.items()}

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
        self._db = self._file = None

    def _write(self, db: sqlite3.Connection, product_ids: Sequence[str]) -> None:
        """Write products as they are now; those that no shopper may see go."""
        for start in range(0, len(product_ids), AT_ONCE):
            ids = product_ids[start : start + AT_ONCE]
            present = self._rows(self.catalogue.products(ids).values())
            for product_id in ids:
                doc = _doc(db, product_id)
                rows = present.get(product_id)
                if doc is not None and (rows is None or read_rows(db, doc) != rows):
                    delete(db, doc)
                    doc = None
                if doc is None and rows is not None:
                    insert(db, rows)

    def _write_whole(self) -> None:
        """Write everything anew; readers keep what they have until it is done."""
        db = self._opened()
        with _transaction(db):
            for (doc,) in db.execute("SELECT doc FROM documents").fetchall():
                delete(db, doc)
            for table in ("words", "stems", "members"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names
            for rows in self._every():
                insert(db, rows)
            for collection in self.catalogue.collections():
                put_members(db, collection.id, listed_in(self.catalogue, collection))
            db.execute("INSERT OR REPLACE INTO meta VALUES ('layout', ?)", (LAYOUT,))

    def _every(self) -> Iterator[Rows]:
        """Yield the rows of every product that some shopper may see."""
        batch: list[Product] = []
        for product in self.catalogue.every_product():
            batch.append(product)
            if len(batch) == AT_ONCE:
                yield from self._rows(batch).values()
                batch.clear()
        yield from self._rows(batch).values()

    def _rows(self, products: Iterable[Product]) -> Mapping[str, Rows]:
        """Return the rows of products by their ids, without those that nobody may see."""
        present = list(products)
        pools = self.inventory.pools(sorted({v.stock_id for product in present for v in product.variants}))
        found = {}
        for product in present:
            document = document_of(
                product,
                text=plain_text(product.description),
                is_buyable=lambda stock_id: availability_of(pools, stock_id).is_buyable,
            )
            if document is not None:
                found[product.id] = rows_of(document)
        return found

    def _of_pools(self, db: sqlite3.Connection, stock_ids: Iterable[str]) -> set[str]:
        """Return the products for which it is another now whether something can be bought from a pool."""
        found: set[str] = set()
        pools = self.inventory.pools(sorted(stock_ids)) if stock_ids else {}
        for stock_id in stock_ids:
            is_buyable = availability_of(pools, stock_id).is_buyable
            rows = db.execute(
                "SELECT product FROM pools JOIN documents USING (doc) WHERE stock_id = ? AND is_buyable <> ?",
                (stock_id, is_buyable),
            )
            found.update(product for (product,) in rows)
        return found

    def _differences(self, db: sqlite3.Connection) -> dict[str, str]:
        """Compare an index with the database row by row; products are named `product <id>`."""
        wrong, words = {}, Counter[str]()
        unseen = dict(db.execute("SELECT product, doc FROM documents"))
        for rows in self._every():
            product_id = rows["documents"][0][0]
            doc = unseen.pop(product_id, None)
            words.update(vocabulary_of(rows))
            if doc is None:
                wrong[PRODUCT + product_id] = "missing"
            elif read_rows(db, doc) != rows:
                wrong[PRODUCT + product_id] = "different"
        wrong |= {PRODUCT + product_id: "nothing stands behind it" for product_id in unseen}
        if not wrong and dict(db.execute("SELECT word, products FROM words")) != dict(words):
            wrong["words"] = "different"
        if not wrong and db.execute("SELECT count(*) FROM stems").fetchone()[0] != sum(
            len(stems(word)) for word in words
        ):
            wrong["stems"] = "different"
        collections = self.catalogue.collections()
        for collection in collections:
            if members(db, collection.id) != listed_in(self.catalogue, collection):
                wrong[f"collection {collection.id}"] = "different"
        known = {collection.id for collection in collections}
        for (collection_id,) in db.execute("SELECT DISTINCT collection FROM members"):
            if collection_id not in known:
                wrong[f"collection {collection_id}"] = "nothing stands behind it"
        return wrong

    def _mend(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do something with the index; one that is missing, damaged or not whole is written anew instead."""
        try:
            db = self._opened()
            if _is_whole(db):
                work(db)
                return
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            log.error("search index damaged; writing it anew", extra={"reason": str(error)})
        self._forget_file()
        self._write_whole()

    def _opened(self) -> sqlite3.Connection:
        """Return the open file; one that was taken away or replaced is opened anew."""
        if self._db is not None and self._file != file_id(self.path):
            self.close()
        self.show()
        if self._db is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)
            self._db.execute("PRAGMA journal_mode = WAL")
            # What the resume token says is done must be on the disk.
            self._db.execute("PRAGMA synchronous = FULL")
            if not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                with _transaction(self._db):
                    for statement in SCHEMA.split(";\n"):
                        self._db.execute(statement)
            self._file = file_id(self.path)
        return self._db

    def _forget_file(self) -> None:
        self.close()
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{self.path}{suffix}")


def file_id(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Make what is written inside happen together, and give what the index holds another name."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute(
            "INSERT INTO meta VALUES ('writes', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )
    except BaseException:
        # Whatever ended the block, half a batch must not be seen.
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Say whether the file itself is to blame: a full disk or a lock says nothing of it."""
    return error.sqlite_errorcode & 0xFF in DAMAGE


def _is_whole(db: sqlite3.Connection) -> bool:
    """Say whether the file was once written whole, in this layout."""
    try:
        row = db.execute("SELECT value FROM meta WHERE name = 'layout'").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return False
    return row is not None and row[0] == LAYOUT


def _doc(db: sqlite3.Connection, product_id: str) -> int | None:
    row = db.execute("SELECT doc FROM documents WHERE product = ?", (product_id,)).fetchone()
    return int(row[0]) if row else None
