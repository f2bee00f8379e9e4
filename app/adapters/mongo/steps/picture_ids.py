"""Version 2: a picture is named by its id. At first products named a file among the shop's assets (`src`).

Such a product cannot be read any more: an image without `picture` means nothing. The
files are gone with the first version, so the pictures stay unknown, and their name is
kept where the address of a picture elsewhere stands: nothing that was written is lost,
and an export says what it said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document
from app.adapters.mongo.steps.walking import NewFields, Part, Step


def with_id(image: Any) -> Any:
    """Return an image as version 2 writes it; one that is so already comes back as it is."""
    if not isinstance(image, dict) or "picture" in image:
        return image
    rest = {name: value for name, value in image.items() if name not in ("src", "source_url")}
    address = image.get("source_url") or image.get("src")
    return {"picture": "", **rest, **({"source_url": address} if address else {})}


def _with_ids(images: Any) -> Any:
    return [with_id(image) for image in images] if isinstance(images, list) else images


def _of_products(_: Database, products: Sequence[Document]) -> NewFields:
    return {product["_id"]: {"images": _with_ids(product["images"])} for product in products}


def _of_revisions(_: Database, revisions: Sequence[Document]) -> NewFields:
    # The last revision must equal its product, or the migration would pass for a change by another program.
    found: dict[Any, Document] = {}
    for revision in revisions:
        state, diff = revision.get("state") or {}, revision.get("diff") or []
        new: Document = {"diff": [_of_difference(difference) for difference in diff]}
        if "images" in state:
            new["state"] = {**state, "images": _with_ids(state["images"])}
        found[revision["_id"]] = new
    return found


def _of_difference(difference: Any) -> Any:
    if difference.get("field") != "images":
        return difference
    return {name: _with_ids(side) for name, side in difference.items()}


WITHOUT_ID = {"$elemMatch": {"alt": {"$exists": True}, "picture": {"$exists": False}}}
STEP = Step(
    version=2,
    what="Products and their history name each picture by its id, no longer by a file among the assets.",
    parts=(
        Part("products", {"images": WITHOUT_ID}, ("images",), _of_products),
        Part(
            "revisions",
            {
                "$or": [
                    {"state.images": WITHOUT_ID},
                    {"diff": {"$elemMatch": {"field": "images", "old": WITHOUT_ID}}},
                    {"diff": {"$elemMatch": {"field": "images", "new": WITHOUT_ID}}},
                ]
            },
            ("state", "diff"),
            _of_revisions,
        ),
    ),
    stop_first=True,
)
