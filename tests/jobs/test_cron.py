"""The sweeps: each on its own interval, none in another's way, and an end at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest

from app.errors import StoreUnavailable
from app.services import Services
from jobs import cron
from jobs.cron import SWEEPS, Sweep, guarded, repeat

ROOT = Path(__file__).resolve().parents[2]
SERVICES = cast("Services", object())


class Enough(BaseException):
    """Ends the loop of a test."""


class Hands:
    """Time that passes only while somebody sleeps, and ends after a while."""

    def __init__(self, until: float) -> None:
        self.moment, self.until = 0.0, until

    def monotonic(self) -> float:
        """Return the moment."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += seconds
        if self.moment > self.until:
            raise Enough


def test_each_sweep_runs_at_once_and_then_on_its_own_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    hands, ran = Hands(until=100), list[str]()
    monkeypatch.setattr(cron, "time", hands)

    def note(name: str) -> int:
        ran.append(name)
        return 0

    often = Sweep("often", 5, lambda _: note("often"))
    seldom = Sweep("seldom", 50, lambda _: note("seldom"))
    with pytest.raises(Enough):
        repeat([often, seldom], lambda: SERVICES)
    assert ran[:2] == ["often", "seldom"]
    assert ran.count("seldom") in (2, 3)
    assert 19 <= ran.count("often") <= 23


def test_a_sweep_that_fails_is_logged_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hands, ran = Hands(until=11), list[str]()
    monkeypatch.setattr(cron, "time", hands)

    def fail(_: Services) -> int:
        raise StoreUnavailable("no server")

    def note(_: Services) -> int:
        ran.append("good")
        return 0

    with pytest.raises(Enough):
        repeat([Sweep("bad", 5, fail), Sweep("good", 5, note)], lambda: SERVICES)
    assert len(ran) >= 2
    assert "sweep failed" in caplog.text


def test_services_that_cannot_be_built_yet_are_no_reason_to_end() -> None:
    def build() -> Services:
        raise OSError("away")

    guarded(Sweep("any", 5, lambda _: 1), build)


def test_the_sweeps_are_those_that_close_every_gap() -> None:
    assert [(sweep.name, sweep.every_seconds) for sweep in SWEEPS] == [
        ("events", 5),
        ("checkout", 5),
        ("effects", 5),
    ]


def test_sigterm_ends_it_even_within_a_sweep(tmp_path: Path) -> None:
    """A sweep that hangs must not keep the shop from stopping."""
    code = """
import pathlib, sys, time
from app.settings import Settings
from jobs import cron, runtime
def hang(_services):
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(600)
runtime.services = lambda: None
cron.SWEEPS = (cron.Sweep("hangs", 5, hang),)
cron.run_cron(Settings(_env_file=None))
"""
    begun = tmp_path / "begun"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(begun)], cwd=ROOT, stderr=subprocess.PIPE
    ) as process:
        try:
            while not begun.exists():
                assert process.poll() is None, process.stderr and process.stderr.read()
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
