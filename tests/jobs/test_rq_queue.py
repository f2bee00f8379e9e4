"""Wake-ups by a real Redis: the right queue, once, as JSON, and never in a webhook's way."""

from __future__ import annotations

import importlib
import json
import tempfile
import time
import zlib
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.adapters.rq_queue import RqQueue, job_id
from app.effects.queue import CARRY_OUT_EFFECT, DERIVE_PICTURE, HANDLE_EVENT, QUEUE_OF, QUEUES
from tests.servers import running_redis


@pytest.fixture
def queue(redis_url: str) -> RqQueue:
    """A queue on an empty Redis."""
    return RqQueue(redis_url)


def waiting(redis_url: str) -> dict[str, int]:
    """Return how many jobs wait in each queue."""
    with Redis.from_url(redis_url) as client:
        return {name: Queue(name, connection=client).count for name in QUEUES}


def test_payments_and_mail_wait_in_queues_of_their_own(queue: RqQueue, redis_url: str) -> None:
    assert queue.enqueue(HANDLE_EVENT, "evt_1")
    assert queue.enqueue(CARRY_OUT_EFFECT, "receipt:ord_1")
    assert queue.enqueue(CARRY_OUT_EFFECT, "receipt:ord_2")
    assert waiting(redis_url) == {"payments": 1, "mail": 2, "media": 0}
    queue.ping()


def test_a_wake_up_that_waits_is_not_doubled(queue: RqQueue, redis_url: str) -> None:
    assert [queue.enqueue(HANDLE_EVENT, "evt_1") for _ in range(3)] == [True, True, True]
    assert waiting(redis_url)["payments"] == 1


def test_a_job_is_its_name_and_one_id_in_json(queue: RqQueue, redis_url: str) -> None:
    queue.enqueue(HANDLE_EVENT, "evt_1")
    with Redis.from_url(redis_url) as client:
        kept = client.hgetall("rq:job:handle_event-evt_1")
    name, _, arguments, named = json.loads(zlib.decompress(kept[b"data"]))
    assert (name, arguments, named) == (HANDLE_EVENT, ["evt_1"], {})
    assert kept[b"retries_left"] == b"3"
    assert kept[b"retry_intervals"] == b"[0]"
    assert kept[b"timeout"] == b"50"
    queue.enqueue(DERIVE_PICTURE, "pic_1")
    with Redis.from_url(redis_url) as client:
        assert client.hget("rq:job:derive-pic_1", "timeout") == b"240"


def test_every_job_name_leads_to_a_function() -> None:
    for name in QUEUE_OF:
        module, function = name.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), function))
        assert QUEUE_OF[name] in ("payments", "mail", "media")


def test_a_done_wake_up_leaves_nothing_and_may_be_given_again(
    queue: RqQueue, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr("jobs.payments.handle_event", ran.append)
    with Redis.from_url(redis_url) as client:
        for _ in range(2):
            queue.enqueue(HANDLE_EVENT, "evt_1")
            jobs = Queue("payments", connection=client, serializer=JSONSerializer)
            SimpleWorker([jobs], connection=client, serializer=JSONSerializer).work(burst=True)
        assert not client.exists("rq:job:handle_event-evt_1")
    assert ran == ["evt_1", "evt_1"]


def test_a_failing_job_is_run_four_times_and_then_left_alone_for_a_minute(
    queue: RqQueue, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def fail(event_id: str) -> None:
        ran.append(event_id)
        raise RuntimeError("still broken")

    monkeypatch.setattr("jobs.payments.handle_event", fail)
    queue.enqueue(HANDLE_EVENT, "evt_1")
    with Redis.from_url(redis_url) as client:
        jobs = Queue("payments", connection=client, serializer=JSONSerializer)
        worker = SimpleWorker([jobs], connection=client, serializer=JSONSerializer)
        worker.work(burst=True)
        assert ran == ["evt_1"] * 4
        assert queue.enqueue(HANDLE_EVENT, "evt_1")
        assert waiting(redis_url)["payments"] == 0
        assert 0 < client.ttl("rq:job:handle_event-evt_1") <= 60


def test_without_redis_the_answer_is_no_and_comes_soon(caplog: pytest.LogCaptureFixture) -> None:
    away = RqQueue("redis://127.0.0.1:9/0")
    started = time.monotonic()
    assert not away.enqueue(HANDLE_EVENT, "evt_1")
    assert time.monotonic() - started < 5
    assert "wake-up not given, the sweep will" in caplog.text
    with pytest.raises(RedisError):
        away.ping()


def test_a_redis_that_was_restarted_is_used_at_once() -> None:
    with tempfile.TemporaryDirectory(prefix="vr") as name:
        folder = Path(name)
        with running_redis(folder) as url:
            queue = RqQueue(url)
            assert queue.enqueue(HANDLE_EVENT, "evt_1")
        assert not queue.enqueue(HANDLE_EVENT, "evt_2")
        (folder / "redis.sock").unlink()
        with running_redis(folder):
            assert queue.enqueue(HANDLE_EVENT, "evt_3")
            assert waiting(url) == {"payments": 1, "mail": 0, "media": 0}


def test_ids_are_written_as_rq_takes_them() -> None:
    assert job_id(CARRY_OUT_EFFECT, "receipt:ord_1") == "carry_out_effect-receipt-ord_1"
