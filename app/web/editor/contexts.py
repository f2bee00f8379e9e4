"""The dataclasses that the desk's templates see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.money import Money
from app.web.contexts.views import Link


@dataclass(frozen=True)
class DeskView:
    """What every page of the desk shows around its own content."""

    shop_name: str
    lang: str
    has_test_payments: bool
    email: str = ""
    """Whose desk it is; empty on the pages before one has signed in."""
    role: str = ""
    nav: tuple[Link, ...] = ()
    review_count: int = 0
    """Orders whose payment needs a person, where the member may see orders."""


@dataclass(frozen=True)
class Pager:
    """Where a list stands: entries by number, and the addresses of its neighbours."""

    first: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a change, for the row that it was made in."""

    kind: str
    """`status` or `error`."""
    text: str
    links: tuple[Link, ...] = ()
    """Pages that went live."""
    details_url: str = ""


@dataclass(frozen=True)
class SignInPage:
    """Where one signs in."""

    desk: DeskView
    email: str = ""
    next: str = ""
    error: str = ""
    notice: str = ""


@dataclass(frozen=True)
class SetPasswordPage:
    """Where a one-time link leads."""

    desk: DeskView
    email: str
    """Empty where the link is worthless."""
    least: int
    error: str = ""


@dataclass(frozen=True)
class SessionRow:
    """A browser that the member is signed in with."""

    id: str
    browser: str
    address: str
    since: datetime
    seen: datetime
    is_this: bool


@dataclass(frozen=True)
class AccountPage:
    """The member's own account."""

    desk: DeskView
    role: str
    sessions: tuple[SessionRow, ...]
    least: int
    has_second_factor: bool = False
    error: str = ""
    notice: str = ""


@dataclass(frozen=True)
class CodePage:
    """The second step of signing in."""

    desk: DeskView
    next: str = ""
    error: str = ""


@dataclass(frozen=True)
class SecondFactorPage:
    """The member's second factor: none, one that waits for its first code, or one that is on."""

    desk: DeskView
    is_on: bool
    is_owed: bool
    """Whether nothing else opens before there is one."""
    is_required: bool
    since: datetime | None
    codes_left: int
    secret: tuple[str, ...] = ()
    """The secret that waits, in groups as one types them; empty where none does."""
    error: str = ""
    notice: str = ""


@dataclass(frozen=True)
class RecoveryPage:
    """Recovery codes, the only time that they are shown."""

    desk: DeskView
    codes: tuple[str, ...]
    is_new: bool
    """Whether the second factor was turned on just now."""


@dataclass(frozen=True)
class ProductRow:
    """A product in the desk's list."""

    url: str
    title: str
    vendor: str
    status: str
    status_label: str
    variants: int
    lowest: Money | None
    highest: Money | None
    available: int | None
    """Units free in all its pools; nothing where none is counted."""
    warnings: tuple[tuple[str, str], ...]
    """Bands that want attention, as `(band, text)`."""
    edit_url: str = ""
    """Empty, as the others are, where the member may not change products."""
    copy_url: str = ""
    archive_url: str = ""
    """Empty too where the product is archived already."""


@dataclass(frozen=True)
class ProductsPage:
    """The list of products."""

    desk: DeskView
    query: str
    rows: tuple[ProductRow, ...]
    pager: Pager
    filters: tuple[Link, ...] = ()
    """All, and each status with how many have it."""
    status: str = ""
    may_edit: bool = False


@dataclass(frozen=True)
class PriceField:
    """What one variant costs in one currency, as a form."""

    sku: str
    currency: str
    amount: str
    """What the field holds: the price, or what was typed and refused."""
    now: Money | None
    version: int
    action: str
    may_edit: bool
    result: Result | None = None


@dataclass(frozen=True)
class StockField:
    """The pool that one variant is sold from, as a form."""

    sku: str
    stock_id: str
    on_hand: int
    reserved: int
    available: int
    policy_label: str
    band: str
    band_label: str
    is_tracked: bool
    is_shared: bool
    action: str
    may_edit: bool
    mode: str = "set"
    count: str = ""
    reason: str = ""
    result: Result | None = None


@dataclass(frozen=True)
class VariantRow:
    """A variant with all that can be changed of it here."""

    sku: str
    title: str
    prices: tuple[PriceField, ...]
    stock: StockField | None
    """Nothing where its pool does not exist."""


@dataclass(frozen=True)
class ProductPage:
    """A product at the desk."""

    desk: DeskView
    id: str
    title: str
    vendor: str
    slug: str
    status: str
    status_label: str
    version: int
    updated_at: datetime | None
    live: tuple[Link, ...]
    """Its page in each market that sells it."""
    previews: tuple[Link, ...]
    variants: tuple[VariantRow, ...]
    may_edit: bool = False
    copy_url: str = ""
    states: tuple[tuple[str, str], ...] = ()
    """What the product can become by one button, as `(status, text)`."""
    result: Result | None = None
    """What became of the last change of the whole product."""


@dataclass(frozen=True)
class ProblemPage:
    """A refusal that has no form of its own to return to."""

    desk: DeskView
    title: str
    text: str
    links: tuple[Link, ...] = field(default=())
