"""Reads one row of the grid: a variant, and the stock pool that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.catalogue.editing.typed import TypedVariant
from app.catalogue.editing.words import Fault
from app.catalogue.model import SKU_LENGTH, Variant, parse_sku
from app.errors import InvalidValue
from app.inventory.model import LARGEST_COUNT, Policy, StockPool
from app.money import Money, parse_currency

LONGEST_BARCODE = 255
HEAVIEST_GRAMS = 1_000_000_000


@dataclass
class Stockroom:
    """The pools that there are, and those that the form wants opened."""

    pools: Mapping[str, StockPool]
    openings: dict[str, StockPool] = field(default_factory=dict)


def read_row(
    number: int,
    row: TypedVariant,
    was: Variant | None,
    before: TypedVariant | None,
    room: Stockroom,
    faults: list[Fault],
) -> Variant:
    """Return the variant of a row, but for its options; what is wrong is noted in `faults`."""
    name = f"variant-{number}"
    sku = _sku(name, row, was, faults)
    variant = replace(
        was or Variant(sku, sku),
        sku=sku,
        prices=_amounts(f"{name}-price", row.prices, was.prices if was else {}, faults),
        compare_at=_amounts(f"{name}-compare", row.compare_at, was.compare_at if was else {}, faults),
    )
    if before is None or row.barcode.strip() != before.barcode.strip():
        variant = replace(variant, barcode=_barcode(name, row, faults))
    if before is None or row.weight.strip() != before.weight:
        variant = replace(variant, weight_grams=_grams(name, row, faults))
    return replace(variant, stock_id=_stock_id(name, row, variant, was, room, faults))


def _sku(name: str, row: TypedVariant, was: Variant | None, faults: list[Fault]) -> str:
    if was is not None and row.sku.strip() == was.sku.strip():
        return was.sku
    if not row.sku.strip():
        faults.append(Fault(f"{name}-sku", "Write a SKU: orders and stock name the variant by it."))
        return ""
    try:
        return parse_sku(row.sku)
    except InvalidValue as error:
        faults.append(Fault(f"{name}-sku", f"That is no SKU: write {error.expected}."))
        return ""


def _amounts(
    name: str, typed: Mapping[str, str], was: Mapping[str, int], faults: list[Fault]
) -> dict[str, int]:
    """Return the amounts by currency; where nothing is typed the variant is not sold in it."""
    amounts = dict(was)
    for currency, text in typed.items():
        if not text.strip():
            amounts.pop(currency, None)
            continue
        if currency in was and text.strip() == Money(was[currency], currency).decimal:
            continue
        try:
            if currency not in was:
                parse_currency(currency)
        except InvalidValue as error:
            text = f"“{currency}” is no currency to charge in: leave this empty, or write {error.expected}."
            faults.append(Fault(f"{name}-{currency}", text))
            continue
        try:
            amounts[currency] = Money.parse(text, currency).minor
        except InvalidValue as error:
            faults.append(Fault(f"{name}-{currency}", f"“{text[:40]}” is no price: write {error.expected}."))
    return amounts


def _barcode(name: str, row: TypedVariant, faults: list[Fault]) -> str:
    barcode = row.barcode.strip()
    if len(barcode) > LONGEST_BARCODE or not barcode.isprintable():
        faults.append(
            Fault(f"{name}-barcode", f"A barcode takes up to {LONGEST_BARCODE} printable characters.")
        )
    return barcode


def _grams(name: str, row: TypedVariant, faults: list[Fault]) -> float:
    text = row.weight.strip()
    if not text:
        return 0.0
    is_plain = text.isascii() and len(text) <= 20 and text.replace(".", "", 1).isdigit()
    if not is_plain or Decimal(text) > HEAVIEST_GRAMS:
        said = f"“{text[:40]}” is no weight: write grams such as 250 or 12.5."
        faults.append(Fault(f"{name}-weight", said))
        return 0.0
    return float(text)


def _stock_id(
    name: str,
    row: TypedVariant,
    variant: Variant,
    was: Variant | None,
    room: Stockroom,
    faults: list[Fault],
) -> str:
    """Return the pool of a row; one that nobody has opened yet is opened with what the row says."""
    stock_id = row.pool.strip() or (was.stock_id if was else variant.sku)
    if was is not None and stock_id == was.stock_id.strip():
        return was.stock_id
    if len(stock_id) > SKU_LENGTH or not stock_id.isprintable():
        faults.append(Fault(f"{name}-pool", f"A pool's name takes up to {SKU_LENGTH} printable characters."))
        return stock_id
    there = room.pools.get(stock_id)
    if there is not None:
        if row.count.strip():
            held = f"has {there.on_hand} on hand" if there.is_tracked else "is not counted"
            text = f"The pool {stock_id} is there already and {held}: leave this empty; its count stays."
            faults.append(Fault(f"{name}-count", text))
    elif stock_id and (pool := _opening(name, row, stock_id, faults)):
        known = room.openings.setdefault(stock_id, pool)
        if known != pool:
            text = f"Another row opens the pool {stock_id} with other numbers: write the same, or nothing."
            faults.append(Fault(f"{name}-count", text))
    return stock_id


def _opening(name: str, row: TypedVariant, stock_id: str, faults: list[Fault]) -> StockPool | None:
    if row.policy not in tuple(Policy):
        faults.append(Fault(f"{name}-policy", "Choose what happens when nothing is left."))
        return None
    policy = Policy(row.policy)
    if policy is Policy.UNTRACKED:
        if row.count.strip():
            faults.append(Fault(f"{name}-count", "Nobody counts this stock: leave the number empty."))
        return StockPool(stock_id, policy=policy)
    count = _whole(f"{name}-count", row.count, faults)
    cap = _whole(f"{name}-cap", row.cap, faults) if policy is Policy.CONTINUE else 0
    if policy is Policy.CONTINUE and cap == 0 and not row.cap.strip():
        faults.append(Fault(f"{name}-cap", "Write how many may be ordered beyond those on hand."))
    return StockPool(stock_id, count, policy=policy, cap=cap)


def _whole(field: str, text: str, faults: list[Fault]) -> int:
    digits = text.strip() or "0"
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12 or int(digits) > LARGEST_COUNT:
        faults.append(Fault(field, f"“{text[:40]}” is no count: write a whole number such as 12."))
        return 0
    return int(digits)
