"""A picture and its renditions: which sizes there are, how files are called, what is no picture."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import Refusal

WIDTHS = (320, 480, 640, 960, 1280, 1600, 2400)
"""Pixels across that renditions have; a picture is never made larger than it is."""
FIRST_WIDTH = 1600
"""Pixels across of the JPEG that is there at once, at most; it stays what `<img src>` names."""
LARGEST_BYTES = 20 * 1024 * 1024
LARGEST_PIXELS = 40_000_000
LONGEST_SIDE = 16_000
"""WebP ends at 16,383 pixels a side."""
MOST_TRIES = 3
"""After so many a derivation is given up; the first JPEG stays."""
TONE_LEVELS = 4
FILE_NAME = re.compile(r"[0-9a-f]{16}-[1-9][0-9]{0,4}\.(?:avif|webp|jpg)\Z")
"""What a rendition's file may be called; nothing else is ever opened for a reader."""


class PictureFormat(StrEnum):
    """How a rendition is encoded, the smallest first: a browser takes the first that it knows."""

    AVIF = "avif"
    WEBP = "webp"
    JPEG = "jpeg"

    @property
    def mime(self) -> str:
        """The media type."""
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """The end of a file's name."""
        return "jpg" if self is PictureFormat.JPEG else self.value


class PictureState(StrEnum):
    """How far a picture's derivation has come; pages show it in any state."""

    FIRST = "first"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True)
class Rendition:
    """One file of a picture: a format, its pixels, its name and its bytes."""

    format: PictureFormat
    width: int
    height: int
    name: str
    size: int


@dataclass(frozen=True)
class Picture:
    """An uploaded picture under an id made of its bytes, with the files that show it."""

    id: str
    width: int
    """Pixels across, upright: as the picture is looked at, not as its file stores it."""
    height: int
    tone: int
    """The mean colour in four levels a channel, 0 to 63: what is seen before the picture is."""
    renditions: tuple[Rendition, ...] = ()
    state: PictureState = PictureState.FIRST
    name: str = ""
    """What the file was called where it came from."""
    size: int = 0
    """Bytes of the original."""
    created_at: datetime | None = None
    tried_at: datetime | None = None
    """When a derivation was begun last; before the first, when the picture was added."""
    tries: int = 0
    reason: str = ""
    """Why the last derivation failed."""
    version: int = 1

    def of(self, form: PictureFormat) -> tuple[Rendition, ...]:
        """Return the renditions in one format, the narrowest first."""
        found = [rendition for rendition in self.renditions if rendition.format is form]
        return tuple(sorted(found, key=lambda rendition: rendition.width))

    @property
    def first(self) -> Rendition | None:
        """The JPEG that is there before all others; it stays the same when they come."""
        fitting = [one for one in self.of(PictureFormat.JPEG) if one.width <= FIRST_WIDTH]
        return fitting[-1] if fitting else None

    @property
    def largest(self) -> Rendition | None:
        """The widest JPEG, to look at closely."""
        return (self.of(PictureFormat.JPEG) or (None,))[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files."""
        return tuple(rendition.name for rendition in self.renditions)


def picture_id(content: bytes) -> str:
    """Return the id of a file's content: the same file is the same picture."""
    return f"pic_{hashlib.sha256(content).hexdigest()[:32]}"


def file_name(content: bytes, width: int, form: PictureFormat) -> str:
    """Return the name of a rendition, made of its bytes, so that it never means anything else."""
    return f"{hashlib.sha256(content).hexdigest()[:16]}-{width}.{form.extension}"


def widths_of(width: int) -> tuple[int, ...]:
    """Return the widths that a picture is shown in; its own where it is smaller than the next."""
    fitting = tuple(one for one in WIDTHS if one <= width)
    is_own_missing = width < WIDTHS[-1] and width not in fitting
    return (*fitting, width) if is_own_missing else fitting


def height_at(width: int, of_width: int, of_height: int) -> int:
    """Return the height in proportion, at least one pixel."""
    return max(1, round(of_height * width / of_width))


def tone_of(red: int, green: int, blue: int) -> int:
    """Return the nearest of 64 tones to a colour: four levels a channel."""
    step = 256 // TONE_LEVELS
    return (red // step * TONE_LEVELS + green // step) * TONE_LEVELS + blue // step


@dataclass(eq=False)
class NotAPicture(Refusal):
    """A file that holds no picture which the shop can show."""

    name: str
    reason: str = ""

    def __str__(self) -> str:
        said = f" ({self.reason})" if self.reason else ""
        return (
            f"{self.name or 'The file'} is no picture that can be shown{said}. "
            "Save it as JPEG, PNG, WebP, AVIF, GIF or TIFF and upload it again."
        )


@dataclass(eq=False)
class TooLarge(Refusal):
    """A file with more bytes than are taken."""

    name: str
    size: int
    limit: int = LARGEST_BYTES

    def __str__(self) -> str:
        return (
            f"{self.name or 'The file'} has {self.size / 1024**2:.1f} MB, and at most "
            f"{self.limit // 1024**2} MB are taken. Save it as a JPEG of lower quality."
        )


@dataclass(eq=False)
class TooManyPixels(Refusal):
    """A picture with more pixels than are decoded; how many, where the file's head says so."""

    name: str
    width: int = 0
    height: int = 0

    def __str__(self) -> str:
        said = f"{self.width} × {self.height} pixels" if self.width else "too many pixels"
        return (
            f"{self.name or 'The picture'} has {said}, and at most {LARGEST_PIXELS // 10**6} million in all "
            f"and {LONGEST_SIDE} a side are taken. Make it smaller: {WIDTHS[-1]} pixels across are all that "
            "is ever shown."
        )


@dataclass(eq=False)
class OriginalMissing(Refusal):
    """A picture whose original is not on the shelf, so that nothing can be derived from it."""

    picture_id: str

    def __str__(self) -> str:
        return f"The original of {self.picture_id} is missing. Upload the same file again."


@dataclass(eq=False)
class OriginalDamaged(Refusal):
    """A picture whose original is no longer the file that was uploaded; nothing is derived from it."""

    picture_id: str

    def __str__(self) -> str:
        return f"The original of {self.picture_id} is damaged. Upload the same file again."
