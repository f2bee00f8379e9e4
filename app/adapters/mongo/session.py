"""Which transaction the calling thread is in, so that stores take no session argument."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from app.errors import VitrineError


@dataclass
class Running:
    """A transaction under way, and the error that has ended it on the server, if any."""

    session: ClientSession
    fatal: VitrineError | None = None


_running: ContextVar[Running | None] = ContextVar("vitrine_mongo_transaction", default=None)


def running_transaction() -> Running | None:
    """Return the transaction that the calling thread is in."""
    return _running.get()


def current_session() -> ClientSession | None:
    """Return the session that a driver call must be given."""
    running = _running.get()
    return running.session if running else None


def bind(running: Running | None) -> None:
    """Make this the calling thread's transaction, or none."""
    _running.set(running)
