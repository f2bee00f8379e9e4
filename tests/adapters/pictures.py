"""Picture files of every kind that people upload, made by Pillow in the test."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageDraw

RED, WHITE, BLUE = (200, 30, 20), (255, 255, 255), (20, 40, 200)


def saved(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    """Return the bytes of a file."""
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def halves(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill=BLUE)
    return image.convert(mode)


def opened(content: bytes) -> Image.Image:
    """Return a file's picture, decoded."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def from_a_phone(orientation: int = 6, **changes: Any) -> bytes:
    """Return a JPEG with the place where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A phone of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 40.0, 33.0)
    return saved(halves(), exif=exif, comment=b"taken at home", **changes)


def swapped_profile() -> bytes:
    """Return a colour profile of a device whose red is everybody's blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The table of tags is all that is changed: each name leads to the other's colour.
    return profile.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")


def png_head(width: int, height: int) -> bytes:
    """Return a PNG whose head promises these pixels, and which holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
