"""The lease of a published folder: whoever holds it publishes, everybody else asks.

A lock on a file beside the folder. The kernel gives it back the moment its holder
dies, so that a restarted watcher never waits for a time-out.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from app.errors import VitrineError


class LeaseTaken(VitrineError):  # noqa: N818 - it says what happened
    """Another process publishes into this folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"Another process publishes here: {self.path} is locked. Ask it for a rebuild instead."


class Lease:
    """Holds the lock from `acquire` until `release`, or until the process dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, *, wait: bool = False) -> None:
        """Take the lease.

        Raises:
            LeaseTaken: somebody holds it, and `wait` is false.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            os.close(handle)
            raise LeaseTaken(self.path) from error
        self._handle = handle

    def release(self) -> None:
        """Give the lease back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Lease:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
