"""The front on a published folder of its own, and what it is expected to say of security."""

from __future__ import annotations

import gzip
import http.client
import os
import sys
from pathlib import Path

import brotli

from app.embedded import servers
from app.embedded.process import Child, ProcessSpec

from .running import DUMMY, free_port

Answer = tuple[int, dict[str, str], str]
PAYMENT_PAGE = "http://127.0.0.1:4242"
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action 'self' {PAYMENT_PAGE}; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), browsing-topics=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()"
    ),
}
PAGES = (
    *("index.html", "products/lamp/index.html", "de/products/lampe/index.html", "404.html", "de/404.html"),
    *("counter-closed.html", "counter-closed-fragment.html", "robots.txt", "sitemap.xml"),
    "assets/site.3fa9c1e2.css",
    "media/0123456789abcdef-320.avif",
)


class Front:
    """The front on a published folder, with an app that can be taken away."""

    def __init__(self, folder: Path) -> None:
        self.folders = servers.Folders(folder / "shop")
        self.folders.create()
        self.port, self.app_port = free_port(), free_port()
        for page in PAGES:
            self.publish(page, f"this is {page}\n" * 200)
        for hidden in (".env", ".well/index.html", "empty/.keep"):
            self.publish(hidden, "hidden")
        (folder / "shop" / "secret.txt").write_text("outside", "utf-8")
        self.spec = servers.caddy(self.folders, "127.0.0.1", self.port, self.app_port, PAYMENT_PAGE)
        argv = [sys.executable, str(DUMMY), "web", str(self.app_port)]
        env = {**os.environ, "VITRINE_DATA": str(folder)}
        self.app = Child(ProcessSpec("web", argv, env, folder / "web.log"))
        self.caddy = Child(self.spec)

    def publish(self, path: str, text: str) -> None:
        """Write a page and its compressed siblings."""
        page = self.folders.public / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, "utf-8")
        page.with_name(f"{page.name}.gz").write_bytes(gzip.compress(text.encode()))
        page.with_name(f"{page.name}.br").write_bytes(brotli.compress(text.encode()))

    def ask(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request exactly as written; header names take `_` for `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body=b"a=1" if method == "POST" else None, headers=sent)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            body = response.read()
        finally:
            connection.close()
        decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(received.get("content-encoding", ""))
        return response.status, received, (decode(body) if decode and body else body).decode()
