"""What a line of the log looks like to the program that collects it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest

from app.logs import configure_logging


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Give the handlers of the tests back."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield
    root.handlers[:] = kept
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_line_is_one_json_object_with_its_time_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "web")
    logging.getLogger("app.web").info("request", extra={"status": 200})
    (line,) = lines(capsys)
    told = json.loads(line)
    assert (told["event"], told["status"], told["level"], told["process"]) == ("request", 200, "info", "web")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", told["timestamp"])


def test_what_somebody_sends_makes_no_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "web")
    sent = 'x\r\n{"event": "signed in", "member_id": "stf_1"}\x1b[2J\u2028\u0085'
    logging.getLogger("app.web").warning("refused", extra={"reason": sent})
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert "\x1b" not in written
    assert json.loads(written)["reason"] == sent
