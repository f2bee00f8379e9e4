"""Tenures: numbered rights to change the published folder, each with a door that others can shut.

A tenure is a folder. Every change of the published folder is a rename out of that tenure's
staging folder or into it, so that whoever renames the staging folder away has ended the
tenure, whatever its holder is just about to do. Everything else that a holder writes lies in
its tenure's folder too, where a holder of the past does no harm.

The highest number is the tenure that counts. Numbers only grow: of an ended tenure a folder
with a shut door remains, so that nobody makes it a second time.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

BEGUN = ".next-"
"""Names of tenures that are being made begin so."""
TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOENT}
"""What a rename says where somebody else was first, or has swept up what was begun."""


@dataclass(frozen=True)
class Tenure:
    """One tenure, by what lies in its folder."""

    number: int
    folder: Path

    @property
    def lock(self) -> Path:
        """Locked by the holder; the kernel frees it when the holder dies."""
        return self.folder / "lock"

    @property
    def holder(self) -> Path:
        """Who holds the tenure, and when its last beat was."""
        return self.folder / "holder"

    @property
    def staging(self) -> Path:
        """The door: through it everything goes into the published folder, and out of it."""
        return self.folder / "staging"

    @property
    def manifest(self) -> Path:
        """What the holder remembers."""
        return self.folder / "manifest.sqlite"

    @property
    def search(self) -> Path:
        """The search index."""
        return self.folder / "search.sqlite"

    def try_lock(self) -> int | None:
        """Return the handle of the lock, or nothing while a process that lives has it."""
        handle = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def shut(self) -> None:
        """End the tenure: from now on no rename of its holder succeeds.

        A file takes the place of the staging folder, for else a holder that does not know yet
        would make the folder again. If it did so between the two steps, they are done again.
        """
        while not self.staging.is_file():
            # The slash lets only a folder be moved, never the file that somebody else has just put there.
            with suppress(FileNotFoundError, NotADirectoryError):
                os.rename(f"{self.staging}/", self.folder / f"ended-{uuid4().hex}")
            with suppress(FileExistsError):
                os.close(os.open(self.staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))

    def sweep(self) -> None:
        """Leave nothing of an ended tenure but its shut door."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path != self.staging:
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Tenures:
    """All tenures of one published folder."""

    folder: Path

    def all(self) -> Iterator[Tenure]:
        """Yield every tenure, the latest first."""
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return
        for number in sorted((int(name) for name in names if name.isdigit()), reverse=True):
            yield Tenure(number, self.folder / str(number))

    def latest(self) -> Tenure | None:
        """Return the tenure that counts; nothing before the first one."""
        return next(self.all(), None)

    def current(self) -> Tenure:
        """Return the tenure that counts; the first one is made."""
        while (tenure := self.latest()) is None:
            handle = self.claim(1)
            if handle is not None:
                os.close(handle)
        return tenure

    def readable(self) -> Tenure:
        """Return the latest tenure that remembers anything: a new one needs a moment to inherit."""
        return next((tenure for tenure in self.all() if tenure.manifest.exists()), None) or self.current()

    def below(self, tenure: Tenure) -> list[Tenure]:
        """Return the tenures before this one, the latest first."""
        return [other for other in self.all() if other.number < tenure.number]

    def claim(self, number: int, holder: str = "") -> int | None:
        """Make a tenure, already locked; return the handle of its lock, or nothing where it is too late.

        Who comes later sees it, because it is there before it looks for others; and it sees
        whoever came before. So at most one claimant goes on, or all but the last one are ended.
        """
        begun, tenure = self.folder / f"{BEGUN}{uuid4().hex}", Tenure(number, self.folder / str(number))
        new, handle = Tenure(number, begun), None
        new.staging.mkdir(parents=True)
        try:
            handle = new.try_lock()
            new.holder.write_text(holder, "utf-8")
            begun.rename(tenure.folder)
        except OSError as error:
            _close(handle)
            shutil.rmtree(begun, ignore_errors=True)
            if error.errno in TAKEN:
                return None
            raise
        if self.latest() != tenure:
            tenure.shut()
            _close(handle)
            return None
        return handle

    def end_those_below(self, tenure: Tenure) -> None:
        """Shut the doors of all earlier tenures, so that their holders change nothing any more."""
        for other in self.below(tenure):
            other.shut()
        for begun in self.folder.glob(f"{BEGUN}*"):
            shutil.rmtree(begun, ignore_errors=True)


def _close(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)
