"""The gate before the stand-in: where armed request faults strike, down to the TCP connection."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from app.ids import new_id
from app.sandbox import faults, idempotency
from app.sandbox.api import FORCED, server_error
from app.sandbox.errors import ApiError
from app.sandbox.faults import Fault
from app.sandbox.idempotency import Answer
from app.sandbox.standin import StandIn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SPARED = ("/_sandbox/", "/healthz")
"""Paths that never misbehave: a test must be able to find out and to stop it."""


class Gate:
    """A WSGI middleware that spoils requests as the armed faults say."""

    def __init__(self, inner: WSGIApplication, standin: StandIn) -> None:
        self._inner = inner
        self._standin = standin

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, well or as a fault wants it."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(SPARED):
            return self._inner(environ, start_response)
        with self._standin.effect() as work:
            fault = faults.take_for_request(work.tx, str(environ["REQUEST_METHOD"]), path)
        if fault is None:
            return self._inner(environ, start_response)
        if fault.options["when"] == "after":
            return self._after(fault, environ, start_response)
        return self._before(fault, environ, start_response)

    def _before(
        self, fault: Fault, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if fault.name == "reset":
            reset(environ)
        if fault.name == "stall":
            time.sleep(fault.number("seconds"))
            return self._inner(environ, start_response)
        if fault.name == "answer_500" and fault.options["stored"]:
            environ[FORCED] = server_error()
            return self._inner(environ, start_response)
        return _refuse(_error_of(fault, environ), start_response)

    def _after(
        self, fault: Fault, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        status, headers, body = _swallow(self._inner, environ)
        if fault.name == "reset":
            reset(environ)
        if fault.name == "stall":
            time.sleep(fault.number("seconds"))
            start_response(status, headers)
            return [body]
        error = server_error()
        key = str(environ.get("HTTP_IDEMPOTENCY_KEY", ""))
        if key and fault.options["stored"] is not False:
            with self._standin.effect() as work:
                idempotency.overwrite(work.tx, key, Answer(500, json.dumps(error.envelope(), indent=2)))
        return _refuse(error, start_response)


def _error_of(fault: Fault, environ: WSGIEnvironment) -> ApiError:
    if fault.name == "answer_409":
        return idempotency.in_use(str(environ.get("HTTP_IDEMPOTENCY_KEY", "")))
    if fault.name == "answer_429":
        message = "Request rate limit exceeded. Learn more about rate limits at https://docs.stripe.com/rate-limits."
        return ApiError(429, message, "rate_limit")
    return server_error()


def _refuse(error: ApiError, start_response: StartResponse) -> Iterable[bytes]:
    reasons = {409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error"}
    body = json.dumps(error.envelope(), indent=2).encode()
    start_response(
        f"{error.status} {reasons[error.status]}",
        [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Request-Id", new_id("req")),
        ],
    )
    return [body]


def _swallow(inner: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    """Let the effect happen and keep the answer from being sent."""
    taken: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
        taken.update(status=status, headers=headers)
        return lambda _: None

    parts = inner(environ, start)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
    return taken["status"], taken["headers"], body


def reset(environ: WSGIEnvironment) -> None:
    """Drop the connection with a TCP reset, as a failing network does.

    Raises:
        ConnectionResetError: always; the server takes it as a client that is gone.
    """
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        # A linger time of zero makes the kernel send RST instead of FIN; the descriptor is
        # closed directly because the server's own reader and writer still refer to the socket.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())
    raise ConnectionResetError("The payment stand-in was asked to reset the connection.")
