"""Where pictures come from: a folder or an archive by file name, the web by address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.errors import Refusal


@dataclass(eq=False)
class PictureUnavailable(Refusal):
    """A picture could not be had, or must not be asked for."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class NamedPictures(Protocol):
    """Pictures by the names of their files, in whichever case."""

    def has(self, name: str) -> bool:
        """Say whether there is a file of that name."""
        ...

    def content(self, name: str) -> bytes:
        """Return the file.

        Raises:
            PictureUnavailable: it is not there, too large, or cannot be read.
        """
        ...


class PicturesByUrl(Protocol):
    """Pictures from the web."""

    def fetch(self, url: str) -> bytes:
        """Return what stands at an address.

        Raises:
            PictureUnavailable: it is no picture, too large, or must not be asked for.
        """
        ...


def file_name_of(source: str) -> str:
    """Return the file that an `Image Src` names: `https://x.example/a/Oak%20lamp.jpg?v=1` → `Oak lamp.jpg`.

    A name without a scheme is taken as it is, because a file may be called `50%.jpg` or `what?.jpg`.
    """
    try:
        parts = urlsplit(source.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https"):
        return source.strip().replace("\\", "/").rpartition("/")[2]
    # What is decoded may hold a slash of its own.
    return unquote(parts.path.rpartition("/")[2]).replace("\\", "/").rpartition("/")[2]
