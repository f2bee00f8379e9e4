"""The tables of the search index, and which rows a product has in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from app.search.model import Document, words_of
from app.search.spelling import stems

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, product TEXT NOT NULL UNIQUE, slug TEXT NOT NULL, title TEXT NOT NULL,
    vendor TEXT NOT NULL, type TEXT NOT NULL, tags TEXT NOT NULL, came_at TEXT NOT NULL,
    vocabulary TEXT NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5(
    title, names, text, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3');
CREATE TABLE sold (
    currency TEXT, doc INTEGER, is_buyable INTEGER NOT NULL, title TEXT NOT NULL, product TEXT NOT NULL,
    PRIMARY KEY (currency, doc)) WITHOUT ROWID;
CREATE TABLE offers (
    currency TEXT, doc INTEGER, number INTEGER, price INTEGER NOT NULL, is_buyable INTEGER NOT NULL,
    options TEXT NOT NULL, PRIMARY KEY (currency, doc, number)) WITHOUT ROWID;
CREATE TABLE skus (sku TEXT, doc INTEGER, PRIMARY KEY (sku, doc)) WITHOUT ROWID;
CREATE TABLE pools (
    stock_id TEXT, doc INTEGER, is_buyable INTEGER NOT NULL, PRIMARY KEY (stock_id, doc)) WITHOUT ROWID;
CREATE TABLE words (word TEXT PRIMARY KEY, products INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE stems (stem TEXT, word TEXT, PRIMARY KEY (stem, word)) WITHOUT ROWID;
CREATE TABLE members (
    collection TEXT, currency TEXT, position INTEGER, product TEXT NOT NULL,
    PRIMARY KEY (collection, currency, position)) WITHOUT ROWID;
CREATE INDEX sold_by_doc ON sold (doc);
CREATE INDEX offers_by_doc ON offers (doc);
CREATE INDEX skus_by_doc ON skus (doc);
CREATE INDEX pools_by_doc ON pools (doc);
"""
"""Texts are in words as `words_of` makes them, so that the file and a question fold letters alike.

The title of `documents` and of `sold` is the one that an index sorts by. A member's currency
is empty where an editor's list names it, for that list is the same in every market.
`pools` says which products hang on a stock pool, and what was last said of it. `words` and
`stems` hold the vocabulary of titles and names, by which slips are forgiven.
"""

OF_A_DOCUMENT = ("sold", "offers", "skus", "pools")
COLUMNS = {
    "sold": "currency, doc, is_buyable, title, product",
    "offers": "currency, doc, number, price, is_buyable, options",
    "skus": "sku, doc",
    "pools": "stock_id, doc, is_buyable",
}

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
"""A product's rows by table, without the number that ties them together."""


def rows_of(document: Document) -> Rows:
    """Return every row of a product; a table's rows are sorted."""
    title, names = " ".join(words_of(document.title)), " ".join(words_of(document.names))
    vocabulary = sorted({*title.split(), *names.split()})
    key = (document.title_key, document.product)
    currencies = sorted({currency for offer in document.offers for currency in offer.prices})
    bands: dict[str, bool] = {offer.stock_id: offer.is_buyable for offer in document.offers}
    return {
        "documents": [
            (
                document.product,
                document.slug,
                document.title_key,
                document.vendor,
                document.type,
                json.dumps(document.tags),
                document.came_at,
                " ".join(vocabulary),
            )
        ],
        "texts": [(title, names, " ".join(words_of(document.text)))],
        "sold": [
            (currency, any(o.is_buyable for o in document.offers if currency in o.prices), *key)
            for currency in currencies
        ],
        "offers": sorted(
            (currency, number, price, offer.is_buyable, json.dumps(offer.options))
            for number, offer in enumerate(document.offers)
            for currency, price in offer.prices.items()
        ),
        "skus": sorted({(offer.sku,) for offer in document.offers}),
        "pools": sorted(bands.items()),
    }


def read_rows(db: sqlite3.Connection, doc: int) -> Rows:
    """Return the rows that a product has in the file, in the form of `rows_of`."""
    found: Rows = {
        "documents": db.execute(
            "SELECT product, slug, title, vendor, type, tags, came_at, vocabulary "
            "FROM documents WHERE doc = ?",
            (doc,),
        ).fetchall(),
        "texts": db.execute("SELECT title, names, text FROM texts WHERE rowid = ?", (doc,)).fetchall(),
    }
    for table in OF_A_DOCUMENT:
        columns = COLUMNS[table].replace(", doc", "")
        query = f"SELECT {columns} FROM {table} WHERE doc = ? ORDER BY 1, 2"  # noqa: S608 - fixed names
        if table == "skus":
            query = query.replace("1, 2", "1")
        found[table] = db.execute(query, (doc,)).fetchall()
    return found


def insert(db: sqlite3.Connection, rows: Rows) -> None:
    """Add a product that is not there."""
    doc = db.execute(
        "INSERT INTO documents VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", *rows["documents"]
    ).lastrowid
    db.execute("INSERT INTO texts (rowid, title, names, text) VALUES (?, ?, ?, ?)", (doc, *rows["texts"][0]))
    for table in OF_A_DOCUMENT:
        numbered = [(row[0], doc, *row[1:]) for row in rows[table]]
        marks = ", ".join("?" * (COLUMNS[table].count(",") + 1))
        query = f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({marks})"  # noqa: S608 - fixed names
        db.executemany(query, numbered)
    for word in vocabulary_of(rows):
        is_new = db.execute("UPDATE words SET products = products + 1 WHERE word = ?", (word,)).rowcount == 0
        if is_new:
            db.execute("INSERT INTO words VALUES (?, 1)", (word,))
            db.executemany("INSERT INTO stems VALUES (?, ?)", [(stem, word) for stem in stems(word)])


def delete(db: sqlite3.Connection, doc: int) -> None:
    """Remove a product, and the words that nothing else is called by."""
    for (vocabulary,) in db.execute("SELECT vocabulary FROM documents WHERE doc = ?", (doc,)).fetchall():
        for word in vocabulary.split():
            db.execute("UPDATE words SET products = products - 1 WHERE word = ?", (word,))
            if db.execute("DELETE FROM words WHERE word = ? AND products < 1", (word,)).rowcount:
                db.executemany(
                    "DELETE FROM stems WHERE stem = ? AND word = ?", [(stem, word) for stem in stems(word)]
                )
    for table in (*OF_A_DOCUMENT, "documents"):
        db.execute(f"DELETE FROM {table} WHERE doc = ?", (doc,))  # noqa: S608 - fixed names
    db.execute("DELETE FROM texts WHERE rowid = ?", (doc,))


def vocabulary_of(rows: Rows) -> list[str]:
    """Return the words of a product's title and names, each once."""
    words: str = rows["documents"][0][-1]
    return words.split()


def dump(db: sqlite3.Connection) -> Iterator[Row]:
    """Yield everything that an index holds, in one order, without the numbers that tie rows together."""
    for doc, product in db.execute("SELECT doc, product FROM documents ORDER BY product").fetchall():
        yield ("product", product, sorted(read_rows(db, doc).items()))
    for table in ("words", "stems"):
        yield from _all(table, db.execute(f"SELECT * FROM {table} ORDER BY 1, 2"))  # noqa: S608 - fixed names
    yield from _all("members", db.execute("SELECT * FROM members ORDER BY 1, 2, 3"))


def _all(table: str, rows: Iterable[Row]) -> Iterator[Row]:
    return ((table, *row) for row in rows)
