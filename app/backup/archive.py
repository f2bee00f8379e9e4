"""The file of a backup: a tar in gzip with a seal at its end, written and read as a stream.

Any `tar xzf` opens it. The first member is the head, the last one says what all
others must be, and behind the tar follows an empty gzip member whose comment is
the SHA-256 of every byte before it: unpackers skip it, and no byte of the file
can change unseen, not even one that gzip itself never looks at.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from gzip import GzipFile
from typing import Any, cast

from app.backup.model import FORMAT, BackupContents, BackupDamaged, BackupHead, BackupMember, BackupTooNew
from app.backup.store import ByteSink, ByteSource

HEAD = "vitrine-backup.json"
CONTENTS = "contents.json"
LEVEL = 6
LARGEST_MEMBER = 128 * 1024 * 1024
"""No batch of documents and no picture comes near this; a member that claims more is no backup's."""
_COMMENT_BEGINS = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
_EMPTY_ENDS = b"\x00\x03\x00" + bytes(8)
SEAL_BYTES = len(_COMMENT_BEGINS) + len("sha256:") + 64 + len(_EMPTY_ENDS)


def seal(digest: str) -> bytes:
    """Return the empty gzip member that carries a digest as its comment (RFC 1952)."""
    return _COMMENT_BEGINS + f"sha256:{digest}".encode() + _EMPTY_ENDS


class _Sealed:
    """Compresses what it is given, and ends with the seal."""

    def __init__(self, sink: ByteSink) -> None:
        self._sink, self._digest = sink, hashlib.sha256()
        self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)

    def write(self, data: bytes) -> int:
        self._put(self._packer.compress(data))
        return len(data)

    def close(self) -> None:
        self._put(self._packer.flush())
        self._sink.write(seal(self._digest.hexdigest()))

    def _put(self, packed: bytes) -> None:
        self._digest.update(packed)
        self._sink.write(packed)


class ArchiveWriter:
    """Writes members one by one; each is in memory alone, and only while it is written."""

    def __init__(self, sink: ByteSink, head: BackupHead) -> None:
        self._packed = _Sealed(sink)
        # The library wants a whole file of its caller, and uses `write` alone.
        self._tar = tarfile.open(fileobj=cast(Any, self._packed), mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - `close` ends it
        self._at = int(head.made_at.timestamp())
        self._members: list[BackupMember] = []
        self.add(HEAD, _json({**asdict(head), "made_at": head.made_at.isoformat()}))

    def add(self, name: str, content: bytes) -> None:
        """Write one member."""
        self._members.append(member_of(name, content))
        self._put(name, content)

    def close(self, collections: Mapping[str, int], pictures: int, missing: list[str]) -> BackupContents:
        """Write what the file holds, and seal it."""
        contents = BackupContents(tuple(self._members), dict(collections), pictures, tuple(missing))
        self._put(CONTENTS, _json(asdict(contents)))
        self._tar.close()
        self._packed.close()
        return contents

    def _put(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = len(content), self._at, 0o600
        self._tar.addfile(entry, io.BytesIO(content))


class _Unsealed:
    """Passes bytes on, and knows at the end whether the last ones are the seal of all others."""

    def __init__(self, source: ByteSource) -> None:
        self._source, self._digest, self._tail = source, hashlib.sha256(), b""

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        held = self._tail + piece
        cut = max(0, len(held) - SEAL_BYTES)
        self._digest.update(held[:cut])
        self._tail = held[cut:]
        return piece

    @property
    def is_whole(self) -> bool:
        return self._tail == seal(self._digest.hexdigest())


def entries(source: ByteSource) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each member; the file was whole when this ends without an error.

    Raises:
        BackupDamaged: it is not a backup, was changed, or ends too early.
    """
    unsealed = _Unsealed(source)
    try:
        with GzipFile(fileobj=cast(Any, unsealed)) as unpacked:
            yield from _members(unpacked)
            # What follows the tar is only its padding, but the seal is behind it.
            while unpacked.read(65_536):
                pass
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError) as error:
        raise BackupDamaged(str(error) or type(error).__name__) from error
    if not unsealed.is_whole:
        raise BackupDamaged("its seal does not match, so it was changed or cut off")


def _members(unpacked: GzipFile) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=unpacked, mode="r|") as tar:
        for entry in tar:
            file = tar.extractfile(entry) if entry.isreg() else None
            if file is None or entry.size > LARGEST_MEMBER:
                raise BackupDamaged(f"{entry.name!r} is no member of a backup")
            content = file.read()
            if len(content) != entry.size:
                raise BackupDamaged(f"{entry.name!r} ends too early")
            yield entry.name, content


def read_head(content: bytes) -> BackupHead:
    """Return the head.

    Raises:
        BackupTooNew: the layout of the file is one that this code does not know.
        BackupDamaged: it is no head.
    """
    try:
        found = json.loads(content)
        layout = int(found["format"])
        if layout > FORMAT:
            raise BackupTooNew("format", layout, FORMAT)
        made_at = datetime.fromisoformat(found["made_at"])
        return BackupHead(made_at, int(found["data_version"]), dict(found["settings"]), layout)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged("its first member is no head of a backup") from error


def read_contents(content: bytes) -> BackupContents:
    """Return what the file says that it holds.

    Raises:
        BackupDamaged: it is no such list.
    """
    try:
        found = json.loads(content)
        members = tuple(BackupMember(**member) for member in found["members"])
        collections = {str(name): int(count) for name, count in found["collections"].items()}
        return BackupContents(members, collections, int(found["pictures"]), tuple(found["missing"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged("its last member is no list of contents") from error


def member_of(name: str, content: bytes) -> BackupMember:
    """Return what the list of contents says of a member."""
    return BackupMember(name, len(content), hashlib.sha256(content).hexdigest())


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, default=str).encode()
