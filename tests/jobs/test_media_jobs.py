"""From an uploaded file to every format, by the real worker; and what a hostile file cannot do to it."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image

from app.adapters.mongo.connection import Database
from app.adapters.mongo.media import MongoMediaStore
from app.adapters.picture_files import FolderShelf
from app.adapters.pillow_codec import PillowCodec
from app.adapters.rq_queue import RqQueue
from app.clock import SystemClock
from app.effects.queue import DERIVE_PICTURE
from app.media.model import Picture, PictureFormat, PictureState
from app.media.service import Media
from tests.adapters.pictures import halves, saved
from tests.jobs.workers import RunningWorker
from tests.servers import MongoServer

ROOT = Path(__file__).resolve().parents[2]
Work = Callable[..., RunningWorker]


def opened(database: Database, folder: Path, redis_url: str) -> Media:
    """Return the shop's pictures as the web process has them."""
    queue = RqQueue(redis_url)
    return Media(
        MongoMediaStore(database),
        FolderShelf(folder / "media"),
        PillowCodec(),
        SystemClock(),
        partial(queue.enqueue, DERIVE_PICTURE),
    )


def test_an_uploaded_picture_is_there_in_every_format_a_little_later(
    database: Database, mongo_server: MongoServer, redis_url: str, work: Work, tmp_path: Path
) -> None:
    media = opened(database, tmp_path, redis_url)
    broken = media.add(saved(halves(500, 400), "PNG"), "broken.png")
    (tmp_path / "media" / "originals" / broken.id).write_bytes(b"overwritten by somebody")
    picture = media.add(saved(halves(700, 500)), "lamp.jpg")
    worker = work(redis_url, "media", mongo_uri=mongo_server.uri(database.name), data=str(tmp_path))

    def known(identifier: str) -> Picture:
        found = media.store.picture(identifier)
        assert found is not None
        return found

    worker.sees(lambda: known(picture.id).state is PictureState.COMPLETE, "the picture is complete")
    complete = known(picture.id)
    assert {form: len(complete.of(form)) for form in PictureFormat} == {"avif": 4, "webp": 4, "jpeg": 4}
    assert media.missing_files(complete) == []
    for rendition in complete.renditions:
        with Image.open(tmp_path / "media" / "files" / rendition.name) as file:
            assert (file.format, file.size) == (
                rendition.format.value.upper(),
                (rendition.width, rendition.height),
            )
    assert (known(broken.id).state, known(broken.id).tries) == (PictureState.FIRST, 1)
    assert known(broken.id).reason == f"The original of {broken.id} is damaged. Upload the same file again."
    assert known(broken.id).renditions == broken.renditions


def test_a_job_that_takes_too_much_memory_gets_an_error_and_not_the_machine() -> None:
    code = """
import resource
from jobs.worker import MEMORY_BYTES, limit_memory
limit_memory(64 * 1024 * 1024)
try:
    bytearray(256 * 1024 * 1024)
except MemoryError:
    print("refused", resource.getrlimit(resource.RLIMIT_AS)[0] > 0, sorted(MEMORY_BYTES))
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "refused True ['media']\n"
    assert resource.getrlimit(resource.RLIMIT_AS) == (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
