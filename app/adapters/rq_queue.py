"""Wake-ups by way of Redis: one short attempt, and the row in the database if it fails."""

from __future__ import annotations

import logging
import re

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as NetworkRetry
from rq import Queue as RedisQueue
from rq import Retry
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from app.effects.queue import QUEUE_OF, QUEUES

log = logging.getLogger(__name__)


REDIS_SECONDS = 1.0
JOB_SECONDS = 50
"""Less than the minute for which a worker has an effect to itself, so that two never carry it out."""
LONG_JOB_SECONDS = 240
"""A large picture takes ten seconds of a processor, which may have other things to do."""
WAITING_SECONDS = 600
"""A wake-up nobody took is forgotten after this; the sweep gives a new one while its row waits."""
FAILED_SECONDS = 60
"""How long a row whose job has failed, with all repetitions, is left alone by the sweep."""


class RqQueue:
    """Hands ids to the workers of `jobs`."""

    def __init__(self, redis_url: str) -> None:
        """Prepare the connection; nothing is sent.

        Time-outs are short and nothing is repeated, because a webhook waits for us
        and its event is stored already.
        """
        self._redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            retry=NetworkRetry(NoBackoff(), 0),
        )
        self._queues = {
            name: RedisQueue(name, connection=self._redis, serializer=JSONSerializer) for name in QUEUES
        }

    def enqueue(self, job: str, identifier: str) -> bool:
        """Ask a worker to run the job, by its dotted name, with one id.

        A wake-up that waits already is not doubled, so that a sweep may repeat
        itself without end while no worker runs.
        """
        ids = {"job": job, "id": identifier}
        try:
            self._queues[QUEUE_OF[job]].enqueue(
                job,
                identifier,
                job_id=job_id(job, identifier),
                unique=True,
                # At once: a repetition after an interval would wait for a dead worker's scheduler lock.
                retry=Retry(max=3),
                job_timeout=LONG_JOB_SECONDS if QUEUE_OF[job] == "media" else JOB_SECONDS,
                ttl=WAITING_SECONDS,
                result_ttl=0,
                failure_ttl=FAILED_SECONDS,
            )
        except DuplicateJobError:
            return True
        except RedisError as error:
            log.warning("wake-up not given, the sweep will", extra={**ids, "reason": str(error)})
            return False
        return True

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            redis.RedisError: there is none.
        """
        self._redis.ping()


def job_id(job: str, identifier: str) -> str:
    """Return the id under which a wake-up waits; RQ takes letters, digits, `_` and `-` only."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"{job.rsplit('.', 1)[-1]}-{identifier}")
