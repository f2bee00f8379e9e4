"""Fixtures of the generator's tests: a furnished shop whose listings are short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.mongo.connection import Database
from app.web.contexts import listing
from tests.sitegen.shop import SmallShop, furnish, open_shop

PAGE_SIZE = 3


@pytest.fixture(autouse=True)
def _short_listings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", PAGE_SIZE)


@pytest.fixture
def empty_shop(database: Database, tmp_path: Path) -> Iterator[SmallShop]:
    """A shop without goods, and nothing published."""
    shop = open_shop(database, tmp_path / "data")
    yield shop
    shop.close()


@pytest.fixture
def shop(empty_shop: SmallShop) -> SmallShop:
    """The furnished shop, built, with a watcher that follows it."""
    furnish(empty_shop.services)
    empty_shop.open()
    return empty_shop
