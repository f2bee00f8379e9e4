"""Products, variants, collections, markets: what a page may say about what is sold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from app.catalogue.rules import Rule
from app.errors import InvalidValue
from app.money import Money

SKU_LENGTH = 120
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
PAGE_SIZE = 24
"""Products on one page of a collection."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When a product came whose program has not said it: it stands behind those that say it."""


class ProductStatus(StrEnum):
    """Whether shoppers may see a product: only `active` ones have pages."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class Band(StrEnum):
    """What a page says of a variant's availability; a page changes only when this does."""

    IN_STOCK = "in_stock"
    LOW_STOCK = "low_stock"
    ALL_RESERVED = "all_reserved"
    BACK_ORDER = "back_order"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True)
class Availability:
    """A band and, in `low_stock`, the units that are left."""

    band: Band
    count: int | None = None

    @property
    def is_buyable(self) -> bool:
        """Whether a shopper may add the variant to a cart now."""
        return self.band in (Band.IN_STOCK, Band.LOW_STOCK, Band.BACK_ORDER)

    @property
    def recorded(self) -> str:
        """The value a page records with its dependency key: `low_stock:3`."""
        return self.band if self.count is None else f"{self.band}:{self.count}"


SOLD_OUT = Availability(Band.SOLD_OUT)


def parse_sku(text: str) -> str:
    """Return a SKU as the shop keeps it: trimmed, upper-case, printable.

    Raises:
        InvalidValue: the text is empty, too long or holds unprintable characters.
    """
    sku = text.strip().upper()
    if not sku or len(sku) > SKU_LENGTH or not sku.isprintable():
        raise InvalidValue("sku", text[:SKU_LENGTH], f"1 to {SKU_LENGTH} printable characters")
    return sku


@dataclass(frozen=True)
class Option:
    """One thing a shopper chooses: `Size`, with its values in the order of the form."""

    name: str
    values: tuple[str, ...]


SPARSE = {"sparse": True}
"""Marks a field that a revision leaves out while it holds its default.

Revisions that were written before the field existed then still equal the product.
"""


@dataclass(frozen=True)
class Image:
    """A picture in its place on a product: which one it is, what it shows in words, and its pixels.

    `picture` is the id of a picture of the shop. It is empty as long as only the picture's
    address elsewhere is known; pages then show the placeholder.
    """

    picture: str
    alt: str
    width: int
    height: int
    source_url: str = field(default="", metadata=SPARSE)
    """Where the picture came from, as the imported file named it."""


@dataclass(frozen=True)
class Variant:
    """What is bought: one SKU with its prices, one a currency."""

    sku: str
    stock_id: str
    options: tuple[str, ...] = ()
    prices: Mapping[str, int] = field(default_factory=dict)
    compare_at: Mapping[str, int] = field(default_factory=dict)
    weight_grams: float = field(default=0.0, metadata=SPARSE)
    barcode: str = field(default="", metadata=SPARSE)
    taxable: bool = field(default=True, metadata=SPARSE)
    requires_shipping: bool = field(default=True, metadata=SPARSE)
    image_url: str = field(default="", metadata=SPARSE)
    """Which of the product's pictures shows this variant, by its source URL."""
    picture: str = field(default="", metadata=SPARSE)
    """The same by the picture's id, where it was chosen in the shop."""
    extra: tuple[tuple[str, str], ...] = field(default=(), metadata=SPARSE)
    """Columns of an imported file that the shop has no place for, kept for the next export."""

    def price(self, currency: str) -> Money | None:
        """Return the price in a currency, or nothing where the variant is not sold in it."""
        minor = self.prices.get(currency)
        return None if minor is None else Money(minor, currency)

    def was(self, currency: str) -> Money | None:
        """Return the compare-at price where it is above the price, else nothing."""
        minor, price = self.compare_at.get(currency), self.prices.get(currency)
        return None if minor is None or price is None or minor <= price else Money(minor, currency)

    @property
    def title(self) -> str:
        """The chosen option values, as a cart shows them: `A3 / Oak`."""
        return " / ".join(self.options)


