"""Jobs about pictures: making the sizes and formats of one that was added."""

from __future__ import annotations

from app.logs import bind
from jobs import runtime


def derive(picture_id: str) -> None:
    """Make every size and format of a picture; what fails is noted in its document, and tried again."""
    bind(picture_id=picture_id)
    runtime.services().media.derive(picture_id)
