"""Fixtures of the generator's tests: a furnished shop whose listings are short."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migrations import migrate
from app.web.contexts import listing
from sitegen.manifest import Manifest
from tests.servers import MongoServer
from tests.sitegen.shop import SmallShop, furnish, open_shop

PAGE_SIZE = 3


@pytest.fixture(autouse=True)
def _short_listings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", PAGE_SIZE)


@pytest.fixture(autouse=True)
def _closed_manifests() -> Iterator[None]:
    """Close every manifest that a test has opened."""
    opened: list[Manifest] = []
    first = Manifest.__init__

    def noting(self: Manifest, path: Path) -> None:
        first(self, path)
        opened.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Manifest, "__init__", noting)
        yield
    for manifest in opened:
        manifest.close()


@pytest.fixture(scope="session")
def built_folder(mongo_server: MongoServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the furnished shop, built once: each test starts with a copy."""
    folder = tmp_path_factory.mktemp("built") / "data"
    database = Database(mongo_server.uri("t_built"))
    migrate(database)
    shop = open_shop(database, folder)
    furnish(shop.services)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "PAGE_SIZE", PAGE_SIZE)
        assert shop.generator.rebuild_all("the first build").failed == []
    shop.generator.close()
    database.drop()
    database.close()
    return folder


@pytest.fixture
def shop(database: Database, built_folder: Path, tmp_path: Path) -> Iterator[SmallShop]:
    """The furnished shop, built, with a watcher that follows it."""
    shutil.copytree(built_folder, tmp_path / "data")
    shop = open_shop(database, tmp_path / "data")
    furnish(shop.services)
    shop.open()
    yield shop
    shop.close()
