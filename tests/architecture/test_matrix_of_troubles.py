"""The table of what works while something is away: every row was tried, and by a test that exists."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.matrix import COLUMNS, WORDS, Row, matrix

RESILIENCE = Path(__file__).resolve().parents[1] / "resilience"
TROUBLES = ("MongoDB", "Redis", "Stripe", "SMTP", "workers", "watcher", "cron", "web", "disk", "clock")
"""What must be in the table, each at the beginning of a row."""


@pytest.mark.parametrize(("trouble", "row"), matrix().items(), ids=list(matrix()))
def test_every_row_names_a_test_that_exists(trouble: str, row: Row) -> None:
    file, _, name = row.test.partition("::")
    tree = ast.parse((RESILIENCE / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert len(row.cells) == len(COLUMNS)
    assert set(row.cells) <= set(WORDS), trouble


def test_nothing_that_can_be_away_is_left_out() -> None:
    for word in TROUBLES:
        assert any(trouble.startswith(word) for trouble in matrix()), word
    assert "watcher paused, another stands by" in matrix()
    assert "webhooks lost" in matrix()
