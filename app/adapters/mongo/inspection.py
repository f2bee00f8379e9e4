"""What the database is, in plain facts, and the note of the last backup: for whoever is about to go live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document
from app.adapters.mongo.errors import translated

BACKUP = "last_backup"
"""The document of `schema` that tells of the last backup; a backup does not hold it."""


@dataclass(frozen=True)
class DatabaseFacts:
    """What a database server says of itself to this client."""

    version: tuple[int, ...]
    is_embedded: bool
    """Whether it is SecantusDB, a beta, and not MongoDB itself."""
    replica_set: str
    """The set's name; empty for a server that stands alone."""
    users: tuple[str, ...]
    """As whom this client is known; nobody where the server lets everybody in."""
    acknowledged_by: str
    """`w` of the shop's writes."""
    now: datetime


@dataclass(frozen=True)
class BackupNote:
    """When a backup was made, and of which file."""

    at: datetime
    file: str
    machine: str
    bytes: int
    sha256: str
    is_encrypted: bool


def database_facts(database: Database) -> DatabaseFacts:
    """Ask the server what it is.

    Raises:
        StoreUnavailable: it does not answer.
    """
    with translated():
        hello = database.driver.command("hello")
        build = database.driver.command("buildInfo")
        status = database.driver.command("connectionStatus")
    now: datetime = hello["localTime"]
    return DatabaseFacts(
        version=tuple(int(part) for part in build["versionArray"][:3]),
        is_embedded="secantusVersion" in build,
        replica_set=str(hello.get("setName", "")),
        users=tuple(str(user["user"]) for user in status["authInfo"]["authenticatedUsers"]),
        acknowledged_by=str(database.driver.write_concern.document.get("w", "")),
        now=now if now.tzinfo else now.replace(tzinfo=UTC),
    )


def note_backup(database: Database, note: BackupNote) -> None:
    """Write down that a backup was made; the note of the one before is given up."""
    told: Document = {
        "at": note.at,
        "file": note.file,
        "machine": note.machine,
        "bytes": note.bytes,
        "sha256": note.sha256,
        "is_encrypted": note.is_encrypted,
    }
    database.documents("schema").update({"_id": BACKUP}, {"$set": told}, upsert=True)


def last_backup(database: Database) -> BackupNote | None:
    """Return what is known of the last backup."""
    found = database.documents("schema").find_one({"_id": BACKUP})
    if found is None:
        return None
    return BackupNote(
        at=found["at"],
        file=str(found["file"]),
        machine=str(found["machine"]),
        bytes=int(found["bytes"]),
        sha256=str(found["sha256"]),
        is_encrypted=bool(found["is_encrypted"]),
    )
