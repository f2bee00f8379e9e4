"""Dataclasses to documents and back; reading forgives what other programs leave out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.adapters.mongo.documents import Document
from app.adapters.mongo.errors import UnreadableDocument
from app.adapters.mongo.scalars import SCALARS, Reader, Unreadable
from app.errors import InvalidValue

Model = TypeVar("Model")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Part:
    """One field of a model: where it stands in a document, and how it is read."""

    name: str
    read: Reader
    is_optional: bool
    field: Field[Any]


def encode(value: object) -> Any:
    """Return what MongoDB stores for a value; a field of a dataclass becomes a field of a document."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: encode(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encode(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [encode(inner) for inner in value]
    return value


def to_document(model: object) -> Document:
    """Return the document of a model; its `id` is the document's `_id`."""
    document: Document = encode(model)
    if "id" in document:
        document = {"_id": document.pop("id"), **document}
    return document


def from_document(
    model: type[Model],
    document: Mapping[str, Any],
    collection: str,
    defaults: Mapping[str, Any] | None = None,
) -> Model:
    """Return the model of a document.

    Args:
        model: a dataclass.
        document: as the database returned it; unknown fields are ignored.
        collection: named by the error.
        defaults: values of missing fields that differ from the model's own.

    Raises:
        UnreadableDocument: a field that has no default is missing, or a value is of the wrong kind.
    """
    try:
        return _read_model(model, {**document, "id": str(document.get("_id"))}, defaults or {})
    except (Unreadable, InvalidValue) as error:
        raise UnreadableDocument(collection, str(document.get("_id")), str(error).rstrip(".")) from error


def readable(documents: Iterable[Document], read: Callable[[Document], Model]) -> Iterator[Model]:
    """Yield the models of documents; one that cannot be read is logged and left out."""
    for document in documents:
        try:
            yield read(document)
        except UnreadableDocument as error:
            log.warning(
                "document skipped collection=%s id=%s reason=%s", error.collection, error.id, error.reason
            )


def _read_model(
    model: Callable[..., Model], document: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Model:
    values: dict[str, Any] = {}
    for part in _parts(model):
        raw = document.get(part.name)
        if raw is None and part.name in defaults:
            raw = defaults[part.name]
        if raw is not None:
            try:
                values[part.name] = part.read(raw)
            except Unreadable as error:
                raise Unreadable(f"{part.name}: {error}") from error
        elif part.is_optional and part.field.default is MISSING:
            values[part.name] = None
        elif part.field.default is MISSING and part.field.default_factory is MISSING:
            raise Unreadable(f"{part.name} is missing")
    return model(**values)


@cache
def _parts(model: type) -> tuple[_Part, ...]:
    hints = get_type_hints(model)
    return tuple(
        _Part(field.name, _reader(hints[field.name]), _is_optional(hints[field.name]), field)
        for field in fields(model)
    )


def _is_optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)


def _reader(hint: Any) -> Reader:
    """Return the function that reads values of a type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reader(next(option for option in inner if option is not type(None)))
    if origin is tuple:
        return _sequence_reader(_reader(inner[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(_reader(inner[1]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum_reader(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _model_reader(hint)
    return SCALARS[hint]


def _sequence_reader(read: Reader) -> Reader:
    def sequence(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise Unreadable(f"a list is needed, not {value!r}")
        return tuple(read(inner) for inner in value)

    return sequence


def _mapping_reader(read: Reader) -> Reader:
    def mapping(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Unreadable(f"an object is needed, not {value!r}")
        return {str(key): read(inner) for key, inner in value.items()}

    return mapping


def _enum_reader(kind: type[StrEnum]) -> Reader:
    def enum(value: Any) -> StrEnum:
        try:
            return kind(value)
        except ValueError as error:
            raise Unreadable(f"{value!r} is none of {', '.join(kind)}") from error

    return enum


def _model_reader(kind: type) -> Reader:
    def nested(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Unreadable(f"an object is needed, not {value!r}")
        return _read_model(kind, value, {})

    return nested
