"""What Redis is, in plain facts, and who has been heard of by way of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer

from app.errors import VitrineError

SECONDS = 2.0
BEAT = "vitrine:beat:"
BEAT_SECONDS = 120
"""For so long a beat is remembered."""


@dataclass(eq=False)
class RedisSilent(VitrineError):
    """Redis could not be asked."""

    reason: str

    def __str__(self) -> str:
        return f"Redis did not answer: {self.reason}"


@dataclass(frozen=True)
class RedisFacts:
    """What a Redis server says of itself."""

    version: tuple[int, ...]
    has_append_only_file: bool
    eviction: str
    """`maxmemory-policy`."""


class RedisInspection:
    """Asks one Redis server."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)

    def facts(self) -> RedisFacts:
        """Ask the server what it is, by INFO, which no rule of access forbids the shop.

        Raises:
            RedisSilent: it does not answer.
        """
        try:
            told = self._redis.info("all")
        except RedisError as error:
            raise RedisSilent(str(error)) from error
        return RedisFacts(
            version=tuple(int(part) for part in str(told["redis_version"]).split(".")[:2]),
            has_append_only_file=bool(told.get("aof_enabled")),
            eviction=str(told.get("maxmemory_policy", "")),
        )

    def workers(self) -> dict[str, datetime]:
        """Return when a worker of each queue was last heard of.

        Raises:
            RedisSilent: Redis does not answer.
        """
        heard: dict[str, datetime] = {}
        try:
            for worker in Worker.all(connection=self._redis, serializer=JSONSerializer):
                seen = worker.last_heartbeat
                if seen is None:
                    continue
                moment = seen if seen.tzinfo else seen.replace(tzinfo=UTC)
                for queue in worker.queue_names():
                    heard[queue] = max(moment, heard.get(queue, moment))
        except RedisError as error:
            raise RedisSilent(str(error)) from error
        return heard

    def beat(self, process: str, at: datetime) -> None:
        """Note that a process lives.

        Raises:
            RedisSilent: Redis does not answer.
        """
        try:
            self._redis.set(f"{BEAT}{process}", at.isoformat(), ex=BEAT_SECONDS)
        except RedisError as error:
            raise RedisSilent(str(error)) from error

    def last_beat(self, process: str) -> datetime | None:
        """Return when a process has last noted that it lives.

        Raises:
            RedisSilent: Redis does not answer.
        """
        try:
            told = self._redis.get(f"{BEAT}{process}")
        except RedisError as error:
            raise RedisSilent(str(error)) from error
        return datetime.fromisoformat(told.decode()) if isinstance(told, bytes) else None

    def close(self) -> None:
        """Give the connection back."""
        self._redis.close()
