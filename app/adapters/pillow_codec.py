"""Pillow, behind guards: what anybody may upload is decoded here and nowhere else.

Sizes are checked by the file's head before a pixel is decoded; only formats that
photographs and drawings come in are tried; a truncated file is refused; one picture
at a time is decoded in a process. What goes out is upright, sRGB, opaque and bare of metadata.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Lock
from typing import Any

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from app.media.codec import Encoded, FirstLook
from app.media.model import (
    FIRST_WIDTH,
    LARGEST_PIXELS,
    LONGEST_SIDE,
    WIDTHS,
    NotAPicture,
    PictureFormat,
    TooManyPixels,
    height_at,
    tone_of,
    widths_of,
)

log = logging.getLogger(__name__)

READ = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF")
ORIENTATION, SIDEWAYS = 0x0112, frozenset({5, 6, 7, 8})
WHITE = (255, 255, 255)
REDUCING_GAP = 3.0
"""Shrinks in two steps where that is faster, without a difference that can be seen."""
THREADS = 2
JPEG = {"quality": 82, "progressive": True, "optimize": True}
WEBP = {"quality": 78, "method": 4}
AVIF = {"quality": 60, "speed": 7, "max_threads": 1}
"""Speed 7 takes two thirds of the time of speed 6, for about four per cent more bytes."""
FULL_COLOUR, HALF_COLOUR = 0, 2
"""JPEG's subsampling 4:4:4 and 4:2:0."""


class PillowCodec:
    """Reads whatever is uploaded, and writes what browsers show."""

    def __init__(self) -> None:
        self._decoding = Lock()

    def first_look(self, content: bytes, name: str) -> FirstLook:
        """Decode a picture once, and make the JPEG that is shown until there is more."""
        with self._decoding:
            (width, height), image, subsampling = _decoded(content, name, FIRST_WIDTH)
        jpeg = _encoded(image, PictureFormat.JPEG, min(width, FIRST_WIDTH), subsampling)
        return FirstLook(width, height, _tone(image), jpeg)

    def derive(self, content: bytes, without: Sequence[tuple[PictureFormat, int]]) -> Sequence[Encoded]:
        """Make every size and format, without those that are there."""
        with self._decoding:
            (width, height), image, subsampling = _decoded(content, "", WIDTHS[-1])
        wanted = [
            (form, one)
            for one in reversed(widths_of(width))
            for form in PictureFormat
            if (form, one) not in without
        ]
        scaled = {one: _scaled(image, one, height_at(one, width, height)) for one in widths_of(width)}
        # The encoders leave Python's lock alone, so that threads are enough to use a second core.
        with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
            return list(
                pool.map(lambda pair: _encoded(scaled[pair[1]], pair[0], pair[1], subsampling), wanted)
            )


def _decoded(content: bytes, name: str, widest: int) -> tuple[tuple[int, int], Image.Image, int]:
    """Return the upright size, the picture at `widest` pixels across or less, and JPEG's subsampling."""
    try:
        with Image.open(BytesIO(content), formats=READ) as opened:
            _refuse_bombs(opened, name)
            is_sideways = opened.getexif().get(ORIENTATION) in SIDEWAYS
            size = opened.size[::-1] if is_sideways else opened.size
            subsampling = _subsampling(opened)
            return size, _normal(opened, size, widest, is_sideways=is_sideways), subsampling
    except TooManyPixels:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(name) from error
    except MemoryError:
        raise
    except Exception as error:  # Decoders raise whatever they like at a file that is not what it says.
        log.info("not a picture", extra={"file": name, "reason": f"{type(error).__name__}: {error}"})
        raise NotAPicture(name, _why(content, error)) from error


def _refuse_bombs(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > LARGEST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise TooManyPixels(name, width, height)


def _subsampling(image: Image.Image) -> int:
    """Return the colour resolution that a JPEG should have: as the original, in full for drawings."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        return FULL_COLOUR if JpegImagePlugin.get_sampling(image) == FULL_COLOUR else HALF_COLOUR
    return FULL_COLOUR


def _normal(image: Image.Image, size: tuple[int, int], widest: int, *, is_sideways: bool) -> Image.Image:
    """Return the picture upright, small enough, opaque, in sRGB and bare of metadata."""
    width, height = min(widest, size[0]), height_at(min(widest, size[0]), *size)
    lying = (height, width) if is_sideways else (width, height)
    # A JPEG can be decoded at a half, a quarter or an eighth of its size, which saves most of the memory.
    image.draft(image.mode, lying)
    image.load()
    orientation = image.getexif().get(ORIENTATION, 1)
    profile = image.info.get("icc_profile")
    plain = _in_srgb(_scaled(_plain(image), *lying), profile)
    plain.info.clear()
    if orientation != 1:
        plain.getexif()[ORIENTATION] = orientation
        plain = ImageOps.exif_transpose(plain)
        plain.info.clear()
    return plain


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture in one of the modes L, RGB and CMYK, transparency laid onto white."""
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits of grey.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        layered = image if image.mode == "RGBA" else image.convert("RGBA")
        paper = Image.new("RGB", image.size, WHITE)
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    if image.mode in ("L", "CMYK", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB; a profile that cannot be read, or is of other colours, is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError) as error:
            log.info("colour profile ignored", extra={"reason": str(error)})
        else:
            if converted is not None:
                return converted
    return image.convert("RGB")


def _scaled(image: Image.Image, width: int, height: int) -> Image.Image:
    if image.size == (width, height):
        return image.copy()
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)


def _encoded(image: Image.Image, form: PictureFormat, width: int, subsampling: int) -> Encoded:
    options: dict[PictureFormat, dict[str, Any]] = {
        PictureFormat.JPEG: {**JPEG, "subsampling": subsampling},
        PictureFormat.WEBP: WEBP,
        PictureFormat.AVIF: AVIF,
    }
    file = BytesIO()
    image.save(file, form.value.upper(), **options[form])
    return Encoded(form, width, image.height, file.getvalue())


def _tone(image: Image.Image) -> int:
    pixel = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = pixel if isinstance(pixel, tuple) else (0, 0, 0)
    return tone_of(int(red), int(green), int(blue))


def _why(content: bytes, error: Exception) -> str:
    """Return in a few words what is wrong with a file, as far as it can be told."""
    if content.lstrip()[:1] == b"<":
        return "it is a text such as SVG or HTML"
    if "truncated" in str(error).lower():
        return "its end is missing"
    return ""
