"""What a CDN may keep: the table in docs/choosing.md, asked of a running shop through its front."""

from __future__ import annotations

import re
from pathlib import Path

import requests

from tests.stack import Stack

DOC = (Path(__file__).resolve().parents[2] / "docs" / "choosing.md").read_text("utf-8")
ROW = re.compile(r"^\| [^|]*\| `(/[^`]*)` \| (\d{3}) \| `([^`]+)` \|$", re.MULTILINE)
NEVER = "no-store"


def rows() -> list[tuple[str, int, str]]:
    """Return path, status and `Cache-Control` of each row."""
    return [(path, int(status), said) for path, status, said in ROW.findall(DOC)]


def in_full(stack: Stack, path: str) -> str:
    """Return a path that is there for one that stands for many."""
    if not path.endswith("*"):
        return path
    folder = stack.public / path.strip("/*")
    file = min(file for file in folder.iterdir() if file.is_file() and file.suffix not in (".br", ".gz"))
    return f"/{file.relative_to(stack.public)}"


def test_each_answer_says_what_the_table_says(stack: Stack) -> None:
    asked = []
    for path, _, said in rows():
        answer = requests.get(f"{stack.shop}{in_full(stack, path)}", allow_redirects=False, timeout=20)
        asked.append((path, answer.status_code, answer.headers["Cache-Control"]))
        if said != NEVER:
            assert "Set-Cookie" not in answer.headers, path
    assert asked == rows()
    assert {said for _, _, said in rows()} >= {"no-cache", NEVER, "public, max-age=31536000, immutable"}


def test_a_page_is_asked_for_again_by_its_tag_and_looks_the_same_to_everybody(stack: Stack) -> None:
    """What may be kept must not depend on who asks: no cookie changes a byte of it."""
    page = f"{stack.shop}/products/tides/"
    first = requests.get(page, timeout=20)
    known = requests.get(page, cookies={"cart": "x", "session": "y"}, timeout=20)
    again = requests.get(page, headers={"If-None-Match": first.headers["ETag"]}, timeout=20)

    assert first.content == known.content
    assert (again.status_code, again.content) == (304, b"")
    assert "Cookie" not in first.headers.get("Vary", "")


def test_what_a_shopper_does_is_never_kept(stack: Stack) -> None:
    """Each answer that sets a cookie, or that follows a POST, says so."""
    with requests.Session() as shopper:
        added = shopper.post(
            f"{stack.shop}/cart/lines",
            {"sku": "MOONS-SHEET", "quantity": "1"},
            allow_redirects=False,
            timeout=20,
        )
        cart = shopper.get(f"{stack.shop}/cart", timeout=20)
    assert "Set-Cookie" in added.headers
    assert (added.headers["Cache-Control"], cart.headers["Cache-Control"]) == (NEVER, NEVER)
