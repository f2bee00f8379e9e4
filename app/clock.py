"""Time as a dependency: services ask a clock, so that tests can turn its hands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whatever can tell the present moment."""

    def now(self) -> datetime:
        """Return the present moment in UTC, in whole milliseconds as MongoDB keeps them."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC, cut to milliseconds."""
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, in milliseconds: `2026-11-24T14:32:07.120Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
