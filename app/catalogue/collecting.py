"""What can be done with collections: as with products, every accepted change is a version and a revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.catalogue.bulk import Reason, revision_of
from app.catalogue.editing.words import is_one_line
from app.catalogue.model import Collection, Revision, parse_slug
from app.catalogue.seeing import digest_of, must_be_as_seen, seen_digest
from app.catalogue.service import Catalogue, diff_of, plain
from app.errors import InvalidValue, NotFound, Refusal, VersionConflict
from app.ids import new_id

LONGEST_TITLE = 200
LOOK_BACK = 200
"""Revisions that are searched for the state that an editor saw."""


@dataclass(eq=False)
class CollectionRetired(Refusal):
    """A collection was retired since somebody saw it: it comes back from its history, or not at all."""

    title: str

    def __str__(self) -> str:
        return f"The collection {self.title!r} is retired. Its history brings it back."


def create_collection(catalogue: Catalogue, collection: Collection, *, who: str, why: str = "") -> Collection:
    """Add a collection with its first revision; the same one twice is the one that is there.

    Raises:
        InvalidValue: the slug is malformed or taken, or there is no title.
        VersionConflict: it was made before, as another one.
        CollectionRetired: it was made before, and retired.
    """
    _must_be_sound(collection)

    def block() -> Collection:
        known = catalogue.store.collection(collection.id)
        if known is not None:
            return _made_before(catalogue, known, collection)
        _must_be_one_line(collection.title)
        must_not_be_retired(catalogue, collection.id)
        return _added(catalogue, replace(collection, version=1), Reason(who, why))

    try:
        return catalogue.transactions.run(block)
    except InvalidValue:
        # The same form, sent twice, may have been faster.
        if catalogue.store.collection(collection.id) is None:
            raise
        return catalogue.transactions.run(block)


def bring_back_collection(
    catalogue: Catalogue, wanted: Collection, *, who: str, why: str = "", seen: str
) -> Collection:
    """Add a collection again that was retired; it counts its versions on from there.

    Raises:
        InvalidValue: its slug belongs to another collection now.
        CollectionRetired: whoever asks for it saw it while it was there.
    """

    def block() -> Collection:
        if seen != seen_digest(None):
            must_not_be_retired(catalogue, wanted.id)
        last = next((one.version for one in catalogue.store.revisions(wanted.id, limit=1)), 0)
        return _added(catalogue, replace(wanted, version=last + 1), Reason(who, why))

    return catalogue.transactions.run(block)


def _made_before(catalogue: Catalogue, known: Collection, wanted: Collection) -> Collection:
    """Return what a form has made that is sent again, whatever became of it since."""
    began = (one.state for one in catalogue.store.revisions(known.id, LOOK_BACK) if one.version == 1)
    if seen_digest(wanted) in (seen_digest(known), *map(digest_of, began)):
        return known
    raise VersionConflict("collection", known.slug, known.version)


def _added(catalogue: Catalogue, collection: Collection, reason: Reason) -> Collection:
    now = catalogue.clock.now()
    created = replace(collection, updated_at=now)
    catalogue.store.insert_collection(created)
    catalogue.store.insert_revision(revision_of({}, created, reason, now))
    return created


def change_collection(
    catalogue: Catalogue, wanted: Collection, *, who: str, why: str = "", seen: str
) -> Collection:
    """Replace a collection that is still what somebody saw; return it as it is then.

    What is so already is left as it is, so that a form that is sent twice is one change.

    Raises:
        NotFound: there never was such a collection.
        CollectionRetired: it was there once.
        InvalidValue: the slug is malformed or taken, or there is no title.
        VersionConflict: its state has another digest than `seen`.
    """
    _must_be_sound(wanted)

    def block() -> Collection:
        old = _known(catalogue, wanted.id)
        if plain(old) == plain(wanted):
            return old
        must_be_as_seen(old, seen)
        if wanted.title != old.title:
            _must_be_one_line(wanted.title)
        now = catalogue.clock.now()
        _note_external(catalogue, old, now)
        saved = replace(wanted, version=old.version + 1, updated_at=now)
        if not catalogue.store.replace_collection(saved, expected_version=old.version):
            raise VersionConflict("collection", old.slug, old.version)
        catalogue.store.insert_revision(revision_of(plain(old), saved, Reason(who, why), now))
        return saved

    return catalogue.transactions.run(block)


def retire_collection(
    catalogue: Catalogue, collection_id: str, *, who: str, why: str = "", seen: str
) -> Collection | None:
    """Take a collection out of the shop for good; return what it was, or nothing where it is gone already.

    Its revisions stay, so it can be brought back by reverting to one of them.

    Raises:
        VersionConflict: its state has another digest than `seen`.
    """

    def block() -> Collection | None:
        old = catalogue.store.collection(collection_id)
        if old is None:
            return None
        must_be_as_seen(old, seen)
        now = catalogue.clock.now()
        _note_external(catalogue, old, now)
        if not catalogue.store.delete_collection(old.id, expected_version=old.version):
            raise VersionConflict("collection", old.slug, old.version)
        diff = {name: (value, None) for name, value in plain(old).items()}
        last = Revision(new_id("rev"), old.id, old.version + 1, who, why or "retired", diff, now)
        catalogue.store.insert_revision(last)
        return old

    return catalogue.transactions.run(block)


def revisions_since(catalogue: Catalogue, collection: Collection, seen: str) -> tuple[Revision, ...]:
    """Return what was done to a collection since somebody saw it in the state of that digest.

    Newest first; what another program did and nobody has noted yet stands before all others.
    """
    unnoted = _unnoted(catalogue, collection, catalogue.clock.now())
    later = [unnoted] if unnoted else []
    for revision in catalogue.store.revisions(collection.id, LOOK_BACK):
        if revision.state and digest_of(revision.state) == seen:
            return tuple(later)
        later.append(revision)
    return tuple(later[:1])


def _known(catalogue: Catalogue, collection_id: str) -> Collection:
    known = catalogue.store.collection(collection_id)
    if known is None:
        must_not_be_retired(catalogue, collection_id)
        raise NotFound("collection", collection_id)
    return known


def must_not_be_retired(catalogue: Catalogue, collection_id: str) -> None:
    """Refuse what was meant for a collection that is not there any more.

    Raises:
        CollectionRetired: it was there once.
    """
    last = next(iter(catalogue.store.revisions(collection_id, limit=1)), None)
    if last is not None:
        was = last.state or {name: old for name, (old, _new) in last.diff.items()}
        raise CollectionRetired(str(was.get("title", "")))


def _note_external(catalogue: Catalogue, collection: Collection, now: datetime) -> None:
    """Write the revision that a program left out which wrote before, so that it does not pass for ours."""
    unnoted = _unnoted(catalogue, collection, now)
    if unnoted:
        catalogue.store.insert_revision(unnoted)


def _unnoted(catalogue: Catalogue, collection: Collection, now: datetime) -> Revision | None:
    """Return the revision that a program left out which wrote before, where one did."""
    known = catalogue.store.revision_at(collection.id, collection.version)
    if known is None:
        known = next(iter(catalogue.store.revisions(collection.id, limit=1)), None)
    state: Mapping[str, object] = known.state if known else {}
    if not diff_of(state, collection):
        return None
    return revision_of(state, collection, Reason("external", ""), now)


def _must_be_sound(collection: Collection) -> None:
    parse_slug(collection.slug)
    if not collection.title.strip() or len(collection.title) > LONGEST_TITLE:
        raise InvalidValue("title", collection.title[:LONGEST_TITLE], f"1 to {LONGEST_TITLE} characters")


def _must_be_one_line(title: str) -> None:
    if not is_one_line(title):
        raise InvalidValue("title", title, "one line, without tabs or other characters that nobody sees")
