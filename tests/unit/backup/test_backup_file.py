"""The file of a backup: whole or refused, whatever happens to any of its bytes, encrypted or not."""

from __future__ import annotations

import hashlib
import io
import json
import random
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from app.adapters import age
from app.adapters.age import CHUNK, AgeCipher
from app.backup.archive import ArchiveWriter, entries
from app.backup.model import (
    BackupContents,
    BackupDamaged,
    BackupHead,
    BackupMember,
    BackupTooNew,
    DatabaseInUse,
    DocumentBatch,
    OtherDatabase,
    PassphraseNeeded,
    PassphraseWrong,
)
from app.backup.service import Backups
from app.clock import Clock
from app.errors import VitrineError
from app.media.model import picture_id
from tests.fakes.backup import FakeOriginals, FakeShopData, Progress


def dice(seed: int) -> random.Random:
    """Return chance that is the same each time."""
    return random.Random(seed)  # noqa: S311 - no secret


PICTURE = dice(5).randbytes(3 * CHUNK)
"""Noise, as a JPEG is for whoever compresses it, and longer than a chunk."""
PASSPHRASE = "a window with something behind it"


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return the same noon."""
        return datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess may be cheap here: these files protect nothing."""
    monkeypatch.setattr(age, "WORK_FACTOR", 4)


def backups(data: FakeShopData, originals: FakeOriginals | None = None) -> Backups:
    """Return what writes and reads backups, over fakes."""
    clock: Clock = Noon()
    return Backups(data, data, originals or FakeOriginals(), AgeCipher(), clock)


def a_shop() -> tuple[FakeShopData, FakeOriginals]:
    """Return a shop with two batches of orders, no cart, and a picture."""
    data = FakeShopData(
        {
            "orders": [DocumentBatch(b"order 1, order 2", 2), DocumentBatch(b"order 3", 1)],
            "carts": [],
            "staff_sessions": [DocumentBatch(b"who is signed in", 1)],
            "weird/name.": [DocumentBatch(b"of another program", 1)],
        },
        [picture_id(PICTURE)],
    )
    return data, FakeOriginals({picture_id(PICTURE): PICTURE})


def written(passphrase: str = "") -> bytes:
    """Return the bytes of a backup."""
    file = io.BytesIO()
    backups(*a_shop()).write(file, {"VITRINE_CART_DAYS": 60}, Progress(), passphrase)
    return file.getvalue()


def examined(content: bytes, passphrase: str = "") -> tuple[BackupHead, BackupContents]:
    """Verify the bytes of a backup."""
    return backups(FakeShopData()).examine(io.BytesIO(content), len(content), Progress(), passphrase)


def test_what_was_written_is_read_again_and_sessions_stay_behind() -> None:
    head, contents = examined(written())

    assert head == BackupHead(Noon().now(), 1, {"VITRINE_CART_DAYS": 60})
    assert contents.collections == {"carts": 0, "orders": 3, "weird/name.": 1}
    assert (contents.documents, contents.pictures, contents.missing) == (4, 1, ())
    assert [member.name for member in contents.members] == [
        "vitrine-backup.json",
        "database/orders/000001.bson",
        "database/orders/000002.bson",
        "database/weird%2Fname./000001.bson",
        f"pictures/{picture_id(PICTURE)}",
    ]
    assert contents.members[2] == BackupMember(
        "database/orders/000002.bson", 7, hashlib.sha256(b"order 3").hexdigest()
    )


def test_a_restore_writes_the_same_batches_and_pictures_between_its_beginning_and_its_end() -> None:
    content, target, originals = written(), FakeShopData(), FakeOriginals()

    report = backups(target, originals).restore(io.BytesIO(content), len(content), "shop.vitrine", Progress())

    assert target.events == ["begin shop.vitrine", "finish 1"]
    assert {name: [batch.content for batch in found] for name, found in target.kept.items()} == {
        "orders": [b"order 1, order 2", b"order 3"],
        "weird/name.": [b"of another program"],
    }
    assert originals.files == {picture_id(PICTURE): PICTURE}
    assert report.contents.documents == 4


