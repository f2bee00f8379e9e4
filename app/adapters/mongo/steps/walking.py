"""How a step goes through documents: what is left is found by a query, so it can be cut off anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import BATCH, OLDEST, Document, Filter
from app.errors import VitrineError

FRUITLESS_PASSES = 3
"""So often other programs may have changed every single document between our reading and writing it."""

NewFields = Mapping[Any, Document]
"""The fields to set, by the `_id` of the document; documents that are to stay as they are are left out."""


@dataclass(eq=False)
class StepStuck(VitrineError):
    """Documents do not become what the step makes of them."""

    collection: str
    documents: int

    def __str__(self) -> str:
        return (
            f"{self.documents} documents in {self.collection} changed each time that they were to be brought "
            "to the new version. Stop what writes to them, then run `vitrine migrate` again."
        )


@dataclass(frozen=True)
class Part:
    """What a step does to one collection."""

    collection: str
    left: Filter
    """Finds at least the documents that are not done, and none that is: so a step that was killed goes on."""
    reads: tuple[str, ...]
    """The fields that the new ones are made of. A document in which they have changed since is read again."""
    make: Callable[[Database, Sequence[Document]], NewFields]


@dataclass(frozen=True)
class Step:
    """Brings the data from the version before to this one."""

    version: int
    what: str
    """For people: which documents get what."""
    parts: tuple[Part, ...]
    stop_first: bool
    """Whether code of the version before must not run meanwhile, because it writes what this step removes."""

    def count(self, database: Database) -> int:
        """Return how many documents it would change now; nothing is written."""
        return sum(len(made) for part in self.parts for _, made in _batches(database, part))

    def run(self, database: Database, check: Callable[[], None]) -> int:
        """Change every document that is not done yet; return how many there were.

        Args:
            database: what to change.
            check: called before each batch; it raises where this process is to stop.

        Raises:
            StepStuck: other programs keep changing the documents.
        """
        return sum(_run(database, part, check) for part in self.parts)


def _run(database: Database, part: Part, check: Callable[[], None]) -> int:
    changed = fruitless = 0
    while True:
        wanted = done = 0
        for documents, made in _batches(database, part):
            check()
            wanted += len(made)
            done += database.documents(part.collection).update_many(
                [
                    (_unchanged(part, document), {"$set": made[document["_id"]]})
                    for document in documents
                    if document["_id"] in made
                ]
            )
        changed += done
        if not wanted:
            return changed
        # What was changed underneath is found by the next pass.
        fruitless = 0 if done else fruitless + 1
        if fruitless == FRUITLESS_PASSES:
            raise StepStuck(part.collection, wanted)


def _unchanged(part: Part, document: Document) -> Filter:
    return {"_id": document["_id"], **{name: document.get(name) for name in part.reads}}


def _batches(database: Database, part: Part) -> Iterator[tuple[list[Document], NewFields]]:
    # In the order of the ids, which no step changes: so no document comes twice.
    found = database.documents(part.collection).find(part.left, sort=[("_id", OLDEST)])
    while batch := list(islice(found, BATCH)):
        yield batch, part.make(database, batch)
