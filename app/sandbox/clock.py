"""The stand-in's own clock: the machine's, shifted by an offset that a test can set."""

from __future__ import annotations

import time

from app.sandbox.store import Store, Transaction

SETTING = "clock_offset_seconds"


class SandboxClock:
    """Tells Unix seconds; what is created, expires and is signed goes by it."""

    def __init__(self, store: Store) -> None:
        with store.transaction() as tx:
            self._offset = float(tx.setting(SETTING, "0"))

    @property
    def offset_seconds(self) -> float:
        """How far the stand-in is ahead of the machine."""
        return self._offset

    def shift(self, tx: Transaction, seconds: float) -> None:
        """Set the offset; it survives a restart."""
        tx.keep_setting(SETTING, repr(seconds))
        self._offset = seconds

    def time(self) -> float:
        """Return the present moment in Unix seconds."""
        return time.time() + self._offset

    def now(self) -> int:
        """Return the present moment in whole Unix seconds, as the API writes it."""
        return int(self.time())
