"""The dataclasses that templates see; money and moments are formatted by filters, never here."""

from __future__ import annotations

from dataclasses import dataclass

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
    search_url: str
    search_fragment_url: str
    """The fragment that answers while somebody types."""


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
    options: tuple[str, ...] = ()
    """The option values one by one, in the order of the product's options."""


@dataclass(frozen=True)
class ChoiceCell:
    """A place in the price list: what it is called there, and the variant, if there is one."""

    title: str
    variant: VariantView | None


@dataclass(frozen=True)
class ChoiceGroup:
    """The variants that share an option value; a row where the choice is a table."""

    title: str
    """The shared value; empty where all variants are one list."""
    cells: tuple[ChoiceCell, ...]


@dataclass(frozen=True)
class ChoiceView:
    """The price list that a shopper chooses a variant from."""

    legend: str
    """The names of the options, `Size / Frame`."""
    groups: tuple[ChoiceGroup, ...]
    columns: tuple[str, ...] = ()
    """The values at the head of a table; empty for lists and groups."""


@dataclass(frozen=True)
class LeadView:
    """How a content page opens, where its first words stand on another page."""

    slug: str
    title: str
    url: str
    text: Markup


@dataclass(frozen=True)
class CollectionTeaser:
    """A collection as the front page shows it: its words, and one of its pictures."""

    title: str
    url: str
    description: str
    image: ImageView | None


@dataclass(frozen=True)
class HomePage:
    """The shop's front page."""

    layout: LayoutView
    meta: MetaView
    featured: tuple[ProductCard, ...]
    """The first is the work of the opening, the others hang below it."""
    collections: tuple[CollectionTeaser, ...]
    story: LeadView | None = None


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
    """All pages of the collection in this order; one of them is current."""
    filter_url: str
    """Where the collection can be narrowed and put into another order; the app answers there."""
    sorts: tuple[Link, ...] = ()
    """The orders to choose from, the editor's first; empty where an order makes no difference."""


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
    choice: ChoiceView = ChoiceView("", ())
    promises: tuple[LeadView, ...] = ()
    """What is said of delivery and returns beside the button."""

    @property
    def cheapest(self) -> VariantView | None:
        """The variant whose price stands below the title, if anything is sold here."""
        return min(self.variants, key=lambda variant: variant.price.minor, default=None)

    @property
    def price_varies(self) -> bool:
        """Whether the variants differ in price."""
        return len({variant.price.minor for variant in self.variants}) > 1

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
