"""The sweeps: each on its own interval, none in another's way, and an end at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import cast

import pytest

from app.errors import StoreUnavailable
from app.services import Services
from jobs import cron
from jobs.cron import SWEEPS, Sweep, guarded, repeat, start

ROOT = Path(__file__).resolve().parents[2]
SERVICES = cast("Services", object())


class Enough(BaseException):
    """Ends the loop of a test."""


def test_a_sweep_runs_at_once_and_then_on_its_own_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[object] = []

    def sleep(seconds: float) -> None:
        happened.append(seconds)
        if len(happened) >= 40:
            raise Enough

    monkeypatch.setattr(cron.time, "sleep", sleep)
    sweep = Sweep("often", 5, lambda _: happened.append("ran") or 0)
    with pytest.raises(Enough):
        repeat(sweep, lambda: SERVICES)
    assert happened[::2] == ["ran"] * 20
    pauses = [pause for pause in happened[1::2] if isinstance(pause, float)]
    assert len(pauses) == 20
    assert all(4.5 <= pause <= 5.5 for pause in pauses)
    assert len(set(pauses)) > 1


def test_a_sweep_that_fails_is_logged_and_has_its_next_turn(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Services) -> int:
        raise StoreUnavailable("no server")

    guarded(Sweep("bad", 5, fail), lambda: SERVICES)
    assert "sweep failed" in caplog.text


def test_a_sweep_that_hangs_does_not_keep_the_others_waiting() -> None:
    released, ran = threading.Event(), threading.Semaphore(0)

    def hang(_: Services) -> int:
        released.wait(60)
        return 0

    def note(_: Services) -> int:
        ran.release()
        return 0

    start([Sweep("hangs", 5, hang), Sweep("goes on", 0.01, note)], lambda: SERVICES)
    try:
        assert all(ran.acquire(timeout=10) for _ in range(3))
        assert not released.is_set()
    finally:
        released.set()


def test_services_that_cannot_be_built_yet_are_no_reason_to_end() -> None:
    def build() -> Services:
        raise OSError("away")

    guarded(Sweep("any", 5, lambda _: 1), build)


def test_the_sweeps_are_those_that_close_every_gap() -> None:
    assert [(sweep.name, sweep.every_seconds) for sweep in SWEEPS] == [
        ("events", 5),
        ("checkout", 5),
        ("effects", 5),
        ("pictures", 30),
        ("reconcile", 3600),
        ("reconcile-week", 86_400),
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


def test_a_sweep_may_wait_before_its_first_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    def sleep(seconds: float) -> None:
        done.append(seconds)
        if len(done) == 3:
            raise SystemExit

    def run(_: Services) -> int:
        done.append("run")
        return 0

    monkeypatch.setattr(cron.time, "sleep", sleep)
    monkeypatch.setattr(cron.DICE, "uniform", lambda *_: 1.0)
    with pytest.raises(SystemExit):
        repeat(Sweep("late", 3600, run, after_seconds=60), lambda: cast("Services", None))
    assert done == [60, "run", 3600]
