"""Who may import whom: the contracts of `.importlinter` hold, and can be broken."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from app.effects.queue import CARRY_OUT_EFFECT, DERIVE_PICTURE, HANDLE_EVENT, QUEUE_OF, QUEUES
from tests.architecture.contracts import matches

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"

BROKEN = """
[importlinter]
root_packages =
    app
include_external_packages = True
contract_types =
    allow_list: tests.architecture.contracts.AllowList

[importlinter:contract:too-strict]
name = Money may import nothing, because this contract must be broken
type = allow_list
modules =
    {modules}
allowed =
    app.nothing
"""


def lint(*options: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter as `make check` does."""
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def test_every_contract_is_kept() -> None:
    result = lint()
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_an_import_that_is_not_allowed_breaks_the_contract(tmp_path: Path) -> None:
    config = tmp_path / "contracts.ini"
    config.write_text(BROKEN.format(modules="app.money"), "utf-8")
    result = lint("--config", str(config))
    assert result.returncode == 1
    assert "app.money may not import app.errors" in result.stdout


def test_a_contract_about_a_module_that_does_not_exist_is_broken(tmp_path: Path) -> None:
    config = tmp_path / "contracts.ini"
    config.write_text(BROKEN.format(modules="app.misspelt"), "utf-8")
    result = lint("--config", str(config))
    assert result.returncode == 1
    assert "no such module" in result.stdout


@pytest.mark.parametrize(
    ("name", "patterns", "is_match"),
    [
        ("app.cart.model", ["app.*.model"], True),
        ("app.cart.service", ["app.*.model"], False),
        ("flask", ["flask_frozen"], False),
    ],
)
def test_patterns_match_whole_names(name: str, patterns: list[str], *, is_match: bool) -> None:
    assert matches(name, patterns) is is_match


@pytest.mark.parametrize("job", [HANDLE_EVENT, CARRY_OUT_EFFECT, DERIVE_PICTURE])
def test_every_job_name_resolves_to_a_function_of_one_id(job: str) -> None:
    module, _, function = job.rpartition(".")
    assert callable(getattr(import_module(module), function))


def test_every_job_waits_in_a_queue_that_a_worker_can_take() -> None:
    assert set(QUEUE_OF) == {HANDLE_EVENT, CARRY_OUT_EFFECT, DERIVE_PICTURE}
    assert set(QUEUE_OF.values()) == set(QUEUES)
