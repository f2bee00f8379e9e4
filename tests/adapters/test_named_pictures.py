"""Pictures by file name, from a folder or an archive, and never from anywhere else."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from app.adapters import named_pictures
from app.adapters.named_pictures import PictureFiles
from app.catalogue.sources import PictureUnavailable
from app.errors import InvalidValue

FILES = {
    "Oak Lamp.JPG": b"oak",
    "deep/er/crème.png": b"creme",
    "a/twice.png": b"first",
    "b/Twice.png": b"second",
    "__MACOSX/._oak lamp.jpg": b"hidden",
    ".thumbs/desk.png": b"hidden",
}


@pytest.fixture(params=["folder", "archive"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same files in a folder and in an archive."""
    if request.param == "archive":
        path = tmp_path / "pictures.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in FILES.items():
                archive.writestr(name, content)
        return path
    for name, content in FILES.items():
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "pictures"


def test_a_picture_is_found_by_its_last_name_in_any_case(place: Path) -> None:
    with PictureFiles(place) as pictures:
        assert pictures.content("oak lamp.jpg") == b"oak"
        assert pictures.content("CRE\u0300ME.png") == b"creme"
        assert pictures.content("TWICE.PNG") == b"first"
        assert not pictures.has("desk.png")
        assert not pictures.has("deep/er/crème.png")
        with pytest.raises(PictureUnavailable, match=r"none.png: there is no such file in .*pictures"):
            pictures.content("none.png")


def test_a_file_that_is_too_large_for_a_picture_is_not_read_whole(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_pictures, "LARGEST_BYTES", 4)
    with PictureFiles(place) as pictures:
        assert pictures.content("oak lamp.jpg") == b"oak"
        with pytest.raises(PictureUnavailable, match="it has more than 0 MB"):
            pictures.content("twice.png")


def test_too_many_files_are_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_pictures, "MOST_FILES", 3)
    with pytest.raises(InvalidValue, match="a place with at most 3 files"):
        PictureFiles(place)


def test_what_is_neither_folder_nor_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pictures.rar"
    path.write_bytes(b"Rar!")
    with pytest.raises(
        InvalidValue, match=r"images is '.*pictures.rar', but must be a folder or a ZIP archive"
    ):
        PictureFiles(path)


def test_links_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "deep.png").write_bytes(b"deep")
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "lamp.png").symlink_to(tmp_path / "secret")
    (folder / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    path = tmp_path / "pictures.zip"
    link = zipfile.ZipInfo("lamp.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, str(tmp_path / "secret"))

    for place in (folder, path):
        with PictureFiles(place) as pictures:
            assert not pictures.has("lamp.png")
            assert not pictures.has("deep.png")


def test_an_archive_whose_names_lead_out_of_it_writes_nothing(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    path = inner / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.png", b"out")
        archive.writestr("..\\windows.png", b"out")
        archive.writestr("/etc/rooted.png", b"out")

    with PictureFiles(path) as pictures:
        # Only last names count: the content may be looked at, a path is never opened.
        assert pictures.has("rooted.png")
        assert pictures.content("rooted.png") == b"out"
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == ["pictures.zip"]


def test_a_broken_entry_is_told_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.png", b"BROKEN-LATER")
        archive.writestr("good.png", b"good")
    path.write_bytes(path.read_bytes().replace(b"BROKEN-LATER", b"BROKEN-XXXXX"))

    with PictureFiles(path) as pictures:
        with pytest.raises(PictureUnavailable, match="bad.png: it cannot be read"):
            pictures.content("bad.png")
        assert pictures.content("good.png") == b"good"


def test_an_entry_that_is_damaged_in_its_compression_is_told(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("bad.png", bytes(range(256)) * 40)
        archive.writestr("good.png", b"good")
        begin = archive.getinfo("bad.png").header_offset + 30 + len("bad.png")
    raw = bytearray(path.read_bytes())
    # The properties of the compression follow four bytes of its version and their length.
    raw[begin + 4 : begin + 9] = b"\xff" * 5
    path.write_bytes(raw)

    with PictureFiles(path) as pictures:
        with pytest.raises(PictureUnavailable, match="bad.png: it cannot be read"):
            pictures.content("bad.png")
        assert pictures.content("good.png") == b"good"


def test_an_entry_whose_own_name_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bäd.png", b"bad")
        archive.writestr("good.png", b"good")
    # The name stands before the entry and again at the archive's end, where it stays whole.
    path.write_bytes(path.read_bytes().replace("bäd".encode(), b"b\xff\xffd", 1))

    with PictureFiles(path) as pictures:
        with pytest.raises(PictureUnavailable, match="bäd.png: it cannot be read"):
            pictures.content("bäd.png")
        assert pictures.content("good.png") == b"good"
