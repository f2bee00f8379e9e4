"""The list as a whole: the doc and the code, a shop where nothing answers, and what the command says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from app.adapters.stripe_account import API_VERSION, AccountSilent
from app.cli.live import mail, report
from app.cli.live.inquiry import Inquiry
from app.cli.live.money import EVENTS
from app.cli.live.points import POINTS, TO_DO, examined
from app.cli.live.verdict import Finding, Verdict, ok, unknown, wrong

from .going_live import Account, Records

DOC = (Path(__file__).resolve().parents[2] / "docs" / "going-live.md").read_text("utf-8")


def test_the_doc_has_the_same_points_in_the_same_order() -> None:
    written = re.findall(r"^(\d+)\. \*\*([a-z ]+)\*\*: ", DOC, re.MULTILINE)
    assert written == [(str(number), point.name) for number, point in enumerate(POINTS, 1)]


def test_the_doc_names_the_version_and_the_events_that_are_asked_for() -> None:
    (point,) = (line for line in DOC.splitlines() if "**stripe webhook**" in line)
    named = set(re.findall(r"`([a-z]+(?:\.[a-z_]+)+)`", point))
    assert named == set(EVENTS)
    assert f"`{API_VERSION}`" in point


def test_a_point_asks_for_servers_that_have_points_before_it() -> None:
    names = [point.name for point in POINTS]
    assert [
        point for point in POINTS if point.asks and point.asks not in names[: names.index(point.name)]
    ] == []
    assert set(TO_DO) <= set(names)


def test_where_nothing_answers_each_silent_server_is_asked_once(ask: Callable[..., Inquiry]) -> None:
    """What a silent server keeps from being known is not called wrong, and is not waited for again."""
    inquiry = ask()
    asked: list[str] = []
    inquiry.account = Account(refusal=AccountSilent("no route to Stripe"))
    inquiry.records = Records({"prints.ltd": None}, {"prints.ltd": ("203.0.113.7",)})
    inquiry.broken_promises = lambda: asked.append("promises") or []  # type: ignore[func-returns-value]

    found = {point.name: finding for point, finding in examined(inquiry)}

    assert [found[name].verdict for name in ("database", "redis", "mail server")] == [Verdict.WRONG] * 3
    dependent = [point.name for point in POINTS if point.asks]
    assert {found[name].verdict for name in dependent} == {Verdict.UNKNOWN}
    # There is no data folder either.
    assert (found["disk"].verdict, found["disk"].todo) == (Verdict.UNKNOWN, "mend that first, and repeat it")
    assert found["workers"].detail == "redis does not answer"
    assert found["stripe account"].detail == "Stripe did not answer: no route to Stripe"
    assert asked == []


def test_a_name_server_that_is_silent_leaves_the_question_open(
    ask: Callable[..., Inquiry], monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiry = ask()
    inquiry.records = Records({"prints.ltd": None})
    monkeypatch.setattr(Inquiry, "sender_domain", "prints.ltd")
    monkeypatch.setattr("app.cli.live.points.POINTS", tuple(p for p in POINTS if p.check is mail.spf))
    ((_, found),) = examined(inquiry)
    assert (found.verdict, "timed out" in found.detail) == (Verdict.UNKNOWN, True)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the command is told that the points came to; the test writes it."""
    findings: list[Finding] = []
    monkeypatch.setattr(report, "examined", lambda _: zip(POINTS, findings, strict=False))
    return findings


def test_the_command_says_each_point_by_its_number_and_fails_only_for_what_is_wrong(
    run: Callable[..., Result], found: list[Finding]
) -> None:
    found[:] = [ok("production"), unknown("nobody knows", "find out")]
    good = run("doctor", "--live")
    assert good.exit_code == 0
    assert "ok            1. production: production" in good.stdout
    assert "cannot tell   2. secrets: nobody knows" in good.stdout

    found.append(wrong("it is on fire", "put it out"))
    bad = run("doctor", "--live")
    assert bad.exit_code == 1
    assert "WRONG         3. database: it is on fire\n" in bad.stderr
    assert "-> put it out" in bad.stderr


def test_a_program_reads_the_same(run: Callable[..., Result], found: list[Finding]) -> None:
    found[:] = [ok("fine"), unknown("nobody knows", "find out"), wrong("on fire", "put it out")]
    answer = run("doctor", "--live", "--json")
    said: dict[str, Any] = json.loads(answer.stdout)
    assert (answer.exit_code, said["ok"]) == (1, False)
    assert [check["ok"] for check in said["checks"]] == [True, None, False]
    assert said["checks"][2] == {
        "number": 3, "name": "database", "ok": False, "detail": "on fire", "todo": "put it out",
    }  # fmt: skip


def test_looking_and_repairing_are_two_commands(run: Callable[..., Result]) -> None:
    assert run("doctor", "--live", "--repair").exit_code == 2


def test_the_shop_is_named_and_its_sender_is_an_address(
    run: Callable[..., Result], told: Callable[..., dict[str, Any]]
) -> None:
    assert told("shop", "--name", " Halftide ", "--email", "Us@Prints.ltd") == {
        "name": "Halftide", "tagline": "", "email": "us@prints.ltd",
    }  # fmt: skip
    assert told("shop", "--tagline", "Slow pictures")["name"] == "Halftide"
    for options in (("--email", "us at prints"), ("--name", "a\r\nBcc: all"), ("--name", " ")):
        assert run("shop", *options).exit_code == 1, options
    assert told("shop") == {"name": "Halftide", "tagline": "Slow pictures", "email": "us@prints.ltd"}
