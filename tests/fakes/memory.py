"""The memory that fakes share, transactions over it, and a clock with hands to turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, TypeVar

Result = TypeVar("Result")


class Memory:
    """Tables of frozen models by id; copying the tables is therefore copying everything."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = defaultdict(dict)
        self.lock = RLock()


class FakeTransactions:
    """Undoes what a block has written when it raises; joins when nested."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._depth = 0

    def run(self, block: Callable[[], Result]) -> Result:
        with self._memory.lock:
            if self._depth:
                return block()
            before = {name: dict(table) for name, table in self._memory.tables.items()}
            self._depth += 1
            try:
                return block()
            except BaseException:
                for name, table in self._memory.tables.items():
                    table.clear()
                    table.update(before.get(name, {}))
                raise
            finally:
                self._depth -= 1


class FakeClock:
    """Stands still until it is turned."""

    def __init__(self, moment: datetime = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def turn(self, **forward: float) -> None:
        """Move the hands: `clock.turn(minutes=5)`."""
        self.moment += timedelta(**forward)
