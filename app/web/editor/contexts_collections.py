"""The dataclasses that the pages of collections see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView, Result
from app.web.editor.contexts_history import RevisionRow


@dataclass(frozen=True)
class CollectionRow:
    """A collection in the desk's list."""

    url: str
    title: str
    address: str
    what: str
    """How many products were chosen, or the rule in words."""
    is_rule: bool
    updated_at: datetime | None


@dataclass(frozen=True)
class CollectionsPage:
    """The list of collections."""

    desk: DeskView
    rows: tuple[CollectionRow, ...]
    may_edit: bool
    notice: str = ""
    notice_url: str = ""
    """The history of a collection that was just retired."""


@dataclass(frozen=True)
class Choice:
    """An option of a select, or a radio button."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True)
class ConditionRow:
    """A condition of a rule as it was typed."""

    number: int
    fields: tuple[Choice, ...]
    operators: tuple[Choice, ...]
    value: str
    error: str = ""


@dataclass(frozen=True)
class ListedProduct:
    """A product that was chosen, or that a search or a rule has found."""

    id: str
    title: str
    note: str
    """Its vendor and, where shoppers do not see it, its status."""
    is_first: bool = False
    is_last: bool = False
    is_chosen: bool = False


@dataclass(frozen=True)
class PreviewView:
    """What a rule finds now."""

    count: int
    published: int
    products: tuple[ListedProduct, ...]


@dataclass(frozen=True)
class CollectionPage:
    """A collection's form, as it is kept or as it was typed."""

    desk: DeskView
    id: str
    seen: str
    """Digest of the state that the form was made from; empty for one that is not there yet."""
    version: int
    """0 for one that is not there yet."""
    action: str
    heading: str
    title: str
    slug: str
    description: str
    kind: str
    """`list` or `rule`."""
    product_ids: str
    """The chosen products, separated by blanks."""
    products: tuple[ListedProduct, ...]
    hidden_count: int
    """Chosen products beyond those that are shown."""
    query: str
    found: tuple[ListedProduct, ...]
    has_searched: bool
    conditions: tuple[ConditionRow, ...]
    matches: tuple[Choice, ...]
    orders: tuple[Choice, ...]
    preview: PreviewView | None
    focus: str
    """The element that the last button moved the editor to."""
    live: tuple[Link, ...] = ()
    menu_entries: tuple[str, ...] = ()
    may_edit: bool = True
    updated_at: datetime | None = None
    history_url: str = ""
    retire_url: str = ""
    result: Result | None = None
    error: str = ""
    error_field: str = ""
    theirs: tuple[RevisionRow, ...] = ()
    """What somebody else has saved since this form was opened."""


@dataclass(frozen=True)
class RetirePage:
    """What is said before a collection is retired."""

    desk: DeskView
    title: str
    address: str
    seen: str
    """Digest of the state that the page shows."""
    action: str
    back: Link
    products: int
    menu_entries: tuple[str, ...]
    error: str = ""
