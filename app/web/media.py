"""Files of pictures, for whoever asks before the front has them; a name never means anything else."""

from __future__ import annotations

from flask import Blueprint, Response, abort, send_from_directory

from app.media.model import FILE_NAME
from app.web.contexts.pictures import MEDIA_ROOT
from app.web.shop import current_shop

media = Blueprint("media", __name__)

TYPES = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg"}
"""Told by name: Python's own table knows these only where the system does."""


@media.get(f"{MEDIA_ROOT}/<name>")
def file(name: str) -> Response:
    """Send a picture's file."""
    if not FILE_NAME.match(name):
        abort(404)
    kind = TYPES[name[name.rindex(".") :]]
    return send_from_directory(current_shop().config.pictures, name, mimetype=kind, etag=False)
