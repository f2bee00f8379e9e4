"""What a build did, page by page and in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.publishing.model import BuildReport


@dataclass
class Built:
    """What one build did, page by page."""

    published: list[tuple[str, datetime]] = field(default_factory=list)
    """URLs with the moment from which readers got the new bytes."""
    unchanged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    """URLs that the shop says are no pages any more; whoever handles the event takes them away."""
    seconds: float = 0.0

    @property
    def report(self) -> BuildReport:
        """The build in numbers."""
        published, unchanged, failed = len(self.published), len(self.unchanged), len(self.failed)
        return BuildReport(
            rendered=published + unchanged,
            published=published,
            unchanged=unchanged,
            failed=failed,
            seconds=round(self.seconds, 3),
        )
