"""Every print by its slug, and how all of them are drawn at once."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor

from PIL import Image

from app.demo.prints import curves, geometry, leaves, maps, places, suns, tides, tiles, woven
from app.embedded.lifeline import die_with

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


def draw_all(slugs: Sequence[str], *, processes: int = 2) -> Generator[tuple[str, bytes]]:
    """Draw prints in parallel and yield each with its slug, in the order given.

    The processes are spawned, not forked: the caller holds connections and threads. They
    end with the caller, however it ends; to be started by a thread that lives as long.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, initializer=_prepare, initargs=(os.getpid(),)) as pool:
        yield from zip(slugs, pool.map(jpeg_of, slugs), strict=True)


def _prepare(parent: int) -> None:
    # Ctrl+C reaches the whole group; the parent hears it too, and gives the rest up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with(parent)