def test_a_backup_is_a_tar_that_any_tar_opens(tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    file.write_bytes(written())

    run = subprocess.run(["tar", "xzf", file, "-C", tmp_path], capture_output=True, text=True, check=True)

    assert run.stderr == ""
    assert (tmp_path / "database/orders/000002.bson").read_bytes() == b"order 3"
    assert json.loads((tmp_path / "contents.json").read_text())["collections"]["orders"] == 3


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE], ids=["plain", "encrypted"])
def test_a_changed_byte_anywhere_is_refused(passphrase: str) -> None:
    content = written(passphrase)
    edges = [*range(300), *range(len(content) - 300, len(content))]
    for position in [*edges, *dice(7).sample(range(len(content)), 150)]:
        damaged = bytearray(content)
        damaged[position] ^= 0x40
        with pytest.raises((BackupDamaged, PassphraseWrong)):
            examined(bytes(damaged), passphrase)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE], ids=["plain", "encrypted"])
def test_a_file_that_ends_early_or_late_is_refused(passphrase: str) -> None:
    content = written(passphrase)
    for size in [0, 1, 64, 200, *dice(9).sample(range(len(content)), 60), len(content) - 1]:
        with pytest.raises(BackupDamaged):
            examined(content[:size], passphrase)
    for more in (b"\x00", b"more", content):
        with pytest.raises(BackupDamaged):
            examined(content + more, passphrase)


def test_chunks_that_changed_places_are_refused() -> None:
    content = written(PASSPHRASE)
    first = content.index(b"\n---") + 5
    begin = content.index(b"\n", first) + 1 + 16
    one, two = content[begin : begin + CHUNK + 16], content[begin + CHUNK + 16 : begin + 2 * (CHUNK + 16)]

    with pytest.raises(BackupDamaged):
        examined(content[:begin] + two + one + content[begin + 2 * (CHUNK + 16) :], PASSPHRASE)


def test_nothing_is_written_where_the_last_byte_is_wrong() -> None:
    content = written()[:-1] + b"\x01"
    target, originals = FakeShopData(), FakeOriginals()

    with pytest.raises(BackupDamaged):
        backups(target, originals).restore(io.BytesIO(content), len(content), "shop", Progress())

    assert (target.events, target.kept, originals.files) == ([], {}, {})


def test_an_encrypted_backup_opens_by_its_passphrase_only() -> None:
    content = written(PASSPHRASE)

    assert examined(content, PASSPHRASE)[1].documents == 4
    assert b"order" not in content
    with pytest.raises(PassphraseNeeded, match="--passphrase-file"):
        examined(content)
    with pytest.raises(PassphraseWrong):
        examined(content, PASSPHRASE + " ")


def test_an_encrypted_backup_is_an_age_file_for_an_implementation_that_is_not_ours() -> None:
    ours = written(PASSPHRASE)
    theirs = pyrage.passphrase.encrypt(written(), PASSPHRASE)

    assert list(entries(io.BytesIO(pyrage.passphrase.decrypt(ours, PASSPHRASE))))[-1][0] == "contents.json"
    assert examined(theirs, PASSPHRASE)[1].documents == 4


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_every_length_is_encrypted_as_the_format_wants_it(size: int) -> None:
    plain, sink = dice(size).randbytes(size), io.BytesIO()
    encrypting = AgeCipher().encrypting(sink, PASSPHRASE)
    for begin in range(0, size, 50_000):
        encrypting.write(plain[begin : begin + 50_000])
    encrypting.close()

    assert pyrage.passphrase.decrypt(sink.getvalue(), PASSPHRASE) == plain
    decrypted = AgeCipher().decrypting(io.BytesIO(sink.getvalue()), PASSPHRASE)
    assert b"".join(iter(lambda: decrypted.read(1000), b"")) == plain


