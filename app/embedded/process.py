"""One child of the supervisor: how it is started, asked to stop, and ended with all it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.embedded import lifeline, sessions
from app.errors import VitrineError

LOG_BYTES = 10 * 1024 * 1024
"""A log above this size is put aside when its process starts."""
STEADY_SECONDS = 10.0
"""After so long a life a death counts as the first again."""
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS = 0.2, 10.0


@dataclass(frozen=True)
class ProcessSpec:
    """What it takes to run one process; `argv[0]` is an absolute path."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] | None = None
    ready_timeout_seconds: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_seconds: float = 10.0


@dataclass(eq=False)
class ChildFailed(VitrineError):
    """A process of the stack ended, or was not ready in time, while the stack was starting."""

    name: str
    reason: str
    log: Path

    def __str__(self) -> str:
        lines = "\n".join(f"    {line}" for line in tail(self.log))
        return f"{self.name} {self.reason}. The end of {self.log}:\n{lines or '    (empty)'}"


class Child:
    """A process, or the wait for its restart."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.failures = 0
        self.started_at = 0.0
        self.restart_at = 0.0
        self.delay_seconds = 0.0
        self.last_pid = 0
        self.last_end = ""
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process, and of the session that it leads."""
        return self.popen.pid if self.popen else None

    @property
    def has_ended(self) -> bool:
        """Whether a process that was started is no longer there."""
        # It is left unreaped: until `bury`, its number cannot become another session's.
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self.popen is not None and os.waitid(os.P_PID, self.popen.pid, options) is not None

    def start(self) -> None:
        """Start the process, its output going to the end of its log."""
        rotate(self.spec.log)
        with self.spec.log.open("ab") as log:
            self.popen = subprocess.Popen(  # noqa: S603 - the programs are our own choice
                lifeline.tied_to_me(self.spec.argv),
                env=dict(self.spec.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()
        self.last_pid = self.popen.pid

    def bury(self) -> None:
        """Kill what an ended process has left, note how it ended, and plan its restart."""
        popen = self._forget()
        if time.monotonic() - self.started_at > STEADY_SECONDS:
            self.failures = 0
        self.delay_seconds = min(_FIRST_DELAY_SECONDS * 2**self.failures, _LONGEST_DELAY_SECONDS)
        self.failures += 1
        self.restart_at = time.monotonic() + self.delay_seconds
        status = popen.wait()
        self.last_end = signal.Signals(-status).name if status < 0 else f"status {status}"

    def ask_to_stop(self) -> None:
        """Send the stop signal to the process itself: it tells its own children."""
        if self.popen:
            with suppress(ProcessLookupError):
                self.popen.send_signal(self.spec.stop_signal)

    def kill(self) -> None:
        """Kill the process and everything of its session."""
        if self.popen:
            self._forget().wait()

    def _forget(self) -> subprocess.Popen[bytes]:
        assert self.popen, "only a process that was started can be buried"  # noqa: S101
        popen, self.popen = self.popen, None
        sessions.kill({popen.pid})
        return popen


def rotate(log: Path) -> None:
    """Put a log that has grown large aside, in the place of the one put aside before."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))


def tail(log: Path, lines: int = 15) -> list[str]:
    """Return the last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 16_384))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []
