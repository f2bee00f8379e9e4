"""Where pictures are known: documents in a store, files on a shelf."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from app.media.model import Picture, Rendition


class MediaStore(Protocol):
    """Keeps what is known of each picture."""

    def insert(self, picture: Picture) -> bool:
        """Add a picture; say whether it is new."""
        ...

    def picture(self, picture_id: str) -> Picture | None:
        """Return the picture with that id."""
        ...

    def pictures(self, ids: Sequence[str]) -> dict[str, Picture]:
        """Return the pictures with these ids; unknown ids are left out."""
        ...

    def every_picture(self) -> Iterable[Picture]:
        """Yield every picture, in no particular order, without loading all at once."""
        ...

    def newest(self, limit: int) -> Sequence[Picture]:
        """Return the pictures that were added last, the newest first."""
        ...

    def begin_try(self, picture: Picture, now: datetime) -> bool:
        """Count a try of a picture that waits, unless somebody has since; say whether it counts."""
        ...

    def complete(self, picture_id: str, renditions: Sequence[Rendition]) -> None:
        """Replace the files of a picture that waits by all that it is shown in."""
        ...

    def note_failure(self, picture_id: str, reason: str, *, is_final: bool) -> None:
        """Note why a derivation failed; the last failure ends the waiting."""
        ...

    def waiting(self, tried_before: datetime, limit: int) -> Sequence[Picture]:
        """Return pictures that wait since before the moment, the longest-waiting first."""
        ...

    def reopen(self, picture: Picture, now: datetime) -> None:
        """Let a picture wait again, with these files until then; its tries are counted anew."""
        ...


class PictureShelf(Protocol):
    """Keeps originals, and the files that readers get; each file is whole or not there."""

    def keep_original(self, picture_id: str, content: bytes) -> None:
        """Keep an original for good, in the place of one that is not the same to the byte."""
        ...

    def original(self, picture_id: str) -> bytes | None:
        """Return an original, or nothing where it is missing."""
        ...

    def original_size(self, picture_id: str) -> int | None:
        """Return the bytes of an original without reading them, or nothing where it is missing."""
        ...

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file under a name made of its content."""
        ...

    def has(self, name: str) -> bool:
        """Say whether a file is there."""
        ...
