"""The services of this process, built when a job first needs them.

A worker forks a work horse for every job. The worker itself builds nothing, so
that no horse inherits a socket; it only loads the code, so that a horse starts fast.
"""

from __future__ import annotations

import os
from functools import cache

from app.bootstrap import build_services
from app.services import Services
from app.settings import Settings, load_settings

_given: list[Settings] = []


def use(settings: Settings) -> None:
    """Let this process, and the horses that it forks, work with these settings."""
    _given[:] = [settings]


def services() -> Services:
    """Return the services of this process."""
    return _services(os.getpid())


@cache
def _services(_pid: int) -> Services:
    return build_services(_given[0] if _given else load_settings())
