"""Adding pictures, deriving their sizes, and what is shown when files are lost."""

from __future__ import annotations

import pytest

from app.media.model import (
    LARGEST_BYTES,
    NotAPicture,
    Picture,
    PictureFormat,
    PictureState,
    Rendition,
    TooLarge,
    picture_id,
)
from app.media.service import Media
from tests.fakes import FakeClock, FakeCodec, FakeMediaStore, FakePictureShelf, Memory

TIDES = b"1500x2000 tides"
TIDES_ID = picture_id(TIDES)


class Darkroom:
    """The service over fakes, and what workers were woken for."""

    def __init__(self) -> None:
        self.store, self.shelf, self.codec = FakeMediaStore(Memory()), FakePictureShelf(), FakeCodec()
        self.clock, self.woken = FakeClock(), list[str]()
        self.media = Media(self.store, self.shelf, self.codec, self.clock, self.woken.append)

    def known(self) -> Picture:
        picture = self.store.picture(TIDES_ID)
        assert picture is not None
        return picture


@pytest.fixture
def room() -> Darkroom:
    """A darkroom without pictures."""
    return Darkroom()


def test_a_picture_can_be_shown_as_soon_as_it_was_added(room: Darkroom) -> None:
    picture = room.media.add(TIDES, "tides.jpg")
    assert (picture.id, picture.width, picture.height, picture.tone) == (TIDES_ID, 1500, 2000, 21)
    assert (picture.state, picture.name, picture.size) == (PictureState.FIRST, "tides.jpg", 15)
    assert [(one.format, one.width, one.height) for one in picture.renditions] == [("jpeg", 1500, 2000)]
    assert room.shelf.originals == {TIDES_ID: TIDES}
    assert list(room.shelf.files) == [picture.renditions[0].name]
    assert room.woken == [TIDES_ID]
    assert room.codec.derived == []


def test_the_same_file_is_the_same_picture(room: Darkroom) -> None:
    first = room.media.add(TIDES, "tides.jpg")
    assert room.media.add(TIDES, "copy of tides.jpg") == first
    assert room.woken == [TIDES_ID]


def test_what_is_no_picture_or_too_large_leaves_nothing_behind(room: Darkroom) -> None:
    with pytest.raises(NotAPicture, match=r"notes\.jpg is no picture that can be shown\. Save it as JPEG"):
        room.media.add(b"Dear diary", "notes.jpg")
    with pytest.raises(TooLarge, match=r"huge\.png has 20\.0 MB, and at most 20 MB are taken"):
        room.media.add(b"1x1 " + b"x" * LARGEST_BYTES, "huge.png")
    assert room.shelf.originals == room.shelf.files == {}
    assert room.woken == []
    assert list(room.store.every_picture()) == []


def test_derivation_makes_every_size_and_keeps_the_first_jpeg(room: Darkroom) -> None:
    first = room.media.add(TIDES)
    room.media.derive(TIDES_ID)
    known = room.known()
    assert (known.state, known.tries, known.version) == (PictureState.COMPLETE, 1, 2)
    widths = [320, 480, 640, 960, 1280, 1500]
    assert {form: [one.width for one in known.of(form)] for form in PictureFormat} == {
        "avif": widths,
        "webp": widths,
        "jpeg": widths,
    }
    assert known.first == known.largest == first.renditions[0]
    assert set(room.shelf.files) == set(known.names)

    room.media.derive(TIDES_ID)
    room.media.derive("pic_unknown")
    assert room.codec.derived == [TIDES]
    assert room.known() == known


def test_the_sweep_wakes_a_worker_for_a_picture_that_waits_longer_than_a_minute(room: Darkroom) -> None:
    room.media.add(TIDES)
    room.clock.turn(seconds=60)
    assert room.media.sweep() == 0
    room.clock.turn(seconds=1)
    assert room.media.sweep() == 1
    assert room.woken == [TIDES_ID, TIDES_ID]


def test_after_three_tries_a_derivation_is_given_up_and_the_first_jpeg_stays(room: Darkroom) -> None:
    first = room.media.add(TIDES)
    room.codec.fault = MemoryError()
    for tries in (1, 2, 3):
        assert room.known().state is PictureState.FIRST
        room.media.derive(TIDES_ID)
        assert room.known().tries == tries
    known = room.known()
    assert (known.state, known.reason) == (PictureState.FAILED, "MemoryError")
    assert known.renditions == first.renditions
    room.clock.turn(hours=1)
    assert room.media.sweep() == 0
    room.media.derive(TIDES_ID)
    assert len(room.codec.derived) == 3


def test_a_try_that_took_its_process_down_counts(room: Darkroom) -> None:
    room.media.add(TIDES)
    for _ in range(3):
        assert room.store.begin_try(room.known(), room.clock.now())
    room.clock.turn(minutes=2)
    room.media.derive(TIDES_ID)
    assert room.codec.derived == []
    assert room.media.sweep() == 1
    assert room.known().state is PictureState.FAILED
    assert room.known().reason == "The work was cut off each time: out of memory or out of time."
    assert room.woken == [TIDES_ID]


def test_uploading_again_brings_back_what_was_lost(room: Darkroom) -> None:
    room.media.add(TIDES)
    room.media.derive(TIDES_ID)
    complete = room.known()
    lost = complete.of(PictureFormat.AVIF)[0].name
    del room.shelf.files[lost], room.shelf.originals[TIDES_ID]
    assert room.media.missing_files(complete) == [f"original of {TIDES_ID}", lost]

    assert room.media.add(TIDES).state is PictureState.FIRST
    assert room.woken == [TIDES_ID, TIDES_ID]
    room.media.derive(TIDES_ID)
    assert room.known().renditions == complete.renditions
    assert room.media.missing_files(room.known()) == []


