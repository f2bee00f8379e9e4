"""Fetches pictures from the web: public addresses only, of limited size, in limited time, politely."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from app.adapters.outward import Door, PrivateAddress, opened
from app.catalogue.sources import PictureUnavailable
from app.media.model import LARGEST_BYTES

MOST_REDIRECTS = 3
READ_SECONDS = 10.0
"""How long a host may be silent."""
WHOLE_SECONDS = 60.0
"""How long a picture may take in all, so that a host which sends a byte now and then holds nothing up."""
PAUSE_SECONDS = 0.2
"""Between two requests to one host."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 503})
CHUNK = 64 * 1024
SAFE = "/%:@!$&'()*+,;=~-._"
PORTS = {"http": 80, "https": 443}


class FetchedPictures:
    """Pictures by their addresses on the web, one at a time."""

    def __init__(
        self,
        *,
        trusts_loopback: bool = False,
        tls: ssl.SSLContext | None = None,
        pause: Callable[[float], None] = time.sleep,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        """Ask nobody yet.

        Args:
            trusts_loopback: asks any address at any port; for tests that bring their own server.
            tls: what certificates are trusted; by default those that the system trusts.
            pause: waits for so many seconds.
            whole_seconds: how long one picture may take in all.
        """
        self._is_public_only = not trusts_loopback
        self._tls, self._pause, self._whole_seconds = tls, pause, whole_seconds
        self._asked: dict[str, float] = {}
        self._busy: set[str] = set()

    def fetch(self, url: str) -> bytes:
        """Return the picture at an address; redirects are followed, each checked like the first address.

        Raises:
            PictureUnavailable: it is no picture, too large, or must not be asked for.
        """
        address = url
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = self._ask(address)
            except PrivateAddress as error:
                raise PictureUnavailable(url, str(error)) from error
            except (OSError, http.client.HTTPException) as error:
                # A refusal of this module is a Refusal and passes; this is the network.
                raise PictureUnavailable(url, str(error) or type(error).__name__) from error
            if isinstance(answer, bytes):
                return answer
            try:
                address = urljoin(address, answer)
            except ValueError as error:
                raise PictureUnavailable(url, "it leads to no address") from error
        raise PictureUnavailable(url, f"it leads on more than {MOST_REDIRECTS} times")

    def _ask(self, url: str) -> bytes | str:
        """Return a picture, or the address where it is."""
        door, target = self._door(url)
        if door.authority in self._busy:
            raise PictureUnavailable(url, f"{door.authority} asked to be left alone; try it again later")
        self._wait_for(door.authority)
        headers = {"Host": door.authority, "Accept": "image/*", "User-Agent": "Vitrine"}
        with self._connected(door) as connection:
            connection.request("GET", target, headers=headers)
            with contextlib.closing(connection.getresponse()) as response:
                return self._heard(url, door, response)

    def _heard(self, url: str, door: Door, response: http.client.HTTPResponse) -> bytes | str:
        if response.status in REDIRECTS and response.headers["Location"]:
            # Headers are read as Latin-1, but addresses are written in UTF-8.
            return response.headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace")
        if response.status in BUSY:
            self._busy.add(door.authority)
        if response.status != 200:
            raise PictureUnavailable(url, f"{door.authority} answered {response.status}")
        return _picture(url, response)

    def _door(self, url: str) -> tuple[Door, str]:
        parts, host, port = _parts(url)
        if self._is_public_only and port not in PORTS.values():
            # Other ports are where a host keeps what is not for everybody.
            raise PictureUnavailable(url, f"port {port} is none of the web's, which are 80 and 443")
        target = quote(parts.path or "/", safe=SAFE)
        if parts.query:
            target += f"?{quote(parts.query, safe=SAFE + '?')}"
        return Door(host, port, parts.scheme == "https"), target

    def _wait_for(self, host: str) -> None:
        ready = self._asked.get(host, 0.0) + PAUSE_SECONDS
        now = time.monotonic()
        if host in self._asked and now < ready:
            self._pause(ready - now)
        self._asked[host] = time.monotonic()

    @contextmanager
    def _connected(self, door: Door) -> Iterator[http.client.HTTPConnection]:
        lines, is_late = list[socket.socket](), threading.Event()

        def cut() -> None:
            is_late.set()
            for line in lines:
                with contextlib.suppress(OSError):
                    # Not the method of a TLS line, which would be taken apart under its reader.
                    socket.socket.shutdown(line, socket.SHUT_RDWR)

        def watch(line: socket.socket) -> None:
            lines.append(line)
            if is_late.is_set():
                # The name was found too late: there was no line yet that could have been cut.
                raise TimeoutError

        # A time-out counts from byte to byte; only cutting the line ends a host that drips.
        timer = threading.Timer(self._whole_seconds, cut)
        timer.start()
        try:
            public = self._is_public_only
            connection = opened(door, READ_SECONDS, is_public_only=public, tls=self._tls, watch=watch)
            with contextlib.closing(connection):
                yield connection
        except (OSError, http.client.HTTPException):
            if not is_late.is_set():
                raise
        finally:
            timer.cancel()
            timer.join()
        if is_late.is_set():
            raise TimeoutError(f"it took more than {self._whole_seconds:g} seconds")


def _picture(url: str, response: http.client.HTTPResponse) -> bytes:
    kind = response.headers.get_content_type()
    if not kind.startswith("image/"):
        raise PictureUnavailable(url, f"it is {kind} and no picture")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise PictureUnavailable(url, "it is compressed in a way that nobody asked for")
    too_large = PictureUnavailable(url, f"it has more than {LARGEST_BYTES // 1024**2} MB")
    if (response.length or 0) > LARGEST_BYTES:
        raise too_large
    content = bytearray()
    while chunk := response.read(CHUNK):
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise too_large
    if response.length:
        raise PictureUnavailable(url, "it ended before its end")
    return bytes(content)


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """Return an address in its parts, its host as the network names it, and its port."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError as error:
        raise PictureUnavailable(url, "it is no address") from error
    if parts.scheme not in PORTS or not host or not url.isprintable():
        raise PictureUnavailable(url, "only addresses that begin with http:// or https:// are asked")
    if "@" in parts.netloc:
        raise PictureUnavailable(url, "it holds a name or a password, which are not passed on")
    return parts, host, PORTS[parts.scheme] if port is None else port
