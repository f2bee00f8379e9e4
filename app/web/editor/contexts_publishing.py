"""The dataclasses that the desk's templates see of publications, rebuilds and the watcher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.publishing.model import BuildReport
from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView


@dataclass(frozen=True)
class PublicationRow:
    """A batch of changes, and the pages that it made live."""

    id: str
    at: datetime
    because: str
    pages: tuple[Link, ...]
    """`title` says after how many milliseconds."""
    slowest_ms: int
    removed: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True)
class PublicationsPage:
    """What went live, newest first."""

    desk: DeskView
    rows: tuple[PublicationRow, ...]
    watcher_runs: bool


@dataclass(frozen=True)
class WatcherView:
    """How the generator is doing, by its own word."""

    runs: bool
    at: datetime | None = None
    pages: int = 0
    behind_ms: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    failing: tuple[str, ...] = ()


@dataclass(frozen=True)
class RebuildRow:
    """A rebuild that is not done yet."""

    url: str
    by: str
    at: datetime
    what: tuple[str, ...]
    state_label: str


@dataclass(frozen=True)
class PagesPage:
    """The published pages as a whole, and the form that has them made again."""

    desk: DeskView
    watcher: WatcherView
    waiting: tuple[RebuildRow, ...]
    may_rebuild: bool
    url: str = ""
    error: str = ""


@dataclass(frozen=True)
class ProgressView:
    """How far a rebuild has come."""

    url: str
    """Where the fragment is fetched again."""
    state: str
    state_label: str
    done: int
    total: int
    is_done: bool
    watcher_runs: bool
    report: BuildReport | None = None


@dataclass(frozen=True)
class RebuildPage:
    """One rebuild."""

    desk: DeskView
    what: tuple[str, ...]
    """The pages; none means every page."""
    by: str
    at: datetime
    progress: ProgressView
