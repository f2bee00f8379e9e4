"""Large builds over processes: each renders and compresses its share, one publishes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from app.bootstrap import build_services
from app.settings import Settings
from sitegen.builder import Freeze
from sitegen.compression import compressed, siblings_of
from sitegen.freezer import Frozen, PageFreezer, RenderFailed
from sitegen.pages import PageRef, in_chunks

WORTH_IT_PAGES = 400
"""A process takes about a second to start; fewer pages are rendered sooner without."""

_freezer: PageFreezer | None = None


def is_worth_it(pages: int, jobs: int) -> bool:
    """Say whether a build is large enough for several processes."""
    return jobs > 1 and pages >= WORTH_IT_PAGES


def freezing(settings: Settings, jobs: int) -> Freeze:
    """Return a way to render pages in that many processes, in the order in which they were asked for."""

    def freeze(refs: Sequence[PageRef], staging: Path) -> Iterator[Frozen | RenderFailed]:
        chunks = list(in_chunks(refs))
        # Spawned, not forked: a fork would share the parent's sockets to the database.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, context, initializer=_prepare, initargs=(settings,)) as pool:
            for outcomes in pool.map(_freeze_chunk, chunks, [staging] * len(chunks)):
                yield from outcomes

    return freeze


def _prepare(settings: Settings) -> None:
    global _freezer  # noqa: PLW0603 - a worker process has one freezer for its whole life
    _freezer = PageFreezer(settings, build_services(settings))


def _freeze_chunk(refs: Sequence[PageRef], staging: Path) -> list[Frozen | RenderFailed]:
    if _freezer is None:
        raise RuntimeError("A worker of the pool was asked to render before it was prepared.")
    _freezer.look_ahead(refs)
    outcomes = [_freezer.freeze(ref, staging) for ref in refs]
    for page in outcomes:
        if isinstance(page, Frozen):
            for sibling in siblings_of(page.path):
                (staging / sibling).write_bytes(compressed(sibling, page.content))
    return outcomes
