"""One stand-in a test, with a shop beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from .running import Running


@pytest.fixture(autouse=True, scope="session")
def _no_telemetry() -> None:
    stripe.enable_telemetry = False


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Running]:
    """A stand-in that serves; its webhooks are delivered by hand."""
    running = Running(tmp_path / "sandbox")
    yield running
    running.close()
