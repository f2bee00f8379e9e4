"""What can go wrong with documents, and the one place where the driver's errors are translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
    WTimeoutError,
)

from app.adapters.mongo.session import running_transaction
from app.errors import StoreUnavailable, VitrineError

TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
DOCUMENT_VALIDATION_FAILURE = 121
DUPLICATE_KEY = frozenset({11000, 11001, 12582})
UNAVAILABLE = (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError, WTimeoutError)


@dataclass(eq=False)
class UnreadableDocument(VitrineError):
    """A document, most likely written by another program, that means nothing to the shop."""

    collection: str
    id: str
    reason: str

    def __str__(self) -> str:
        return f"The document {self.id!r} in {self.collection} cannot be read: {self.reason}."


@dataclass(eq=False)
class DocumentRefused(VitrineError):
    """A document that the collection's validator does not allow."""

    collection: str
    reason: str

    def __str__(self) -> str:
        return f"The collection {self.collection} refused a document: {self.reason}"


@dataclass(eq=False)
class Duplicate(VitrineError):
    """A unique index holds the value already; stores turn this into the room's own error."""

    collection: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        values = ", ".join(f"{name} {value!r}" for name, value in self.fields.items())
        return f"The collection {self.collection} holds already: {values}."


@dataclass(eq=False)
class StoreFault(VitrineError):
    """The database answered with an error that nobody foresaw: rights, limits, or a defect."""

    reason: str

    def __str__(self) -> str:
        return f"The database refused an operation: {self.reason}"


@contextmanager
def translated(collection: str = "") -> Iterator[None]:
    """Turn the driver's errors into the shop's own.

    Within a transaction, errors that say "run it again" pass untouched: they
    belong to whoever runs the transaction. Any other error has ended the
    transaction on the server, which is noted, so that a block which catches it
    and goes on is not repeated in vain.
    """
    try:
        yield
    except PyMongoError as error:
        running = running_transaction()
        if running is None:
            raise translation(error, collection) from error
        if error.has_error_label(TRANSIENT):
            raise
        running.fatal = running.fatal or translation(error, collection)
        raise running.fatal from error


def translation(error: PyMongoError, collection: str = "") -> VitrineError:
    """Return what the driver's error means to the shop."""
    if isinstance(error, UNAVAILABLE):
        return StoreUnavailable(_reason(error))
    if isinstance(error, DuplicateKeyError):
        return Duplicate(collection, _duplicate_fields(error.details or {}))
    if isinstance(error, BulkWriteError):
        return _first_write_error(error.details or {}, collection)
    if isinstance(error, OperationFailure) and error.code == DOCUMENT_VALIDATION_FAILURE:
        return DocumentRefused(collection, _refusal(error.details or {}))
    return StoreFault(_reason(error))


def _first_write_error(details: Mapping[str, Any], collection: str) -> VitrineError:
    """Return what the first of many writes that failed together says."""
    found: Mapping[str, Any] = next(iter(details.get("writeErrors") or ()), {})
    if found.get("code") in DUPLICATE_KEY:
        return Duplicate(collection, _duplicate_fields(found))
    if found.get("code") == DOCUMENT_VALIDATION_FAILURE:
        return DocumentRefused(collection, _refusal(found))
    return StoreFault(str(found.get("errmsg") or details)[:300])


def _duplicate_fields(details: Mapping[str, Any]) -> Mapping[str, object]:
    values = details.get("keyValue")
    return dict(values) if isinstance(values, Mapping) else {}


def _refusal(details: Mapping[str, Any]) -> str:
    return str(details.get("errInfo") or details.get("errmsg") or details)[:600]


def _reason(error: PyMongoError) -> str:
    """Return the driver's text without the reply that it repeats in full."""
    return str(error).split(", full error:")[0].split(", Timeout:")[0][:300]
