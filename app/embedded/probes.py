"""Questions that tell whether a server answers, asked with the standard library alone.

A probe returns at once with a plain yes or no: whoever asks will ask again.
"""

from __future__ import annotations

import http.client
import socket
import struct

_PATIENCE_SECONDS = 0.5
_HELLO = b"\x10hello\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00\x00"
"""The BSON of `{hello: 1, $db: "admin"}` without its length."""


def speaks_mongo(port: int) -> bool:
    """Whether a MongoDB server takes writes there (OP_MSG with `hello`)."""
    document = struct.pack("<i", len(_HELLO) + 4) + _HELLO
    message = struct.pack("<iiiiiB", 21 + len(document), 1, 0, 2013, 0, 0) + document
    return b"isWritablePrimary\x00\x01" in _exchange(port, message)


def speaks_redis(port: int) -> bool:
    """Whether a Redis server answers there; it says LOADING while it reads its file."""
    return _exchange(port, b"PING\r\n").startswith(b"+PONG")


def speaks_smtp(port: int) -> bool:
    """Whether a mail server greets there."""
    return _exchange(port, b"").startswith(b"220 ")


def answers_http(host: str, port: int, path: str, *, status: int | None = None) -> bool:
    """Whether `path` answers, with this status if one is given."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status in ({status} if status else range(100, 600))
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _exchange(port: int, request: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), _PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            return connection.recv(4096)
    except OSError:
        return b""
