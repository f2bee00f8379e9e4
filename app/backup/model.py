"""What a backup is made of, and every reason for which one is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.errors import Refusal, VitrineError

FORMAT = 1
"""The layout of the file. A newer one is refused by older code."""
LEFT_OUT = frozenset({"schema", "staff_sessions", "staff_attempts", "watchers", "rebuild_requests"})
"""Collections that stay behind: who is signed in, who was refused, and what only a running shop means.

`schema` holds locks and the database's identity; the data version stands in the head.
"""
PASSING = LEFT_OUT | {"publications"}
"""Collections that a shop which was merely started has filled: they do not make a database a used one."""


@dataclass(frozen=True)
class BackupHead:
    """What is known of a backup before its data: it is the first member of the file."""

    made_at: datetime
    data_version: int
    settings: Mapping[str, object] = field(default_factory=dict)
    """The settings that are no secret, to compare with those of the shop that is restored."""
    format: int = FORMAT


@dataclass(frozen=True)
class BackupMember:
    """One file inside the file."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class BackupContents:
    """What a backup holds: the last member of the file, against which all others are held."""

    members: Sequence[BackupMember]
    collections: Mapping[str, int]
    """Documents by collection; a collection without any is named too."""
    pictures: int = 0
    missing: Sequence[str] = ()
    """Pictures that the database names and whose originals were not there."""

    @property
    def documents(self) -> int:
        """How many documents there are in all."""
        return sum(self.collections.values())


@dataclass(frozen=True)
class DocumentBatch:
    """Some documents of one collection, in BSON as the database sent them, one after the other."""

    content: bytes
    documents: int


@dataclass(eq=False)
class BackupDamaged(VitrineError):
    """The file is not as it was written; nothing of it is used."""

    reason: str

    def __str__(self) -> str:
        return f"The backup is damaged or is none: {self.reason}. Nothing was written; take another copy."


@dataclass(eq=False)
class BackupTooNew(VitrineError):
    """The file was written by newer code."""

    what: str
    found: int
    known: int

    def __str__(self) -> str:
        return (
            f"The backup is of {self.what} {self.found}, this code knows {self.known}. "
            "Restore it with the version that wrote it, or a newer one."
        )


@dataclass(eq=False)
class PassphraseNeeded(Refusal):
    """The file is encrypted and no passphrase was given."""

    def __str__(self) -> str:
        return "The backup is encrypted: name its passphrase with --passphrase-file."


@dataclass(eq=False)
class PassphraseWrong(Refusal):
    """The passphrase does not open the file."""

    def __str__(self) -> str:
        return "The passphrase does not open this backup, or its first lines are damaged."


@dataclass(eq=False)
class DatabaseInUse(Refusal):
    """A restore writes into an empty database only, or into one that was named to be replaced."""

    database: str
    collections: Sequence[str]

    def __str__(self) -> str:
        return (
            f"The database {self.database!r} is not empty: it holds {', '.join(self.collections)}. Name "
            f"another one, or give all of it up with --replace {self.database}. Nothing was written."
        )


@dataclass(eq=False)
class OtherDatabase(Refusal):
    """The name after --replace is not that of the database that would be replaced."""

    database: str
    typed: str

    def __str__(self) -> str:
        return f"--replace names {self.typed!r}, the settings lead to {self.database!r}. Nothing was written."


@dataclass(eq=False)
class RestoreUnfinished(VitrineError):
    """A restore was cut off, or is under way: what is in the database is no whole shop."""

    file: str
    began_at: str

    def __str__(self) -> str:
        return (
            f"A restore of {self.file} that began at {self.began_at} has not come to its end. Where none "
            "is running any more, begin it again: `vitrine restore FILE` starts over by itself."
        )


@dataclass(eq=False)
class RestoreTakenOver(VitrineError):
    """Another restore into the same database has begun; this one stops."""

    def __str__(self) -> str:
        return "Another restore into this database has begun, so this one has stopped."


@dataclass(eq=False)
class SnapshotLost(VitrineError):
    """The database could not show one moment for as long as the backup took."""

    reason: str

    def __str__(self) -> str:
        return (
            f"The database did not keep one moment still until all was read: {self.reason}. No backup was "
            "written. On a replica set raise `minSnapshotHistoryWindowInSeconds` above the time it takes."
        )
