"""What the tests of the embedded stack share: a stack that runs, and a look at the process table."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
DUMMY = Path(__file__).with_name("dummy.py")
PATIENCE_SECONDS = 20.0
OUTSIDE = {"VITRINE_MONGO_URI": "mongodb://127.0.0.1:1/elsewhere?replicaSet=rs0"}
"""A database that is somebody else's: the stack then needs two seconds less to stop."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], T], is_right: Callable[[T], bool]) -> T:
    """Look again and again until what is seen is right; fail with what was seen last."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_right(seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r} after {PATIENCE_SECONDS} s"
        time.sleep(0.02)
    return seen


def processes_of(data: Path) -> list[str]:
    """Return every process that knows this data folder: by command, environment or working folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            is_dead = entry.joinpath("stat").read_text("utf-8").rpartition(")")[2].split()[0] in "ZX"
            command = entry.joinpath("cmdline").read_bytes()
            traces = (command, entry.joinpath("environ").read_bytes(), os.readlink(entry / "cwd").encode())
        except OSError:
            continue
        if not is_dead and any(str(data).encode() in trace for trace in traces):
            found.append(f"{entry.name} {command.replace(bytes(1), b' ').decode()}")
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class RunningStack:
    """`dummy.py up` on a data folder."""

    def __init__(self, data: Path, port: int, **environment: str) -> None:
        self.data, self.port = data, port
        self.process = subprocess.Popen(
            [sys.executable, str(DUMMY), "up", str(data), str(port)],
            env={
                **{name: value for name, value in os.environ.items() if "STRIPE" not in name},
                **OUTSIDE,
                "PYTHONPATH": str(ROOT),
                "TEST_FOLDER": str(data),
                **environment,
            },
            cwd=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def is_ready(self) -> RunningStack:
        """Wait for the line that says so."""
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0], "not ready in time"
        line = self.process.stdout.readline()
        assert line == f"ready http://127.0.0.1:{self.port}\n", self.process.communicate()[1]
        return self

    @property
    def stack(self) -> dict[str, Any]:
        """What stack.json says now."""
        content: dict[str, Any] = json.loads((self.data / "stack.json").read_text("utf-8"))
        return content

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of stack.json."""
        pids: dict[str, int] = self.stack["pids"]
        return pids

    def ends(self) -> tuple[int, str]:
        """Wait for its end; return the exit code and what it said on standard error."""
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, errors

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to stop, and wait for its end."""
        self.process.send_signal(number)
        return self.ends()
