"""One shop for all audits, and the programs that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, running

PROGRAMS = Path(__file__).parent / "node_modules"


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop with its demo catalogue, running."""
    with running(tmp_path_factory.mktemp("audits") / "data", with_sizes=True) as stack:
        yield stack


@pytest.fixture(scope="package")
def programs() -> Path:
    """Where npm has put the programs; `make test-web` installs them."""
    assert (PROGRAMS / ".bin").is_dir(), f"{PROGRAMS} is missing: run `make test-web`."
    return PROGRAMS


@pytest.fixture(scope="package")
def node() -> str:
    """Node, which Lighthouse runs on."""
    return _found("node", "nodejs")


@pytest.fixture(scope="package")
def java() -> str:
    """Java, which the HTML checker runs on."""
    return _found("java", "default-jre-headless")


def _found(program: str, package: str) -> str:
    path = shutil.which(program)
    assert path, f"{program} is missing: `apt-get install {package}`."
    return path
