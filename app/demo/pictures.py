"""The demo's pictures, drawn when it is installed: a sheet of paper and one disc in a colour of its own."""

from __future__ import annotations

import zlib
from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (1200, 1500)
PAPER = (244, 239, 228)
INKS = ((38, 70, 131), (201, 74, 44), (44, 95, 77), (205, 146, 46), (60, 52, 70), (150, 60, 90))


def drawn(name: str) -> bytes:
    """Return a JPEG that is the same on every machine, and another for every name."""
    seed = zlib.crc32(name.encode())
    sheet = Image.new("RGB", SIZE, PAPER)
    left, top, across = 150 + seed % 200, 250 + seed // 7 % 350, 500 + seed // 11 % 250
    ImageDraw.Draw(sheet).ellipse((left, top, left + across, top + across), fill=INKS[seed % len(INKS)])
    file = BytesIO()
    sheet.save(file, "JPEG", quality=92, subsampling=0)
    return file.getvalue()
