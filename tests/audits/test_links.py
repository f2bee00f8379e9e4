"""Every link of every page leads somewhere: lychee follows those between files, the app answers the rest."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import Stack

pytestmark = pytest.mark.audit

LIVE = r"/(cart|checkout|search|orders|_fragments|editor)(/|\?|$)|/filter(\?|$)"
"""Addresses that the app answers; they are no files."""


def broken(public: Path) -> dict[str, list[str]]:
    """Return the links that lead nowhere, by the file that holds them."""
    lychee = shutil.which("lychee", path=str(Path(sys.executable).parent))
    assert lychee, "lychee is missing from the environment: run `make setup`."
    done = subprocess.run(
        [
            *(lychee, "--offline", "--root-dir", public, "--include-fragments", "--no-progress"),
            *("--index-files", "index.html", "--exclude", LIVE, "--format", "json", public),
        ],
        capture_output=True,
        check=False,
        timeout=240,
    )
    said = json.loads(done.stdout)
    assert said["total"] > 0, "lychee found no link at all, so it has looked at nothing"
    return {
        str(Path(page).relative_to(public)): [link["url"] for link in links]
        for page, links in said["error_map"].items()
    }


def test_no_link_of_the_window_is_broken(stack: Stack) -> None:
    assert broken(stack.public) == {}


def test_a_broken_link_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<a href="/nowhere/">Nowhere</a>', "utf-8")

    assert list(broken(tmp_path)) == ["index.html"]
