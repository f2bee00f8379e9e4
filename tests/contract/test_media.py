"""What is known of pictures, and their files, whatever keeps them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import DocumentRefused
from app.adapters.picture_files import FolderShelf
from app.media.model import PictureFormat, PictureState
from app.media.store import PictureShelf
from tests.fakes import FakePictureShelf

from .conftest import Stores
from .samples import NOW, later, picture, rendition

ALL = (rendition(1600), rendition(1600, PictureFormat.AVIF), rendition(320, PictureFormat.WEBP))


def test_a_picture_is_stored_once_and_found_as_it_was_stored(stores: Stores) -> None:
    assert stores.media.insert(picture())
    assert not stores.media.insert(picture(name="another.jpg"))
    assert stores.media.picture(picture().id) == picture()
    assert stores.media.picture("pic_unknown") is None


def test_pictures_are_found_by_their_ids_and_unknown_ones_left_out(stores: Stores) -> None:
    for number in (1, 2, 3):
        stores.media.insert(picture(number))
    found = stores.media.pictures([picture(3).id, "pic_unknown", picture(1).id])
    assert found == {picture(1).id: picture(1), picture(3).id: picture(3)}
    assert stores.media.pictures([]) == {}
    assert sorted(found.name for found in stores.media.every_picture()) == [
        "tides-1.jpg",
        "tides-2.jpg",
        "tides-3.jpg",
    ]
    assert [found.name for found in stores.media.newest(2)] == ["tides-3.jpg", "tides-2.jpg"]


def test_of_two_who_saw_the_same_picture_one_may_try(stores: Stores) -> None:
    stores.media.insert(picture())
    assert stores.media.begin_try(picture(), later(minutes=5))
    assert not stores.media.begin_try(picture(), later(minutes=5))
    assert stores.media.picture(picture().id) == picture(tries=1, tried_at=later(minutes=5))
    assert not stores.media.begin_try(picture(2), NOW)


def test_a_picture_that_is_complete_waits_no_more(stores: Stores) -> None:
    stores.media.insert(picture())
    stores.media.complete(picture().id, ALL)
    complete = picture(renditions=ALL, state=PictureState.COMPLETE, version=2)
    assert stores.media.picture(picture().id) == complete

    assert not stores.media.begin_try(picture(), NOW)
    stores.media.note_failure(picture().id, "too late", is_final=True)
    stores.media.complete(picture().id, ALL[:1])
    assert stores.media.picture(picture().id) == complete
    assert stores.media.waiting(later(days=1), 10) == []


def test_a_failure_is_noted_and_the_last_one_ends_the_waiting(stores: Stores) -> None:
    stores.media.insert(picture())
    stores.media.note_failure(picture().id, "out of memory", is_final=False)
    known = picture(reason="out of memory", version=2)
    assert stores.media.picture(picture().id) == known
    assert stores.media.waiting(later(minutes=1), 10) == [known]

    stores.media.note_failure(picture().id, "out of memory again", is_final=True)
    known = replace(known, state=PictureState.FAILED, reason="out of memory again", version=3)
    assert stores.media.picture(picture().id) == known
    assert stores.media.waiting(later(minutes=1), 10) == []


def test_those_that_wait_longest_come_first(stores: Stores) -> None:
    for number in (3, 1, 2):
        stores.media.insert(picture(number))
    assert [found.name for found in stores.media.waiting(later(seconds=3), 10)] == [
        "tides-1.jpg",
        "tides-2.jpg",
    ]
    stores.media.begin_try(picture(1), later(seconds=9))
    assert [found.name for found in stores.media.waiting(later(minutes=1), 2)] == [
        "tides-2.jpg",
        "tides-3.jpg",
    ]


def test_a_picture_that_was_given_up_can_wait_again(stores: Stores) -> None:
    stores.media.insert(picture(tries=3))
    stores.media.note_failure(picture().id, "out of memory", is_final=True)
    again = replace(picture(), renditions=(rendition(320),))
    stores.media.reopen(again, later(minutes=9))
    assert stores.media.picture(picture().id) == replace(again, tried_at=later(minutes=9), version=3)


def test_the_database_refuses_a_picture_that_no_page_could_show(database: Database, mongo: Stores) -> None:
    media = database.documents("media")
    with pytest.raises(DocumentRefused):
        media.insert({"_id": "pic_1", "width": 800, "height": 600, "renditions": [], "state": "lovely"})
    with pytest.raises(DocumentRefused):
        media.insert({"_id": "pic_1", "width": -1, "height": 600, "renditions": [], "state": "first"})
    assert list(mongo.media.every_picture()) == []


@pytest.fixture(params=["fake", "folder"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> PictureShelf:
    """The shelf under test: once faked, once a folder."""
    return FakePictureShelf() if request.param == "fake" else FolderShelf(tmp_path / "media")


def test_what_was_put_on_the_shelf_is_there(shelf: PictureShelf) -> None:
    assert not shelf.has("a-320.jpg")
    assert shelf.original_size("pic_1") is None
    assert shelf.original("pic_1") is None

    shelf.keep_original("pic_1", b"an original")
    shelf.keep("a-320.jpg", b"a file")
    shelf.keep("a-320.jpg", b"a file")

    assert shelf.original("pic_1") == b"an original"
    assert shelf.original_size("pic_1") == 11
    assert shelf.has("a-320.jpg")
    assert not shelf.has("pic_1")


def test_a_file_is_whole_and_nothing_half_written_lies_beside_it(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "media")
    (tmp_path / "media" / "files").mkdir(parents=True)
    (tmp_path / "media" / "files" / "a-320.jpg").write_bytes(b"cut o")
    shelf.keep("a-320.jpg", b"cut off no more")
    shelf.keep_original("pic_1", b"an original")
    found = {
        path.relative_to(tmp_path / "media").as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert found == {"files/a-320.jpg", "originals/pic_1"}
    assert (tmp_path / "media" / "files" / "a-320.jpg").read_bytes() == b"cut off no more"


def test_an_original_that_has_rotted_is_replaced_though_its_size_is_the_same(shelf: PictureShelf) -> None:
    shelf.keep_original("pic_1", b"an orivinal")
    shelf.keep_original("pic_1", b"an original")
    assert shelf.original("pic_1") == b"an original"


def test_a_file_that_is_right_is_not_written_again(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "media")
    shelf.keep_original("pic_1", b"an original")
    before = (tmp_path / "media/originals/pic_1").stat().st_ino
    shelf.keep_original("pic_1", b"an original")
    assert (tmp_path / "media/originals/pic_1").stat().st_ino == before
