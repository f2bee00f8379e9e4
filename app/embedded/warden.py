"""Outlives the supervisor by a moment, to bury what the supervisor's children have started.

The kernel kills the children of a killed supervisor (`lifeline`), but not their
children: workers of the web server, work horses of the queue. The warden waits for
the supervisor's end, then kills every session it was told of, and ends.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from app.embedded import sessions

SOURCE = Path(__file__).resolve().parents[2]
"""The folder that `app` is imported from."""


class Warden:
    """The supervisor's side: starts the warden, and again if somebody has killed it."""

    def __init__(self) -> None:
        self._sessions: set[int] = set()
        self._process = self._start()

    def watch(self, session: int) -> None:
        """Have this session killed when the supervisor ends."""
        self._sessions.add(session)
        self._tell(f"+{session}")

    def forget(self, session: int) -> None:
        """Take a session off the list: it has ended, and its number may be used again."""
        self._sessions.discard(session)
        self._tell(f"-{session}")

    def tend(self) -> None:
        """Replace a warden that has died."""
        if self._process.poll() is not None:
            self._close()
            self._process = self._start()
            for session in self._sessions:
                self._tell(f"+{session}")

    def dismiss(self, patience_seconds: float = 5.0) -> None:
        """Let the warden kill what is left on its list, and end."""
        self._close()
        try:
            self._process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "app.embedded.warden", str(os.getpid())],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _tell(self, line: str) -> None:
        # A dead warden is replaced by `tend`, and told everything again.
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()

    def _close(self) -> None:
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()


def main(parent: int) -> None:
    """Take orders on standard input until it ends, or until `parent` does; then kill."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched: set[int] = set()
    poll = select.poll()
    poll.register(0, select.POLLIN)
    # A copy of the pipe in some fork of the supervisor must not hide the supervisor's end.
    with suppress(OSError):
        poll.register(os.pidfd_open(parent), select.POLLIN)
    rest, is_open = b"", os.getppid() == parent
    while is_open:
        ready = {descriptor for descriptor, _ in poll.poll()}
        chunk = os.read(0, 4096) if 0 in ready else b""
        is_open = ready == {0} and chunk != b""
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            (watched.add if line.startswith(b"+") else watched.discard)(int(line[1:]))
    sessions.kill(watched)


if __name__ == "__main__":
    main(int(sys.argv[1]))
