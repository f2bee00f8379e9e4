"""Rebuild requests, and publication records: which change made which pages live, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RequestState(StrEnum):
    """What became of a rebuild request."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Scope(StrEnum):
    """What a rebuild request is about."""

    URLS = "urls"
    """The pages it names."""
    STALE = "stale"
    """Whatever differs from what the database would render, and no other page."""
    ALL = "all"
    """Every page."""
    SURPLUS = "surplus"
    """Files that no page and no asset stands behind."""


@dataclass(frozen=True)
class RebuildRequest:
    """Somebody's wish that pages be rendered again, or that surplus files go."""

    id: str
    urls: tuple[str, ...]
    by: str
    at: datetime
    scope: Scope = Scope.URLS
    state: RequestState = RequestState.WAITING
    done: int = 0
    total: int = 0
    report: BuildReport | None = None


@dataclass(frozen=True)
class BuildReport:
    """What a build did, in pages and seconds."""

    rendered: int = 0
    published: int = 0
    unchanged: int = 0
    failed: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class PageLive:
    """A page that went live, in milliseconds after the change was written."""

    url: str
    ms: int


@dataclass(frozen=True)
class DocumentChange:
    """A document's change as the watcher saw it; the version names the write."""

    collection: str
    id: str
    version: int


@dataclass(frozen=True)
class Publication:
    """What one batch of changes made live."""

    id: str
    at: datetime
    because: str
    changes: tuple[DocumentChange, ...] = ()
    pages: tuple[PageLive, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class WatcherState:
    """The generator's own word on how it is doing."""

    at: datetime
    pages: int = 0
    failures: int = 0
    behind_ms: int = 0
    latency_ms_p50: float = 0.0
    latency_ms_p99: float = 0.0
    failing: tuple[str, ...] = field(default=())
    tenure: int = 0
    """The number of the lease's tenure; one more says that a holder had stopped and could not be ended."""
    holder: str = ""
    """Who holds the lease: host and process id."""
