"""Templates compiled once for all apps of a run: every test builds an app of its own."""

from __future__ import annotations

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _Shared(BytecodeCache):
    """Keeps compiled templates by name, for all apps compile alike; a changed source is compiled anew."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


_SHARED = _Shared()


def share_templates(app: Flask) -> Flask:
    """Let the app use what another has compiled."""
    app.jinja_env.bytecode_cache = _SHARED
    return app
