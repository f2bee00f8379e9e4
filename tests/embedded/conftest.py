"""A data folder, and stacks that run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .running import RunningStack, free_port


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty data folder."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def up(data: Path) -> Iterator[Callable[..., RunningStack]]:
    """Start stacks on the data folder; those that still run at the end are killed."""
    started: list[RunningStack] = []

    def start(port: int | None = None, **environment: str) -> RunningStack:
        started.append(RunningStack(data, port or free_port(), **environment))
        return started[-1]

    yield start
    for stack in started:
        stack.process.kill()
        stack.process.communicate()
