"""The shop that the tests of the storefront share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .shop import WebShop, open_web_shop


@pytest.fixture
def shop(tmp_path: Path) -> WebShop:
    """A shop in development, with an empty cart."""
    return open_web_shop(tmp_path)
