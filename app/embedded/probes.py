"""Questions that tell whether a server answers, asked with the standard library alone.

A probe returns at once with a plain yes or no: whoever asks will ask again.
`python -m app.embedded.probes http://127.0.0.1:8001/healthz` asks once, for a container's
health check: exit code 0 is yes. It knows `http` and `smtp`.
"""

from __future__ import annotations

import http.client
import socket
import struct
import sys
from urllib.parse import urlsplit

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


def main(address: str) -> int:
    """Return the exit code that says whether a server of this machine is well: by http with status 200."""
    parts = urlsplit(address)
    if parts.hostname == "127.0.0.1" and parts.port:
        if parts.scheme == "http":
            return 0 if answers_http("127.0.0.1", parts.port, parts.path or "/", status=200) else 1
        if parts.scheme == "smtp":
            return 0 if speaks_smtp(parts.port) else 1
    print(f"{address}: an address such as http://127.0.0.1:8001/healthz is needed", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