def test_a_header_that_asks_for_all_memory_is_refused_before_it_gets_any() -> None:
    content = written(PASSPHRASE).replace(b" 4\n", b" 40\n", 1)

    with pytest.raises(BackupDamaged, match="work factor of 40"):
        examined(content, PASSPHRASE)


def test_newer_data_and_a_newer_format_are_refused_with_both_numbers() -> None:
    newer, layout = io.BytesIO(), io.BytesIO()
    for file, head in (
        (newer, BackupHead(Noon().now(), 2)),
        (layout, BackupHead(Noon().now(), 1, format=2)),
    ):
        ArchiveWriter(file, head).close({}, 0, [])

    with pytest.raises(BackupTooNew, match="data version 2, this code knows 1"):
        examined(newer.getvalue())
    with pytest.raises(BackupTooNew, match="format 2, this code knows 1"):
        examined(layout.getvalue())


def test_a_shop_that_is_in_use_is_left_alone_unless_its_own_name_is_typed() -> None:
    content = written()
    target = FakeShopData({"orders": [DocumentBatch(b"of today", 1)]}, name="shop")
    service = backups(target)

    with pytest.raises(DatabaseInUse, match="holds orders.*--replace shop"):
        service.restore(io.BytesIO(content), len(content), "old", Progress())
    with pytest.raises(OtherDatabase, match="names 'shpo', the settings lead to 'shop'"):
        service.restore(io.BytesIO(content), len(content), "old", Progress(), replace="shpo")
    assert (target.events, list(target.kept)) == ([], ["orders"])

    service.restore(io.BytesIO(content), len(content), "old", Progress(), replace="shop")
    assert target.events == ["begin old", "finish 1"]


def test_an_original_that_is_lost_or_has_rotted_is_named_and_the_backup_is_whole_all_the_same() -> None:
    data, originals = a_shop()
    data.pictures.append("pic_lost")
    originals.files[picture_id(PICTURE)] = PICTURE[:-1] + b"x"
    file = io.BytesIO()

    contents = backups(data, originals).write(file, {}, Progress())

    assert (contents.pictures, contents.missing) == (0, (picture_id(PICTURE), "pic_lost"))
    assert examined(file.getvalue())[1].missing == contents.missing


def test_an_original_that_the_disk_gives_no_longer_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data, originals = a_shop()
    readable = b"readable"
    originals.keep_original(picture_id(readable), readable)
    data.pictures.append(picture_id(readable))

    def read(identifier: str) -> bytes | None:
        if identifier == picture_id(PICTURE):
            raise OSError(5, "Input/output error")
        return originals.files.get(identifier)

    monkeypatch.setattr(originals, "original", read)

    contents = backups(data, originals).write(io.BytesIO(), {}, Progress())

    assert (contents.pictures, contents.missing) == (1, (picture_id(PICTURE),))


@pytest.mark.parametrize(
    ("name", "content"),
    [("pictures/../../etc/passwd", b"x"), ("/etc/passwd", b"x"), ("pictures/pic_other", PICTURE)],
)
def test_a_member_that_no_backup_has_is_refused_even_under_a_right_seal(name: str, content: bytes) -> None:
    file = io.BytesIO()
    archive = ArchiveWriter(file, BackupHead(Noon().now(), 1))
    archive.add(name, content)
    archive.close({}, 0, [])

    with pytest.raises(BackupDamaged):
        examined(file.getvalue())


def test_a_tar_of_something_else_is_no_backup() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("readme.txt"), io.BytesIO())

    with pytest.raises(VitrineError, match="does not begin with the head"):
        examined(file.getvalue())


def test_the_bar_moves_to_its_end() -> None:
    data, originals = a_shop()
    progress, file = Progress(), io.BytesIO()
    backups(data, originals).write(file, {}, progress)
    size = len(file.getvalue())
    backups(data).examine(file, size, progress)

    assert progress.parts == [("documents", 4, 4), ("pictures", 1, 1), ("verifying", size, size)]
