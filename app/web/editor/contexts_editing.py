"""The dataclasses that the forms for editing a product are rendered from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.money import Money
from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView


@dataclass(frozen=True)
class FieldView:
    """One field: its element id, which is its name too, what stands in it, what is wrong with it."""

    id: str
    value: str
    label: str = ""
    error: str = ""
    hint: str = ""
    has_focus: bool = False


@dataclass(frozen=True)
class Choice:
    """An entry of a select."""

    value: str
    text: str


@dataclass(frozen=True)
class SelectView:
    """A field with a fixed set of answers."""

    field: FieldView
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class ValueView:
    """One value of an option."""

    key: str
    field: FieldView
    text: str
    drop: str
    """What the button that takes it out sends."""
    up: str
    """What the button that moves it up sends; empty for the first one."""


@dataclass(frozen=True)
class OptionView:
    """One option with its values."""

    id: str
    key: str
    name: FieldView
    title: str
    values: tuple[ValueView, ...]
    more: str
    drop: str
    up: str


@dataclass(frozen=True)
class VariantView:
    """One row of the grid."""

    id: str
    was: str
    title: str
    sku: FieldView
    choices: tuple[SelectView, ...]
    hides_choices: bool
    """Whether the choices go along unseen, because every one of them leads to a value."""
    prices: tuple[FieldView, ...]
    compare_at: tuple[FieldView, ...]
    barcode: FieldView
    weight: FieldView
    pool: FieldView
    opening: tuple[FieldView, SelectView, FieldView] | None
    """Count, policy and cap of the pool that is opened with the variant."""
    is_removed: bool
    is_open: bool
    """Whether the less usual fields are unfolded."""
    error: str
    drop: str


@dataclass(frozen=True)
class ClashView:
    """One field that somebody else has changed meanwhile."""

    label: str
    anchor: str
    before: str
    theirs: str
    yours: str
    who: str
    is_open: bool
    take: str
    """What the button that takes the other's value sends."""


@dataclass(frozen=True)
class ChangeView:
    """A change that was saved while the form was open."""

    who: str
    why: str
    at: datetime


@dataclass(frozen=True)
class ConflictView:
    """What happened to the product since the form was opened."""

    changes: tuple[ChangeView, ...]
    clashes: tuple[ClashView, ...]

    @property
    def open_count(self) -> int:
        """How many fields both have changed."""
        return sum(clash.is_open for clash in self.clashes)


@dataclass(frozen=True)
class EditPage:
    """The form of a product, new or not."""

    desk: DeskView
    heading: str
    back: Link
    action: str
    preview_action: str
    previews: tuple[Choice, ...]
    """Markets by prefix, for the preview in the shop's own template."""
    is_new: bool
    key: str
    seen: str
    since: str
    source: str
    title: FieldView
    slug: FieldView
    description: FieldView
    vendor: FieldView
    type: FieldView
    tags: FieldView
    seo_title: FieldView
    seo_description: FieldView
    status: SelectView
    why: FieldView
    options: tuple[OptionView, ...]
    variants: tuple[VariantView, ...]
    variants_error: str
    options_error: str
    faults: tuple[Link, ...]
    may_add_option: bool
    conflict: ConflictView | None = None
    said: str = ""
    focuses_options: bool = False
    focuses_variants: bool = False


@dataclass(frozen=True)
class PriceStepView:
    """One price before and after."""

    sku: str
    title: str
    old: Money
    new: Money
    was: Money | None


@dataclass(frozen=True)
class RepricingPage:
    """All prices of a product at once."""

    desk: DeskView
    heading: str
    back: Link
    action: str
    seen: str
    shown: str
    """Digest of the prices that the preview shows; empty without one."""
    direction: SelectView
    kind: SelectView
    number: FieldView
    currency: SelectView
    rounding: SelectView
    old_price: SelectView
    why: FieldView
    steps: tuple[PriceStepView, ...] = ()
    has_preview: bool = False
    faults: tuple[Link, ...] = field(default=())
    error: str = ""


@dataclass(frozen=True)
class FaultyPreviewPage:
    """Why a preview cannot be shown."""

    desk: DeskView
    faults: tuple[str, ...]
