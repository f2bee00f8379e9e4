"""The first reading of a file, before anything of it is used: every member is held against the list."""

from __future__ import annotations

from app.backup.archive import CONTENTS, HEAD, member_of, read_contents, read_head
from app.backup.model import BackupContents, BackupDamaged, BackupHead, BackupMember, BackupTooNew
from app.media.model import picture_id

DATABASE, PICTURES = "database/", "pictures/"
"""Where members lie within the file."""


class Verified:
    """What the first reading of a file has found."""

    def __init__(self) -> None:
        self._head: BackupHead | None = None
        self._contents: BackupContents | None = None
        self._seen: list[BackupMember] = []

    def take(self, name: str, content: bytes) -> None:
        """Look at one member: the head first, the contents last, and nothing that is no backup's."""
        if self._contents is not None:
            raise BackupDamaged(f"{name!r} stands behind the list of contents")
        if self._head is None:
            if name != HEAD:
                raise BackupDamaged("it does not begin with the head of a backup")
            self._head = read_head(content)
        elif name == CONTENTS:
            self._contents = read_contents(content)
            return
        elif name.startswith(PICTURES):
            # Also what makes the name a safe one: nothing else is ever written to a disk.
            if name != f"{PICTURES}{picture_id(content)}":
                raise BackupDamaged(f"{name!r} is not the picture of that name")
        elif not name.startswith(DATABASE):
            raise BackupDamaged(f"{name!r} is no member of a backup")
        self._seen.append(member_of(name, content))

    def result(self, known_version: int) -> tuple[BackupHead, BackupContents]:
        """Return head and contents, of a file that is whole."""
        if self._head is None or self._contents is None:
            raise BackupDamaged("it ends before its list of contents")
        if self._seen != list(self._contents.members):
            raise BackupDamaged("what it holds is not what its list of contents says")
        # Asked last, for a damaged number must not be taken for a newer one.
        if self._head.data_version > known_version:
            raise BackupTooNew("data version", self._head.data_version, known_version)
        return self._head, self._contents
