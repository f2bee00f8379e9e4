"""What the database is told of a backup, so that `doctor --live` knows how old the last one is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from socket import gethostname

from app.adapters.mongo.connection import Database
from app.adapters.mongo.inspection import BackupNote, note_backup
from app.clock import SystemClock
from app.errors import VitrineError
from app.settings import Settings


def noted(settings: Settings, file: Path, size: int, sha256: str, *, is_encrypted: bool) -> bool:
    """Let the database know of a backup that is whole; say whether it does. The file is whole anyway."""
    now = SystemClock().now()
    note = BackupNote(now, str(file.absolute()), gethostname(), size, sha256, is_encrypted)
    with closing(Database(settings.mongo_uri)) as database:
        try:
            note_backup(database, note)
        except VitrineError:
            return False
    return True
