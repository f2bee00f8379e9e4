"""What an editor saw: a digest of a document's whole state, because other programs do not count versions."""

from __future__ import annotations

import hashlib
import json

from app.catalogue.model import Collection, Product
from app.catalogue.service import plain
from app.errors import VersionConflict


def seen_digest(document: Product | Collection | None) -> str:
    """Return what a form carries of the state that it was made from; of what is not there as well."""
    return digest_of(plain(document) if document else {})


def digest_of(state: object) -> str:
    """Return a digest of a plain state, the same one for what was stored and for what is."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def must_be_as_seen(document: Product | Collection, seen: str) -> None:
    """Refuse to change what is not any more what somebody saw.

    Raises:
        VersionConflict: its state has another digest.
    """
    if seen_digest(document) != seen:
        kind = "product" if isinstance(document, Product) else "collection"
        raise VersionConflict(kind, document.slug, document.version)
