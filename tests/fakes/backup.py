"""A database for backups in memory, and pictures in a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.backup.model import DocumentBatch


@dataclass
class FakeShopData:
    """What a shop holds: batches by collection, and originals by id."""

    kept: dict[str, list[DocumentBatch]] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)
    data_version: int = 1
    name: str = "vitrine"
    events: list[str] = field(default_factory=list)
    """What was done to it, in order."""

    @contextmanager
    def snapshot(self) -> Iterator[FakeShopData]:
        """Hold it still, which it is."""
        yield self

    def collections(self) -> Sequence[str]:
        """Return the names."""
        return sorted(self.kept)

    def estimate(self, collection: str) -> int:
        """Count the documents."""
        return sum(batch.documents for batch in self.kept[collection])

    def picture_ids(self) -> Iterator[str]:
        """Yield the pictures."""
        yield from self.pictures

    def prove(self) -> None:
        """Be of one moment."""
        self.events.append("prove")

    def batches(self, collection: str) -> Iterator[DocumentBatch]:
        """Yield the batches of a collection."""
        yield from self.kept[collection]

    def in_use(self) -> Sequence[str]:
        """Return what is not empty."""
        return sorted(self.kept)

    def begin(self, file: str) -> FakeShopData:
        """Empty it."""
        self.events.append(f"begin {file}")
        self.kept.clear()
        return self

    def load(self, collection: str, content: bytes) -> int:
        """Take a batch."""
        self.kept.setdefault(collection, []).append(DocumentBatch(content, 1))
        return 0

    def finish(self, data_version: int) -> None:
        """Be whole."""
        self.events.append(f"finish {data_version}")


@dataclass
class FakeOriginals:
    """Originals in a dictionary."""

    files: dict[str, bytes] = field(default_factory=dict)

    def original(self, picture_id: str) -> bytes | None:
        """Return one."""
        return self.files.get(picture_id)

    def keep_original(self, picture_id: str, content: bytes) -> None:
        """Keep one."""
        self.files[picture_id] = content


class Progress:
    """Hears everything and remembers the last."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, int, int]] = []

    def began(self, what: str, size: int) -> None:
        """Begin a part."""
        self.parts.append((what, size, 0))

    def reached(self, position: int) -> None:
        """Move."""
        what, size, _ = self.parts[-1]
        self.parts[-1] = (what, size, position)
