"""docs/payments.md names a test for every hard case, and each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "payments.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def defined(*paths: Path) -> set[str]:
    return {name for path in paths for name in DEFINED.findall(path.read_text("utf-8"))}


def test_each_of_the_twenty_two_cases_has_a_row_and_a_test_with_its_number() -> None:
    rows = {int(number): NAMED.findall(tests) for number, _, _, tests in ROW.findall(PAGE)}
    assert sorted(rows) == list(range(1, 23))
    for number, names in rows.items():
        assert names, number
        assert all(name.startswith(f"test_case_{number:02}_") for name in names), names


def test_every_test_that_the_page_names_exists_and_every_case_is_named() -> None:
    everywhere = defined(*(ROOT / "tests").rglob("test_*.py"))
    named = set(NAMED.findall(PAGE)) - {"test_checkout_hunt"}
    assert named - everywhere == set()
    assert defined(Path(__file__).with_name("test_hard_cases.py")) - named == set()
