"""One document back to one of its revisions: by a new revision, so that this can be taken back as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.catalogue.bulk import Reason, write_products
from app.catalogue.collecting import bring_back_collection, change_collection
from app.catalogue.history import restored
from app.catalogue.model import Collection, Product, Revision
from app.catalogue.rules import Condition, Match, Operator, Rule, RuleField, RuleOrder
from app.catalogue.seeing import must_be_as_seen
from app.catalogue.service import Catalogue, plain
from app.errors import NotFound, Refusal

FORGOTTEN = "it was written in a form that is not known any more."


@dataclass(eq=False)
class CannotRevert(Refusal):
    """A revision holds what the document cannot become again."""

    version: int
    because: str

    def __str__(self) -> str:
        return f"Version {self.version} cannot be brought back: {self.because}"


def revert_product(
    catalogue: Catalogue, product_id: str, revision_id: str, *, who: str, seen: str
) -> Product:
    """Make a product what it was after a revision; stock stays as it is.

    What is so already is left as it is, so that a second click changes nothing.

    Raises:
        NotFound: there is no such product, or no such revision of it.
        CannotRevert: the revision does not say enough.
        InvalidValue: its slug or one of its SKUs belongs to another product now.
        VersionConflict: its state has another digest than `seen`.
    """
    revision = _revision(catalogue, product_id, revision_id)

    def block() -> Product:
        product = catalogue.store.product(product_id)
        if product is None:
            raise NotFound("product", product_id)
        wanted = product_then(product, revision)
        if plain(wanted) == plain(product):
            return product
        must_be_as_seen(product, seen)
        write_products(catalogue, (), [(product, wanted)], Reason(who, _why(revision)))
        return replace(wanted, version=product.version + 1)

    return catalogue.transactions.run(block)


def revert_collection(
    catalogue: Catalogue, collection_id: str, revision_id: str, *, who: str, seen: str
) -> Collection:
    """Make a collection what it was after a revision; one that was retired when `seen` was seen comes back.

    Raises:
        NotFound: there is no such revision of it.
        CannotRevert: the revision does not say enough.
        InvalidValue: its slug belongs to another collection now.
        CollectionRetired: somebody retired it after it was seen.
        VersionConflict: its state has another digest than `seen`.
    """
    revision = _revision(catalogue, collection_id, revision_id)
    wanted = collection_then(collection_id, revision)
    if catalogue.store.collection(collection_id) is None:
        return bring_back_collection(catalogue, wanted, who=who, why=_why(revision), seen=seen)
    return change_collection(catalogue, wanted, who=who, why=_why(revision), seen=seen)


def product_then(product: Product, revision: Revision) -> Product:
    """Return the product as it was after a revision.

    Raises:
        CannotRevert: the revision does not say enough.
    """
    _state(revision)
    try:
        return restored(revision, product)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotRevert(revision.version, FORGOTTEN) from error


def collection_then(collection_id: str, revision: Revision) -> Collection:
    """Return the collection as it was after a revision.

    Raises:
        CannotRevert: the revision does not say enough.
    """
    state = _state(revision)
    try:
        return Collection(
            id=collection_id,
            slug=state["slug"],
            title=state["title"],
            description=state.get("description", ""),
            product_ids=tuple(state.get("product_ids") or ()),
            rule=_rule(state["rule"]) if state.get("rule") else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CannotRevert(revision.version, FORGOTTEN) from error


def _rule(row: Mapping[str, Any]) -> Rule:
    conditions = tuple(
        Condition(RuleField(one["field"]), Operator(one["operator"]), one["value"])
        for one in row["conditions"]
    )
    return Rule(conditions, Match(row["match"]), RuleOrder(row["order"]))


def _revision(catalogue: Catalogue, document: str, revision_id: str) -> Revision:
    revision = catalogue.store.revision(revision_id)
    if revision is None or revision.document != document:
        raise NotFound("revision", revision_id)
    return revision


def _state(revision: Revision) -> Mapping[str, Any]:
    if not revision.state:
        raise CannotRevert(revision.version, "nothing was left after it.")
    return revision.state


def _why(revision: Revision) -> str:
    return f"reverted to version {revision.version}"
