"""Where pages went that are published no more: to another address, away for good, or merely out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.catalogue.model import Market
from app.catalogue.store import CatalogueStore
from app.errors import StoreUnavailable, VitrineError
from app.web.reads import Key
from sitegen.freezer import PageFreezer
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, refs_of_collection, refs_of_content, refs_of_product

KINDS = {
    "storefront.product": "product",
    "storefront.collection": "collection",
    "storefront.content": "page",
}
"""Endpoints of pages that one document stands behind, with the kind of its keys."""


class Place(NamedTuple):
    """What two pages of one document have in common when one takes the place of the other."""

    market: str | int
    number: str | int
    sort: str | int


def moves(gone: Iterable[str], freezer: PageFreezer, manifest: Manifest) -> dict[str, str]:
    """Return where each page that goes leads from now on: to a path, or nowhere where it is gone for good.

    A page whose document is only a draft, not sold in its market any more, or cannot be
    read, may come back: it is not among them.
    """
    found: dict[str, str] = {}
    known: dict[Key, dict[Place, str] | None] = {}
    for url, ref in manifest.refs_of(gone).items():
        own = _own_key(ref, manifest.reads_of(url)) if ref.endpoint in KINDS else None
        if own is None:
            continue
        if own not in known:
            known[own] = _places(own, freezer)
        places = known[own]
        target = "" if places is None else places.get(_place(ref))
        if target is not None:
            found[url] = target
    return found


def _own_key(ref: PageRef, keys: Iterable[Key]) -> Key | None:
    kind = KINDS[ref.endpoint]
    return next((key for key in keys if key.kind == kind and key.projection == "page"), None)


def _places(own: Key, freezer: PageFreezer) -> dict[Place, str] | None:
    """Return the pages that a document has now; nothing where it was deleted."""
    try:
        # Asked of the store itself, which tells what is gone from what cannot be read.
        refs = _refs(own, freezer.snapshot.store, freezer.snapshot.markets())
    except StoreUnavailable:
        raise
    except VitrineError:
        # It cannot be read, which somebody will mend.
        return {}
    return None if refs is None else {_place(ref): freezer.url(ref) for ref in refs}


def _refs(own: Key, store: CatalogueStore, markets: Sequence[Market]) -> list[PageRef] | None:
    match own.kind:
        case "product":
            product = store.product(own.id)
            return list(refs_of_product(product, markets)) if product else None
        case "collection":
            collection = store.collection(own.id)
            return list(refs_of_collection(store, collection, markets)) if collection else None
        case _:
            page = store.page(own.id)
            return list(refs_of_content(page, markets)) if page else None


def _place(ref: PageRef) -> Place:
    values = ref.route_values
    return Place(values.get("market", ""), values.get("number", 1), values.get("sort", ""))
