"""Pictures in memory: documents, files, and a codec whose pictures are a line of text."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.clock import Clock
from app.media.codec import Encoded, FirstLook
from app.media.model import (
    FIRST_WIDTH,
    NotAPicture,
    Picture,
    PictureFormat,
    PictureState,
    Rendition,
    height_at,
    widths_of,
)
from app.media.service import Media
from tests.fakes.memory import Memory


class FakeMediaStore:
    def __init__(self, memory: Memory) -> None:
        self._media: dict[str, Picture] = memory.tables["media"]

    def insert(self, picture: Picture) -> bool:
        return self._media.setdefault(picture.id, picture) is picture

    def picture(self, picture_id: str) -> Picture | None:
        return self._media.get(picture_id)

    def pictures(self, ids: Sequence[str]) -> dict[str, Picture]:
        return {identifier: self._media[identifier] for identifier in ids if identifier in self._media}

    def every_picture(self) -> Iterable[Picture]:
        return iter(list(self._media.values()))

    def newest(self, limit: int) -> Sequence[Picture]:
        def age(picture: Picture) -> tuple[datetime | None, str]:
            return picture.created_at, picture.id

        return sorted(self._media.values(), key=age, reverse=True)[:limit]

    def begin_try(self, picture: Picture, now: datetime) -> bool:
        known = self._waiting(picture.id)
        if known is None or known.tries != picture.tries:
            return False
        self._media[known.id] = replace(known, tries=known.tries + 1, tried_at=now)
        return True

    def complete(self, picture_id: str, renditions: Sequence[Rendition]) -> None:
        self._change(picture_id, renditions=tuple(renditions), state=PictureState.COMPLETE, reason="")

    def note_failure(self, picture_id: str, reason: str, *, is_final: bool) -> None:
        state = PictureState.FAILED if is_final else PictureState.FIRST
        self._change(picture_id, state=state, reason=reason)

    def waiting(self, tried_before: datetime, limit: int) -> Sequence[Picture]:
        found = [
            (picture.tried_at, picture.id, picture)
            for picture in self._media.values()
            if picture.state is PictureState.FIRST and picture.tried_at and picture.tried_at < tried_before
        ]
        return [picture for _, _, picture in sorted(found, key=lambda row: row[:2])][:limit]

    def reopen(self, picture: Picture, now: datetime) -> None:
        known = self._media[picture.id]
        self._media[picture.id] = replace(
            known,
            renditions=picture.renditions,
            state=PictureState.FIRST,
            tries=0,
            tried_at=now,
            reason="",
            version=known.version + 1,
        )

    def _waiting(self, picture_id: str) -> Picture | None:
        known = self._media.get(picture_id)
        return known if known and known.state is PictureState.FIRST else None

    def _change(self, picture_id: str, **fields: object) -> None:
        known = self._waiting(picture_id)
        if known is not None:
            changed = replace(known, **fields, version=known.version + 1)  # type: ignore[arg-type]
            self._media[picture_id] = changed


class FakePictureShelf:
    def __init__(self) -> None:
        self.originals: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}

    def keep_original(self, picture_id: str, content: bytes) -> None:
        self.originals[picture_id] = content

    def original(self, picture_id: str) -> bytes | None:
        return self.originals.get(picture_id)

    def original_size(self, picture_id: str) -> int | None:
        content = self.originals.get(picture_id)
        return None if content is None else len(content)

    def keep(self, name: str, content: bytes) -> None:
        self.files[name] = content

    def has(self, name: str) -> bool:
        return name in self.files


def fake_media(memory: Memory, clock: Clock, wake: Callable[[str], object] = bool) -> Media:
    """Return the service over fakes; by default nobody is woken."""
    return Media(FakeMediaStore(memory), FakePictureShelf(), FakeCodec(), clock, wake)


def sketched(slugs: Sequence[str]) -> Generator[tuple[str, bytes]]:
    """Stand for the drawing of the demo, which takes its seconds: pictures as `FakeCodec` reads them."""
    yield from ((slug, f"1600x2000 {slug}".encode()) for slug in slugs)


class FakeCodec:
    """Reads `b"1600x2000 tides"`: pixels, and whatever tells one picture from another.

    A real JPEG passes for one of the demo's size.
    """

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.derived: list[bytes] = []

    def first_look(self, content: bytes, name: str) -> FirstLook:
        width, height = self._size(content, name)
        jpeg = self._encoded(content, PictureFormat.JPEG, min(width, FIRST_WIDTH), name)
        return FirstLook(width, height, tone=21, jpeg=jpeg)

    def derive(self, content: bytes, without: Sequence[tuple[PictureFormat, int]]) -> Sequence[Encoded]:
        self.derived.append(content)
        if self.fault is not None:
            raise self.fault
        width, _ = self._size(content, "")
        return [
            self._encoded(content, form, one, "")
            for form in PictureFormat
            for one in widths_of(width)
            if (form, one) not in without
        ]

    def _encoded(self, content: bytes, form: PictureFormat, width: int, name: str) -> Encoded:
        size = self._size(content, name)
        return Encoded(form, width, height_at(width, *size), b"%s %d of %s" % (form.encode(), width, content))

    @staticmethod
    def _size(content: bytes, name: str) -> tuple[int, int]:
        if content.startswith(b"\xff\xd8"):
            return 1200, 1500
        try:
            width, height = content.split()[0].split(b"x")
            return int(width), int(height)
        except (ValueError, IndexError) as error:
            raise NotAPicture(name) from error
