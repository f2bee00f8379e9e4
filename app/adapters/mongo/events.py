"""Change events in the shop's words: which document, which fields, and whose hand."""

from __future__ import annotations

from datetime import UTC, datetime

from app.adapters.mongo.documents import Document
from app.publishing.feed import DocumentEvent, Operation

VERSIONED = frozenset({"products", "stock_pools"})
"""Collections whose documents other programs write too; the shop's own writes move `version`."""


def document_event(change: Document) -> DocumentEvent:
    """Return what a change event says of one document."""
    collection = str(change["ns"]["coll"])
    operation = Operation(change["operationType"])
    updated = _updated_fields(change["updateDescription"]) if operation is Operation.UPDATE else None
    return DocumentEvent(
        collection=collection,
        id=str(change["documentKey"]["_id"]),
        operation=operation,
        written_at=_written_at(change),
        updated_fields=updated,
        is_external=collection in VERSIONED and _is_external(operation, updated, change),
    )


def _is_external(operation: Operation, updated: frozenset[str] | None, change: Document) -> bool:
    """Say whether another program wrote: the shop never replaces, and moves `version` with each write."""
    if operation is Operation.INSERT:
        return "version" not in change.get("fullDocument", {})
    if operation is Operation.UPDATE:
        return "version" not in (updated or ())
    return True


def _updated_fields(description: Document) -> frozenset[str]:
    paths = [
        *description.get("updatedFields", {}),
        *description.get("removedFields", ()),
        *(array["field"] for array in description.get("truncatedArrays", ())),
    ]
    return frozenset(path.split(".", 1)[0] for path in paths)


def _written_at(change: Document) -> datetime:
    wall: datetime | None = change.get("wallTime")
    if wall is not None:
        return wall
    return datetime.fromtimestamp(change["clusterTime"].time, UTC)
