"""What a database lacks of the code's shape (collections, validators, indexes), found before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pymongo.errors import CollectionInvalid

from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import translated
from app.adapters.mongo.schema import COLLECTIONS
from app.adapters.mongo.shapes import CollectionShape, Index


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the code wants it, and what makes it so."""

    kind: str
    """`created`, `validators` or `indexes`: the list of a report that it stands in."""
    name: str
    mend: Callable[[], None]


def missing_collections(database: Database) -> Iterator[Difference]:
    """Yield the collections and validators that are missing or different."""
    with translated():
        present = {str(found["name"]): found for found in database.driver.list_collections()}
    for shape in COLLECTIONS:
        found = present.get(shape.name)
        if found is None:
            yield Difference("created", shape.name, partial(_create, database, shape))
        elif found.get("options", {}).get("validator") != shape.validator:
            yield Difference("validators", shape.name, partial(_validate, database, shape))


def missing_indexes(database: Database) -> Iterator[Difference]:
    """Yield the indexes that are missing or different."""
    with translated():
        names = set(database.driver.list_collection_names())
    for shape in COLLECTIONS:
        present: dict[str, Any] = {}
        if shape.name in names:
            with translated(shape.name):
                found = database.driver[shape.name].list_indexes()
                present = {str(index["name"]): index for index in found}
        for index in shape.indexes:
            if index.name not in present or not _is_as_wanted(index, present[index.name]):
                mend = partial(_put_index, database, shape, index, is_there=index.name in present)
                yield Difference("indexes", f"{shape.name}.{index.name}", mend)


def _create(database: Database, shape: CollectionShape) -> None:
    with translated(shape.name):
        try:
            database.driver.create_collection(shape.name, validator=shape.validator)
        except CollectionInvalid:
            # A program that writes directly has created it a moment ago.
            database.driver.command("collMod", shape.name, validator=shape.validator)


def _validate(database: Database, shape: CollectionShape) -> None:
    with translated(shape.name):
        database.driver.command("collMod", shape.name, validator=shape.validator)


def _put_index(database: Database, shape: CollectionShape, index: Index, *, is_there: bool) -> None:
    collection = database.driver[shape.name]
    with translated(shape.name):
        if is_there:
            collection.drop_index(index.name)
        collection.create_index(list(index.keys), name=index.name, **index.options)


def _is_as_wanted(index: Index, found: Any) -> bool:
    known = ("unique", "sparse", "partialFilterExpression", "expireAfterSeconds")
    # A server may spell an option out that is off; an expiry of 0 seconds is on.
    options = {
        name: found[name] for name in known if found.get(name) is not None and found[name] is not False
    }
    return dict(found["key"]) == dict(index.keys) and options == index.options
