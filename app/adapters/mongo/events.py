"""Change events in the shop's words: which document, and whose hand."""

from __future__ import annotations

from datetime import UTC, datetime

from app.adapters.mongo.documents import Document
from app.publishing.feed import DocumentEvent

VERSIONED = frozenset({"products", "stock_pools"})
"""Collections whose documents other programs write too; the shop's own writes move `version`."""


def document_event(change: Document) -> DocumentEvent:
    """Return what a change event says of one document."""
    collection = str(change["ns"]["coll"])
    return DocumentEvent(
        collection=collection,
        id=str(change["documentKey"]["_id"]),
        written_at=_written_at(change),
        is_external=collection in VERSIONED and _is_external(change),
    )


def _is_external(change: Document) -> bool:
    """Say whether another program wrote: the shop never replaces, and moves `version` with each write."""
    match change["operationType"]:
        case "insert":
            return "version" not in change.get("fullDocument", {})
        case "update":
            return "version" not in change["updateDescription"].get("updatedFields", {})
        case _:
            return True


def _written_at(change: Document) -> datetime:
    wall: datetime | None = change.get("wallTime")
    if wall is not None:
        return wall
    return datetime.fromtimestamp(change["clusterTime"].time, UTC)
