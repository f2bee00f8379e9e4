"""Who holds a tenure: a process that can be told from every other one, and ended for certain."""

from __future__ import annotations

import json
import os
import signal
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """A process by its id, by the place where that id means it, and by when it was started."""

    pid: int
    space: str
    """The kernel's boot and the process's namespace of ids: a container has one of its own."""
    started: int
    """In clock ticks since the boot: a process id is used again, and then it means another process."""
    host: str = ""

    @classmethod
    def me(cls) -> Holder:
        """Return this process."""
        return cls(os.getpid(), own_space(), started(os.getpid()) or 0, socket.gethostname())

    @classmethod
    def read(cls, path: Path) -> Holder | None:
        """Return who is noted there, or nothing where nobody is or it cannot be read."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def note(self) -> str:
        """Return what `read` reads."""
        return json.dumps(asdict(self))

    def kill(self) -> bool:
        """End the process, also one that is stopped; say whether it was sent the signal.

        Not where it lives in another namespace: its id means another process here, or none.
        """
        if self.space != own_space():
            return False
        with suppress(OSError):
            process = os.pidfd_open(self.pid)
            try:
                # Looked at after it was opened: what is ended is this very process or nothing.
                if started(self.pid) == self.started:
                    signal.pidfd_send_signal(process, signal.SIGKILL)
                    return True
            finally:
                os.close(process)
        return False


def own_space() -> str:
    """Return what tells this process's namespace of ids from every other one, on any machine."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot}:{os.stat('/proc/self/ns/pid').st_ino}"


def started(pid: int) -> int | None:
    """Return when a process was started, or nothing where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name in parentheses may itself hold blanks and parentheses (proc(5)).
    return int(stat.rpartition(")")[2].split()[19])
