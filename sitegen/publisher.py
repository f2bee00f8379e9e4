"""Publishing files: siblings first, then the page, each replaced whole; then what the disk must keep.

A rename is visible at once and cannot be half done. What makes it survive a power
cut, the fsync of files and folders, follows in a batch, before the manifest is told.

Whatever changes the published folder goes through the staging folder: files and folders
are renamed out of it, and into it when they go. So whoever takes the staging folder away
has stopped this publisher, also between any two of its steps.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sitegen.compression import compressed, decompressed, siblings_of

SECOND_NS = 1_000_000_000
SYNCED_TOGETHER = 200
"""From so many files on, one sync of everything is sooner done than one of each."""


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of an artifact's bytes."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Stamp:
    """What the file system says of a published file, to see whether somebody else touched it."""

    size: int
    mtime_ns: int


@dataclass
class LocalPublisher:
    """Replaces files in a published folder; whatever is half written lies elsewhere."""

    public: Path
    staging: Path
    """Where a file is written before it is moved into place: on the same volume, seen by no reader.
    It is nobody else's: see `sitegen.tenures`."""
    _files: set[Path] = field(default_factory=set)
    _folders: set[Path] = field(default_factory=set)

    def publish(self, path: str, content: bytes, staged: Path | None = None) -> Stamp:
        """Replace one file and its compressed siblings, siblings first.

        Args:
            path: below the published folder.
            content: the bytes.
            staged: a file that holds them already and may be moved; else one is written. Siblings
                that lie beside it are taken as they are.
        """
        self._make_folder((self.public / path).parent)
        mtime_ns = self._later_second(path)
        for sibling in siblings_of(path):
            beside = staged.with_name(Path(sibling).name) if staged else None
            if beside is None or not beside.exists():
                beside = self._written(compressed(sibling, content))
            self._replace(sibling, beside, mtime_ns)
        self._replace(path, staged or self._written(content), mtime_ns)
        return Stamp(len(content), mtime_ns)

    def link(self, path: str, source: Path) -> bool:
        """Publish a file that never changes under its name; say whether it was there to be published.

        It takes no second place on the disk, unless it lies on another volume.
        """
        target = self.public / path
        if target.exists():
            return True
        self._make_folder(target.parent)
        linked = self._room() / "linked"
        linked.unlink(missing_ok=True)
        try:
            linked.hardlink_to(source)
        except OSError:
            try:
                content = source.read_bytes()
            except FileNotFoundError:
                return False
            linked = self._written(content)
        linked.replace(target)
        self._files.add(target)
        self._folders.add(target.parent)
        return True

    def remove(self, path: str) -> None:
        """Delete a file: the page first, so that no sibling outlives it for a reader."""
        out = self._room() / "out"
        for name in (path, *siblings_of(path)):
            try:
                (self.public / name).replace(out)
            except FileNotFoundError:
                # The file may be missing, but not the room where it was to go.
                if not self.staging.is_dir():
                    raise
            out.unlink(missing_ok=True)
        self._remove_empty_folders((self.public / path).parent)

    def sync(self) -> None:
        """Make everything that was published since the last call survive a power cut."""
        if len(self._files) >= SYNCED_TOGETHER:
            os.sync()
        else:
            for path in (*sorted(self._files), *sorted(self._folders)):
                _fsync(path)
        self._files.clear()
        self._folders.clear()

    def sync_all(self) -> None:
        """Make everything survive a power cut that anybody has written, whoever it was."""
        os.sync()

    def stamp(self, path: str) -> Stamp | None:
        """Return what the file system says of a published file, or nothing where it is missing."""
        try:
            stat = (self.public / path).stat()
        except OSError:
            return None
        return Stamp(stat.st_size, stat.st_mtime_ns)

    def is_untouched(self, path: str, stamp: Stamp) -> bool:
        """Say whether a file and its siblings are those that were published, as far as stamps tell."""
        siblings = [self.stamp(sibling) for sibling in siblings_of(path)]
        return self.stamp(path) == stamp and all(
            sibling is not None and sibling.size and sibling.mtime_ns == stamp.mtime_ns
            for sibling in siblings
        )

    def adopt(self, path: str) -> Stamp | None:
        """Return the stamp of a file that was found right, and give it to siblings that have another."""
        stamp = self.stamp(path)
        for sibling in siblings_of(path):
            if stamp and (own := self.stamp(sibling)) and own.mtime_ns != stamp.mtime_ns:
                # Under a second name, which is gone when the room is.
                other_name = self._room() / "adopted"
                other_name.unlink(missing_ok=True)
                other_name.hardlink_to(self.public / sibling)
                os.utime(other_name, ns=(stamp.mtime_ns, stamp.mtime_ns))
                other_name.unlink()
        return stamp

    def faults(self, path: str, content: bytes) -> list[str]:
        """Say what is wrong with a published file that should have this content."""
        found = [] if self._read(path) == content else ["missing or different"]
        for sibling in siblings_of(path):
            if decompressed(sibling, self._read(sibling)) != content:
                found.append(f"sibling {Path(sibling).suffix} missing or different")
        return found

    def files(self, folder: str = "") -> Iterator[str]:
        """Yield every file, or every file in a folder, that stands for itself: siblings are not named."""
        paths = (path for path in (self.public / folder).rglob("*") if path.is_file())
        found = {path.relative_to(self.public).as_posix() for path in paths}
        yield from found - {sibling for path in found for sibling in siblings_of(path)}

    def _read(self, path: str) -> bytes | None:
        try:
            return (self.public / path).read_bytes()
        except OSError:
            return None

    def _room(self) -> Path:
        self.staging.mkdir(parents=True, exist_ok=True)
        return self.staging

    def _written(self, content: bytes) -> Path:
        path = self._room() / "next"
        path.write_bytes(content)
        return path

    def _replace(self, path: str, source: Path, mtime_ns: int) -> None:
        target = self.public / path
        os.utime(source, ns=(mtime_ns, mtime_ns))
        source.replace(target)
        self._files.add(target)
        self._folders.add(target.parent)

    def _later_second(self, path: str) -> int:
        """Return a time of change in a later second than that of the files that are replaced.

        A server whose ETag is made of seconds and size must see two versions of equal
        size as two; a burst therefore runs ahead of the clock by a second a version.
        """
        now = time.time_ns()
        stamps = [self.stamp(name) for name in (path, *siblings_of(path))]
        last = max((stamp.mtime_ns // SECOND_NS for stamp in stamps if stamp), default=0)
        return now if now // SECOND_NS > last else (last + 1) * SECOND_NS

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        while not folder.is_dir():
            new, top = self._room() / "folder", folder
            while not top.parent.is_dir():
                top = top.parent
            shutil.rmtree(new, ignore_errors=True)
            (new / folder.relative_to(top)).mkdir(parents=True)
            try:
                new.rename(top)
            except OSError:
                # Somebody has made it meanwhile, and maybe less of it than is needed.
                if not top.is_dir():
                    raise
        while folder != self.public and folder.is_relative_to(self.public):
            # A new folder outlives a power cut once the one that holds it is on the disk.
            folder = folder.parent
            self._folders.add(folder)

    def _remove_empty_folders(self, folder: Path) -> None:
        self._folders.add(folder)
        while folder != self.public and folder.is_relative_to(self.public):
            if not folder.is_dir() or any(folder.iterdir()):
                return
            out = self._room() / "folder"
            shutil.rmtree(out, ignore_errors=True)
            folder.rename(out)
            try:
                out.rmdir()
            except OSError:
                # It is a link to a folder, or somebody has put something there in this moment.
                out.rename(folder)
                return
            folder = folder.parent
            self._folders.add(folder)


def _fsync(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        # It was replaced again or removed since; whoever did that syncs it.
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
