"""Pictures as files of the data folder: originals, and what readers get, each whole or not there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


class FolderShelf:
    """Keeps originals in one folder and readers' files in another; nothing is made before it is needed."""

    def __init__(self, folder: Path) -> None:
        self._originals = folder / "originals"
        self._files = folder / "files"

    def keep_original(self, picture_id: str, content: bytes) -> None:
        """Keep an original for good, in the place of one that is not the same to the byte."""
        _write(self._originals / picture_id, content)

    def original(self, picture_id: str) -> bytes | None:
        """Return an original, or nothing where it is missing."""
        try:
            return (self._originals / picture_id).read_bytes()
        except FileNotFoundError:
            return None

    def original_size(self, picture_id: str) -> int | None:
        """Return the bytes of an original without reading them, or nothing where it is missing."""
        path = self._originals / picture_id
        return path.stat().st_size if path.is_file() else None

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file under a name made of its content."""
        _write(self._files / name, content)

    def has(self, name: str) -> bool:
        """Say whether a file is there."""
        return (self._files / name).is_file()


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is whole whenever it is seen, and outlives a power cut.

    One that holds the same bytes already is left alone; one that has rotted is replaced.
    """
    if _holds(path, content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        # It is not there, or the disk gives it no longer.
        return False
