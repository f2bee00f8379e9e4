"""Change sets: what was changed together, and taking it back as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from itertools import islice
from typing import Any

from app.catalogue.bulk import Reason, write_products
from app.catalogue.model import Image, Option, Product, ProductStatus, Revision, Variant
from app.catalogue.service import Catalogue, plain
from app.errors import InvalidValue, NotFound, VersionConflict
from app.ids import new_id

BATCH = 100
TRIES = 4
EDITABLE = {item.name: item for item in fields(Product)}


@dataclass
class RevertReport:
    """What became of the products of a change set that was reverted."""

    change_set: str
    reverted: int = 0
    archived: int = 0
    unchanged: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)
    """Fields that somebody changed since; they stay as they are."""


@dataclass(frozen=True)
class Undo:
    """One product with a change taken back, and the fields that were left alone."""

    old: Product
    new: Product
    is_archiving: bool = False
    kept: tuple[str, ...] = ()


def undo(product: Product, revision: Revision) -> Undo:
    """Take one revision of a product back, field by field.

    A field that was changed again since then is left as it is. A product that the
    revision created is archived, not deleted: its address may be in a search engine
    by now, its SKUs in an order, and a change set that is reverted by mistake comes
    back whole by reverting the revert.
    """
    if revision.version == 1 and revision.diff.get("slug", ("", ""))[0] is None:
        archived = replace(product, status=ProductStatus.ARCHIVED)
        return Undo(product, archived, is_archiving=archived != product)
    now, changes, kept = plain(product), dict[str, Any](), []
    for name, (old, new) in revision.diff.items():
        if name not in EDITABLE or now.get(name) == _plain_default(name, old):
            continue
        if now.get(name) != new:
            kept.append(name)
            continue
        changes[name] = _value(name, old)
    return Undo(product, replace(product, **changes), kept=tuple(kept))


def revert_change_set(catalogue: Catalogue, change_set: str, *, who: str) -> RevertReport:
    """Take a change set back as one, by a change set of its own; stock stays as it is.

    Stock is not taken back, because units were sold since: a count is corrected by counting.
    A revert that was killed is finished by running it again.

    Raises:
        NotFound: there is no such change set.
    """
    report = RevertReport(new_id("chg"))
    reason = Reason(who, f"revert of {change_set}", report.change_set)
    revisions = iter(catalogue.store.revisions_of(change_set))
    is_known = False
    while batch := list(islice(revisions, BATCH)):
        is_known = True
        undone = _revert(catalogue, batch, reason)
        for one in undone:
            report.archived += one.is_archiving
            report.reverted += one.new != one.old and not one.is_archiving
            report.unchanged += one.new == one.old
            if one.kept:
                report.kept.append({"product": one.old.slug, "fields": list(one.kept)})
    if not is_known:
        raise NotFound("change set", change_set)
    return report


def _revert(catalogue: Catalogue, revisions: Sequence[Revision], reason: Reason) -> list[Undo]:
    for tries in range(1, TRIES + 1):
        undone = list(_undone(catalogue, revisions))
        changed = [(one.old, one.new) for one in undone if one.new != one.old]
        try:
            catalogue.transactions.run(
                lambda changed=changed: write_products(catalogue, (), changed, reason)  # type: ignore[misc]
            )
        except (VersionConflict, InvalidValue):
            if tries == TRIES:
                raise
        else:
            return undone
    raise AssertionError("unreachable")  # pragma: no cover


def _undone(catalogue: Catalogue, revisions: Sequence[Revision]) -> Iterator[Undo]:
    products = catalogue.store.products([revision.document for revision in revisions])
    for revision in revisions:
        # One that is gone by now has nothing to be taken back.
        if revision.document in products:
            yield undo(products[revision.document], revision)


def _plain_default(name: str, old: object) -> object:
    """Return what a product's plain form holds where a revision says `old`."""
    if old is not None or "sparse" in EDITABLE[name].metadata:
        return old
    return plain(_default(name))


def _default(name: str) -> Any:
    default = EDITABLE[name].default
    if default is MISSING:
        raise InvalidValue("revision", name, "a field that a product can be without")
    return default


def _value(name: str, old: object) -> Any:
    """Return a field's value from its plain form in a revision."""
    if old is None:
        return _default(name)
    if name == "status":
        return ProductStatus(str(old))
    if name == "extra":
        return _pairs(old)
    if not isinstance(old, list | tuple):
        return old
    return tuple(MAKERS[name](row) if name in MAKERS else row for row in old)


def _variant(row: Mapping[str, Any]) -> Variant:
    return Variant(**{**row, "options": tuple(row["options"]), "extra": _pairs(row.get("extra", ()))})


def _option(row: Mapping[str, Any]) -> Option:
    return Option(row["name"], tuple(row["values"]))


def _pairs(rows: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(cell)) for name, cell in rows)


def _image(row: Mapping[str, Any]) -> Image:
    return Image(**row)


MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "variants": _variant,
    "options": _option,
    "images": _image,
}


def restored(revision: Revision, like: Product) -> Product:
    """Return a product as a revision left it.

    Args:
        revision: of the product.
        like: the product now; what a revision does not keep is taken from it.
    """
    known = {name for name in EDITABLE if name in revision.state or "sparse" in EDITABLE[name].metadata}
    return replace(like, **{name: _value(name, revision.state.get(name)) for name in known})
