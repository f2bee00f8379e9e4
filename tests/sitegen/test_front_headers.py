"""The table of headers, asked of a real Caddy: every published file, every route of the app behind it."""

from __future__ import annotations

import http.client
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from app.embedded import servers
from app.embedded.process import Child
from app.web.config import WebConfig
from app.web.headers import TABLE, Answer, headers_of, kind_of
from tests.embedded.running import eventually, free_port
from tests.web.routes import path_of, rules
from tests.web.shop import WebShop, open_web_shop
from tests.web.test_headers import VALUES

PAYMENT_PAGE = "http://127.0.0.1:4242"
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE")
NOT_PUBLIC = ("/metrics", "/readyz")
PUBLISHED_ROOMS = ("storefront", "media")
"""Rooms whose addresses are files: the front looks there first."""
GOVERNED = {
    *(name.lower() for row in TABLE.values() for name in row),
    *("content-security-policy", "x-content-type-options", "cross-origin-opener-policy"),
    *("cross-origin-resource-policy", "permissions-policy", "strict-transport-security", "referrer-policy"),
}
RETRY = "retry-after"


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log(self, *_: object) -> None:
        """Keep the log empty."""


@dataclass
class Fronted:
    """Caddy on a published folder, with the real app behind it."""

    port: int
    public: Path
    shop: WebShop

    @property
    def config(self) -> WebConfig:
        found: WebConfig = self.shop.app.extensions["vitrine"].config
        return found

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, list[tuple[str, str]]]:
        """Return status and headers as they were sent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
            response = connection.getresponse()
            response.read()
        finally:
            connection.close()
        return response.status, [(name.lower(), value) for name, value in response.getheaders()]

    def must_be(self, kind: Answer, path: str, method: str = "GET", **headers: str) -> int:
        """Compare an answer's governed headers with the table's row, exactly; return its status."""
        status, sent = self.ask(path, method, **headers)
        expected = {name.lower(): value for name, value in headers_of(kind, self.config).items()}
        governed = [(name, value) for name, value in sent if name in GOVERNED]
        if kind is not Answer.CLOSED:
            governed = [pair for pair in governed if pair[0] != RETRY]
        assert sorted(governed) == sorted(expected.items()), f"{method} {path}: {status}"
        return status


@pytest.fixture
def fronted(built_folder: Path, tmp_path: Path) -> Iterator[Fronted]:
    folders = servers.Folders(tmp_path / "shop")
    shutil.copytree(built_folder / "public", folders.public)
    folders.create()
    (folders.public / "media").mkdir(exist_ok=True)
    for name in ("0123456789abcdef-320.webp", "0123456789abcdef.svg"):
        (folders.public / "media" / name).write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    shop = open_web_shop(tmp_path / "app", payment_page_origin=PAYMENT_PAGE)
    picture = tmp_path / "app" / "media" / "files" / str(VALUES["name"])
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"the bytes of a picture")
    server = make_server("127.0.0.1", 0, shop.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    port = free_port()
    spec = servers.caddy(folders, "127.0.0.1", port, server.server_port, PAYMENT_PAGE)
    assert spec.ready
    caddy = Child(spec)
    caddy.start()
    try:
        eventually(spec.ready, bool)
        yield Fronted(port, folders.public, shop)
    finally:
        caddy.kill()
        server.shutdown()
        thread.join()
        server.server_close()


def row_of(file: str) -> Answer:
    """Return the row of a published file."""
    folder = file.split("/")[0]
    return {"assets": Answer.ASSET, "media": Answer.PICTURE}.get(folder, Answer.PAGE)


def test_every_published_file_is_sent_with_the_headers_of_its_row(fronted: Fronted) -> None:
    seen = set()
    for path in sorted(fronted.public.rglob("*")):
        if not path.is_file() or path.suffix in (".br", ".gz"):
            continue
        file = path.relative_to(fronted.public).as_posix()
        for encoding in ("identity", "br"):
            for method in ("GET", "HEAD"):
                url = f"/{file}".removesuffix("index.html")
                assert fronted.must_be(row_of(file), url, method, Accept_Encoding=encoding) == 200
        assert fronted.must_be(Answer.REFUSED, url, "POST") == 405
        seen.add(row_of(file))
    assert seen == {Answer.PAGE, Answer.ASSET, Answer.PICTURE}
    assert len(list(fronted.public.rglob("index.html"))) > 20


def test_every_route_is_answered_through_the_front_with_the_headers_of_its_row(fronted: Fronted) -> None:
    """Through the front as without it: it adds nothing to the app's answers, and takes nothing away."""
    checked = set()
    for rule in rules(fronted.shop.app):
        room = rule.endpoint.split(".")[0]
        path = path_of(rule, VALUES)
        if (fronted.public / path.lstrip("/")).exists() and room in PUBLISHED_ROOMS:
            continue
        for method in METHODS:
            if path in NOT_PUBLIC:
                status = fronted.must_be(Answer.MISSING, path, method)
                assert status == 404
                continue
            status, _ = fronted.ask(path, method)
            kind = kind_of(path, status)
            if room in PUBLISHED_ROOMS and method not in ("GET", "HEAD"):
                kind = Answer.REFUSED
            elif room == "storefront" and status == 404 and not path.startswith(OFTEN_MOVED):
                kind = Answer.MISSING
            fronted.must_be(kind, path, method)
            checked.add(kind)
    assert checked >= {Answer.LIVE, Answer.FOUND, Answer.FRAGMENT, Answer.ORDER, Answer.WEBHOOK}
    assert checked >= {Answer.DESK, Answer.LINK, Answer.MACHINE, Answer.PICTURE, Answer.REFUSED}


OFTEN_MOVED = ("/products/", "/collections/", "/pages/", "/de/products/", "/de/collections/", "/de/pages/")
"""Where the front asks the app whether a page that is not there has moved."""


@pytest.mark.parametrize(
    ("path", "method", "kind", "status"),
    [
        ("/none", "GET", Answer.MISSING, 404),
        ("/assets/none.css", "GET", Answer.MISSING, 404),
        ("/.env", "GET", Answer.MISSING, 404),
        ("/index.html.br", "GET", Answer.MISSING, 404),
        ("/products/lamp", "GET", Answer.PAGE, 308),
        ("/products/burnt/", "GET", Answer.LIVE, 410),
        ("/media/none.svg", "GET", Answer.LIVE, 404),
        ("/none", "BREW", Answer.REFUSED, 405),
    ],
)
def test_what_the_front_refuses_or_leads_on_carries_its_row(
    fronted: Fronted, path: str, method: str, kind: Answer, status: int
) -> None:
    assert fronted.must_be(kind, path, method) == status


def test_the_front_s_word_for_an_app_that_is_away_carries_its_row(built_folder: Path, tmp_path: Path) -> None:
    folders = servers.Folders(tmp_path / "shop")
    shutil.copytree(built_folder / "public", folders.public)
    folders.create()
    port = free_port()
    spec = servers.caddy(folders, "127.0.0.1", port, free_port(), PAYMENT_PAGE)
    assert spec.ready
    caddy = Child(spec)
    caddy.start()
    dark = Fronted(port, folders.public, open_web_shop(tmp_path / "app", payment_page_origin=PAYMENT_PAGE))
    try:
        eventually(spec.ready, bool)
        assert dark.must_be(Answer.CLOSED, "/cart") == 503
        assert dark.must_be(Answer.CLOSED, "/editor/") == 503
        assert dark.must_be(Answer.MISSING, "/products/burnt/") == 404
    finally:
        caddy.kill()
