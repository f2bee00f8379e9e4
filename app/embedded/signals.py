"""Turns signals into something that the supervisor can wait for."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DOUBLE_SECONDS = 0.3
"""Two signals within this time are one: a terminal and `make` may both send theirs."""


class StopRequested(KeyboardInterrupt):
    """Ends a hook that is running when the stack is asked to stop; no `except Exception` swallows it."""


class Signals:
    """The signals of the supervisor: children that end, and the wish to stop.

    Only the first wish counts; a second one after a moment means hurry.
    """

    def __init__(self) -> None:
        self.is_stop_requested = False
        self.is_hurried = False
        self._asked_at = 0.0
        self._may_interrupt = False
        self._before: dict[signal.Signals, Any] = {}
        self._wakeup_before = -1
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Signals:
        for number in (*_STOPPING, signal.SIGCHLD):
            self._before[number] = signal.signal(number, self._receive)
        self._wakeup_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, timeout_seconds: float | None) -> None:
        """Sleep until a signal arrives, at most so long."""
        select.select([self._reader], [], [], timeout_seconds)
        with suppress(BlockingIOError):
            while os.read(self._reader, 512):
                pass

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let a wish to stop end the block at once, by `StopRequested`."""
        self._may_interrupt = True
        try:
            if self.is_stop_requested:
                raise StopRequested
            yield
        finally:
            self._may_interrupt = False

    def _receive(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        if self.is_stop_requested:
            self.is_hurried |= number == signal.SIGINT and time.monotonic() - self._asked_at > _DOUBLE_SECONDS
            return
        self.is_stop_requested, self._asked_at = True, time.monotonic()
        if self._may_interrupt:
            self._may_interrupt = False
            raise StopRequested
