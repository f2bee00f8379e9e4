"""Progress as calls on an object: tests read it, the terminal draws it, the desk stores it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from app.publishing.model import BuildReport


class Reporter(Protocol):
    """Whoever wants to know how far a build has come."""

    def began(self, total: int) -> None:
        """A build of so many pages begins."""
        ...

    def page(self, url: str, outcome: str) -> None:
        """A page is `published`, `unchanged` or `failed`, or `absent`: there is no such page any more."""
        ...

    def ended(self, report: BuildReport) -> None:
        """The build is over."""
        ...


@dataclass
class QuietReporter:
    """Remembers what it was told and shows nothing."""

    total: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    report: BuildReport | None = None

    def began(self, total: int) -> None:
        """Remember the number of pages."""
        self.total = total

    def page(self, url: str, outcome: str) -> None:
        """Remember what became of the page."""
        self.outcomes[url] = outcome

    def ended(self, report: BuildReport) -> None:
        """Remember the outcome."""
        self.report = report
