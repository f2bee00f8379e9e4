"""Takes in a stocktake: a file of counts by SKU, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from app.catalogue.formats.cells import restored
from app.catalogue.formats.faults import Fault, UnreadableFile, because
from app.catalogue.formats.table import read_rows
from app.catalogue.model import parse_sku
from app.catalogue.service import Catalogue
from app.errors import InsufficientStock, InvalidValue, UntrackedStock
from app.inventory.model import LARGEST_COUNT, StockPool

SKU, COUNT, REASON = "sku", "count", "reason"
MOST_ROWS = 2_000
"""What one transaction carries within its time; a whole catalogue is counted by an import."""
LONGEST_NUMBER = 12
"""Digits; Python itself refuses to read numbers of many thousand."""
LONGEST_REASON = 200

Pools = Callable[[Sequence[str]], Mapping[str, StockPool]]


class Counter(Protocol):
    """What changes a pool, with its movement; within a transaction it joins it."""

    def set_count(self, stock_id: str, count: int, *, by: str, reason: str) -> StockPool:
        """Correct what is on hand to a count."""

    def change_count(self, stock_id: str, delta: int, *, by: str, reason: str) -> StockPool:
        """Add units to what is on hand, or take them off."""


@dataclass(frozen=True)
class Counted:
    """What a row says of one SKU: how many there are, or how many came or went."""

    row: int
    sku: str
    number: int
    is_change: bool = False
    reason: str = ""


@dataclass
class CountsReport:
    """How many pools were changed, how many were so already, and which rows were refused."""

    changed: int = 0
    unchanged: int = 0
    errors: list[Fault] = field(default_factory=list)


class _Refused(Exception):  # noqa: N818 - it only ends the transaction
    """A row cannot be carried out, so none is."""


def parse_count(text: str) -> tuple[int, bool]:
    """Return a number and whether it is a change: of `12` and `=12` a count, of `+3` and `-3` a change.

    Raises:
        InvalidValue: it is none of these, or more than any pool holds.
    """
    sign, digits = (text[:1], text[1:]) if text[:1] in ("=", "+", "-") else ("", text)
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidValue(COUNT, text, "=N, +N or -N with a whole number N")
    if len(digits) > LONGEST_NUMBER or int(digits) > LARGEST_COUNT:
        raise InvalidValue(COUNT, text, f"at most {LARGEST_COUNT} units")
    return (-int(digits) if sign == "-" else int(digits)), sign in ("+", "-")


def take_counts(
    catalogue: Catalogue,
    pools: Pools,
    counter: Counter,
    file: BinaryIO,
    *,
    by: str,
    reason: str,
    is_dry: bool = False,
) -> CountsReport:
    """Bring the pools to what a file says of them, in one transaction.

    Args:
        catalogue: knows which pool a SKU is sold from.
        pools: reads pools by their ids; unknown ids are left out.
        counter: changes them, each with its movement.
        file: CSV with the columns `sku` and `count`, and a `reason` if there is one.
        by: who has counted.
        reason: why, for the rows that give no reason of their own.
        is_dry: whether to say what would happen and write nothing.
    """
    report = CountsReport()
    rows = _rows(file, report)
    if report.errors:
        return report

    def block() -> CountsReport:
        # The block may run again after a collision, so it counts anew each time.
        done = CountsReport()
        there = _pools(catalogue, pools, rows)
        _take(there, counter, rows, done, by=by, reason=reason)
        if done.errors or is_dry:
            report.changed, report.unchanged, report.errors = done.changed, done.unchanged, done.errors
            raise _Refused
        return done

    try:
        return catalogue.transactions.run(block)
    except _Refused:
        return report if is_dry and not report.errors else CountsReport(errors=report.errors)


def _rows(file: BinaryIO, report: CountsReport) -> list[Counted]:
    """Return what the rows say, and note those that say nothing or contradict each other."""
    found = dict[str, Counted]()
    try:
        for one in _read(file, report):
            first = found.setdefault(one.sku, one)
            if first is not one:
                report.errors.append(
                    Fault(one.row, f"{one.sku} was counted in row {first.row} already.", SKU)
                )
            if len(found) > MOST_ROWS:
                limit = f"A stocktake holds at most {MOST_ROWS} SKUs: split the file, or import it."
                raise UnreadableFile(one.row, limit)
    except UnreadableFile as error:
        report.errors.append(error.fault)
    return list(found.values())


def _read(file: BinaryIO, report: CountsReport) -> Iterator[Counted]:
    rows = read_rows(file, lambda name: name.strip().lower() in (SKU, COUNT, REASON))
    _, header = next(rows, (1, list[str]()))
    names = [name.strip().lower() for name in header]
    if SKU not in names or COUNT not in names:
        raise UnreadableFile(1, "The header must hold 'sku' and 'count'; 'reason' may stand beside them.")
    places = {name: names.index(name) for name in (SKU, COUNT, REASON) if name in names}
    for row, cells in rows:
        said = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        try:
            number, is_change = parse_count(restored(said[COUNT]))
            sku = parse_sku(restored(said[SKU]))
            reason = restored(said.get(REASON, ""))
            if len(reason) > LONGEST_REASON:
                raise InvalidValue(REASON, f"{reason[:20]}…", f"at most {LONGEST_REASON} characters")
            yield Counted(row, sku, number, is_change, reason)
        except InvalidValue as error:
            report.errors.append(Fault(row, because(error), error.field))


def _take(
    pools: Mapping[str, StockPool],
    counter: Counter,
    rows: list[Counted],
    done: CountsReport,
    *,
    by: str,
    reason: str,
) -> None:
    first = dict[str, Counted]()
    for one in rows:
        pool = pools.get(one.sku)
        if pool is None:
            done.errors.append(Fault(one.row, f"No product has the SKU {one.sku}.", SKU))
        elif (other := first.setdefault(pool.id, one)) is not one:
            shared = f"{one.sku} is sold from the same pool as {other.sku} in row {other.row}: count it once."
            done.errors.append(Fault(one.row, shared, SKU))
        elif pool.is_tracked and (one.number == 0 if one.is_change else one.number == pool.on_hand):
            done.unchanged += 1
        else:
            change = counter.change_count if one.is_change else counter.set_count
            try:
                change(pool.id, one.number, by=by, reason=one.reason or reason)
                done.changed += 1
            except InsufficientStock:
                done.errors.append(Fault(one.row, _too_few(one, pool), COUNT))
            except UntrackedStock:
                done.errors.append(Fault(one.row, f"{one.sku} is not counted: its stock is untracked.", SKU))


def _too_few(one: Counted, pool: StockPool) -> str:
    if one.is_change and pool.on_hand + one.number < 0:
        return f"{one.sku} has {pool.on_hand}, so {-one.number} cannot be taken off."
    return f"{pool.reserved} of {one.sku} are reserved for checkouts, so no fewer can be left."


def _pools(catalogue: Catalogue, pools: Pools, rows: list[Counted]) -> dict[str, StockPool]:
    """Return the pool of each SKU that a product has."""
    products = catalogue.store.products_by_skus([one.sku for one in rows])
    variants = {sku: product.variant(sku) for sku, product in products.items()}
    ids = {sku: variant.stock_id for sku, variant in variants.items() if variant}
    there = pools(sorted(set(ids.values())))
    return {sku: there[stock_id] for sku, stock_id in ids.items() if stock_id in there}
