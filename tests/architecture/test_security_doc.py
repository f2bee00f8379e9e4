"""docs/security.md says which test holds each requirement of ASVS, or why none does: held to the letter."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from app.adapters.mongo.schema import COLLECTIONS
from app.settings import Settings
from app.staff import service
from app.staff.guessable import WORDS
from app.staff.model import PERMISSIONS, Permission, Role

from .asvs import VERSION, between, requirements

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
NUMBER = re.compile(rf"{VERSION}-(\d+\.\d+\.\d+)")
STATES = ("met", "partly", "not met", "does not apply")
LONGEST_WORDS, SHORTEST_REASON = 8, 20
PARTS = (
    *("Reporting", "Who may do what", "Ways into the desk", "What input may be", "Files that are taken"),
    *("Keys and algorithms", "Whom the shop talks to", "What is sensitive", "Logs", "What is costly"),
)


class Row(NamedTuple):
    """One line of the table."""

    numbers: list[str]
    levels: str
    words: str
    state: str
    evidence: str


def rows() -> list[Row]:
    """Return the table, its ranges expanded."""
    found = []
    for line in TEXT.splitlines():
        if line.startswith(f"| {VERSION}-"):
            which, levels, words, state, evidence = (cell.strip() for cell in line.strip("|").split("|"))
            numbers = NUMBER.findall(which)
            if "…" in which:
                numbers = between(*numbers)
            found.append(Row(numbers, levels, words, state, evidence))
    return found


ROWS = rows()


def section(name: str) -> str:
    """Return what stands below a heading."""
    return TEXT.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_the_standard_has_as_many_requirements_as_it_has() -> None:
    """ASVS 5.0.0 counts 70 of level 1, 183 more of level 2 and 92 more of level 3."""
    assert Counter(level for _, level in requirements(3)) == {1: 70, 2: 183, 3: 92}


def test_every_requirement_of_levels_one_and_two_is_there_exactly_once() -> None:
    told = [number for row in ROWS for number in row.numbers]
    assert told == [number for number, _ in requirements()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.numbers[0])
def test_a_row_is_short_and_claims_nothing_without_a_test_or_a_reason(row: Row) -> None:
    level = dict(requirements())
    assert row.levels == "–".join(sorted({str(level[number]) for number in row.numbers}))
    assert row.state in STATES
    assert 0 < len(row.words.split()) <= LONGEST_WORDS
    tests = TEST.findall(row.evidence)
    if row.state == "met":
        assert tests != []
    else:
        assert len(TEST.sub("", row.evidence)) > SHORTEST_REASON


@pytest.mark.parametrize("named", sorted({found for row in ROWS for found in TEST.findall(row.evidence)}))
def test_every_test_that_is_named_exists(named: tuple[str, str]) -> None:
    path, name = named
    assert f"def {name}(" in (ROOT / "tests" / path).read_text("utf-8")


def test_the_counts_above_the_table_are_those_of_the_table() -> None:
    counted = Counter(row.state for row in ROWS for _ in row.numbers)
    shown = {state: int(count) for state, count in re.findall(r"^\| \*\*(.+?)\*\* \| (\d+) \|", TEXT, re.M)}
    assert shown == dict(counted)


@pytest.mark.parametrize("name", PARTS)
def test_the_parts_that_the_table_leans_on_are_there(name: str) -> None:
    assert len(section(name)) > 200


def test_permissions_are_told_as_they_are() -> None:
    told = {}
    for line in section("Who may do what").splitlines():
        if found := re.match(r"\| `(\w+)` \|(.*?)\|(.*?)\|(.*?)\|", line):
            told[found[1]] = [cell.strip() == "yes" for cell in found.groups()[1:]]
    order = (Role.VIEWER, Role.EDITOR, Role.OWNER)
    assert told == {str(one): [one in PERMISSIONS[role] for role in order] for one in Permission}


def test_time_outs_are_told_as_they_are() -> None:
    text = section("Ways into the desk")
    assert f"{service.IDLE_LIFE.total_seconds() / 3600:g} hours idle" in text
    assert f"{service.SESSION_LIFE.days} days at most" in text
    assert f"{service.LINK_LIFE.total_seconds() / 3600:g} hours" in text


def test_words_that_no_password_may_be_made_of_are_told() -> None:
    text = section("Ways into the desk")
    assert [word for word in WORDS if f"`{word}`" not in text] == []


def test_every_secret_setting_is_in_the_table_of_keys() -> None:
    secret = {
        field.alias or f"VITRINE_{name.upper()}"
        for name, field in Settings.model_fields.items()
        if field.annotation is SecretStr or "SecretStr" in str(field.annotation)
    }
    assert [name for name in sorted(secret) if f"`{name}`" not in section("Keys and algorithms")] == []
    assert len(secret) >= 4


def test_every_collection_is_classified() -> None:
    classified = re.findall(r"`(\w+)`", section("What is sensitive"))
    known = [shape.name for shape in COLLECTIONS]
    assert sorted(name for name in classified if name in known) == sorted(known)


def test_security_md_stays_short_and_leads_here() -> None:
    short = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "(docs/security.md)" in short
    assert len(short.splitlines()) <= 40
