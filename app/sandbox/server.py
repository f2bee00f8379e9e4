"""The stand-in as a server: the Flask app, and the process that `vitrine sandbox` runs."""

from __future__ import annotations

import ctypes
import fcntl
import json
import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from app.errors import VitrineError
from app.sandbox import api, control, hosted
from app.sandbox.courier import Courier
from app.sandbox.gate import Gate
from app.sandbox.keys import Keys, load_or_create_keys
from app.sandbox.standin import StandIn

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MAX_BODY_BYTES = 1024 * 1024
PR_SET_PDEATHSIG = 1
_log = logging.getLogger(__name__)


class FolderInUse(VitrineError):
    """Another stand-in runs on the folder; two would send every webhook twice."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"Another payment stand-in runs on {self.folder}. Stop it first, or choose another folder."


def create_app(
    folder: Path,
    *,
    webhook_url: str | None,
    public_url: str,
    keys: Keys | None = None,
    delivers: bool = False,
) -> Flask:
    """Build the stand-in on a folder.

    Args:
        folder: where its state and keys live; created if missing.
        webhook_url: the shop's present address for webhooks, if there is a shop.
        public_url: where shoppers reach this app, such as `http://127.0.0.1:12111`.
        keys: the keys to use; by default those of the folder.
        delivers: whether a thread sends webhooks; otherwise call `deliver_due` of
            `app.extensions["courier"]`.
    """
    keys = keys or load_or_create_keys(folder)
    folder.mkdir(parents=True, exist_ok=True)
    standin = StandIn(folder, keys, webhook_url, public_url)
    courier = Courier(standin)
    app = Flask("vitrine-sandbox", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, PROPAGATE_EXCEPTIONS=False)
    app.jinja_env.undefined = StrictUndefined
    app.extensions.update(standin=standin, courier=courier)
    for blueprint in (api.blueprint(standin), hosted.blueprint(standin), control.blueprint(standin)):
        app.register_blueprint(blueprint)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok\n"

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        policy = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'"
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response | tuple[str, int] | HTTPException:
        if isinstance(error, HTTPException) and not request.path.startswith("/v1/"):
            return error
        status = error.code or 500 if isinstance(error, HTTPException) else 500
        if status >= 500:
            _log.exception("the stand-in failed rule=%s", request.url_rule)
        body = json.dumps(api.server_error().envelope())
        return Response(body, status, content_type="application/json")

    # Flask is told by its own documentation to wrap a middleware this way; mypy sees a method.
    app.wsgi_app = Gate(app.wsgi_app, standin)  # type: ignore[method-assign]
    if delivers:
        courier.start()
    return app


class _QuietHandler(WSGIRequestHandler):
    """Answers without a line in the log for each request: what is typed here is nobody's business."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def serve(
    folder: Path,
    host: str,
    port: int,
    webhook_url: str,
    *,
    secret_key: str | None = None,
    webhook_secret: str | None = None,
    public_url: str | None = None,
) -> None:
    """Run the stand-in in the foreground until SIGTERM or SIGINT, or until the parent dies.

    Werkzeug's threaded server is used because a `reset` fault needs the client's socket.

    Raises:
        FolderInUse: another stand-in runs on the folder.
        InvalidValue: a live key was given.
    """
    _die_with_parent()
    folder.mkdir(parents=True, exist_ok=True)
    lock = _lock(folder)
    keys = load_or_create_keys(folder, secret_key, webhook_secret)
    public_url = public_url or f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104
    app = create_app(folder, webhook_url=webhook_url, public_url=public_url, keys=keys)
    server = make_server(host, port, app, threaded=True, request_handler=_QuietHandler)

    def stop(number: int, frame: FrameType | None) -> None:
        # `shutdown` waits for the loop that this signal has just interrupted, hence the thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    courier: Courier = app.extensions["courier"]
    courier.start()
    _log.info("payment stand-in ready url=%s", public_url)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        courier.stop()
        server.server_close()
        app.extensions["standin"].store.close()
        os.close(lock)


def _die_with_parent() -> None:
    """Have the kernel send SIGTERM when the parent dies, however it dies."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _lock(folder: Path) -> int:
    """Hold the folder; the kernel lets go of it when this process ends in any way."""
    descriptor = os.open(folder / "sandbox.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise FolderInUse(folder) from None
    return descriptor
