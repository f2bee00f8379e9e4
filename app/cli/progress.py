"""Progress on the terminal: of a build, and of a file that is read."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from app.publishing.model import BuildReport


class BuildProgress:
    """Draws a bar on standard error; the generator reports to it."""

    def __init__(self, *, visible: bool) -> None:
        self._progress = Progress(
            TextColumn("pages"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not visible,
        )
        self._task = self._progress.add_task("build", total=None)

    def __enter__(self) -> BuildProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def began(self, total: int) -> None:
        """Set the length of the bar."""
        self._progress.update(self._task, total=total)

    def page(self, url: str, outcome: str) -> None:
        """Move the bar by a page."""
        self._progress.advance(self._task)

    def ended(self, report: BuildReport) -> None:
        """Leave the summary to the command."""


class FileProgress:
    """Draws a bar on standard error while a file is read."""

    def __init__(self, *, visible: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not visible,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> FileProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def began(self, what: str, size: int) -> None:
        """Begin a bar for one reading of the file, of so many bytes."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=max(1, size))

    def reached(self, position: int) -> None:
        """Move the bar to a byte."""
        if self._task is not None:
            self._progress.update(self._task, completed=position)
