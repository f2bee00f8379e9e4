"""Pictures in a folder or a ZIP archive, by file name; nothing is ever unpacked to disk."""

from __future__ import annotations

import lzma
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.catalogue.sources import PictureUnavailable
from app.errors import InvalidValue
from app.media.model import LARGEST_BYTES

MOST_FILES = 200_000
Open = Callable[[], IO[bytes]]
UNREADABLE = (
    OSError,
    EOFError,
    # A name that is no text, and damage in either compression.
    ValueError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    # How zipfile says that an entry is encrypted, or compressed in an unknown way.
    RuntimeError,
)
"""How the entry of an archive fails, or a file."""
HIDDEN = ("__MACOSX", ".")
"""How the names of folders and files begin that are the system's and not somebody's pictures."""


class PictureFiles:
    """The files of a folder, those below it included, or of an archive.

    Only their last names count, and their case does not. Where two files have one
    name, the one whose path comes first in the alphabet is taken.
    """

    def __init__(self, place: Path) -> None:
        """List what is there.

        Raises:
            InvalidValue: it is neither a folder nor a ZIP archive, or holds too many files.
        """
        self._place = place
        self._archive = None if place.is_dir() else _archive(place)
        entries = list(islice(_entries(place, self._archive), MOST_FILES + 1))
        if len(entries) > MOST_FILES:
            self.close()
            raise InvalidValue("images", str(place), f"a place with at most {MOST_FILES} files")
        self._found: dict[str, Open] = {}
        for path, entry in sorted(entries, key=lambda pair: pair[0]):
            self._found.setdefault(_folded(path.rpartition("/")[2]), entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive, if it is one."""
        if self._archive is not None:
            self._archive.close()

    def has(self, name: str) -> bool:
        """Say whether there is a file of that name."""
        return _folded(name) in self._found

    def content(self, name: str) -> bytes:
        """Return the file.

        Raises:
            PictureUnavailable: it is not there, too large, or cannot be read.
        """
        entry = self._found.get(_folded(name))
        if entry is None:
            raise PictureUnavailable(name, f"there is no such file in {self._place}")
        try:
            with entry() as file:
                # One byte more than may be there: what an archive says of an entry's size may be a lie.
                content = file.read(LARGEST_BYTES + 1)
        except UNREADABLE as error:
            raise PictureUnavailable(name, f"it cannot be read ({error})") from error
        if len(content) > LARGEST_BYTES:
            reason = f"it has more than {LARGEST_BYTES // 1024**2} MB, which no picture of a shop has"
            raise PictureUnavailable(name, reason)
        return content


def _archive(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InvalidValue("images", str(place), f"a folder or a ZIP archive ({error})") from error


def _entries(place: Path, archive: zipfile.ZipFile | None) -> Iterator[tuple[str, Open]]:
    if archive is not None:
        for entry in archive.infolist():
            path = entry.filename.replace("\\", "/")
            is_link = stat.S_ISLNK(entry.external_attr >> 16)
            if not (entry.is_dir() or is_link) and _is_shown(path):
                yield path, partial(archive.open, entry)
        return
    # Links are not followed: one could lead out of the folder, or round in a circle.
    for folder, _, names in os.walk(place):
        for name in names:
            file = Path(folder, name)
            relative = file.relative_to(place).as_posix()
            if _is_shown(relative) and stat.S_ISREG(file.lstat().st_mode):
                yield relative, partial(_opened, file)


def _opened(file: Path) -> IO[bytes]:
    return file.open("rb")


def _is_shown(path: str) -> bool:
    return not any(part.startswith(HIDDEN) for part in path.split("/"))


def _folded(name: str) -> str:
    """Return a name as it is compared: macOS writes an umlaut as two signs, others as one."""
    return unicodedata.normalize("NFC", name).casefold()
