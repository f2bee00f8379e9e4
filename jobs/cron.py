"""The sweeps: at fixed intervals, whatever a lost wake-up or a crash has left open is finished."""

from __future__ import annotations

import logging
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from typing import NoReturn

from app.bootstrap import heart_of
from app.logs import configure_logging
from app.services import Services
from app.settings import Settings
from jobs import runtime
from jobs.payments import reconcile, requeue_unhandled

log = logging.getLogger(__name__)

DICE = random.Random()  # noqa: S311 - no secret; of its own, so that nobody else's throws are disturbed
BEAT_SECONDS = 5.0
JITTER = 0.1
"""Share of an interval by which it varies, so that several crons do not march in step."""


@dataclass(frozen=True)
class Sweep:
    """Something that is done again and again; it says how many things it found."""

    name: str
    every_seconds: float
    run: Callable[[Services], int]
    after_seconds: float = 0.0
    """How long its first turn waits, so that a restart asks nothing large of Stripe."""


SWEEPS = (
    Sweep("events", 5, requeue_unhandled),
    Sweep("checkout", 5, lambda services: services.checkout.sweep()),
    Sweep("effects", 5, lambda services: services.effects.sweep()),
    Sweep("pictures", 30, lambda services: services.media.sweep()),
    Sweep("reconcile", 3600, partial(reconcile, window=timedelta(hours=3)), after_seconds=60),
    Sweep("reconcile-week", 86_400, partial(reconcile, window=timedelta(days=7)), after_seconds=600),
)


def run_cron(settings: Settings) -> None:
    """Run the sweeps until SIGTERM or SIGINT, which end it at once, even within a sweep.

    That is safe because a sweep must survive `kill -9` in any place anyway.
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    configure_logging(settings.log_level, "cron")
    runtime.use(settings)
    log.info("cron started", extra={"sweeps": [sweep.name for sweep in SWEEPS]})
    start((*SWEEPS, Sweep("beat", BEAT_SECONDS, partial(beat, heart_of(settings, "cron")))), runtime.services)
    while True:
        # Only the main thread hears signals; the sweeps end with it.
        signal.pause()


def start(sweeps: Sequence[Sweep], services: Callable[[], Services]) -> None:
    """Run the sweeps side by side: a payment provider that is silent must not keep the mails waiting."""
    for sweep in sweeps:
        threading.Thread(target=repeat, args=(sweep, services), name=sweep.name, daemon=True).start()


def beat(heart: Callable[[datetime], None], services: Services) -> int:
    """Note that this process lives, for whoever asks; it is no sweep, for nobody else may say so."""
    heart(services.clock.now())
    return 0


def repeat(sweep: Sweep, services: Callable[[], Services]) -> NoReturn:
    """Run a sweep, mostly at once, and then again and again with its interval in between."""
    if sweep.after_seconds:
        time.sleep(sweep.after_seconds)
    while True:
        guarded(sweep, services)
        varied = sweep.every_seconds * DICE.uniform(1 - JITTER, 1 + JITTER)
        time.sleep(varied)


def guarded(sweep: Sweep, services: Callable[[], Services]) -> None:
    """Run one sweep; a failure is logged, and the sweep has its next turn."""
    try:
        found = sweep.run(services())
    except Exception as error:  # Whatever is away or broken, the other sweeps must go on.
        log.warning("sweep failed", extra={"sweep": sweep.name, "reason": f"{type(error).__name__}: {error}"})
        return
    if found:
        log.info("swept", extra={"sweep": sweep.name, "found": found})


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
