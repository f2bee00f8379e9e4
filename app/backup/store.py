"""What a backup needs of the database, of the pictures and of a cipher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from app.backup.model import DocumentBatch


class ByteSink(Protocol):
    """Takes bytes, one piece after the other."""

    def write(self, data: bytes, /) -> int:
        """Take a piece; return its length."""
        ...


class ByteSource(Protocol):
    """Gives bytes, one piece after the other."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes, and none at the end."""
        ...


class Closing(ByteSink, Protocol):
    """A sink that has something to write at its end."""

    def close(self) -> None:
        """Write the end; the sink below stays open."""
        ...


class Cipher(Protocol):
    """Encrypts one stream and decrypts one, under a passphrase."""

    def encrypting(self, sink: ByteSink, passphrase: str) -> Closing:
        """Return a sink that writes into `sink` what it is given, encrypted."""
        ...

    def is_encrypted(self, beginning: bytes) -> bool:
        """Say by its first bytes whether a file is encrypted."""
        ...

    def decrypting(self, source: ByteSource, passphrase: str) -> ByteSource:
        """Return a source of what was encrypted.

        Raises:
            PassphraseWrong: at once, where the passphrase does not open it.
            BackupDamaged: while reading, where it was changed or cut off.
        """
        ...


class Snapshot(Protocol):
    """The database as it was at one moment."""

    data_version: int

    def collections(self) -> Sequence[str]:
        """Return the names of all collections, in the order of the alphabet."""
        ...

    def estimate(self, collection: str) -> int:
        """Return about how many documents there are, for a bar of progress."""
        ...

    def batches(self, collection: str) -> Iterator[DocumentBatch]:
        """Yield the documents as they were at that moment, some at a time."""
        ...

    def picture_ids(self) -> Iterator[str]:
        """Yield the ids of the pictures that were known at that moment."""
        ...

    def prove(self) -> None:
        """Make sure that what was read is of one moment, up to this very read.

        Raises:
            SnapshotLost: it is not.
        """
        ...


class DumpSource(Protocol):
    """A database that can be read as it was at one moment."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Hold the database still for one reader, while others go on writing.

        Raises:
            SnapshotLost: the server cannot.
        """
        ...


class Loading(Protocol):
    """A database that is being filled by a restore; until `finish` no process starts on it."""

    def load(self, collection: str, content: bytes) -> int:
        """Write documents as they are; return how many of them its validator would not have taken.

        Raises:
            RestoreTakenOver: another restore has begun.
        """
        ...

    def finish(self, data_version: int) -> None:
        """Bring the data to the code's version, give the database a new identity, and declare it whole."""
        ...


class LoadTarget(Protocol):
    """A database that can be filled from a backup."""

    @property
    def name(self) -> str:
        """The database's name."""
        ...

    @property
    def data_version(self) -> int:
        """The version of the data that the code knows."""
        ...

    def in_use(self) -> Sequence[str]:
        """Return the collections that hold something; none where a restore was cut off."""
        ...

    def begin(self, file: str) -> Loading:
        """Mark the database as half restored, empty it, and make collections, validators and indexes."""
        ...


class Originals(Protocol):
    """Pictures as they were uploaded."""

    def original(self, picture_id: str) -> bytes | None:
        """Return an original, or nothing where it is missing."""
        ...

    def keep_original(self, picture_id: str, content: bytes) -> None:
        """Keep an original for good, in the place of one that is not the same to the byte."""
        ...


class BackupProgress(Protocol):
    """Hears how far the work has come."""

    def began(self, what: str, size: int) -> None:
        """A part of the work has begun, of so many steps or bytes."""
        ...

    def reached(self, position: int) -> None:
        """So many of them are done."""
        ...
