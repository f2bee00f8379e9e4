"""What can be done: write the whole shop into one file, and fill an empty shop from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote, unquote

from app.backup.archive import CONTENTS, ArchiveWriter, entries, member_of
from app.backup.model import (
    LEFT_OUT,
    BackupContents,
    BackupDamaged,
    BackupHead,
    DatabaseInUse,
    OtherDatabase,
    PassphraseNeeded,
)
from app.backup.store import (
    BackupProgress,
    ByteSink,
    ByteSource,
    Cipher,
    DumpSource,
    LoadTarget,
    Originals,
    Snapshot,
)
from app.backup.verified import DATABASE, PICTURES, Verified
from app.clock import Clock
from app.media.model import picture_id

BEGINNING = 64


@dataclass(frozen=True)
class RestoreReport:
    """What a restore has brought back."""

    head: BackupHead
    contents: BackupContents
    unusual: int
    """Documents that the validators of this code would not have taken; they were brought back as they are."""


@dataclass(frozen=True)
class Backups:
    """Writes and reads the files of backups."""

    source: DumpSource
    target: LoadTarget
    originals: Originals
    cipher: Cipher
    clock: Clock

    def write(
        self,
        sink: ByteSink,
        settings: Mapping[str, object],
        progress: BackupProgress,
        passphrase: str = "",
    ) -> BackupContents:
        """Write the shop as it is at one moment, while it goes on selling.

        Args:
            sink: where the file goes.
            settings: the settings that are no secret.
            progress: hears how far the work has come.
            passphrase: encrypts the file, where there is one.

        Raises:
            SnapshotLost: the database could not be read as of one moment.
            StoreUnavailable: the database cannot be reached.
        """
        encrypting = self.cipher.encrypting(sink, passphrase) if passphrase else None
        with self.source.snapshot() as snapshot:
            head = BackupHead(self.clock.now(), snapshot.data_version, settings)
            archive = ArchiveWriter(encrypting or sink, head)
            counts = self._dump(snapshot, archive, progress)
            pictures = list(snapshot.picture_ids())
            snapshot.prove()
        # An original is never changed and never deleted, so it need not be of the same moment.
        missing = self._keep_pictures(pictures, archive, progress)
        contents = archive.close(counts, len(pictures) - len(missing), missing)
        if encrypting:
            encrypting.close()
        return contents

    def examine(
        self, file: BinaryIO, size: int, progress: BackupProgress, passphrase: str = ""
    ) -> tuple[BackupHead, BackupContents]:
        """Read the whole file and hold every byte against its checksums; nothing is written.

        Raises:
            BackupDamaged, BackupTooNew, PassphraseNeeded, PassphraseWrong: with the reason.
        """
        progress.began("verifying", size)
        found = Verified()
        for name, content in entries(self._opened(file, passphrase)):
            found.take(name, content)
            progress.reached(file.tell())
        return found.result(self.target.data_version)

    def restore(
        self,
        file: BinaryIO,
        size: int,
        name: str,
        progress: BackupProgress,
        *,
        passphrase: str = "",
        replace: str = "",
    ) -> RestoreReport:
        """Fill the database and the shelf of pictures from a file that was verified first.

        Args:
            file: the backup, which is read twice.
            size: its bytes.
            name: what it is called, for the marker of a restore that is cut off.
            progress: hears how far the work has come.
            passphrase: opens the file, where it is encrypted.
            replace: the database's name, where all that is in it is given up.

        Raises:
            OtherDatabase, DatabaseInUse: nothing was written.
            BackupDamaged, BackupTooNew, PassphraseNeeded, PassphraseWrong: nothing was written.
            RestoreTakenOver: another restore has begun.
        """
        if replace and replace != self.target.name:
            raise OtherDatabase(self.target.name, replace)
        in_use = () if replace else self.target.in_use()
        if in_use:
            raise DatabaseInUse(self.target.name, in_use)
        head, contents = self.examine(file, size, progress, passphrase)
        file.seek(0)
        progress.began("restoring", size)
        loading, unusual = self.target.begin(name), 0
        for member, (name, content) in zip(
            contents.members, self._unchanged(file, contents, passphrase), strict=True
        ):
            if member.name.startswith(DATABASE):
                unusual += loading.load(_collection_of(name), content)
            elif member.name.startswith(PICTURES):
                self.originals.keep_original(name.removeprefix(PICTURES), content)
            progress.reached(file.tell())
        loading.finish(head.data_version)
        return RestoreReport(head, contents, unusual)

    def _dump(self, snapshot: Snapshot, archive: ArchiveWriter, progress: BackupProgress) -> dict[str, int]:
        names = [name for name in snapshot.collections() if name not in LEFT_OUT]
        progress.began("documents", sum(snapshot.estimate(name) for name in names))
        counts, done = {}, 0
        for name in names:
            counts[name] = 0
            for number, batch in enumerate(snapshot.batches(name), start=1):
                archive.add(f"{DATABASE}{quote(name, safe='')}/{number:06}.bson", batch.content)
                counts[name] += batch.documents
                progress.reached(done + counts[name])
            done += counts[name]
        return counts

    def _keep_pictures(self, ids: list[str], archive: ArchiveWriter, progress: BackupProgress) -> list[str]:
        progress.began("pictures", len(ids))
        missing = []
        for number, identifier in enumerate(ids, start=1):
            # A file that has rotted on the disk, or that the disk gives no longer, is as good as none.
            try:
                content = self.originals.original(identifier)
            except OSError:
                content = None
            if content is None or picture_id(content) != identifier:
                missing.append(identifier)
            else:
                archive.add(f"{PICTURES}{identifier}", content)
            progress.reached(number)
        return missing

    def _opened(self, file: BinaryIO, passphrase: str) -> ByteSource:
        file.seek(0)
        is_encrypted = self.cipher.is_encrypted(file.read(BEGINNING))
        file.seek(0)
        if not is_encrypted:
            return file
        if not passphrase:
            raise PassphraseNeeded
        return self.cipher.decrypting(file, passphrase)

    def _unchanged(
        self, file: BinaryIO, contents: BackupContents, passphrase: str
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the members once more, each held against what was verified a moment ago."""
        expected = iter(contents.members)
        for name, content in entries(self._opened(file, passphrase)):
            if name == CONTENTS:
                continue
            member = next(expected, None)
            if member is None or member != member_of(name, content):
                raise BackupDamaged(f"{name!r} was changed while it was being restored")
            yield name, content


def _collection_of(member: str) -> str:
    return unquote(member.removeprefix(DATABASE).partition("/")[0])
