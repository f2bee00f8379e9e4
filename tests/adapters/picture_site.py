"""A host on loopback that has pictures, or answers worse."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Hand"], None]


class PictureSite(ThreadingHTTPServer):
    """A server on loopback that answers each path as told, and remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hand)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.server_port}{path}"


class Hand(BaseHTTPRequestHandler):
    """Answers one request."""

    server: PictureSite

    def do_GET(self) -> None:  # noqa: N802 - the standard library's name
        """Answer as the site was told."""
        self.server.asked.append((self.path, self.headers["Host"]))
        self.server.answers.get(self.path, lambda hand: hand.give(b"", status=404))(self)

    def give(self, content: bytes, kind: str = "image/png", status: int = 200, **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in ({"Content_Length": str(len(content))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def running_site(**pictures: bytes) -> Iterator[PictureSite]:
    """Run a site while the block runs.

    Args:
        pictures: by path; any other path answers 404.
    """
    site = PictureSite()
    site.answers = {
        path: (lambda hand, content=content: hand.give(content)) for path, content in pictures.items()
    }
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join()
        site.server_close()
