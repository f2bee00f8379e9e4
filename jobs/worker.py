"""The worker: RQ's own, with a short memory for dead colleagues, and patience with a Redis that is away."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

import jobs.mail
import jobs.media
import jobs.payments
from app.logs import configure_logging
from app.settings import Settings
from jobs import runtime

log = logging.getLogger(__name__)

JOBS = (jobs.payments.handle_event, jobs.mail.carry_out_effect, jobs.media.derive)
"""Loaded here once, so that a work horse that is forked for a job finds its code in memory."""

HEARTBEAT_SECONDS = 10
"""A job whose worker has been silent for so long is given to another; RQ would wait a minute more."""
CHECK_SECONDS = 3
"""How often a worker reports that its job still runs, and looks for the jobs of dead workers."""
WORKER_SECONDS = 18
"""RQ waits for a job for 15 s less than this, and looks for the jobs of the dead in between."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 5.0
_PR_SET_PDEATHSIG = 1
MEMORY_BYTES = {"media": 1536 * 1024 * 1024}
"""What a job of a queue may take beyond its worker: enough for forty million pixels."""
PATIENT = frozenset({"media"})
"""Queues whose jobs take whatever the processor has left: a picture is shown before its sizes are made."""
NICEST = 19


class Stop:
    """Whether somebody asked this process to stop.

    A signal handler raises, so that waiting ends at once; but what it raises can be
    swallowed by whatever runs at that moment (logging, for one), so it is noted too.
    """

    def __init__(self) -> None:
        self.is_requested = False

    def listen(self) -> None:
        """Have SIGTERM and SIGINT stop; while it works, RQ's worker has handlers of its own."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self.is_requested = True
        raise StopRequested


class ShopWorker(Worker):
    """An RQ worker whose jobs are run again within about 15 s after `kill -9`."""

    max_connection_wait_time = LONGEST_WAIT_SECONDS
    stop: Stop

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Return after how many silent seconds a job counts as abandoned."""
        return HEARTBEAT_SECONDS

    def setup_work_horse_signals(self) -> None:
        """Let the work horse die with the worker: RQ's would live on, while its job is given to another."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call] # RQ leaves it without types.
        die_with(self.pid)
        if any(queue.name in MEMORY_BYTES for queue in self.queues):
            limit_memory(max(MEMORY_BYTES.get(queue.name, 0) for queue in self.queues))
        if any(queue.name in PATIENT for queue in self.queues):
            os.nice(NICEST)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job at hand and stop, whether or not Redis can be told."""
        self.stop.is_requested = True
        with suppress(RedisError):
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call] # RQ leaves it without types.

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Report that this worker lives; between jobs, look whether it should."""
        if self.stop.is_requested and not self.is_horse and self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        super().heartbeat(timeout, pipeline)


def run_worker(queue: str, settings: Settings) -> None:
    """Work on one queue until SIGTERM or SIGINT, which let the job at hand finish.

    One queue a worker: from several, RQ takes a job in two steps, and a crash
    between them would lose it. RQ's worker ends when Redis goes away at the wrong
    moment, so it is started again for as long as nobody asked it to stop.
    """
    configure_logging(settings.log_level, f"worker {queue}")
    runtime.use(settings)
    stop = Stop()
    with suppress(StopRequested):
        stop.listen()
        _work_until_stopped(queue, settings.redis_url, stop)
    log.info("worker stopped", extra={"queue": queue})


def _work_until_stopped(queue: str, redis_url: str, stop: Stop) -> None:
    wait = FIRST_WAIT_SECONDS
    while not stop.is_requested:
        started, reason = time.monotonic(), "the connection was lost"
        try:
            _work(queue, redis_url, stop)
        except RedisError as error:
            reason = str(error)
        if time.monotonic() - started > LONGEST_WAIT_SECONDS:
            wait = FIRST_WAIT_SECONDS
        if not stop.is_requested:
            log.warning("worker waits for Redis", extra={"queue": queue, "seconds": wait, "reason": reason})
        if not stop.is_requested:
            time.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def _work(queue: str, redis_url: str, stop: Stop) -> None:
    """Work until stopped or until the connection is lost."""
    connection = Redis.from_url(redis_url, socket_connect_timeout=1.0)
    worker = ShopWorker(
        [Queue(queue, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        maintenance_interval=CHECK_SECONDS,
        job_monitoring_interval=CHECK_SECONDS,
        worker_ttl=WORKER_SECONDS,
    )
    worker.stop = stop
    log.info("worker started", extra={"queue": queue, "worker": worker.name})
    try:
        worker.work(logging_level="WARNING")
    finally:
        stop.listen()
        if worker.horse_pid:
            # Redis is gone, the job at hand is not: its work is with the database, and may finish.
            worker.wait_for_horse()


def limit_memory(more_bytes: int) -> None:
    """Let this process take so much memory beyond what it has; an allocation beyond fails (Linux)."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + more_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def die_with(parent: int | None) -> None:
    """Have the kernel kill this process when its parent ends; end at once if it has already (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
