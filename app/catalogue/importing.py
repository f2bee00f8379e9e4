"""Brings a file of products into the shop: judged whole first, then written batch by batch.

Two readings of the file instead of one copy of it in memory: the first finds every
fault and counts, the second writes. Each batch is one transaction with its revisions
and its stock, so that a run which was killed is finished by running it again: what is
there by then counts as unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Protocol

from app.catalogue.bulk import Reason, write_products
from app.catalogue.formats.columns import is_known, read_header
from app.catalogue.formats.faults import Fault, UnreadableFile
from app.catalogue.formats.groups import groups_of
from app.catalogue.formats.records import Group
from app.catalogue.formats.table import read_rows
from app.catalogue.model import Product
from app.catalogue.planning import Outcome, Planner, ProductPlan
from app.catalogue.service import Catalogue
from app.errors import InsufficientStock, InvalidValue, StoreUnavailable, VersionConflict
from app.ids import new_id
from app.inventory.model import StockPool

BATCH = 100
TRIES = 4
"""How often a batch is planned anew because somebody else wrote in between, or the database was busy.

After an unknown outcome too: a batch that was written counts as unchanged when it is planned again.
"""


class Stockroom(Protocol):
    """What an import needs of the inventory; every call joins the running transaction."""

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        ...

    def open_pools(self, pools: Sequence[StockPool], *, by: str, reason: str) -> None:
        """Add the pools that are not there; the others stay as they are."""
        ...

    def correct(self, wished: Sequence[StockPool], *, by: str, reason: str) -> None:
        """Bring pools to the policies and counts that are wished."""
        ...


class ImportReporter(Protocol):
    """Whoever wants to know how far an import is."""

    def began(self, what: str, size: int) -> None:
        """A reading of the file begins, of so many bytes."""
        ...

    def reached(self, position: int) -> None:
        """So many bytes of it are done."""
        ...


@dataclass(frozen=True)
class ImportOptions:
    """How a file is taken in."""

    currency: str
    who: str
    why: str = "import"
    set_stock: bool = False
    keep_going: bool = False
    dry_run: bool = False


@dataclass
class ImportReport:
    """How many products were, or would be, created, updated, left alone or left out, and why."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[Fault] = field(default_factory=list)
    change_set: str = ""
    is_written: bool = False

    def count(self, plan: ProductPlan) -> None:
        """Add a product."""
        setattr(self, plan.outcome.value, getattr(self, plan.outcome.value) + 1)
        self.errors.extend(plan.faults)


@dataclass(frozen=True)
class Importing:
    """Imports into one shop."""

    catalogue: Catalogue
    stockroom: Stockroom
    sanitise: Callable[[str], str]

    def run(
        self, file: BinaryIO, size: int, options: ImportOptions, reporter: ImportReporter
    ) -> ImportReport:
        """Import a file that is opened as bytes; what could not be taken in is in the report.

        Where a row is bad nothing is written, unless `keep_going` leaves out the
        products concerned. A file that cannot be read to its end is never written.
        """
        reporter.began("checking", size)
        found = ImportReport()
        try:
            self._read(file, options, reporter, found, self._plan_only)
        except UnreadableFile as error:
            found.errors.append(error.fault)
            return found
        if options.dry_run or (found.errors and not options.keep_going):
            return found
        if not found.created + found.updated:
            return found
        written = ImportReport(change_set=new_id("chg"), is_written=True)
        file.seek(0)
        reporter.began("writing", size)
        reason = Reason(options.who, options.why, written.change_set)

        def write(planner: Planner, batch: Sequence[Group]) -> Sequence[ProductPlan]:
            return self._write(planner, batch, reason)

        self._read(file, options, reporter, written, write)
        return written

    def _read(
        self,
        file: BinaryIO,
        options: ImportOptions,
        reporter: ImportReporter,
        report: ImportReport,
        handle: Callable[[Planner, Sequence[Group]], Sequence[ProductPlan]],
    ) -> None:
        owners = dict(self.catalogue.store.every_sku())
        planner = Planner(options.currency, options.set_stock, self.sanitise, owners)
        groups = _groups(file, options.currency)
        while batch := list(islice(groups, BATCH)):
            for plan in handle(planner, batch):
                report.count(plan)
            reporter.reached(file.tell())
        report.errors.sort(key=lambda fault: fault.row)

    def _plan_only(self, planner: Planner, batch: Sequence[Group]) -> Sequence[ProductPlan]:
        current = self.catalogue.store.products_by_slugs([group.handle for group in batch])
        pools = self._pools(batch, current) if planner.set_stock else {}
        return [planner.plan(group, current.get(group.handle), pools) for group in batch]

    def _pools(self, batch: Sequence[Group], current: dict[str, Product]) -> dict[str, StockPool]:
        """Return every pool that the rows of a batch may speak of."""
        ids = {variant.stock_id for product in current.values() for variant in product.variants}
        for group in batch:
            for record in group.records:
                ids |= {record.text("Stock Pool"), record.text("Variant SKU").upper()}
        return self.stockroom.pools(sorted(ids - {""}))

    def _write(self, planner: Planner, batch: Sequence[Group], reason: Reason) -> Sequence[ProductPlan]:
        for tries in range(1, TRIES + 1):
            plans = self._plan_only(planner, batch)
            try:
                self.catalogue.transactions.run(lambda plans=plans: self._apply(plans, reason))  # type: ignore[misc]
            except (VersionConflict, InvalidValue, InsufficientStock, StoreUnavailable):
                if tries == TRIES:
                    raise
                planner.owners.update(self.catalogue.store.every_sku())
            else:
                return plans
        raise AssertionError("unreachable")  # pragma: no cover

    def _apply(self, plans: Sequence[ProductPlan], reason: Reason) -> None:
        created, updated = list[Product](), list[tuple[Product, Product]]()
        openings = list[StockPool]()
        for plan in plans:
            openings.extend(plan.openings)
            if plan.product is None:
                continue
            if plan.current is None:
                created.append(plan.product)
            elif plan.product != plan.current:
                updated.append((plan.current, plan.product))
        why = f"{reason.why} {reason.change_set}"
        if openings:
            self.stockroom.open_pools(openings, by=reason.who, reason=why)
        # A pool that variants of several products share is corrected once.
        wished = {pool.id: pool for plan in plans for pool in plan.corrections}
        if wished:
            self.stockroom.correct(list(wished.values()), by=reason.who, reason=why)
        write_products(self.catalogue, created, updated, reason)


def _groups(file: BinaryIO, currency: str) -> Iterator[Group]:
    rows = read_rows(file, is_known)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(1, "The file is empty: its first row must name the columns.")
    return groups_of(rows, read_header(first[1], currency))


__all__ = ["Importing", "ImportOptions", "ImportReport", "ImportReporter", "Outcome", "Stockroom"]
