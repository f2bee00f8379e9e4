"""Lighthouse finds next to nothing on the pages that shoppers see first."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.window import NAMES
from tests.stack import Stack

pytestmark = pytest.mark.audit

LEAST = 0.97
TRIES = 3
"""Performance is measured on a machine that does other things too: the best of these counts."""
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = (
    "--headless=new --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-quic"
)
PAGES = ("/", "/collections/prints/", "/products/tides/")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_fast_accessible_sound_and_findable(
    stack: Stack, programs: Path, node: str, tmp_path: Path, path: str
) -> None:
    best = dict.fromkeys(CATEGORIES, 0.0)
    for _ in range(TRIES):
        scores, said = audit(stack.shop + path, programs, node, tmp_path)
        best = {name: max(best[name], score) for name, score in scores.items()}
        if min(best.values()) >= LEAST:
            break
    print(path, best)  # noqa: T201 - the figures are part of what the audit is for
    assert min(best.values()) >= LEAST, (best, said)


def audit(url: str, programs: Path, node: str, folder: Path) -> tuple[dict[str, float], list[str]]:
    """Let Lighthouse look at a page as a phone would; return its scores, and what it objects to."""
    report = folder / "report.json"
    flags = FLAGS + (" --no-sandbox" if os.getuid() == 0 else "") + f" --user-data-dir={folder / 'profile'}"
    browser = next(filter(None, map(shutil.which, NAMES)), "")
    subprocess.run(
        [
            *(node, programs / "lighthouse" / "cli" / "index.js", url),
            *("--output=json", f"--output-path={report}", "--quiet", "--no-enable-error-reporting"),
            *(f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"),
        ],
        check=True,
        timeout=180,
        env={**os.environ, "CHROME_PATH": browser, "TMPDIR": str(folder)},
    )
    found = json.loads(report.read_text("utf-8"))
    scores = {name: float(found["categories"][name]["score"] or 0) for name in CATEGORIES}
    weighty = {
        part["id"] for name in CATEGORIES for part in found["categories"][name]["auditRefs"] if part["weight"]
    }
    said = [
        f"{name}: {one['title']} ({one.get('displayValue', '')})"
        for name, one in found["audits"].items()
        if name in weighty and one["score"] is not None and one["score"] < LEAST
    ]
    return scores, said
