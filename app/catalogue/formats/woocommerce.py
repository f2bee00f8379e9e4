"""Reads WooCommerce's product CSV as if it were Shopify's: the same columns, the same rules.

WooCommerce writes a variable product and its variations as rows that may lie far
apart, so the rows of such a file are held in memory; its columns are those of the
built-in exporter (github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.catalogue.formats import cells
from app.catalogue.formats.columns import (
    LOW_AT,
    MOST_OPTIONS,
    OPTION_NAMES,
    OPTION_VALUES,
    STOCK_POOL,
    TRACKER,
)
from app.catalogue.formats.faults import Fault, because
from app.catalogue.formats.records import Group, Record, slug_of
from app.errors import InvalidValue

IN_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125")}
WEIGHT = re.compile(r"weight \((\w+)\)\Z")
ATTRIBUTE = re.compile(r"attribute (\d+) (name|value\(s\)|visible|global|default)\Z")
READ = frozenset(
    {
        *("id", "type", "sku", "name", "published", "description", "tax status", "in stock?", "stock"),
        *("backorders allowed?", "low stock amount", "regular price", "sale price", "tags", "images"),
        *("parent", "position", "gtin, upc, ean, or isbn"),
    }
)
"""Columns that are understood; every other one is kept as it is."""
TYPES = frozenset({"simple", "variable", "variation"})
FLAGS = frozenset({"virtual", "downloadable"})
ALWAYS_SAID = frozenset({"Handle", "Title", "Variant SKU", "Variant Price", "Variant Requires Shipping"})
"""What the columns say without which a file is none of WooCommerce's."""
SAYS = {
    "description": ("Body (HTML)",),
    "short description": ("Body (HTML)",),
    "categories": ("Type",),
    "tags": ("Tags",),
    "published": ("Published",),
    "sale price": ("Variant Compare At Price",),
    "tax status": ("Variant Taxable",),
    "gtin, upc, ean, or isbn": ("Variant Barcode",),
    "images": ("Image Src", "Variant Image"),
    "low stock amount": (LOW_AT,),
    "backorders allowed?": ("Variant Inventory Policy",),
    "in stock?": ("Variant Inventory Qty",),
    "stock": (TRACKER, "Variant Inventory Qty", STOCK_POOL),
}
"""What a column says where the file has it."""
SALE_DATES = ("date sale price starts", "date sale price ends")


@dataclass
class _Product:
    parent: Record
    kinds: set[str]
    faults: list[Fault]
    variations: list[Record] = field(default_factory=list)


def woo_groups(
    records: Iterable[tuple[Record, tuple[Fault, ...]]], columns: Sequence[str]
) -> Iterator[Group]:
    """Yield the products of a file in WooCommerce's format.

    Args:
        records: its rows.
        columns: its header, in lower case.
    """
    products, by_name, orphans = list[_Product](), dict[str, _Product](), list[tuple[Record, list[Fault]]]()
    said, slugs = _said(columns), set[str]()
    for record, wrong in records:
        kinds = {kind.strip().lower() for kind in record.text("type").split(",") if kind.strip()}
        if "variation" in kinds:
            orphans.append((record, list(wrong)))
            continue
        faults = list(wrong)
        if not kinds or kinds - TYPES - FLAGS:
            reason = f"Type is {record.text('type')!r}, but must be simple, variable or variation."
            faults.append(Fault(record.row, reason))
        products.append(_Product(record, kinds, faults))
        for name in (record.text("sku").upper(), f"id:{record.text('id')}".upper()):
            by_name.setdefault(name, products[-1])
    for record, faults in orphans:
        parent = record.text("parent").upper()
        found = by_name.get(parent) if parent else None
        if found is None:
            reason = f"Parent is {record.text('parent')!r}, but no product of the file has that SKU or ID."
            yield Group("", (Record(record.row, {}),), said, (*faults, Fault(record.row, reason)))
            continue
        found.faults.extend(faults)
        found.variations.append(record)
    for product in products:
        slug = slug_of(product.parent.text("name"))
        if slug in slugs:
            slug = slug_of(f"{slug} {product.parent.text('sku') or product.parent.text('id')}")
        slugs.add(slug)
        yield _group(product, slug, said)


def _said(columns: Sequence[str]) -> frozenset[str]:
    """Return what the file speaks of at all, by the names of Shopify's columns."""
    said = set(ALWAYS_SAID)
    for column in columns:
        said |= set(SAYS.get(column, ()))
        if _is_kept(column):
            said.add(_kept_name(column))
        elif ATTRIBUTE.match(column):
            said |= {*OPTION_NAMES, *OPTION_VALUES}
        elif WEIGHT.match(column):
            said.add("Variant Grams")
        if column in SALE_DATES:
            said.add(_kept_name("sale price"))
    return frozenset(said)


