"""Who migrates: a lease in the database that its holder renews, and that outlives no holder for long.

No clock is compared with another one's. Whoever waits watches the holder's beat, and
takes over when it has not moved for the length of a lease, measured by the waiter's own
clock; so neither a wrong clock nor a time zone can let two migrate at once.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document, Documents
from app.errors import StoreUnavailable, VitrineError
from app.ids import new_id

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
"""A migration whose beat stands still for so long is taken for dead."""
BEATS = 5
"""How often a holder beats within that time."""
PAUSE_SECONDS = 0.05
WAIT_SECONDS = 3_600.0
"""A migration of a large shop may take a while; whoever waits sees it beat."""
FREE: Document = {"_id": "lock", "holder": "", "beat": 0}


@dataclass(eq=False)
class MigrationRunning(VitrineError):
    """Another migration holds the lock and does not give it back."""

    holder: str

    def __str__(self) -> str:
        return f"Another migration ({self.holder}) is running. Wait for it, then run this one again."


@dataclass(eq=False)
class MigrationTakenOver(VitrineError):
    """This migration stood still for so long that another one goes on in its place."""

    def __str__(self) -> str:
        return "This migration stood still, so another one may have taken over. Run it again: it goes on."


@dataclass
class MigrationLease:
    """The right to migrate one database, held by one process at a time."""

    database: Database
    seconds: float = LEASE_SECONDS
    holder: str = field(default_factory=lambda: new_id("mig"))
    _renewed: float = 0.0
    _is_lost: bool = False

    @contextlib.contextmanager
    def held(self, wait_seconds: float) -> Iterator[None]:
        """Hold the lease, renewing it until the block ends.

        Raises:
            MigrationRunning: another migration is alive and did not end within `wait_seconds`.
        """
        self._acquire(wait_seconds)
        is_over = Event()
        beating = Thread(target=self._beat_until, args=(is_over,), name="migration-lease", daemon=True)
        beating.start()
        try:
            yield
        finally:
            is_over.set()
            beating.join()
            with contextlib.suppress(StoreUnavailable):
                self._schema.update({"_id": "lock", "holder": self.holder}, {"$set": {"holder": ""}})

    def check(self) -> None:
        """Go on only while nobody else can have taken over.

        A process may be stopped right after this; that is why what it writes next is
        guarded by what it has read, and the version by the one before.

        Raises:
            MigrationTakenOver: somebody else may have.
        """
        if self._is_lost or time.monotonic() - self._renewed > self.seconds:
            raise MigrationTakenOver

    def _acquire(self, wait_seconds: float) -> None:
        self._schema.insert_if_absent(FREE)
        began = still_since = time.monotonic()
        seen: Document | None = None
        while True:
            # Taken before the beat is read: a lease begins no later than others may think.
            asked_at = time.monotonic()
            lock = self._schema.find_one({"_id": "lock"}) or FREE
            if lock != seen:
                if seen is None and not _is_free(lock):
                    log.warning("another migration is running, waiting for it holder=%s", lock.get("holder"))
                seen, still_since = lock, asked_at
            is_dead = asked_at - still_since >= self.seconds
            if (_is_free(lock) or is_dead) and self._take(lock):
                self._renewed = asked_at
                return
            if asked_at - began > wait_seconds:
                raise MigrationRunning(str(lock.get("holder")))
            time.sleep(PAUSE_SECONDS)

    def _take(self, lock: Document) -> bool:
        """Take the lock if it is still as it was seen."""
        as_seen = {name: lock.get(name) for name in ("_id", "holder", "beat", "until")}
        mine = {"$set": {"holder": self.holder, "beat": 0}, "$unset": {"until": ""}}
        return self._schema.update(as_seen, mine)

    def _beat_until(self, is_over: Event) -> None:
        while not is_over.wait(self.seconds / BEATS):
            asked_at = time.monotonic()
            with contextlib.suppress(StoreUnavailable):
                if not self._schema.update({"_id": "lock", "holder": self.holder}, {"$inc": {"beat": 1}}):
                    self._is_lost = True
                    return
                self._renewed = asked_at

    @property
    def _schema(self) -> Documents:
        return self.database.documents("schema")


def _is_free(lock: Document) -> bool:
    # The first version wrote until when it is held, and left its name there afterwards.
    until = lock.get("until")
    return not lock.get("holder") or (until is not None and until <= datetime.now(UTC))
