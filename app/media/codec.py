"""What decodes and encodes pictures, in the shop's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.media.model import PictureFormat


@dataclass(frozen=True)
class Encoded:
    """A file that was made of a picture: upright, in sRGB, without any metadata."""

    format: PictureFormat
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class FirstLook:
    """What is known as soon as a picture was decoded once, and its first JPEG."""

    width: int
    height: int
    tone: int
    jpeg: Encoded


class PictureCodec(Protocol):
    """Reads whatever is uploaded, and writes what browsers show."""

    def first_look(self, content: bytes, name: str) -> FirstLook:
        """Decode a picture once, and make the JPEG that is shown until there is more.

        Raises:
            NotAPicture, TooManyPixels: it cannot or must not be decoded; `name` is what the file is called.
        """
        ...

    def derive(self, content: bytes, without: Sequence[tuple[PictureFormat, int]]) -> Sequence[Encoded]:
        """Make every size and format, without those that are there.

        Raises:
            NotAPicture, TooManyPixels: it cannot or must not be decoded.
        """
        ...
