"""The clock: UTC, in the milliseconds that the database keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from app.clock import SystemClock, iso


def test_the_machines_time_is_in_utc_and_in_whole_milliseconds() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    assert iso(datetime(2026, 11, 24, 14, 32, 7, 120_000, tzinfo=UTC)) == "2026-11-24T14:32:07.120Z"


def test_a_moment_of_another_zone_is_turned_into_utc() -> None:
    vienna = timezone(timedelta(hours=1))
    assert iso(datetime(2026, 11, 25, 0, 30, tzinfo=vienna)) == "2026-11-24T23:30:00.000Z"
