"""What may be asked how often: one table, and the counters that it needs.

docs/rate-limits.md shows the same table, and a test compares both. What opens the
desk is counted in the database, so that losing Redis neither opens nor shuts it. What
sells goes on without Redis, counted by each process for itself.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from limits.errors import StorageError
from limits.storage import Storage, storage_from_string

from app.web.config import WebConfig

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
ANSWER_SECONDS = 0.3
"""How long Redis may take to connect and to answer."""
PAUSE_SECONDS = 2.0
"""How long Redis is left alone after it has not answered, so that nobody waits for it twice."""
ROOM = 50_000
"""Clients that a process remembers; the oldest make room, for memory ends and addresses do not."""

log = logging.getLogger(__name__)


class CountedIn(StrEnum):
    """Where requests are counted, which decides what losing Redis means."""

    REDIS = "Redis"
    """Without it, each process counts in its own memory and lets half of the rate through."""
    DATABASE = "the database"
    """Losing Redis changes nothing; without the database there is nothing to open either."""


@dataclass(frozen=True)
class Limit:
    """One row: requests that are counted together, for each client."""

    name: str
    setting: str
    rate: Callable[[WebConfig], str]
    counted_in: CountedIn
    endpoints: frozenset[str]

    def of(self, config: WebConfig) -> tuple[int, int]:
        """Return how many requests are let through in how many seconds."""
        most, _, unit = self.rate(config).partition("/")
        return int(most), SECONDS[unit]


TABLE = (
    Limit(
        "sign-in",
        "VITRINE_RATE_LOGIN",
        lambda config: config.rate_login,
        CountedIn.DATABASE,
        frozenset({"editor.sign_in_post", "editor.set_password_post", "editor.change_password"}),
    ),
    Limit(
        "second-factor",
        "VITRINE_RATE_LOGIN",
        lambda config: config.rate_login,
        CountedIn.DATABASE,
        frozenset(
            {"editor.sign_in_code_post", "editor.confirm_second_factor", "editor.change_second_factor"}
        ),
    ),
    Limit(
        "cart",
        "VITRINE_RATE_CART",
        lambda config: config.rate_cart,
        CountedIn.REDIS,
        frozenset({"cart.add", "cart.update", "cart.remove", "cart.accept"}),
    ),
    Limit(
        "checkout",
        "VITRINE_RATE_CHECKOUT",
        lambda config: config.rate_checkout,
        CountedIn.REDIS,
        frozenset({"checkout.start", "orders.release"}),
    ),
    Limit(
        "search",
        "VITRINE_RATE_SEARCH",
        lambda config: config.rate_search,
        CountedIn.REDIS,
        frozenset({"search.page", "search.fragment", "facets.page", "facets.fragment"}),
    ),
)
BY_ENDPOINT: Mapping[str, Limit] = {endpoint: limit for limit in TABLE for endpoint in limit.endpoints}
UNLIMITED: Mapping[str, str] = {
    "webhooks.stripe": "the signature is checked before anything is stored, and an event that is turned "
    "away would be a payment heard of late",
    "editor.sign_out": "it ends a session and opens nothing",
}
"""What changes something without a session and is not counted, with the reason."""


class OwnMemory:
    """Counts in this process, in windows that begin with a client's first request."""

    def __init__(self, room: int = ROOM, clock: Callable[[], float] = time.monotonic) -> None:
        self._room, self._clock, self._lock = room, clock, Lock()
        self._windows: dict[str, tuple[int, float]] = {}

    def add(self, key: str, seconds: int) -> tuple[int, int]:
        """Count a request; return how many there were in its window, and the seconds until it closes."""
        with self._lock:
            now = self._clock()
            count, until = self._windows.pop(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + seconds
            self._put(key, count + 1, until, now)
            return count + 1, max(1, math.ceil(until - now))

    def fill(self, key: str, most: int, seconds: int) -> None:
        """Note that a limit was found reached elsewhere, and stays so for these seconds."""
        with self._lock:
            now = self._clock()
            count, until = self._windows.pop(key, (0, 0.0))
            self._put(key, max(count, most + 1), max(until, now + seconds), now)

    def _put(self, key: str, count: int, until: float, now: float) -> None:
        if len(self._windows) >= self._room:
            kept = {known: window for known, window in self._windows.items() if window[1] > now}
            for oldest in list(kept)[: max(0, len(kept) - self._room * 9 // 10)]:
                del kept[oldest]
            self._windows = kept
        self._windows[key] = (count, until)


class SharedCounts:
    """Counts in Redis for all processes, and always in this process's memory beside it.

    What this process has seen is so known when Redis goes, and a limit that was
    reached stays reached, also where Redis comes back and has forgotten it.
    """

    def __init__(self, redis_url: str, memory: OwnMemory | None = None) -> None:
        # What counts has a scheme of its own for a socket of this machine.
        uri = f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
        is_redis = not uri.startswith("memory:")
        options = {"socket_connect_timeout": ANSWER_SECONDS, "socket_timeout": ANSWER_SECONDS}
        storage = storage_from_string(uri, wrap_exceptions=True, **(options if is_redis else {}))
        if not isinstance(storage, Storage):
            raise TypeError(f"{type(storage).__name__} cannot count at once")
        self._shared, self._memory = storage, memory or OwnMemory()
        self._away_until = 0.0

    def wait(self, key: str, most: int, seconds: int) -> int:
        """Count a request; return the seconds to wait until the next is let through, or 0."""
        own, own_wait = self._memory.add(key, seconds)
        shared = self._ask(key, seconds)
        if shared is None:
            return own_wait if own > max(1, most // 2) else 0
        count, wait = shared
        if count > most:
            self._memory.fill(key, most, wait)
            return wait
        return own_wait if own > most else 0

    def _ask(self, key: str, seconds: int) -> tuple[int, int] | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            count = self._shared.incr(key, seconds)
            wait = max(1, math.ceil(self._shared.get_expiry(key) - time.time()))
        except StorageError as error:
            if not self._away_until:
                reason = type(error.storage_error).__name__
                log.warning("rates are counted by each process", extra={"reason": reason})
            self._away_until = time.monotonic() + PAUSE_SECONDS
            return None
        if self._away_until:
            self._away_until = 0.0
            log.warning("rates are counted together again")
        return count, min(wait, seconds)
