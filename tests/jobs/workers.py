"""A worker as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = """
import json, sys
from app.settings import Settings
from jobs.worker import run_worker
run_worker(sys.argv[1], Settings(_env_file=None, **json.loads(sys.argv[2])))
"""
PATIENCE_SECONDS = 60


class RunningWorker:
    """`vitrine worker QUEUE` with these settings."""

    def __init__(self, queue: str, log: Path, **settings: str) -> None:
        self.log = log
        with log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WORK, queue, json.dumps(settings)],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stderr=output,
            )

    def said(self) -> str:
        """Return its log."""
        return self.log.read_text()

    def sees(self, is_so: Callable[[], object], what: str) -> None:
        """Look until it is so, or until the worker has died."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_SECONDS} s\n{self.said()}"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
