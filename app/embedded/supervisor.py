"""Starts the processes of the stack, restarts those that die, and stops all of them in order."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from app.embedded import files, sessions
from app.embedded.process import Child, ChildFailed, ProcessSpec
from app.embedded.reporter import Reporter
from app.embedded.signals import Signals, StopRequested
from app.embedded.warden import Warden

_PROBE_SECONDS = 0.025
_TRIES = 3
"""How often a process may end while the stack starts; afterwards it is restarted for ever."""


class Supervisor:
    """The parent of all processes of a stack; use it as a context manager, in the main thread.

    Args:
        record: the file that names the running processes, for whoever has to clean up after a `kill -9`.
        changed: called after each restart.
    """

    def __init__(self, record: Path, reporter: Reporter, changed: Callable[[], None]) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("The supervisor needs the main thread: signals and children belong to it.")
        self.signals = Signals()
        self._children: dict[str, Child] = {}
        self._record = record
        self._reporter = reporter
        self._changed = changed

    def __enter__(self) -> Supervisor:
        self.signals.__enter__()
        self._warden = Warden()
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            child.kill()
        self._warden.dismiss()
        self._record.unlink(missing_ok=True)
        self.signals.__exit__()

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each child; one that waits for its restart still has its last."""
        return {name: child.last_pid for name, child in self._children.items()}

    def start(self, specs: Iterable[ProcessSpec]) -> None:
        """Start processes at once, without waiting for them."""
        fresh = {spec.name: Child(spec) for spec in specs}
        self._reporter.starting(list(fresh))
        self._children |= fresh
        for child in fresh.values():
            self._start(child)

    def wait_until_ready(
        self, names: Collection[str] | None = None, also: Callable[[], bool] = lambda: True
    ) -> None:
        """Wait until these processes answer, by default all, and until `also` holds.

        Raises:
            ChildFailed: one of them is not ready in its time, or any process has died too often.
            StopRequested: somebody wants the stack to stop.
        """
        pending = {name: child for name, child in self._children.items() if names is None or name in names}
        is_met = False
        while pending or not is_met:
            for name, child in list(pending.items()):
                if self._is_ready(child):
                    if child.spec.ready:
                        self._reporter.ready(name, time.monotonic() - child.started_at)
                    del pending[name]
            if not is_met:
                with self.signals.interrupting():
                    is_met = also()
            self.tend(_PROBE_SECONDS)
            self._refuse_hopeless()

    def tend(self, timeout_seconds: float | None = None) -> None:
        """Sleep until something happens, at most so long; then restart whatever has died and is due."""
        now = time.monotonic()
        waits = [max(0.0, child.restart_at - now) for child in self._children.values() if child.pid is None]
        if timeout_seconds is not None:
            waits.append(timeout_seconds)
        self.signals.wait(min(waits, default=None))
        if self.signals.is_stop_requested:
            return
        self._warden.tend()
        for child in self._children.values():
            if child.has_ended:
                self._bury(child)
            elif child.pid is None and child.restart_at <= time.monotonic():
                self._start(child)
                self._changed()

    def stop(self, groups: Sequence[Collection[str]]) -> None:
        """Stop the processes group by group; those of a group at the same time."""
        for group in groups:
            self._stop_together([child for name, child in self._children.items() if name in group])

    def _stop_together(self, children: list[Child]) -> None:
        asked_at = time.monotonic()
        for child in children:
            child.ask_to_stop()
        while children := [child for child in children if child.pid is not None]:
            for child in children:
                is_late = time.monotonic() - asked_at > child.spec.stop_timeout_seconds
                if child.has_ended or is_late or self.signals.is_hurried:
                    child.kill()
                    self._warden.forget(child.last_pid)
            if any(child.pid is not None for child in children):
                self.signals.wait(_PROBE_SECONDS)

    def _start(self, child: Child) -> None:
        child.start()
        self._warden.watch(child.last_pid)
        processes = filter(None, map(sessions.look_up, self.pids.values()))
        files.write_private(self._record, {str(process.pid): process.started for process in processes})

    def _bury(self, child: Child) -> None:
        child.bury()
        self._warden.forget(child.last_pid)
        self._reporter.restarting(child.spec.name, child.last_end, child.delay_seconds)

    def _is_ready(self, child: Child) -> bool:
        if child.pid is None:
            return False
        if child.spec.ready is None or child.spec.ready():
            return True
        if time.monotonic() - child.started_at > child.spec.ready_timeout_seconds:
            limit = child.spec.ready_timeout_seconds
            raise ChildFailed(child.spec.name, f"was not ready after {limit:.0f} s", child.spec.log)
        return False

    def _refuse_hopeless(self) -> None:
        if self.signals.is_stop_requested:
            raise StopRequested
        for child in self._children.values():
            if child.failures >= _TRIES:
                reason = f"has ended {child.failures} times while starting ({child.last_end})"
                raise ChildFailed(child.spec.name, reason, child.spec.log)


def clean_up_after(record: Path, marker: str) -> int:
    """Kill what a killed `vitrine up` may have left running; return how many processes that were.

    Args:
        record: the file that its supervisor kept.
        marker: a line of the environment that its processes have, and no other process.
    """
    recorded = {int(pid): started for pid, started in files.read_json(record).items()}
    killed: set[int] = set()

    def ours() -> list[sessions.Process]:
        found = [
            process
            for process in sessions.members(recorded)
            if process.pid != os.getpid()
            and (recorded.get(process.pid) == process.started or _has_marker(process.pid, marker))
        ]
        killed.update(process.pid for process in found)
        return found

    sessions.kill_processes(ours)
    record.unlink(missing_ok=True)
    return len(killed)


def _has_marker(pid: int, marker: str) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return marker.encode() in environment.split(b"\0")
