"""Progress on the terminal: of a build, and of a file that is read."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from app.publishing.model import BuildReport


class _Bar:
    """A bar on standard error, which is gone when the work is done."""

    def __init__(self, *columns: ProgressColumn, visible: bool) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            *columns,
            TimeRemainingColumn(),
            console=console,
            transient=True,
            # Anywhere else the bar would leave an empty line behind.
            disable=not (visible and console.is_terminal),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class BuildProgress(_Bar):
    """Draws how far a build has come; the generator reports to it."""

    def __init__(self, *, visible: bool) -> None:
        super().__init__(TextColumn("pages"), BarColumn(), MofNCompleteColumn(), visible=visible)
        self._task = self._progress.add_task("build", total=None)

    def began(self, total: int) -> None:
        """Set the length of the bar."""
        self._progress.update(self._task, total=total)

    def page(self, url: str, outcome: str) -> None:
        """Move the bar by a page."""
        self._progress.advance(self._task)

    def ended(self, report: BuildReport) -> None:
        """Leave the summary to the command."""


class FileProgress(_Bar):
    """Draws how far the reading of a file has come."""

    def __init__(self, *, visible: bool) -> None:
        super().__init__(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), visible=visible)
        self._task: TaskID | None = None

    def began(self, what: str, size: int) -> None:
        """Begin a bar for one reading of the file, of so many bytes."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=max(1, size))

    def reached(self, position: int) -> None:
        """Move the bar to a byte."""
        if self._task is not None:
            self._progress.update(self._task, completed=position)


class PictureProgress(_Bar):
    """Draws how many pictures were asked for."""

    def __init__(self, *, visible: bool) -> None:
        super().__init__(TextColumn("pictures"), BarColumn(), MofNCompleteColumn(), visible=visible)
        self._task = self._progress.add_task("pictures", total=None)

    def began(self, total: int) -> None:
        """Set the length of the bar."""
        self._progress.update(self._task, total=total)

    def fetched(self, url: str) -> None:
        """Move the bar by a picture."""
        self._progress.advance(self._task)
