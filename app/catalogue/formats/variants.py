"""Reads what a row says of a variant and of the stock behind it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from app.catalogue.formats import cells
from app.catalogue.formats.columns import (
    CAP,
    LOW_AT,
    OPTION_NAMES,
    OPTION_VALUES,
    STOCK_POOL,
    TRACKER,
    currency_of,
)
from app.catalogue.formats.faults import Fault
from app.catalogue.formats.records import Record
from app.catalogue.formats.said import (
    CONTINUE_CAP,
    DEFAULT_VALUE,
    ProductDraft,
    StockDraft,
    VariantDraft,
    extra_of,
)
from app.catalogue.model import SKU_LENGTH, parse_sku
from app.errors import InvalidValue
from app.inventory.model import LOW_AT as USUAL_LOW_AT
from app.inventory.model import Policy
from app.money import Money

POLICIES = {
    **dict.fromkeys(("deny", "false", "no", "0", ""), Policy.DENY),
    **dict.fromkeys(("continue", "true", "yes", "1"), Policy.CONTINUE),
}
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
LONGEST_URL = 2_000


def read_variant(draft: ProductDraft, record: Record, currency: str, *, is_first: bool) -> VariantDraft:
    """Read a variant; what is wrong is noted in the draft."""
    sku = draft.read(record, "Variant SKU", _sku, "")
    amounts: dict[tuple[str, bool], int | None] = {}
    for column in draft.group.columns:
        known = {"Variant Price": (currency, False), "Variant Compare At Price": (currency, True)}
        key = known.get(column) or currency_of(column)
        if key is not None:
            amounts[key] = draft.read(record, column, partial(_minor, key[0]), None)
    return VariantDraft(
        row=record.row,
        sku=sku,
        options=_option_values(draft, record),
        amounts=amounts,
        pool=record.text(STOCK_POOL) if STOCK_POOL in draft.group.columns else None,
        stock=_read_stock(draft, record),
        fields=_variant_fields(draft, record),
        extra={} if is_first else extra_of(record),
    )


def _option_values(draft: ProductDraft, record: Record) -> tuple[str, ...]:
    values = [record.text(column) for column in OPTION_VALUES]
    wanted = len(draft.option_names)
    if not wanted and values[0] == DEFAULT_VALUE:
        values[0] = ""
    if any(fault.column == OPTION_NAMES[0] for fault in draft.faults):
        # Which value belongs to which option is not known, so nothing can be wrong with them.
        return tuple(values)
    for number, value in enumerate(values):
        if number < wanted and not value:
            reason = f"{OPTION_VALUES[number]} is empty, but the product has {draft.option_names[number]!r}."
            draft.faults.append(Fault(record.row, reason, OPTION_VALUES[number]))
        elif number >= wanted and value:
            reason = f"{OPTION_VALUES[number]} is {value!r}, but the first row names no such option."
            draft.faults.append(Fault(record.row, reason, OPTION_VALUES[number]))
    return tuple(values[:wanted])


def _variant_fields(draft: ProductDraft, record: Record) -> dict[str, Any]:
    said, fields = draft.group.columns, dict[str, Any]()
    if "Variant Grams" in said:
        fields["weight_grams"] = draft.read(record, "Variant Grams", cells.grams, 0.0)
    if "Variant Barcode" in said:
        fields["barcode"] = record.cells.get("Variant Barcode", "")
    if "Variant Image" in said:
        fields["image_url"] = draft.read(record, "Variant Image", url, "")
    flags = {"Variant Taxable": "taxable", "Variant Requires Shipping": "requires_shipping"}
    for column, name in flags.items():
        if column in said:
            fields[name] = draft.read(record, column, cells.flag, default=True)
    return fields


def _read_stock(draft: ProductDraft, record: Record) -> StockDraft:
    said = draft.group.columns
    quantity = draft.read(record, "Variant Inventory Qty", _count, None)
    is_tracked = bool(record.text(TRACKER)) if TRACKER in said else None
    if is_tracked is False:
        return StockDraft(is_tracked=False)
    policy, cap, low_at = None, None, None
    if "Variant Inventory Policy" in said:
        policy = draft.read(record, "Variant Inventory Policy", _policy, Policy.DENY)
    if CAP in said:
        cap = draft.read(record, CAP, partial(cells.whole, least=0), CONTINUE_CAP)
    if LOW_AT in said:
        low_at = draft.read(record, LOW_AT, partial(cells.whole, least=0), USUAL_LOW_AT)
    return StockDraft(is_tracked, policy, quantity, cap, low_at)


def _sku(cell: str, _: str) -> str:
    return parse_sku(cell)


def _minor(currency: str, cell: str, _: str) -> int | None:
    return Money.parse(cell, currency).minor


def _count(cell: str, column: str) -> int | None:
    return cells.whole(cell, column)


def _policy(cell: str, column: str) -> Policy:
    policy = POLICIES.get(cell.strip().lower())
    if policy is None:
        raise InvalidValue(column, cell, "deny or continue")
    return policy


def url(cell: str, column: str) -> str:
    """Read the address of a picture, or the name of its file.

    Raises:
        InvalidValue: it is neither.
    """
    address = cell.strip()
    scheme = SCHEME.match(address)
    is_web = scheme is None or scheme[0].lower() in ("http:", "https:")
    if not is_web or len(address) > LONGEST_URL or not address.isprintable() or " " in address and scheme:
        raise InvalidValue(column, cell[:SKU_LENGTH], "an address that begins with https:// or a file's name")
    return address
