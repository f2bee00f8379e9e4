"""A job whose every run can be seen: it lasts until told to end."""

from __future__ import annotations

import os
import time
from pathlib import Path


def run(folder: str) -> None:
    """Note who runs it, and last until the file `end` is there."""
    place = Path(folder)
    with (place / "runs").open("a") as runs:
        runs.write(f"{os.getpid()}\n")
    while not (place / "end").exists():
        time.sleep(0.02)
    with (place / "done").open("a") as done:
        done.write(f"{os.getpid()}\n")
