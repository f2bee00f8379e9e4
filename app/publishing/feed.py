"""What the watcher needs from whatever reports changes: every write once, in order, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.errors import VitrineError


@dataclass(frozen=True)
class DocumentEvent:
    """One write to one document, as it was reported; what stands there now must be read."""

    collection: str
    id: str
    written_at: datetime
    is_external: bool = False
    """Whether a program other than the shop wrote a product or a stock pool: its version did not move."""


@dataclass(frozen=True)
class Batch:
    """Events that were there together, and where to continue once all of them are handled."""

    events: tuple[DocumentEvent, ...]
    token: str


@dataclass(eq=False)
class HistoryLost(VitrineError):
    """The feed cannot continue from the token: what happened since must be found by comparison."""

    reason: str

    def __str__(self) -> str:
        return f"The change feed cannot be continued: {self.reason}. Compare every page and start from now."


class OpenFeed(Protocol):
    """A feed that misses nothing from the moment it was opened."""

    @property
    def token(self) -> str:
        """Where to continue after the last batch that was yielded; before the first, where it began."""
        ...

    def batches(self) -> Iterator[Batch]:
        """Yield what is reported, as soon as it is; an empty batch at least twice a second.

        Raises:
            HistoryLost: events are missing, or a collection was dropped.
            StoreUnavailable: the connection is lost; open again from the last token.
        """
        ...

    def close(self) -> None:
        """Stop; `batches` ends after the batch in hand."""
        ...


class ChangeFeed(Protocol):
    """Reports the writes to everything that pages are made of."""

    def open(self, token: str | None = None) -> OpenFeed:
        """Start after the token, or from now where there is none.

        Raises:
            HistoryLost: the token is too old, damaged, or of another database.
            StoreUnavailable: the database cannot be reached.
        """
        ...
