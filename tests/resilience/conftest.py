"""A stack for each file of this folder: what one test breaks, the next one need not stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop with its demo catalogue, running."""
    with running(tmp_path_factory.mktemp("stack") / "data") as stack:
        yield stack
