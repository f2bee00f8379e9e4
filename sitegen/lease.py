"""The lease of a published folder: whoever holds it publishes, everybody else asks or stands by.

The holder has locked its tenure and beats once a second. A holder that dies frees the lock.
One that does not beat any more but keeps the lock is stopped: whoever stands by ends it,
or, where it cannot reach it, begins the next tenure, which shuts the door of this one.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from app.errors import VitrineError
from sitegen.holder import Holder
from sitegen.tenures import Tenure, Tenures

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
LOOK_SECONDS = 0.4
STALE_LOOKS = 12
"""So often the one who stands by has been awake without seeing a beat: a machine that sleeps as a whole,
and a moment of great haste, raise no alarm."""
DYING_LOOKS = 5
"""So much longer a holder that was killed may keep its lock before its door is shut."""


class LeaseTaken(VitrineError):  # noqa: N818 - it says what happened
    """Another process publishes into this folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"Another process publishes here: {self.path} is locked. Ask it for a rebuild instead."


class Fenced(VitrineError):  # noqa: N818 - it says what happened
    """This process has held the lease, was stopped for too long, and another one has taken it over."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return (
            f"Tenure {self.number} was ended by another process because this one did not beat: it was "
            "stopped, or the machine was too busy. Nothing more is written; start again to stand by."
        )


def leave(fenced: Fenced) -> None:
    """End this process at once: it has no right to tidy anything up."""
    log.error("lease lost; leaving", extra={"tenure": fenced.number, "reason": str(fenced)})
    os._exit(1)


@dataclass
class _Suspicion:
    """How often the holder was seen without a new beat."""

    sign: object = None
    looks: int = 0
    was_killed: bool = False

    def look(self, sign: object) -> None:
        if sign == self.sign:
            self.looks += 1
        else:
            self.sign, self.looks, self.was_killed = sign, 0, False


class Lease:
    """The right to publish, from `acquire` until `release`, or until the process dies or is fenced."""

    def __init__(self, folder: Path, on_lost: Callable[[Fenced], None] = leave) -> None:
        """Prepare to ask for it.

        Args:
            folder: of the tenures.
            on_lost: called by a thread of its own when another process has taken the lease over.
        """
        self.tenures = Tenures(folder)
        self.tenure: Tenure | None = None
        self._on_lost = on_lost
        self._handle: int | None = None
        self._ended = threading.Event()
        self._beats: threading.Thread | None = None

    def acquire(self, *, wait: bool = False) -> None:
        """Take the lease.

        Args:
            wait: whether to stand by while another process holds it, and to take over from one
                that has stopped.

        Raises:
            LeaseTaken: somebody holds it, and `wait` is false.
        """
        suspicion, stands_by = _Suspicion(), False
        while not self._take_what_is_free():
            tenure = self.tenures.current()
            if not wait:
                raise LeaseTaken(tenure.lock)
            if not stands_by:
                stands_by = True
                log.info("standing by", extra={"tenure": tenure.number})
            suspicion.look(_sign(tenure))
            if self._take_from_the_stopped(tenure, suspicion):
                return
            time.sleep(LOOK_SECONDS)

    def release(self) -> None:
        """Give the lease back."""
        self._ended.set()
        if self._beats is not None and self._beats is not threading.current_thread():
            self._beats.join()
        if self._handle is not None:
            os.close(self._handle)
        self.tenure = self._handle = self._beats = None

    @property
    def number(self) -> int:
        """The number of the tenure that is held; 0 where none is."""
        return self.tenure.number if self.tenure else 0

    @property
    def holder(self) -> str:
        """This process, as somebody who looks for it knows it."""
        me = Holder.me()
        return f"{me.host}:{me.pid}"

    def is_lost(self) -> bool:
        """Say whether another process has begun a later tenure."""
        return self.tenure is not None and self.tenures.latest() != self.tenure

    def check(self) -> None:
        """Make sure that the lease is still held, before something is written that no door protects.

        Raises:
            Fenced: it is not.
        """
        if self.tenure is not None and self.is_lost():
            raise Fenced(self.tenure.number)

    def _take_what_is_free(self) -> bool:
        """Take the latest tenure if nobody who lives has its lock."""
        tenure = self.tenures.current()
        handle = tenure.try_lock()
        while handle is not None:
            if self.tenures.latest() == tenure:
                self._begin(tenure, handle)
                return True
            # Somebody has begun a later tenure in this moment.
            os.close(handle)
            tenure = self.tenures.current()
            handle = tenure.try_lock()
        return False

    def _take_from_the_stopped(self, tenure: Tenure, suspicion: _Suspicion) -> bool:
        """End a holder that does not beat any more, or else its tenure; say whether the lease is ours."""
        if suspicion.looks < STALE_LOOKS:
            return False
        if suspicion.looks == STALE_LOOKS:
            holder = Holder.read(tenure.holder)
            suspicion.was_killed = holder is not None and holder.kill()
            if suspicion.was_killed:
                log.warning("the holder of the lease had stopped; killed it", extra={"tenure": tenure.number})
        if suspicion.was_killed and suspicion.looks < STALE_LOOKS + DYING_LOOKS:
            return False
        number = tenure.number + 1
        handle = self.tenures.claim(number, Holder.me().note())
        if handle is None:
            return False
        log.warning("the holder of the lease has stopped; begun a new tenure", extra={"tenure": number})
        self._begin(Tenure(number, self.tenures.folder / str(number)), handle)
        return True

    def _begin(self, tenure: Tenure, handle: int) -> None:
        """Sign, beat, and only then shut the doors of earlier tenures: nothing was published yet."""
        self.tenure, self._handle = tenure, handle
        # Whoever has copied a data folder may have left it out; where it is shut, it stays so.
        with suppress(FileExistsError):
            tenure.staging.mkdir()
        new = tenure.holder.with_name("holder.new")
        try:
            new.write_text(Holder.me().note(), "utf-8")
            new.replace(tenure.holder)
        except OSError as error:
            # On a full disk nobody can sign; who is not known is not killed, but its door can be shut.
            log.warning("not signed", extra={"tenure": tenure.number, "reason": str(error)})
        self._ended = threading.Event()
        self._beats = threading.Thread(target=self._beat, args=(tenure, self._ended), daemon=True)
        self._beats.start()
        self.tenures.end_those_below(tenure)

    def _beat(self, tenure: Tenure, ended: threading.Event) -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                if self.is_lost():
                    self._on_lost(Fenced(tenure.number))
                    return
                # A time, and no content: also a full disk takes it.
                os.utime(tenure.holder)
            except OSError as error:
                log.warning("no beat", extra={"tenure": tenure.number, "reason": str(error)})

    def __enter__(self) -> Lease:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _sign(tenure: Tenure) -> object:
    """Return what changes with each beat."""
    try:
        stat = tenure.holder.stat()
    except OSError:
        return tenure.number, None
    return tenure.number, stat.st_ino, stat.st_mtime_ns
