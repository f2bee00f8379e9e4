"""Every print by its slug, and how all of them are drawn at once."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from PIL import Image

from app.demo.prints import curves, geometry, leaves, maps, places, suns, tides, tiles, woven

FAMILIES = (tides, maps, woven, suns, tiles, geometry, curves, leaves, places)
PRINTS: dict[str, Callable[[], Image.Image]] = {
    slug: draw for family in FAMILIES for slug, draw in family.PRINTS.items()
}
QUALITY = 90


def jpeg_of(slug: str) -> bytes:
    """Draw one print and return it as JPEG: the same bytes each time, with the same Pillow.

    Colours keep their full resolution, because a red line on blue ones is what many prints are.
    """
    file = io.BytesIO()
    PRINTS[slug]().save(file, "JPEG", quality=QUALITY, subsampling="4:4:4")
    return file.getvalue()


def draw_all(slugs: Sequence[str], *, processes: int = 2) -> Iterator[tuple[str, bytes]]:
    """Draw prints in parallel and yield each with its slug, in the order given.

    The processes are spawned, not forked: the caller holds connections and threads.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        yield from zip(slugs, pool.map(jpeg_of, slugs), strict=True)
