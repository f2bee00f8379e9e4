"""Version 3: a product says when it came into the shop, by which listings show the newest first.

Products of before count as ancient. Where the shop itself has created one, its first
revision knows the moment; where another program has, nobody does, and nothing is invented.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document
from app.adapters.mongo.steps.walking import NewFields, Part, Step


def _arrivals(database: Database, products: Sequence[Document]) -> NewFields:
    by_text = {str(product["_id"]): product["_id"] for product in products}
    first = {"document": {"$in": list(by_text)}, "version": 1}
    found = database.documents("revisions").find(first, only={"document": 1, "at": 1, "diff": 1})
    return {by_text[row["document"]]: {"created_at": row["at"]} for row in found if _creates(row)}


def _creates(revision: Document) -> bool:
    """Say whether the product came by this revision: before it there was no address."""
    return any(one.get("field") == "slug" and one.get("old") is None for one in revision.get("diff") or ())


STEP = Step(
    version=3,
    what="Products say when they came into the shop, as their first revision knows it.",
    parts=(Part("products", {"created_at": None}, ("created_at",), _arrivals),),
    stop_first=False,
)
