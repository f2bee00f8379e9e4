"""Frozen pages hold no secret, no person, no clock, and no link that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migrations import migrate
from app.demo.install import install_demo
from app.demo.shop import SETTINGS
from app.settings import load_settings
from sitegen.generator import Generator
from tests.fakes import sketched
from tests.servers import MongoServer
from tests.sitegen.shop import SHOP_URL, SmallShop, real_services

SECRETS = {
    "secret_key": "a-secret-key-of-forty-characters-at-least",
    "stripe_secret_key": "sk_test_never_on_a_page",
    "stripe_webhook_secrets": ("whsec_never_on_a_page",),
    "partner_url": "https://partner.example",
    "partner_secret": "the-partners-secret",
    "redis_url": "redis://:redis-password@127.0.0.1:6379/0",
    "smtp_url": "smtp://user:smtp-password@127.0.0.1:25",
}
FORBIDDEN = re.compile(
    r"sk_|pk_|rk_|whsec_|csrf|session|password|secret|mongodb|127\.0\.0\.1|/tmp/|Traceback|"
    r"Undefined|<built-in|0x[0-9a-f]{8}|\{\{|\{%|None\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
MOMENT = re.compile(r"\d{1,2}:\d\d(:\d\d)?|\b20\d\d-\d\d-\d\d")
INLINE = re.compile(r"\bon[a-z]+=|\bstyle=|javascript:|hx-on|js:", re.IGNORECASE)


class Links(HTMLParser):
    """Collects every address that a page leads to or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.scripts: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script":
            self.scripts.append(values)
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            value = values.get(name)
            if value:
                posts = name == "hx-post" or (name == "action" and values.get("method") == "post")
                self.found.add(("POST" if posts else "GET", value))


@pytest.fixture(scope="module")
def demo(mongo_server: MongoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallShop]:
    """The demo shop, built with settings that hold a secret of every kind."""
    database = Database(mongo_server.uri("t_demo"))
    migrate(database)
    folder = tmp_path_factory.mktemp("demo")
    services = real_services(database, folder)
    install_demo(services, draw=sketched)
    settings = load_settings(folder, shop_url=SHOP_URL, **SECRETS)
    shop = SmallShop(database, services, settings, Generator.assemble(settings, services))
    assert shop.generator.repair("the demo").failed == []
    yield shop
    shop.generator.manifest.close()
    database.drop()
    database.close()


def texts(shop: SmallShop) -> dict[str, str]:
    """Return every frozen page as text, by path."""
    return {
        name: content.decode("utf-8")
        for name, content in shop.pages().items()
        if Path(name).suffix in (".html", ".xml", ".txt")
    }


def test_no_page_holds_a_secret_a_person_or_an_error(demo: SmallShop) -> None:
    pages = texts(demo)
    assert len(pages) > 30
    robots = pages.pop("robots.txt")
    assert "sk_" not in robots
    values = [value for value in SECRETS.values() if isinstance(value, str)]
    for name, text in pages.items():
        assert FORBIDDEN.findall(text) == [], name
        assert [value for value in values if value in text] == [], name
        assert set(ADDRESS.findall(text)) <= {SETTINGS.email}, name


def test_no_page_holds_a_clock(demo: SmallShop) -> None:
    for name, text in texts(demo).items():
        if name != "sitemap.xml":
            assert MOMENT.findall(text) == [], name


def test_no_page_holds_anything_inline(demo: SmallShop) -> None:
    for name, text in texts(demo).items():
        assert (
            INLINE.findall(re.sub(r"<script type=\"application/ld\+json\">.*?</script>", "", text)) == []
        ), name
        for script in Links(text).scripts:
            assert script.get("type") == "application/ld+json" or script.get("src"), name


def test_every_internal_link_leads_to_a_file_or_to_the_app(demo: SmallShop) -> None:
    public, adapter = demo.settings.public, demo.generator.freezer.app.url_map.bind("shop.example")
    broken, files, routes = [], set(), set()
    for name, text in texts(demo).items():
        for method, link in Links(text).found | {
            ("GET", url) for url in re.findall(r"<loc>(.*?)</loc>", text)
        }:
            parts = urlsplit(link)
            if parts.scheme == "mailto" or link.startswith("#"):
                continue
            if parts.netloc and f"{parts.scheme}://{parts.netloc}" != SHOP_URL:
                broken.append((name, link))
                continue
            path = unquote(parts.path)
            target = public / path.lstrip("/")
            if method == "GET" and (target / "index.html" if path.endswith("/") else target).is_file():
                files.add(path)
                continue
            try:
                endpoint, _ = adapter.match(path, method)
            except HTTPException:
                broken.append((name, link))
            else:
                routes.add(endpoint)
    assert broken == []
    assert {"/", "/de/", "/uk/", "/products/tides/", "/collections/prints/"} <= files
    assert {endpoint.split(".")[0] for endpoint in routes} == {"cart", "facets", "search"}


def test_the_sitemap_lists_every_page_and_no_other(demo: SmallShop) -> None:
    listed = set(re.findall(r"<loc>(.*?)</loc>", texts(demo)["sitemap.xml"]))
    kinds = ("product", "collection", "content", "home")
    pages = {
        SHOP_URL + record.url
        for record in demo.generator.manifest.pages()
        if record.ref.endpoint.removeprefix("storefront.") in kinds
        # Of listings only the first page in their own order is listed: the others are reached through it.
        and "/page/" not in record.url
        and "/sort/" not in record.url
    }
    assert listed == pages


def test_two_builds_of_the_demo_are_equal(
    demo: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The demo was built with listings of the usual length.
    monkeypatch.undo()
    assert demo.pages() == demo.clean_build(tmp_path / "other")
