"""A launcher that ties a process to the one that started it, so that `kill -9` leaves no orphan.

It runs in the child, between fork and exec, as a script of its own: code between
fork and exec inside the supervisor would be unsafe beside threads. It imports
nothing but the standard library, without `site`, and costs about 10 ms.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tied_to_me(argv: Sequence[str]) -> list[str]:
    """Return `argv` behind the launcher: the process is killed when this *thread* ends.

    The kernel watches the thread that started the child (prctl(2), PR_SET_PDEATHSIG),
    hence only a thread that lives as long as its process may start one.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *argv]


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; exit if that has happened already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def main(parent: str, *argv: str) -> None:
    """Tie this process to `parent` and become `argv`."""
    die_with(int(parent))
    try:
        os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted between supervisor and server
    except OSError as error:
        raise SystemExit(f"{argv[0]} cannot be started: {error.strerror}") from error


if __name__ == "__main__":
    main(*sys.argv[1:])
