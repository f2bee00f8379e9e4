"""The Nu HTML checker finds no fault in any published page, nor in those that the app renders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.shopper import Shopper
from tests.stack import Stack

pytestmark = pytest.mark.audit

NOT_HTML = r"Attribute “hx-[a-z:-]+” not allowed on element .*"
"""Htmx's own attributes, which no standard knows; tests/web holds them against htmx."""


def test_every_page_is_valid_html(stack: Stack, programs: Path, java: str, tmp_path: Path) -> None:
    pages = [*sorted(stack.public.rglob("*.html")), *live_pages(stack, tmp_path)]
    assert len(pages) > 20

    faults = check(programs, java, [page for page in pages if "fragment" not in page.name])

    assert faults == [], "\n".join(sorted({fault.partition(" ")[2] for fault in faults}))


def test_the_checker_finds_what_is_wrong(programs: Path, java: str, tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text("<!doctype html><html lang=en><title>Wrong</title><p><div></p></div><img src=x>", "utf-8")

    assert len(check(programs, java, [page])) >= 2


def live_pages(stack: Stack, folder: Path) -> list[Path]:
    """Save what the app renders for one shopper: what was looked for, an empty cart, a full one, an order."""
    with Shopper(stack.shop) as shopper:
        bodies = {"empty-cart": shopper.get("/cart").content}
        bodies["search"] = shopper.get("/search?q=moon").content
        bodies["filter"] = shopper.get("/collections/prints/filter?option.Size=A3").content
        shopper.add("tides", "TIDES-A3-OAK")
        bodies["cart"] = shopper.get("/cart").content
        shopper.buy("tides", "TIDES-A3-OAK", "ada@example.org")
        bodies["order"] = shopper.answer.content
    for name, body in bodies.items():
        (folder / f"{name}.html").write_bytes(body)
    return [folder / f"{name}.html" for name in bodies]


def check(programs: Path, java: str, pages: list[Path]) -> list[str]:
    """Return what the checker says of pages: errors and warnings, each with its file and line."""
    checker = programs / "vnu-jar" / "build" / "dist" / "vnu.jar"
    done = subprocess.run(
        [java, "-jar", checker, "--format", "json", "--filterpattern", NOT_HTML, *pages],
        capture_output=True,
        check=False,
        timeout=240,
    )
    said = json.loads(done.stderr or b'{"messages": []}')["messages"]
    return [f"{_place(one)} {one['message']}" for one in said]


def _place(message: dict[str, Any]) -> str:
    """Return the page's folder, its file and the line."""
    path = Path(message.get("url", ""))
    return f"{path.parent.name}/{path.name}:{message.get('lastLine')}"
