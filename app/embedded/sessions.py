"""Ends whole sessions of processes: a server together with everything it has started.

Every child of the supervisor leads a session of its own. A process can leave its
parent's process group (workers of the queue do), but stays in the session.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

_PAUSE_SECONDS = 0.01


@dataclass(frozen=True)
class Process:
    """A line of the kernel's process table; `started` (clock ticks since boot) tells reused ids apart."""

    pid: int
    session: int
    started: int


def look_up(pid: int) -> Process | None:
    """Return the process `pid`, or nothing if it has ended (a zombie has)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The name in parentheses may itself hold blanks and parentheses (proc(5)).
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else Process(pid, session=int(fields[3]), started=int(fields[19]))


def members(sessions: Collection[int]) -> Iterator[Process]:
    """Yield every living process of these sessions."""
    for entry in os.listdir("/proc") if sessions else ():
        if entry.isdigit():
            process = look_up(int(entry))
            if process and process.session in sessions:
                yield process


def kill(sessions: Collection[int], patience_seconds: float = 5.0) -> bool:
    """Kill all processes of these sessions and wait for their end; return whether all are gone."""
    return kill_processes(lambda: members(sessions), patience_seconds)


def kill_processes(find: Callable[[], Iterable[Process]], patience_seconds: float = 5.0) -> bool:
    """Kill what `find` finds until it finds nothing more: a process may fork while it is being killed."""
    deadline = time.monotonic() + patience_seconds
    while found := list(find()):
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
