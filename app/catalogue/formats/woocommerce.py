"""Reads WooCommerce's product CSV as if it were Shopify's: the same columns, the same rules.

WooCommerce writes a variable product and its variations as rows that may lie far
apart, so the rows of such a file are held in memory; its columns are those of the
built-in exporter (github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.catalogue.formats import cells
from app.catalogue.formats.columns import MOST_OPTIONS, OPTION_NAMES, OPTION_VALUES, STOCK_POOL
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
SAID = frozenset(
    {
        *("Handle", "Title", "Body (HTML)", "Type", "Tags", "Published", "Variant SKU", "Variant Price"),
        *(*OPTION_NAMES, *OPTION_VALUES, "Variant Compare At Price", "Variant Barcode", "Variant Taxable"),
        *("Variant Requires Shipping", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty"),
        *("Variant Inventory Policy", "Image Src", "Variant Image", "Low Stock At", STOCK_POOL),
    }
)


@dataclass
class _Product:
    parent: Record
    kinds: set[str]
    faults: list[Fault]
    variations: list[Record] = field(default_factory=list)


def woo_groups(records: Iterable[tuple[Record, tuple[Fault, ...]]]) -> Iterator[Group]:
    """Yield the products of a file in WooCommerce's format."""
    products, by_name, orphans = list[_Product](), dict[str, _Product](), list[tuple[Record, list[Fault]]]()
    columns = set[str]()
    for record, wrong in records:
        folded = Record(record.row, {name.lower(): cell for name, cell in record.cells.items()})
        columns |= {name for name in record.cells if _is_kept(name)}
        kinds = {kind.strip().lower() for kind in folded.text("type").split(",") if kind.strip()}
        if "variation" in kinds:
            orphans.append((folded, list(wrong)))
            continue
        faults = list(wrong)
        if not kinds or kinds - TYPES - FLAGS:
            reason = f"Type is {folded.text('type')!r}, but must be simple, variable or variation."
            faults.append(Fault(record.row, reason))
        products.append(_Product(folded, kinds, faults))
        for name in (folded.text("sku").upper(), f"id:{folded.text('id')}".upper()):
            by_name.setdefault(name, products[-1])
    for folded, faults in orphans:
        parent = folded.text("parent").upper()
        found = by_name.get(parent) if parent else None
        if found is None:
            reason = f"Parent is {folded.text('parent')!r}, but no product of the file has that SKU or ID."
            yield Group("", (Record(folded.row, {}),), SAID, (*faults, Fault(folded.row, reason)))
            continue
        found.faults.extend(faults)
        found.variations.append(folded)
    said, slugs = frozenset(SAID | {_kept_name(name) for name in columns}), set[str]()
    for product in products:
        slug = slug_of(product.parent.text("name"))
        if slug in slugs:
            slug = slug_of(f"{slug} {product.parent.text('sku') or product.parent.text('id')}")
        slugs.add(slug)
        yield _group(product, slug, said)


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
        made.append(Record(at, {column: cell for column, cell in row.items() if cell}))
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
        "Low Stock At": row.text("low stock amount"),
        **dict(zip(OPTION_VALUES, (values.get(name.lower(), "") for name in names), strict=False)),
        **_stock_cells(row, parent),
    }
    if row is not parent:
        found["Variant Image"] = row.text("images").split(",")[0].strip()
        found |= _kept(row.cells)
    return found


def _stock_cells(row: Record, parent: Record) -> dict[str, str]:
    stock, backorders = row.text("stock"), row.text("backorders allowed?").lower()
    pool = ""
    if stock.lower() == "parent":
        stock, backorders = parent.text("stock"), parent.text("backorders allowed?").lower()
        pool = parent.text("sku").upper() or slug_of(parent.text("name")).upper()
    if not stock and row.text("in stock?") == "0":
        stock = "0"
    return {
        STOCK_POOL: pool,
        "Variant Inventory Tracker": "woocommerce" if stock else "",
        "Variant Inventory Qty": stock,
        "Variant Inventory Policy": "continue" if backorders in ("1", "notify", "yes") else "deny",
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
    folded = name.lower()
    weight = WEIGHT.match(folded)
    is_read = folded in READ or ATTRIBUTE.match(folded) or (weight and weight[1] in IN_GRAMS)
    return not is_read


def _kept_name(name: str) -> str:
    return f"WooCommerce / {name.lower()}"


def _kept(row: Mapping[str, str]) -> dict[str, str]:
    return {_kept_name(name): cell for name, cell in row.items() if _is_kept(name)}
