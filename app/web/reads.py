"""Dependency keys, recorded by the code that reads: what a page was made of.

A key names a source and the projection of it that was read; the value recorded
beside it is what the projection was then. A page is stale when the value of one
of its keys has become another, and for no other reason. When the app serves a
request nobody listens, and recording costs one look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Key(NamedTuple):
    """A source and the projection that was read of it: `product prd_1 card`."""

    kind: str
    id: str
    projection: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


Reads = dict[Key, str]
"""What a page read: each key with the value that its projection had."""

_recorder: ContextVar[Reads | None] = ContextVar("reads", default=None)


def record(key: Key, value: str) -> None:
    """Note that the page being rendered depends on this value of this key."""
    reads = _recorder.get()
    if reads is not None:
        reads[key] = value


@contextmanager
def recording() -> Iterator[Reads]:
    """Collect what is recorded while the block runs."""
    reads: Reads = {}
    token = _recorder.set(reads)
    try:
        yield reads
    finally:
        _recorder.reset(token)
