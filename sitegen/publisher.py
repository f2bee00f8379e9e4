"""Publishing files: siblings first, then the page, each replaced whole; then what the disk must keep.

A rename is visible at once and cannot be half done. What makes it survive a power
cut, the fsync of files and folders, follows in a batch, before the manifest is told.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import brotli

PAGE_BROTLI, ASSET_BROTLI = 5, 11
"""Pages are compressed while somebody waits for them (80 µs), assets once and for all (5 ms)."""
GZIP_LEVEL = 6
SIBLINGS = (".br", ".gz")
COMPRESSED = frozenset({".html", ".xml", ".txt", ".css", ".js", ".svg", ".json"})
SECOND_NS = 1_000_000_000


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
    """Replaces files in a published folder; staging must lie on the same volume."""

    public: Path
    _unsynced: set[Path] = field(default_factory=set)

    def publish(self, path: str, content: bytes, staged: Path | None = None) -> Stamp:
        """Replace one file and its compressed siblings, siblings first.

        Args:
            path: below the published folder.
            content: the bytes.
            staged: a file that holds them already and may be moved; else one is written.
        """
        target = self.public / path
        target.parent.mkdir(parents=True, exist_ok=True)
        mtime_ns = self._later_second(target)
        for suffix, compressed in self._siblings(path, content):
            self._replace(Path(f"{target}{suffix}"), compressed, None, mtime_ns)
        self._replace(target, content, staged, mtime_ns)
        return Stamp(len(content), mtime_ns)

    def remove(self, path: str) -> None:
        """Delete a file: the page first, so that no sibling outlives it for a reader."""
        target = self.public / path
        for name in (target, *(Path(f"{target}{suffix}") for suffix in SIBLINGS)):
            name.unlink(missing_ok=True)
        self._unsynced.add(target.parent)
        self._remove_empty_folders(target.parent)

    def sync(self) -> None:
        """Make everything that was published since the last call survive a power cut."""
        folders = {path.parent for path in self._unsynced if path.suffix} | {
            path for path in self._unsynced if not path.suffix
        }
        for path in (*sorted(path for path in self._unsynced if path.suffix), *sorted(folders)):
            _fsync(path)
        self._unsynced.clear()

    def stamp(self, path: str) -> Stamp | None:
        """Return what the file system says of a published file, or nothing where it is missing."""
        try:
            stat = (self.public / path).stat()
        except OSError:
            return None
        return Stamp(stat.st_size, stat.st_mtime_ns)

    def read(self, path: str) -> bytes | None:
        """Return a published file's bytes, or nothing where it is missing."""
        try:
            return (self.public / path).read_bytes()
        except OSError:
            return None

    def faults(self, path: str, content: bytes) -> list[str]:
        """Say what is wrong with a published file that should have this content."""
        found = []
        if self.read(path) != content:
            found.append("missing or different")
        for suffix, decode in ((".br", brotli.decompress), (".gz", gzip.decompress)):
            if Path(path).suffix not in COMPRESSED:
                break
            sibling = self.read(path + suffix)
            try:
                is_right = sibling is not None and decode(sibling) == content
            except (brotli.error, OSError, EOFError):
                is_right = False
            if not is_right:
                found.append(f"sibling {suffix} missing or different")
        return found

    def files(self) -> Iterator[str]:
        """Yield every file that stands for itself: siblings of another file are not named."""
        for path in self.public.rglob("*"):
            if path.is_file() and not (path.suffix in SIBLINGS and path.with_suffix("").is_file()):
                yield path.relative_to(self.public).as_posix()

    def _siblings(self, path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
        if Path(path).suffix not in COMPRESSED:
            return
        quality = ASSET_BROTLI if path.startswith("assets/") else PAGE_BROTLI
        yield ".br", brotli.compress(content, quality=quality)
        # No name and no time in the header: equal content gives equal bytes.
        yield ".gz", gzip.compress(content, GZIP_LEVEL, mtime=0)

    def _replace(self, target: Path, content: bytes, staged: Path | None, mtime_ns: int) -> None:
        # The leading dot keeps the front from serving a file that is being written.
        source = staged or target.with_name(f".{target.name}.new")
        if staged is None:
            source.write_bytes(content)
        os.utime(source, ns=(mtime_ns, mtime_ns))
        source.replace(target)
        self._unsynced.add(target)

    @staticmethod
    def _later_second(target: Path) -> int:
        """Return a time of change in a later second than that of the file that is replaced.

        A server whose ETag is made of seconds and size must see two versions of equal
        size as two; a burst therefore runs ahead of the clock by a second a version.
        """
        now = time.time_ns()
        try:
            old = target.stat().st_mtime_ns
        except OSError:
            return now
        return now if now // SECOND_NS > old // SECOND_NS else (old // SECOND_NS + 1) * SECOND_NS

    def _remove_empty_folders(self, folder: Path) -> None:
        while folder != self.public and folder.is_relative_to(self.public):
            try:
                folder.rmdir()
            except OSError:
                return
            self._unsynced.discard(folder)
            folder = folder.parent
            self._unsynced.add(folder)


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