def test_lost_files_are_brought_back_from_the_original(room: Darkroom) -> None:
    room.media.add(TIDES, "tides.jpg")
    room.media.derive(TIDES_ID)
    whole = room.known()
    assert room.media.mend() == 0
    room.shelf.files.clear()
    assert room.media.mend() == 1
    assert room.media.missing_files(room.known()) == []
    room.media.derive(TIDES_ID)
    assert (room.known().renditions, room.known().name) == (whole.renditions, "tides.jpg")
    room.shelf.files.clear()
    room.shelf.originals.clear()
    assert room.media.mend() == 0


def test_a_damaged_original_holds_up_no_other_mending(
    room: Darkroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable, rotten, other = b"800x800 dunes", b"900x900 reeds", b"1200x1200 moors"
    for content in (unreadable, rotten, TIDES, other):
        room.media.add(content)
    whole = room.known()
    room.shelf.files.clear()
    room.shelf.originals[picture_id(rotten)] = b"901x901 reeds"
    room.shelf.originals[picture_id(other)] = b"no picture at all"
    original = room.shelf.original

    def read(identifier: str) -> bytes | None:
        if identifier == picture_id(unreadable):
            raise OSError(5, "Input/output error")
        return original(identifier)

    monkeypatch.setattr(room.shelf, "original", read)

    assert room.media.mend() == 1
    assert set(room.shelf.files) == set(whole.names)
    # What a damaged file holds now is no picture of the shop.
    assert {picture.id for picture in room.store.every_picture()} == {
        *(picture_id(content) for content in (unreadable, rotten, TIDES, other))
    }
    told = [(record.message, record.picture_id, record.reason) for record in caplog.records]  # type: ignore[attr-defined]
    damaged = "The original of {} is damaged. Upload the same file again."
    assert told == [
        ("picture not mended", picture_id(unreadable), "[Errno 5] Input/output error"),
        ("picture not mended", picture_id(rotten), damaged.format(picture_id(rotten))),
        ("picture not mended", picture_id(other), damaged.format(picture_id(other))),
    ]


def test_a_picture_that_can_no_longer_be_read_holds_up_no_other_mending(room: Darkroom) -> None:
    unknown = b"unknown to this codec"
    lost = (Rendition(PictureFormat.JPEG, 1, 1, "aaaaaaaaaaaaaaaa-1.jpg", 9),)
    room.store.insert(Picture(picture_id(unknown), 1, 1, tone=1, renditions=lost, size=len(unknown)))
    room.shelf.originals[picture_id(unknown)] = unknown
    room.media.add(TIDES)
    room.shelf.files.clear()

    assert room.media.mend() == 1
    assert room.media.missing_files(room.known()) == []


def test_an_original_of_another_length_is_as_good_as_missing_until_it_is_uploaded_again(
    room: Darkroom,
) -> None:
    room.media.add(TIDES)
    room.shelf.originals[TIDES_ID] = TIDES[:-1]
    assert room.media.missing_files(room.known()) == [f"original of {TIDES_ID}"]

    room.media.add(TIDES)
    assert room.shelf.originals == {TIDES_ID: TIDES}
    assert room.media.missing_files(room.known()) == []


def test_uploading_again_replaces_an_original_that_has_rotted(room: Darkroom) -> None:
    room.media.add(TIDES)
    room.shelf.originals[TIDES_ID] = TIDES.swapcase()

    room.media.add(TIDES)

    assert room.shelf.originals == {TIDES_ID: TIDES}
    assert room.woken == [TIDES_ID]


def test_nothing_is_derived_from_an_original_that_has_rotted(room: Darkroom) -> None:
    room.media.add(TIDES)
    room.shelf.originals[TIDES_ID] = TIDES.swapcase()
    room.media.derive(TIDES_ID)
    known = room.known()
    assert (known.state, known.tries) == (PictureState.FIRST, 1)
    assert known.reason == f"The original of {TIDES_ID} is damaged. Upload the same file again."
    assert room.codec.derived == []


def test_a_picture_without_its_original_is_not_derived(room: Darkroom) -> None:
    room.media.add(TIDES)
    room.shelf.originals.clear()
    room.media.derive(TIDES_ID)
    assert room.known().reason == f"The original of {TIDES_ID} is missing. Upload the same file again."
    assert room.known().state is PictureState.FIRST


def test_what_is_shown_does_without_the_files_that_are_lost(room: Darkroom) -> None:
    room.media.add(TIDES)
    room.media.derive(TIDES_ID)
    whole = room.known()
    assert room.media.showable([TIDES_ID, "pic_unknown", TIDES_ID]) == {TIDES_ID: whole}

    lost = whole.of(PictureFormat.AVIF)[2]
    content = room.shelf.files.pop(lost.name)
    shown = room.media.showable([TIDES_ID])[TIDES_ID]
    assert set(whole.renditions) - set(shown.renditions) == {lost}
    room.shelf.files[lost.name] = content
    assert room.media.showable([TIDES_ID]) == {TIDES_ID: whole}

    for jpeg in whole.of(PictureFormat.JPEG):
        del room.shelf.files[jpeg.name]
    assert room.media.showable([TIDES_ID]) == {}
