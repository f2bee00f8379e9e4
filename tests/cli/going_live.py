"""What the tests of `doctor --live` stand up: a front with a certificate, made-up records, a clock."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from app.adapters.dns_records import DnsSilent
from app.adapters.stripe_account import AccountFacts, EndpointFacts

SHOP_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


@dataclass
class Records:
    """Name servers that say what a test has written; a name that is `None` gets no answer."""

    txt: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name."""
        found = self.txt.get(name, ())
        if found is None:
            raise DnsSilent(name, "timed out")
        return found

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of a host."""
        return self.hosts.get(name, ())


@dataclass
class Account:
    """An account at Stripe as a test wants it."""

    says: AccountFacts = AccountFacts("acct_1", takes_charges=True, pays_out=True, now=None)
    tells: tuple[EndpointFacts, ...] = ()
    refusal: Exception | None = None

    def facts(self) -> AccountFacts:
        """Return what it says, or raise."""
        if self.refusal:
            raise self.refusal
        return self.says

    def endpoints(self) -> tuple[EndpointFacts, ...]:
        """Return whom it tells, or raise."""
        if self.refusal:
            raise self.refusal
        return self.tells


class Hands:
    """A clock with hands to turn."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the machine's time and what was turned."""
        moment = datetime.now(UTC) + self.ahead
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def certified(folder: Path, days: int = 60) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS of a server called `localhost`, and that of a client who trusts it."""
    key, certificate = folder / f"key{days}.pem", folder / f"certificate{days}.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    argv = ["openssl", "req", "-x509", *curve, "-days", str(days), *name, *files]
    subprocess.run(argv, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


class Front:
    """A front that answers what a test has written; by default like the shop's own."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.statuses = {"/healthz": 200, "/webhooks/stripe": 400}
        self.page_headers = {**SHOP_HEADERS, "Cache-Control": "no-cache"}
        self.app_headers = {**SHOP_HEADERS, "Cache-Control": "no-store"}
        self.moved_to = ""
        self.asked: list[tuple[str, str]] = []
        self.url = ""

    @contextmanager
    def open(self, tls: ssl.SSLContext | None) -> Iterator[Front]:
        """Serve for the time of a block."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                front.asked.append((self.command, self.path))
                is_page = self.path in front.files
                status = 301 if front.moved_to else front.statuses.get(self.path, 200 if is_page else 404)
                self.send_response(status)
                headers: dict[str, Any] = front.page_headers if is_page else front.app_headers
                for name, value in headers.items():
                    self.send_header(name, value)
                if front.moved_to:
                    self.send_header("Location", front.moved_to)
                self.end_headers()
                self.wfile.write(front.files.get(self.path, b""))

            do_POST = do_GET  # noqa: N815 - the server's own name

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        return Handler
