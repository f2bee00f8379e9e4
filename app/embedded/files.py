"""The small files that a stack keeps: private from the first moment, and never half written."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import VitrineError
from app.ids import new_token


@dataclass(eq=False)
class AlreadyRunning(VitrineError):
    """Another `vitrine up` runs on the same data folder."""

    data: Path
    pid: str

    def __str__(self) -> str:
        return (
            f"`vitrine up` already runs on {self.data} (process {self.pid}). "
            f"Stop it first (kill {self.pid}), or choose another folder with --data."
        )


def write_private(path: Path, value: Mapping[str, object]) -> None:
    """Replace a JSON file that only its owner may read."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Return what a JSON file holds, or nothing if it is missing or no object."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def secret_key(path: Path) -> str:
    """Return the secret of this data folder, made at the first call."""
    secrets = read_json(path)
    if not secrets.get("secret_key"):
        secrets["secret_key"] = new_token()
        write_private(path, secrets)
    return str(secrets["secret_key"])


@contextmanager
def sole_user(data: Path, lock: Path) -> Iterator[None]:
    """Hold the data folder alone; the kernel releases it when this process ends, however it ends.

    Raises:
        AlreadyRunning: another process holds it.
    """
    with lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyRunning(data, file.read().strip() or "unknown") from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
