"""The dataclasses that the page of a product's pictures sees."""

from __future__ import annotations

from dataclasses import dataclass

from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView, Result


@dataclass(frozen=True)
class PictureRow:
    """A picture of the product with what is said of it."""

    key: str
    alt: str
    url: str
    """A small file of it; empty where only its address elsewhere is known."""
    width: int
    height: int
    note: str
    """Its pixels, or where it is."""
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class PictureChoice:
    """Which picture shows a variant."""

    number: int
    sku: str
    title: str
    chosen: str
    """The picture's key; empty for none."""


@dataclass(frozen=True)
class UploadResult:
    """What became of one file."""

    name: str
    is_taken: bool
    text: str


@dataclass(frozen=True)
class PicturesPage:
    """A product's pictures."""

    desk: DeskView
    back: Link
    seen: str
    """Digest of the product's state that the page shows."""
    upload_url: str
    action: str
    rows: tuple[PictureRow, ...]
    variants: tuple[PictureChoice, ...]
    most_files: int
    most_mb: int
    may_edit: bool
    order: str = ""
    """The keys, in the order of the page, separated by blanks."""
    focus: str = ""
    uploads: tuple[UploadResult, ...] = ()
    result: Result | None = None
    error: str = ""
