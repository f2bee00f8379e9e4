"""Pictures in the published folder: linked there before the page that names them, and kept while one does.

A page records the names of the files that it was made with, so what it needs is known
without reading its text. A file means the same for ever, so that one which is there is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.web.reads import Key, Reads
from sitegen.publisher import LocalPublisher

FOLDER = "media/"


def names_in(values: Iterable[str]) -> set[str]:
    """Return the paths, below the published folder, of the files that recorded values name."""
    return {f"{FOLDER}{name}" for value in values for name in value.split()}


def paths_of(reads: Reads) -> set[str]:
    """Return the paths of the files that a page names."""
    return names_in(value for key, value in reads.items() if is_picture(key))


def is_picture(key: Key) -> bool:
    """Say whether a key's value is the files of a picture."""
    return key.kind == "picture"


@dataclass(frozen=True)
class PublishedPictures:
    """The pictures of one published folder."""

    publisher: LocalPublisher
    files: Path
    """Where the shop keeps what readers may get."""

    def publish(self, reads: Reads) -> None:
        """Bring every file that a page names into the published folder."""
        self._link(paths_of(reads))

    def heal(self, values: Iterable[str]) -> None:
        """Bring back what pages name and somebody has taken out of the published folder."""
        self._link(names_in(values))
        self.publisher.sync()

    def _link(self, paths: Iterable[str]) -> None:
        # A file that is lost in this very moment is left out: the app has it no more either,
        # and the audit finds the page different.
        for path in sorted(paths):
            if self.publisher.stamp(path) is None:
                self.publisher.link(path, self.files / path.removeprefix(FOLDER))

    def missing(self, reads: Reads) -> list[str]:
        """Return the files that a page names and readers do not get, sorted."""
        return sorted(path for path in paths_of(reads) if self.publisher.stamp(path) is None)
