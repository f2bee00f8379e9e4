"""The dataclasses that templates see; money and moments are formatted by filters, never here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.money import Money


@dataclass(frozen=True)
class Link:
    """A title and where it leads."""

    title: str
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class MarketView:
    """The market that a page belongs to."""

    id: str
    name: str
    currency: str
    lang: str
    """The language as HTML wants it: `en`, `de`."""
    home_url: str
    cart_url: str
    badge_url: str
    """The fragment that fills the cart's hole in frozen pages."""
    cart_lines_url: str
    """Where a form adds a line to the market's cart."""


@dataclass(frozen=True)
class LayoutView:
    """What every page shows around its own content."""

    shop_name: str
    tagline: str
    email: str
    market: MarketView
    menu: tuple[Link, ...]
    footer: tuple[Link, ...]
    markets: tuple[Link, ...]
    """The same page's start in each market; empty where there is only one."""


@dataclass(frozen=True)
class MetaView:
    """What a page says about itself to machines."""

    title: str
    description: str = ""
    canonical: str = ""
    """Absolute URL, or empty for pages that no index should hold."""
    alternates: tuple[Link, ...] = ()
    """The same page in other markets; `title` is the language code of hreflang."""
    image: str = ""
    """Absolute URL of the picture that stands for the page where it is shared."""


@dataclass(frozen=True)
class SourceView:
    """A picture in one format: its media type, and each file with its width, as `srcset` wants them."""

    type: str
    srcset: str


@dataclass(frozen=True)
class ImageView:
    """A picture with its pixels, so that nothing shifts while it loads."""

    url: str
    """The JPEG that every browser shows, and that is there before all other files."""
    alt: str
    width: int
    height: int
    sources: tuple[SourceView, ...] = ()
    """What else it can be shown by, the smallest format first; empty until that was made."""
    tone: str = ""
    """Suffix of the class that fills its place until it is there: `tone-27`."""
    large_url: str = ""
    """The widest JPEG, to look at closely."""


@dataclass(frozen=True)
class StockView:
    """What a page may say about availability."""

    band: str
    """One of `in_stock`, `low_stock`, `all_reserved`, `back_order`, `sold_out`."""
    count: int | None
    """Units left, in `low_stock` only."""
    is_buyable: bool
    schema_url: str
    """schema.org's name for it, for JSON-LD."""


@dataclass(frozen=True)
class ProductCard:
    """A product in a listing."""

    id: str
    url: str
    title: str
    vendor: str
    price: Money
    """The lowest price of its variants."""
    price_varies: bool
    was: Money | None
    image: ImageView | None
    stock: StockView
    """The best availability of its variants."""


@dataclass(frozen=True)
class VariantView:
    """What is bought, as a product page offers it."""

    sku: str
    title: str
    """The option values, `A3 / Oak`; empty where the product has a single variant."""
    price: Money
    was: Money | None
    stock: StockView


@dataclass(frozen=True)
class HomePage:
    """The shop's front page."""

    layout: LayoutView
    meta: MetaView
    featured: tuple[ProductCard, ...]
    collections: tuple[Link, ...]


@dataclass(frozen=True)
class CollectionPage:
    """One page of a collection."""

    layout: LayoutView
    meta: MetaView
    title: str
    description: str
    cards: tuple[ProductCard, ...]
    number: int
    pages: tuple[Link, ...]
    """All pages of the collection; one of them is current."""


@dataclass(frozen=True)
class ProductPage:
    """A product with everything that can be bought of it."""

    layout: LayoutView
    meta: MetaView
    title: str
    vendor: str
    description: Markup
    images: tuple[ImageView, ...]
    option_names: tuple[str, ...]
    variants: tuple[VariantView, ...]
    collections: tuple[Link, ...]
    json_ld: str
    """A JSON document that is safe inside a script element."""

    @property
    def first_buyable(self) -> VariantView | None:
        """The variant that is chosen at first: the first that can be bought."""
        return next((variant for variant in self.variants if variant.stock.is_buyable), None)


@dataclass(frozen=True)
class TextPage:
    """A content page, or a message that stands alone: not found, counter closed."""

    layout: LayoutView
    meta: MetaView
    title: str
    body: Markup


@dataclass(frozen=True)
class ProblemView:
    """A problem of a cart line: its kind and what is needed to say it."""

    kind: str
    """One of `gone`, `sold_out`, `fewer_left`, `price_up`, `price_down`."""
    available: int
    seen: Money | None
    now: Money | None


@dataclass(frozen=True)
class CartLineView:
    """A line of the cart, with the addresses of what can be done with it."""

    sku: str
    title: str
    variant: str
    url: str
    image: ImageView | None
    quantity: int
    unit_price: Money
    total: Money
    update_url: str
    remove_url: str
    problems: tuple[ProblemView, ...]


@dataclass(frozen=True)
class CartView:
    """The cart, for drawer, page and badge."""

    lines: tuple[CartLineView, ...]
    count: int
    subtotal: Money
    is_blocked: bool
    """Whether a problem must be answered before checkout."""
    cart_url: str
    checkout_url: str
    accept_url: str
    """Where one click answers every problem: today's prices, what is left."""
    open_order_url: str = ""
    """The order that still waits for this cart's payment, if there is one."""
    badge_url: str = ""
    """The fragment that shows the count again, in this tab and in others."""


@dataclass(frozen=True)
class NoticeView:
    """A sentence for the shopper, announced politely."""

    kind: str
    """`status` or `error`."""
    text: str


@dataclass(frozen=True)
class CartPage:
    """The cart as a page of its own."""

    layout: LayoutView
    meta: MetaView
    cart: CartView
    notice: NoticeView | None = None


@dataclass(frozen=True)
class OrderLineView:
    """A line of an order, as it was agreed."""

    title: str
    variant: str
    sku: str
    quantity: int
    unit_price: Money
    total: Money


@dataclass(frozen=True)
class OrderPage:
    """An order's page: what was agreed, what was paid, what can be done now."""

    layout: LayoutView
    meta: MetaView
    number: str
    state: str
    fulfilment: str
    lines: tuple[OrderLineView, ...]
    total: Money
    email: str
    """Masked, as `a…@example.com`."""
    placed_at: datetime
    paid_at: datetime | None
    held_until: datetime | None
    """Until when the units are held, while payment is open."""
    payment_url: str
    """Leads on to the payment page; empty where there is nothing to pay."""
    release_url: str
    """Takes a POST that gives the units back; empty where nothing is held."""
    leads_on: bool
    """Whether the page goes on to the payment by itself: it could not be opened at once."""
    lowered: tuple[str, ...]
    """Titles whose price fell since the shopper saw it: the lower price was taken."""
    invoice_number: str = ""
