"""A product as the rows of Shopify's format, by the old names of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.catalogue.formats import cells
from app.catalogue.formats.columns import (
    CAP,
    LOW_AT,
    OPTION_NAMES,
    OPTION_VALUES,
    STOCK_COLUMNS,
    STOCK_POOL,
    compare_at_column,
    price_column,
)
from app.catalogue.formats.records import Group
from app.catalogue.formats.said import CONTINUE_CAP, DEFAULT_OPTION, DEFAULT_VALUE
from app.catalogue.model import Image, Product, Variant
from app.inventory.model import LOW_AT as USUAL_LOW_AT
from app.inventory.model import Policy, StockPool
from app.money import Money

TRACKER = "shopify"
"""How Shopify says that units are counted."""

Cells = dict[str, str]


def rows_of(product: Product, currency: str, pools: Mapping[str, StockPool]) -> list[Cells]:
    """Return a product's rows: as many as it has variants or pictures; empty cells are left out."""
    rows = []
    for number in range(max(1, len(product.variants), len(product.images))):
        row = {"Handle": product.slug}
        if number == 0:
            row |= _product_cells(product)
        if number < len(product.variants):
            variant = product.variants[number]
            row |= _variant_cells(product, variant, currency)
            row |= _stock_cells(pools.get(variant.stock_id))
        if number < len(product.images):
            row |= _image_cells(product.images[number], number + 1)
        rows.append({column: cell for column, cell in row.items() if cell})
    return rows


def says_the_same(group: Group, product: Product, currency: str) -> bool:
    """Say whether a group of rows is what the product would be exported as, stock left aside."""
    rows = rows_of(product, currency, {})
    compared = group.columns - STOCK_COLUMNS
    return len(rows) == len(group.records) and all(
        record.cells.get(column, "") == row.get(column, "")
        for record, row in zip(group.records, rows, strict=True)
        for column in compared
    )


def _product_cells(product: Product) -> Cells:
    row = {
        "Title": product.title,
        "Body (HTML)": product.description,
        "Vendor": product.vendor,
        "Type": product.type,
        "Tags": cells.tags_text(product.tags),
        "Published": cells.flag_text(product.is_published),
        "Gift Card": cells.flag_text(product.gift_card),
        "SEO Title": product.seo_title,
        "SEO Description": product.seo_description,
        "Status": product.status.value,
        **dict(product.extra),
    }
    names = [option.name for option in product.options]
    if not names and not any(variant.options for variant in product.variants):
        names = [DEFAULT_OPTION]
    return row | dict(zip(OPTION_NAMES, names, strict=False))


def _variant_cells(product: Product, variant: Variant, currency: str) -> Cells:
    values = variant.options or (() if product.options else (DEFAULT_VALUE,))
    return {
        "Variant SKU": variant.sku,
        "Variant Grams": cells.grams_text(variant.weight_grams),
        "Variant Requires Shipping": cells.flag_text(variant.requires_shipping),
        "Variant Taxable": cells.flag_text(variant.taxable),
        "Variant Barcode": variant.barcode,
        "Variant Image": variant.image_url,
        STOCK_POOL: variant.stock_id if variant.stock_id != variant.sku else "",
        **dict(zip(OPTION_VALUES, values, strict=False)),
        **dict(_amounts(variant, currency)),
        **dict(variant.extra),
    }


def _amounts(variant: Variant, base: str) -> Iterator[tuple[str, str]]:
    for currency, minor in variant.prices.items():
        yield (
            ("Variant Price" if currency == base else price_column(currency)),
            Money(minor, currency).decimal,
        )
    for currency, minor in variant.compare_at.items():
        column = "Variant Compare At Price" if currency == base else compare_at_column(currency)
        yield column, Money(minor, currency).decimal


def _stock_cells(pool: StockPool | None) -> Cells:
    if pool is None:
        return {"Variant Inventory Tracker": TRACKER, "Variant Inventory Qty": "0"}
    if not pool.is_tracked:
        return {"Variant Inventory Policy": Policy.DENY.value}
    is_continued = pool.policy is Policy.CONTINUE
    return {
        "Variant Inventory Tracker": TRACKER,
        "Variant Inventory Qty": str(pool.on_hand),
        "Variant Inventory Policy": pool.policy.value,
        CAP: str(pool.cap) if is_continued and pool.cap != CONTINUE_CAP else "",
        LOW_AT: str(pool.low_at) if pool.low_at != USUAL_LOW_AT else "",
    }


def _image_cells(image: Image, position: int) -> Cells:
    return {
        "Image Src": image.source_url or image.picture,
        "Image Position": str(position),
        "Image Alt Text": image.alt,
    }
