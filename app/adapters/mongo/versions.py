"""Which data a database holds, and whether this code may work on it."""

from __future__ import annotations

from dataclasses import dataclass

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document
from app.adapters.mongo.schema import DATA_VERSION
from app.backup.model import RestoreUnfinished
from app.clock import iso
from app.errors import VitrineError

MARKER = "restore"
"""The document of `schema` that is there while a restore has not come to its end."""


@dataclass(eq=False)
class DataTooNew(VitrineError):
    """The data was brought to a version that this code does not know."""

    found: int
    known: int = DATA_VERSION

    def __str__(self) -> str:
        return (
            f"The database holds data of version {self.found}, this code knows {self.known}. "
            "Start the newer code, or restore the backup that was taken before it ran."
        )


@dataclass(eq=False)
class DataTooOld(VitrineError):
    """The data was not yet brought to the version that this code works on."""

    found: int
    known: int = DATA_VERSION

    def __str__(self) -> str:
        if not self.found:
            return "The database was never set up for a shop. Run `vitrine migrate` first."
        return (
            f"The database holds data of version {self.found}, this code works on {self.known}. Take a "
            "backup with the old code, look with `vitrine migrate --dry-run`, then run `vitrine migrate`."
        )


def data_version(database: Database) -> int:
    """Return the version of the data; 0 where there was no migration yet."""
    return int(_data(database).get("version") or 0)


def database_identity(database: Database) -> str:
    """Return the name that the first migration gave this database, or nothing before it.

    A resume token counts within one database; the identity tells when the data
    folder was emptied or exchanged underneath it.
    """
    return str(_data(database).get("identity") or "")


def refuse_other_version(database: Database) -> None:
    """Refuse data that this code would misread, or spoil for the code that wrote it.

    Raises:
        DataTooNew: newer code has written it.
        DataTooOld: no migration has brought it to this code's version.
    """
    found = data_version(database)
    if found > DATA_VERSION:
        raise DataTooNew(found)
    if found < DATA_VERSION:
        raise DataTooOld(found)


def refuse_half_restored(database: Database, restoring: str = "") -> None:
    """Refuse a database that a restore has filled only in part.

    Raises:
        RestoreUnfinished: it has, and the caller is not that restore.
    """
    marker = database.documents("schema").find_one({"_id": MARKER})
    if marker and str(marker.get("holder")) != restoring:
        raise RestoreUnfinished(str(marker.get("file")), iso(marker["began_at"]))


def _data(database: Database) -> Document:
    return database.documents("schema").find_one({"_id": "data"}) or {}
