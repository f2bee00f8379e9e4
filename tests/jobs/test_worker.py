"""The worker as a process: what happens when it, its work horse or Redis is killed."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from tests.jobs.workers import PATIENCE_SECONDS, RunningWorker
from tests.servers import running_redis


class Slow:
    """The slow job, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def enqueue(self, url: str) -> None:
        """Give the job as the shop gives its own."""
        with Redis.from_url(url) as client:
            queue = Queue("payments", connection=client, serializer=JSONSerializer)
            queue.enqueue("tests.jobs.slow.run", str(self.folder), retry=Retry(max=3), job_timeout=50)

    def pids(self, what: str) -> list[int]:
        """Return the processes that began (`runs`) or finished (`done`) it."""
        file = self.folder / what
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def end(self) -> None:
        """Let it finish."""
        (self.folder / "end").touch()


@pytest.fixture
def slow(tmp_path: Path) -> Slow:
    """A job that has not run yet."""
    return Slow(tmp_path)


def is_alive(pid: int) -> bool:
    """Whether a process runs and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_sigterm_lets_the_job_at_hand_finish(
    redis_url: str, slow: Slow, work: Callable[[str], RunningWorker]
) -> None:
    worker = work(redis_url)
    slow.enqueue(redis_url)
    worker.sees(lambda: slow.pids("runs"), "the job runs")
    worker.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert worker.process.poll() is None
    slow.end()
    assert worker.process.wait(PATIENCE_SECONDS) == 0
    assert slow.pids("done") == slow.pids("runs")


def test_sigterm_ends_an_idle_worker(
    redis_url: str, slow: Slow, work: Callable[[str], RunningWorker]
) -> None:
    worker = work(redis_url)
    slow.end()
    slow.enqueue(redis_url)
    worker.sees(lambda: slow.pids("done"), "the job is done")
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE_SECONDS) == 0


def test_a_killed_worker_takes_its_horse_along_and_the_job_runs_again(
    redis_url: str, slow: Slow, work: Callable[[str], RunningWorker]
) -> None:
    first = work(redis_url)
    slow.enqueue(redis_url)
    first.sees(lambda: slow.pids("runs"), "the job runs")
    horse = slow.pids("runs")[0]
    first.process.kill()
    worker = work(redis_url)
    worker.sees(lambda: not is_alive(horse), "the horse is dead")
    slow.end()
    worker.sees(lambda: slow.pids("done"), "the job runs again")
    assert len(slow.pids("runs")) == 2
    assert slow.pids("done") == slow.pids("runs")[1:]


def test_a_killed_horse_is_replaced_by_the_same_worker(
    redis_url: str, slow: Slow, work: Callable[[str], RunningWorker]
) -> None:
    worker = work(redis_url)
    slow.enqueue(redis_url)
    worker.sees(lambda: slow.pids("runs"), "the job runs")
    slow.end()
    os.kill(slow.pids("runs")[0], signal.SIGKILL)
    worker.sees(lambda: slow.pids("done"), "the job runs again")
    assert worker.process.poll() is None


def test_a_worker_waits_for_redis_at_the_start_and_after_a_restart(
    slow: Slow, work: Callable[[str], RunningWorker]
) -> None:
    slow.end()
    with tempfile.TemporaryDirectory(prefix="vr") as name:
        folder = Path(name)
        url = f"unix://{folder}/redis.sock"
        worker = work(url)
        for runs in (1, 2):
            time.sleep(0.5)
            with running_redis(folder):
                slow.enqueue(url)
                worker.sees(lambda wanted=runs: len(slow.pids("done")) == wanted, f"run {runs}")
            (folder / "redis.sock").unlink()
        assert worker.process.poll() is None
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(PATIENCE_SECONDS) == 0


def test_a_redis_that_dies_under_a_job_neither_ends_the_job_nor_the_worker(
    slow: Slow, work: Callable[[str], RunningWorker]
) -> None:
    with tempfile.TemporaryDirectory(prefix="vr") as name:
        folder = Path(name)
        url = f"unix://{folder}/redis.sock"
        with running_redis(folder):
            worker = work(url)
            slow.enqueue(url)
            worker.sees(lambda: slow.pids("runs"), "the job runs")
        (folder / "redis.sock").unlink()
        worker.sees(lambda: "quitting" in worker.said(), "RQ's worker gave up")
        slow.end()
        worker.sees(lambda: slow.pids("done") == slow.pids("runs"), "the job is done nevertheless")
        with running_redis(folder):
            slow.enqueue(url)
            worker.sees(lambda: len(slow.pids("done")) == 2, "the next job is done")
