"""Writes many products at once, each with its revision, as one step of a change set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.catalogue.model import Product, Revision
from app.catalogue.service import Catalogue, diff_between, diff_of, plain
from app.errors import VersionConflict
from app.ids import new_id


@dataclass(frozen=True)
class Reason:
    """Who writes, why, and what the revisions belong to."""

    who: str
    why: str
    change_set: str = ""


def write_products(
    catalogue: Catalogue,
    created: Sequence[Product],
    updated: Sequence[tuple[Product, Product]],
    reason: Reason,
) -> None:
    """Add products, and replace others, within the caller's transaction.

    Args:
        catalogue: where they are written.
        created: products that are not there yet.
        updated: each product as it was read, and as it shall be.
        reason: noted in every revision.

    Raises:
        InvalidValue: a slug or a SKU is taken.
        VersionConflict: somebody else changed one of them after it was read.
    """
    now = catalogue.clock.now()
    store = catalogue.store
    fresh = [replace(product, version=1, updated_at=now, created_at=now) for product in created]
    saved = [replace(new, version=old.version + 1, updated_at=now) for old, new in updated]
    notes = _external(catalogue, [old for old, _ in updated], now)
    if fresh:
        store.insert_products(fresh)
    if saved and not store.replace_products(saved):
        raise VersionConflict("products", f"{saved[0].slug} …", saved[0].version - 1)
    notes += [_revision({}, product, reason, now) for product in fresh]
    notes += [_revision(plain(old), new, reason, now) for (old, _), new in zip(updated, saved, strict=True)]
    store.insert_revisions(notes)


def _external(catalogue: Catalogue, products: Sequence[Product], now: datetime) -> list[Revision]:
    """Return the revisions that programs left out which wrote before, so that none passes for ours."""
    known = catalogue.store.last_revisions([product.id for product in products]) if products else {}
    states = ((known[product.id].state if product.id in known else {}, product) for product in products)
    return [
        _revision(state, product, Reason("external", ""), now)
        for state, product in states
        if diff_of(state, product)
    ]


def _revision(old: Mapping[str, object], new: Product, reason: Reason, now: datetime) -> Revision:
    state = plain(new)
    return Revision(
        id=new_id("rev"),
        document=new.id,
        version=new.version,
        who=reason.who,
        why=reason.why,
        diff=diff_between(old, state),
        state=state,
        at=now,
        change_set=reason.change_set,
    )
