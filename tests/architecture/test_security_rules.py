"""The rules that `make check` runs: each shows what it finds, and none is switched off without a twin."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SEMGREP = ROOT / "tests" / "semgrep"
RULES = sorted((SEMGREP / "rules").glob("*.yaml"))


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_rule_has_an_example_of_what_it_finds_and_of_what_it_lets_be(path: Path) -> None:
    (rule,) = yaml.safe_load(path.read_text("utf-8"))["rules"]
    assert rule["id"] == path.stem
    assert rule["severity"] == "ERROR"
    (example,) = (SEMGREP / "examples").glob(f"{path.stem}.*")
    text = example.read_text("utf-8")
    assert len(re.findall(rf"ruleid: {rule['id']}\b", text)) >= 1
    assert len(re.findall(rf"ok: {rule['id']}\b", text)) >= 1


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_exception_of_a_rule_is_a_place_that_exists_and_says_why(path: Path) -> None:
    (rule,) = yaml.safe_load(path.read_text("utf-8"))["rules"]
    places = [place for place in rule.get("paths", {}).get("exclude", []) if place != "*.py"]
    assert [place for place in places if not (ROOT / place.lstrip("/")).exists()] == []
    if len(places) > 1:
        assert path.read_text("utf-8").split("exclude:")[1].count("# ") >= 1


def test_there_are_no_examples_without_a_rule() -> None:
    examples = {path.stem for path in (SEMGREP / "examples").iterdir() if path.is_file()}
    assert examples == {path.stem for path in RULES}
    assert len(RULES) >= 14


def test_no_line_of_the_shop_switches_a_rule_off() -> None:
    """Exceptions stand in the rule, where they can be read together."""
    silent = [
        path.relative_to(ROOT).as_posix()
        for room in ("app", "sitegen", "jobs", "templates")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".html") and re.search(r"nosem(grep)?\b|# nosec", path.read_text("utf-8"))
    ]
    assert silent == []


def test_the_lock_of_semgrep_is_hashed_and_names_no_host() -> None:
    text = (SEMGREP / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9-]+==\S+", text, re.MULTILINE)
    assert "semgrep==1.185.0" in pinned
    assert text.count("--hash=sha256:") >= len(pinned)


def test_what_bandit_leaves_out_ruff_judges_line_by_line() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    assert "S" in told["ruff"]["lint"]["select"]
    left_to_tests = {code for codes in told["ruff"]["lint"]["per-file-ignores"].values() for code in codes}
    # Tests and benchmarks may; the shop itself may not.
    assert set(told["ruff"]["lint"]["per-file-ignores"]) == {"tests/*", "bench/*"}
    assert "S608" not in left_to_tests
    ruff = Path(sys.executable).with_name("ruff")
    for skipped in set(told["bandit"]["skips"]) - {"B404"}:
        twin = skipped.replace("B", "S")
        shown = subprocess.run([ruff, "rule", twin], capture_output=True, text=True, check=True).stdout
        assert f"({twin})" in shown.splitlines()[0]
        assert "preview" not in shown.splitlines()[2].lower(), twin


def test_make_check_runs_bandit_and_every_rule_over_the_whole_shop() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = makefile.split("\ncheck: ")[1].split("\n\n")[0]
    assert "$(SEMGREP)/.venv/.tested" in recipe.splitlines()[0]
    assert "bandit --quiet --recursive --configfile pyproject.toml app sitegen jobs" in recipe
    assert "$(SCAN) --error --config $(SEMGREP)/rules app sitegen jobs templates" in recipe
    assert "--metrics=off --disable-version-check" in makefile.split("SCAN := ")[1].split("\n\n")[0]


def test_no_hash_of_the_shop_is_one_that_was_broken() -> None:
    weak = re.compile(r"\b(?:md5|sha1|MD5|SHA1|DES|ECB|PKCS1v15)\b")
    files = [path for room in ("app", "sitegen", "jobs") for path in (ROOT / room).rglob("*.py")]
    assert [path.name for path in files if weak.search(path.read_text("utf-8"))] == []
    assert len(files) > 300
