"""The columns of a catalogue's CSV: one name a thing, whatever the header calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.catalogue.formats.cells import restored
from app.catalogue.formats.faults import UnreadableFile, because
from app.errors import InvalidValue
from app.money import parse_currency

MOST_OPTIONS = 3
OPTION_NAMES = tuple(f"Option{number} Name" for number in range(1, MOST_OPTIONS + 1))
OPTION_VALUES = tuple(f"Option{number} Value" for number in range(1, MOST_OPTIONS + 1))

COLUMNS = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published"),
    *(name for pair in zip(OPTION_NAMES, OPTION_VALUES, strict=True) for name in pair),
    *("Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty"),
    *("Variant Inventory Policy", "Variant Price", "Variant Compare At Price"),
    *("Variant Requires Shipping", "Variant Taxable", "Variant Barcode"),
    *("Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description"),
    *("Variant Image", "Status"),
)
"""Shopify's columns that the shop understands, by their old names and in their old order."""

STOCK_POOL, CAP, LOW_AT = "Stock Pool", "Back-order Cap", "Low Stock At"
OWN_COLUMNS = (STOCK_POOL, CAP, LOW_AT)
"""What Shopify does not know of a stock pool; written only where it differs from the default."""

TRACKER = "Variant Inventory Tracker"
STOCK_COLUMNS = frozenset({TRACKER, "Variant Inventory Qty", "Variant Inventory Policy", CAP, LOW_AT})

KEPT = (
    *("Product Category", "Variant Fulfillment Service", "Variant Weight Unit", "Variant Tax Code"),
    *("Cost per item", "Google Shopping / Google Product Category", "Google Shopping / Age Group"),
    *("Google Shopping / MPN", "Google Shopping / AdWords Grouping", "Google Shopping / AdWords Labels"),
    *("Google Shopping / Custom Product", *(f"Google Shopping / Custom Label {n}" for n in range(5))),
    *(f"Option{n} Linked To" for n in range(1, MOST_OPTIONS + 1)),
)
"""Columns that are only kept, but whose old and new names mean the same."""

NEW_NAMES = {
    "url handle": "Handle",
    "description": "Body (HTML)",
    "published on online store": "Published",
    "sku": "Variant SKU",
    "barcode": "Variant Barcode",
    "barcodes": "Variant Barcode",
    "price": "Variant Price",
    "compare-at price": "Variant Compare At Price",
    "charge tax": "Variant Taxable",
    "tax code": "Variant Tax Code",
    "inventory tracker": "Variant Inventory Tracker",
    "inventory quantity": "Variant Inventory Qty",
    "continue selling when out of stock": "Variant Inventory Policy",
    "weight value (grams)": "Variant Grams",
    "weight unit for display": "Variant Weight Unit",
    "requires shipping": "Variant Requires Shipping",
    "fulfillment service": "Variant Fulfillment Service",
    "product image url": "Image Src",
    "variant image url": "Variant Image",
    "google shopping / manufacturer part number (mpn)": "Google Shopping / MPN",
    "google shopping / ad group name": "Google Shopping / AdWords Grouping",
    "google shopping / ads labels": "Google Shopping / AdWords Labels",
}
NAMES = {**{name.lower(): name for name in (*COLUMNS, *OWN_COLUMNS, *KEPT)}, **NEW_NAMES}

PRICE = re.compile(r"(?:variant )?price / ([A-Z]{3})\Z")
COMPARE_AT = re.compile(r"(?:variant )?compare[- ]at price / ([A-Z]{3})\Z")
WOO_MARKS = frozenset({"type", "name", "sku", "regular price"})


class Dialect(StrEnum):
    """Whose format a file is written in."""

    SHOPIFY = "Shopify"
    WOOCOMMERCE = "WooCommerce"


@dataclass(frozen=True)
class Header:
    """The first row, understood: each column by the shop's own name for it; empty ones are not used."""

    dialect: Dialect
    columns: tuple[str, ...]


def price_column(currency: str) -> str:
    """Name the column of prices in a further currency."""
    return f"Price / {currency}"


def compare_at_column(currency: str) -> str:
    """Name the column of compare-at prices in a further currency."""
    return f"Compare At Price / {currency}"


def currency_of(column: str) -> tuple[str, bool] | None:
    """Return a price column's currency and whether it holds compare-at prices, or nothing."""
    folded = column[:-3].lower() + column[-3:]
    if found := PRICE.match(folded):
        return found[1], False
    if found := COMPARE_AT.match(folded):
        return found[1], True
    return None


def is_known(name: str) -> bool:
    """Say whether either dialect has a column of that name."""
    folded = name.strip().lower()
    return folded in NAMES or folded in WOO_MARKS or currency_of(name.strip()) is not None


def read_header(cells: Sequence[str], currency: str) -> Header:
    """Recognise the dialect by its header and name the columns.

    Raises:
        UnreadableFile: it is neither dialect's, or names a thing twice.
    """
    names = [restored(cell).strip() for cell in cells]
    folded = {name.lower() for name in names}
    # Shopify's new header has a column `Type` and a column `SKU` too, but none of these two.
    if "name" in folded and folded >= WOO_MARKS:
        return Header(Dialect.WOOCOMMERCE, _each_once([name.lower() for name in names]))
    columns = _each_once([_shopify_name(name, currency) for name in names])
    if not {"Handle", "Title"} & set(columns):
        raise UnreadableFile(
            1,
            "The header is neither Shopify's (it has a column 'Handle' or 'URL handle') nor "
            "WooCommerce's (it has 'Type', 'SKU', 'Name' and 'Regular price').",
        )
    return Header(Dialect.SHOPIFY, columns)


def _shopify_name(name: str, base: str) -> str:
    found = currency_of(name)
    if found is None:
        return NAMES.get(name.lower(), name)
    try:
        currency = parse_currency(found[0])
    except InvalidValue as error:
        raise UnreadableFile(1, because(error, name)) from error
    if currency == base:
        return "Variant Compare At Price" if found[1] else "Variant Price"
    return compare_at_column(currency) if found[1] else price_column(currency)


def _each_once(columns: list[str]) -> tuple[str, ...]:
    for number, column in enumerate(columns, start=1):
        if column and column in columns[: number - 1]:
            raise UnreadableFile(1, f"Column {number} is {column!r} a second time: remove one of the two.")
    return tuple(columns)
