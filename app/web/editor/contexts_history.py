"""The dataclasses that the pages of history see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView, Result


@dataclass(frozen=True)
class Words:
    """A piece of a text that was compared with another: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One thing that a change did: either old and new as they are read, or a text's words."""

    what: str
    old: str = ""
    new: str = ""
    words: tuple[Words, ...] = ()


@dataclass(frozen=True)
class RevisionRow:
    """One revision, and whether one can go back to it."""

    id: str
    version: int
    at: datetime
    who: str
    why: str
    differences: tuple[Difference, ...]
    change_set: Link | None = None
    is_now: bool = False
    """Whether the document is what it was after this revision."""
    can_be_reverted_to: bool = False


@dataclass(frozen=True)
class HistoryPage:
    """Every change of one document."""

    desk: DeskView
    title: str
    kind: str
    """`product` or `collection`."""
    back: Link
    rows: tuple[RevisionRow, ...]
    seen: str
    """Digest of the state that the page shows."""
    action: str
    older_url: str = ""
    may_edit: bool = False
    is_gone: bool = False
    result: Result | None = None
    error: str = ""


@dataclass(frozen=True)
class ChangeSetRow:
    """A change set in the list."""

    url: str
    at: datetime
    who: str
    why: str
    products: int


@dataclass(frozen=True)
class ChangeSetsPage:
    """The list of change sets."""

    desk: DeskView
    rows: tuple[ChangeSetRow, ...]


@dataclass(frozen=True)
class ChangedProduct:
    """What a change set did to one product, and what has become of that since."""

    title: str
    url: str
    differences: tuple[Difference, ...]
    state: str
    """`stands`, `undone`, `partly` (somebody changed a part since) or `gone`."""
    kept: tuple[str, ...] = ()
    """What somebody changed since, in words; a revert leaves it alone."""


@dataclass(frozen=True)
class ChangeSetPage:
    """One change set."""

    desk: DeskView
    row: ChangeSetRow
    products: tuple[ChangedProduct, ...]
    newer_url: str = ""
    older_url: str = ""
    first: int = 1
    action: str = ""
    may_revert: bool = False
    is_too_large: bool = False
    error: str = ""
    notices: tuple[str, ...] = field(default=())
