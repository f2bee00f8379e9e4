"""The words that the schema is written in: schemas of values, indexes, collections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.mongo.documents import NEWEST, OLDEST
from app.catalogue.model import SKU_LENGTH

Schema = Mapping[str, Any]

WHOLE: Schema = {"bsonType": ["int", "long"]}
COUNT: Schema = {"bsonType": ["int", "long"], "minimum": 0}
MEASURE: Schema = {"bsonType": ["int", "long", "double"], "minimum": 0}
TEXT: Schema = {"bsonType": "string"}
NAME: Schema = {"bsonType": "string", "minLength": 1}
FLAG: Schema = {"bsonType": "bool"}
MOMENT: Schema = {"bsonType": "date"}
MOMENT_OR_NONE: Schema = {"bsonType": ["date", "null"]}
SLUG_TEXT: Schema = {"bsonType": "string", "maxLength": SKU_LENGTH, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
SKU_TEXT: Schema = {"bsonType": "string", "minLength": 1, "maxLength": SKU_LENGTH}
TEXTS: Schema = {"bsonType": "array", "items": TEXT}
OWN_OR_DRIVERS_ID: Schema = {"bsonType": ["string", "objectId"]}
PRICES: Schema = {
    "bsonType": "object",
    "patternProperties": {"^[A-Z]{3}$": COUNT},
    "additionalProperties": False,
}


def thing(*required: str, **properties: Schema) -> Schema:
    """Return the schema of an object; fields that are not named may be there too."""
    schema: dict[str, Any] = {"bsonType": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def many(items: Schema, **limits: int) -> Schema:
    """Return the schema of a list."""
    return {"bsonType": "array", "items": items, **limits}


def one_of(*values: str) -> Schema:
    """Return the schema of a text from a closed set."""
    return {"enum": [str(value) for value in values]}


MONEY = thing("minor", "currency", minor=WHOLE, currency=TEXT)


@dataclass(frozen=True)
class Index:
    """An index; its name follows from its keys, as the driver would name it."""

    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    sparse: bool = False
    partial: Mapping[str, Any] | None = None
    expire_after_seconds: int | None = None

    @property
    def name(self) -> str:
        """The index's name: `state_1_created_at_-1`."""
        return "_".join(f"{key}_{direction}" for key, direction in self.keys)

    @property
    def options(self) -> dict[str, Any]:
        """What tells this index from a plain one, in the database's words."""
        found: dict[str, Any] = {}
        if self.unique:
            found["unique"] = True
        if self.sparse:
            found["sparse"] = True
        if self.partial is not None:
            found["partialFilterExpression"] = dict(self.partial)
        if self.expire_after_seconds is not None:
            found["expireAfterSeconds"] = self.expire_after_seconds
        return found


@dataclass(frozen=True)
class CollectionShape:
    """A collection with its validator and its indexes."""

    name: str
    schema: Schema
    indexes: tuple[Index, ...] = ()

    @property
    def validator(self) -> dict[str, Any]:
        """The validator, in the database's words."""
        return {"$jsonSchema": dict(self.schema)}


def index(*keys: str, **options: Any) -> Index:
    """Return an index; a key that begins with `-` is descending."""
    pairs = tuple((key.removeprefix("-"), NEWEST if key.startswith("-") else OLDEST) for key in keys)
    return Index(pairs, **options)
