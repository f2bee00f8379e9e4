import time
from datetime import UTC, date, datetime


def now() -> datetime:
    # ruleid: clock
    return datetime.now(UTC)


def today() -> date:
    # ruleid: clock
    return date.today()


def seconds() -> float:
    # ruleid: clock
    return time.time()


def lasted(began: float) -> float:
    # ok: clock
    return time.monotonic() - began
