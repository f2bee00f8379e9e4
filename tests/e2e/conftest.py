"""One stack and one browser for all tests of this folder, and a visitor for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.window import Visitor, launched
from tests.shopper import Shopper
from tests.stack import Stack, running

Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop with its demo catalogue, running."""
    with running(tmp_path_factory.mktemp("e2e") / "data") as stack:
        yield stack


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives browsers; it ends with this folder, for its event loop bars others in this thread."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Visit]:
    """Let people in; none of them may leave with a complaint."""
    visitors: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, stack.shop, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()
    assert [said for visitor in visitors for said in visitor.complaints] == []


@pytest.fixture
def shopper(stack: Stack) -> Iterator[Shopper]:
    """Somebody who shops without a browser."""
    with Shopper(stack.shop) as shopper:
        yield shopper
