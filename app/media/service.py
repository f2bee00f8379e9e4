"""What can be done with pictures: adding one, deriving its sizes, and showing what is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from app.clock import Clock
from app.errors import Refusal
from app.media.codec import Encoded, PictureCodec
from app.media.model import (
    LARGEST_BYTES,
    MOST_TRIES,
    OriginalDamaged,
    OriginalMissing,
    Picture,
    PictureFormat,
    PictureState,
    Rendition,
    TooLarge,
    file_name,
    picture_id,
)
from app.media.store import MediaStore, PictureShelf

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60
"""How long a picture may wait for the wake-up that was given when it was added."""
AT_ONCE = 500


@dataclass(frozen=True)
class Media:
    """The shop's pictures."""

    store: MediaStore
    shelf: PictureShelf
    codec: PictureCodec
    clock: Clock
    wake: Callable[[str], object]
    """Asks a worker to derive the picture with that id."""

    def add(self, content: bytes, name: str = "") -> Picture:
        """Take a picture: it can be shown when this returns, and a worker makes the rest.

        The same file is the same picture. Adding it again brings back files that were
        lost, and lets a derivation that was given up be tried again.

        Args:
            content: the file as it was uploaded.
            name: what the file is called, for messages and for whoever looks for it.

        Raises:
            TooLarge, TooManyPixels, NotAPicture: with what to do about it.
        """
        if len(content) > LARGEST_BYTES:
            raise TooLarge(name, len(content))
        known = self.store.picture(picture_id(content))
        if known is not None and self._is_whole(known):
            # Whole by its size; that its bytes are right is seen by holding them against the file at hand.
            self.shelf.keep_original(known.id, content)
            return known
        picture = self._first(content, name)
        if not self.store.insert(picture):
            known = self.store.picture(picture.id)
            if known is not None and not self._is_whole(known):
                # Its files are back or it was given up: whatever else is missing is derived anew.
                self.store.reopen(picture, self.clock.now())
        self.wake(picture.id)
        return self.store.picture(picture.id) or picture

    def derive(self, identifier: str) -> None:
        """Make every size and format of a picture that waits for it; done twice, it is done once.

        A failure is noted in the document; the sweep tries again, `MOST_TRIES` times in
        all. A try is counted before it begins, so that one which takes its process down counts.
        """
        picture = self.store.picture(identifier)
        if picture is None or picture.state is not PictureState.FIRST:
            log.info("nothing to derive", extra={"picture_id": identifier})
            return
        if picture.tries >= MOST_TRIES or not self.store.begin_try(picture, self.clock.now()):
            return
        try:
            renditions = self._derived(picture)
        except (Refusal, MemoryError, OSError) as error:
            reason = _reason(error)
            log.warning("picture not derived", extra={"picture_id": identifier, "reason": reason})
            self.store.note_failure(identifier, reason, is_final=picture.tries + 1 >= MOST_TRIES)
            return
        self.store.complete(identifier, renditions)
        log.info("picture derived", extra={"picture_id": identifier, "files": len(renditions)})

    def sweep(self) -> int:
        """Wake a worker for each picture that waits too long; give up what was tried too often.

        Returns:
            How many waited.
        """
        before = self.clock.now() - timedelta(seconds=PATIENCE_SECONDS)
        waiting = self.store.waiting(before, AT_ONCE)
        for picture in waiting:
            if picture.tries >= MOST_TRIES:
                reason = picture.reason or "The work was cut off each time: out of memory or out of time."
                self.store.note_failure(picture.id, reason, is_final=True)
            else:
                self.wake(picture.id)
        return len(waiting)

    def mend(self) -> int:
        """Bring back, from the originals, files that were lost; return how many pictures got theirs back.

        One that cannot be mended is logged and holds up no other.
        """
        mended = 0
        for picture in self.store.every_picture():
            try:
                if self.missing_files(picture):
                    self.add(self._original(picture.id), picture.name)
                    mended += 1
            except (Refusal, MemoryError, OSError) as error:
                log.warning("picture not mended", extra={"picture_id": picture.id, "reason": _reason(error)})
        return mended

    def showable(self, ids: Iterable[str]) -> dict[str, Picture]:
        """Return pictures with the files that are there; without any JPEG there is nothing to show.

        A file that was lost takes no page away: the page does without it until it is back.
        """
        found = self.store.pictures(list(dict.fromkeys(ids)))
        present = {identifier: self._present(picture) for identifier, picture in found.items()}
        return {identifier: picture for identifier, picture in present.items() if picture.first}

    def missing_files(self, picture: Picture) -> list[str]:
        """Return the names of what the shelf should hold of a picture and does not."""
        missing = [name for name in picture.names if not self.shelf.has(name)]
        # One of another length is damaged, and as good as none.
        is_there = self.shelf.original_size(picture.id) == picture.size
        return missing if is_there else [f"original of {picture.id}", *missing]

    def _present(self, picture: Picture) -> Picture:
        files = tuple(one for one in picture.renditions if self.shelf.has(one.name))
        return picture if len(files) == len(picture.renditions) else replace(picture, renditions=files)

    def _is_whole(self, picture: Picture) -> bool:
        return picture.state is not PictureState.FAILED and not self.missing_files(picture)

    def _first(self, content: bytes, name: str) -> Picture:
        look, now = self.codec.first_look(content, name), self.clock.now()
        identifier = picture_id(content)
        self.shelf.keep_original(identifier, content)
        return Picture(
            id=identifier,
            width=look.width,
            height=look.height,
            tone=look.tone,
            renditions=(self._kept(look.jpeg),),
            name=name,
            size=len(content),
            created_at=now,
            tried_at=now,
        )

    def _original(self, identifier: str) -> bytes:
        content = self.shelf.original(identifier)
        if content is None:
            raise OriginalMissing(identifier)
        if picture_id(content) != identifier:
            raise OriginalDamaged(identifier)
        return content

    def _derived(self, picture: Picture) -> tuple[Rendition, ...]:
        content = self._original(picture.id)
        # Pages name the first JPEG already, so it stays as it is.
        kept = tuple(one for one in picture.renditions if self.shelf.has(one.name))
        made = self.codec.derive(content, [(one.format, one.width) for one in kept])
        order = list(PictureFormat)
        return tuple(
            sorted(
                (*kept, *(self._kept(encoded) for encoded in made)),
                key=lambda one: (order.index(one.format), one.width),
            )
        )

    def _kept(self, encoded: Encoded) -> Rendition:
        name = file_name(encoded.content, encoded.width, encoded.format)
        self.shelf.keep(name, encoded.content)
        return Rendition(encoded.format, encoded.width, encoded.height, name, len(encoded.content))


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