@dataclass(frozen=True)
class Product:
    """What is described: a title, a text, pictures and one or more variants."""

    id: str
    slug: str
    title: str
    variants: tuple[Variant, ...]
    description: str = ""
    """HTML that was sanitised when it was written."""
    vendor: str = ""
    type: str = ""
    tags: tuple[str, ...] = ()
    status: ProductStatus = ProductStatus.ACTIVE
    options: tuple[Option, ...] = ()
    images: tuple[Image, ...] = ()
    version: int = 1
    updated_at: datetime | None = None
    created_at: datetime | None = None
    """When it came into the shop; nothing where another program has put it there."""
    seo_title: str = field(default="", metadata=SPARSE)
    seo_description: str = field(default="", metadata=SPARSE)
    gift_card: bool = field(default=False, metadata=SPARSE)
    extra: tuple[tuple[str, str], ...] = field(default=(), metadata=SPARSE)
    """Columns of an imported file that the shop has no place for, kept for the next export."""

    @property
    def pictures(self) -> tuple[Image, ...]:
        """The images whose pictures the shop has; the others are known by their address only."""
        return tuple(image for image in self.images if image.picture)

    @property
    def came_at(self) -> datetime:
        """When it came into the shop, as far as anybody has said it: what the newest are known by."""
        return self.created_at or LONG_AGO

    @property
    def title_key(self) -> str:
        """Its title as an index sorts it: capitals and accents make no difference."""
        letters = unicodedata.normalize("NFKD", self.title.casefold())
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    @property
    def is_published(self) -> bool:
        """Whether shoppers may see it."""
        return self.status is ProductStatus.ACTIVE

    def is_sold_in(self, market: Market) -> bool:
        """Whether the market has a page for it: published, with a price in its currency."""
        return self.is_published and bool(self.sold_variants(market))

    @property
    def address(self) -> ProductAddress:
        """Where its pages are, and since when they say what they say."""
        sold = {currency for variant in self.variants for currency in variant.prices}
        return ProductAddress(
            self.id, self.slug, frozenset(sold if self.is_published else ()), self.updated_at
        )

    def sold_variants(self, market: Market) -> tuple[Variant, ...]:
        """Return the variants that have a price in the market's currency, in the editor's order."""
        return tuple(variant for variant in self.variants if market.currency in variant.prices)

    def image_of(self, variant: Variant) -> Image | None:
        """Return the picture that shows a variant, or nothing where none was chosen."""
        # The address first: an import that names another picture has the last word.
        by_url = (
            image for image in self.images if variant.image_url and image.source_url == variant.image_url
        )
        by_id = (image for image in self.images if variant.picture and image.picture == variant.picture)
        return next(by_url, None) or next(by_id, None)

    def variant(self, sku: str) -> Variant | None:
        """Return the variant with that SKU, or nothing."""
        return next((variant for variant in self.variants if variant.sku == sku), None)

    def chosen(self, options: tuple[str, ...]) -> Variant | None:
        """Return the variant with exactly these option values, or nothing."""
        return next((variant for variant in self.variants if variant.options == options), None)


@dataclass(frozen=True)
class ProductAddress:
    """What tells which pages a product has, and nothing that is on them."""

    id: str
    slug: str
    currencies: frozenset[str]
    """Those that shoppers can buy it in; none while it is not published."""
    updated_at: datetime | None = None

    def is_sold_in(self, market: Market) -> bool:
        """Whether the market has a page for it."""
        return market.currency in self.currencies


@dataclass(frozen=True)
class Collection:
    """A navigational group: products in the order that an editor gave them, or those that a rule finds."""

    id: str
    slug: str
    title: str
    description: str = ""
    product_ids: tuple[str, ...] = ()
    version: int = 1
    updated_at: datetime | None = None
    rule: Rule | None = None
    """What it lists; while there is a rule, the list of products is kept but not shown."""

    def lists(self, product: Product) -> bool:
        """Say whether the product is in it, by list or by rule."""
        return self.rule.matches(product) if self.rule else product.id in self.product_ids


@dataclass(frozen=True)
class Market:
    """A currency, a language and a URL prefix; every page, cart and order belongs to one."""

    id: str
    currency: str
    locale: str
    prefix: str = ""
    name: str = ""
    countries: tuple[str, ...] = ()

    @property
    def is_default(self) -> bool:
        """Whether this is the market without a prefix."""
        return not self.prefix


@dataclass(frozen=True)
class ContentPage:
    """A page of text: shipping, returns, imprint. Its body is Markdown."""

    id: str
    slug: str
    title: str
    body: str
    version: int = 1
    updated_at: datetime | None = None


@dataclass(frozen=True)
class MenuEntry:
    """A line of a menu: a title and where it leads, as endpoint kind and slug."""

    title: str
    kind: str
    slug: str = ""


@dataclass(frozen=True)
class ShopSettings:
    """What the owner decides about the shop as a whole; part of every page's layout."""

    name: str = "Vitrine"
    tagline: str = ""
    email: str = "shop@vitrine.example"
    menu: tuple[MenuEntry, ...] = ()
    footer: tuple[MenuEntry, ...] = ()


@dataclass(frozen=True)
class Redirect:
    """Where an old path leads: `target` is a path, or empty where the thing is gone for good."""

    path: str
    target: str = ""


@dataclass(frozen=True)
class Revision:
    """One accepted change of a document: who, why, and each field's old and new value."""

    id: str
    document: str
    version: int
    who: str
    why: str
    diff: Mapping[str, tuple[object, object]]
    at: datetime
    change_set: str = ""
    state: Mapping[str, object] = field(default_factory=dict)
    """Every field after the change, so that the next difference needs no other revision."""


@dataclass(frozen=True)
class ChangeSet:
    """Revisions that belong together, such as those of one import; it can be reverted as one."""

    id: str
    who: str
    why: str
    at: datetime
    products: int


def parse_slug(text: str) -> str:
    """Return a URL name: lower-case letters, digits and single hyphens.

    Raises:
        InvalidValue: the text is no URL name.
    """
    if len(text) > SKU_LENGTH or not SLUG.match(text):
        raise InvalidValue("slug", text[:SKU_LENGTH], "lower-case letters, digits and single hyphens")
    return text