def _group(product: _Product, slug: str, said: frozenset[str]) -> Group:
    parent, faults = product.parent, product.faults
    if not slug:
        faults.append(Fault(parent.row, "Name is empty."))
    names = _varying(product)
    if "variable" in product.kinds and not product.variations:
        faults.append(Fault(parent.row, "The variable product has no variation in this file."))
    if len(names) > MOST_OPTIONS:
        faults.append(
            Fault(parent.row, f"{len(names)} attributes vary, but a product has 3 options at most.")
        )
        names = names[:MOST_OPTIONS]
    pictures = [part.strip() for part in parent.text("images").split(",") if part.strip()]
    rows = product.variations or [parent]
    made = []
    for number in range(max(len(rows), len(pictures))):
        row = {"Handle": slug}
        if number == 0:
            row |= _product_cells(parent, names, faults)
        if number < len(rows):
            row |= _variant_cells(rows[number], parent, product.kinds, names, faults)
        if number < len(pictures):
            row["Image Src"] = pictures[number]
        at = rows[number].row if number < len(rows) else parent.row
        made.append(Record(at, {column: cell for column, cell in row.items() if cell and column in said}))
    return Group(slug, tuple(made), said, tuple(faults))


def _product_cells(parent: Record, names: list[str], faults: list[Fault]) -> dict[str, str]:
    published = parent.text("published")
    if published not in ("", "1", "0", "-1"):
        faults.append(Fault(parent.row, f"Published is {published!r}, but must be 1, 0 or -1."))
    category = parent.text("categories").split(",")[0].split(">")[-1].strip()
    return {
        "Title": parent.cells.get("name", ""),
        "Body (HTML)": parent.cells.get("description", "") or parent.cells.get("short description", ""),
        "Type": category,
        "Tags": parent.cells.get("tags", ""),
        "Published": cells.flag_text(published in ("", "1")),
        **dict(zip(OPTION_NAMES, names, strict=False)),
        **_kept(parent.cells),
    }


def _variant_cells(
    row: Record, parent: Record, kinds: set[str], names: list[str], faults: list[Fault]
) -> dict[str, str]:
    regular, sale = row.text("regular price"), row.text("sale price")
    dated = ""
    if any(row.text(column) for column in SALE_DATES):
        # Nobody would end it on its day, so such a sale is kept in words but is not the price.
        sale, dated = "", sale
    own = {kind.strip().lower() for kind in row.text("type").split(",")}
    values = {name.lower(): value for name, value in _values(row).items()}
    tax = row.text("tax status") or parent.text("tax status")
    found = {
        "Variant SKU": row.text("sku"),
        "Variant Price": sale or regular,
        "Variant Compare At Price": regular if sale else "",
        "Variant Barcode": row.cells.get("gtin, upc, ean, or isbn", ""),
        "Variant Taxable": cells.flag_text(tax.lower() != "none"),
        "Variant Requires Shipping": cells.flag_text(not (own | kinds) & FLAGS),
        "Variant Grams": _grams(row, faults) or (_grams(parent, faults) if row is not parent else ""),
        _kept_name("sale price"): dated,
        **dict(zip(OPTION_VALUES, (values.get(name.lower(), "") for name in names), strict=False)),
        **_stock_cells(row, parent),
    }
    if row is not parent:
        found["Variant Image"] = row.text("images").split(",")[0].strip()
        found |= _kept(row.cells)
    return found


def _stock_cells(row: Record, parent: Record) -> dict[str, str]:
    pool, counted = "", row
    if row.text("stock").lower() == "parent":
        pool, counted = parent.text("sku").upper() or slug_of(parent.text("name")).upper(), parent
    stock, backorders = counted.text("stock"), counted.text("backorders allowed?").lower()
    if not stock and row.text("in stock?") == "0":
        stock = "0"
    return {
        STOCK_POOL: pool,
        TRACKER: "woocommerce" if stock else "",
        "Variant Inventory Qty": stock,
        "Variant Inventory Policy": "continue" if backorders in ("1", "notify", "yes") else "deny",
        LOW_AT: counted.text("low stock amount"),
    }


def _values(row: Record) -> dict[str, str]:
    """Return a row's attributes: each name with what the row chooses or offers of it."""
    numbers = sorted(
        int(found[1]) for name in row.cells if (found := ATTRIBUTE.match(name)) and found[2] == "name"
    )
    return {
        row.text(f"attribute {number} name"): row.text(f"attribute {number} value(s)") for number in numbers
    }


def _varying(product: _Product) -> list[str]:
    """Return the attributes that a variation chooses; the others only describe the product."""
    chosen = [{name.lower() for name, value in _values(row).items() if value} for row in product.variations]
    return [name for name in _values(product.parent) if any(name.lower() in found for found in chosen)]


def _grams(row: Record, faults: list[Fault]) -> str:
    for column, cell in row.cells.items():
        unit = WEIGHT.match(column)
        if unit and unit[1] in IN_GRAMS and cell.strip():
            try:
                return cells.grams_text(cells.grams(cell, column, IN_GRAMS[unit[1]]))
            except InvalidValue as error:
                faults.append(Fault(row.row, because(error)))
    return ""


def _is_kept(name: str) -> bool:
    weight = WEIGHT.match(name)
    is_read = name in READ or ATTRIBUTE.match(name) or (weight and weight[1] in IN_GRAMS)
    return bool(name) and not is_read


def _kept_name(name: str) -> str:
    return f"WooCommerce / {name}"


def _kept(row: Mapping[str, str]) -> dict[str, str]:
    return {_kept_name(name): cell for name, cell in row.items() if _is_kept(name)}
