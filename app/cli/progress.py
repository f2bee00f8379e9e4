"""A build's progress on the terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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
