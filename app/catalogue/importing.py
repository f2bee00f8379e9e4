"""Brings a file of products into the shop: judged whole first, then written batch by batch.

Two readings of the file instead of one copy of it in memory: the first finds every
fault and counts, the second writes. Each batch is one transaction with its revisions
and its stock, so that a run which was killed is finished by running it again: what is
there by then counts as unchanged.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO, Protocol

from app.catalogue.bulk import Reason, write_products
from app.catalogue.formats.columns import is_known, read_header
from app.catalogue.formats.faults import Fault, UnreadableFile
from app.catalogue.formats.groups import groups_of
from app.catalogue.formats.records import Group
from app.catalogue.formats.table import read_rows
from app.catalogue.model import Product
from app.catalogue.picturing import Hanging, OwnAddresses, returned
from app.catalogue.planning import Outcome, Planner, ProductPlan
from app.catalogue.service import Catalogue
from app.catalogue.stocking import Correction
from app.errors import InvalidValue, StoreUnavailable, VersionConflict
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

    def correct(self, corrections: Sequence[Correction], *, by: str, reason: str) -> None:
        """Bring pools, each as it was read, to the policies and counts that are wished."""
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
    addresses: OwnAddresses
    hanging: Hanging | None = None
    """Pictures by file name, if somebody brought them."""

    def run(
        self, file: BinaryIO, size: int, options: ImportOptions, reporter: ImportReporter
    ) -> ImportReport:
        """Import a file that is opened as bytes; what could not be taken in is in the report.

        Where a row is bad nothing is written, unless `keep_going` leaves out the
        products concerned. A file that cannot be read to its end is never written.
        Where writing ends early, the report says what was written until then.
        """
        reporter.began("checking", size)
        found = ImportReport()
        is_refused = False
        try:
            self._read(file, options, reporter, found, self._promise)
        except UnreadableFile as error:
            found.errors.append(error.fault)
            is_refused = True
        if is_refused or (found.errors and not options.keep_going):
            # Nothing of this file would be written, so nothing would be created or updated.
            found.created = found.updated = 0
        if options.dry_run or not found.created + found.updated:
            return found
        written = ImportReport(is_written=True)
        file.seek(0)
        reporter.began("writing", size)
        reason = Reason(options.who, options.why, new_id("chg"))

        def write(planner: Planner, batch: Sequence[Group]) -> Sequence[ProductPlan]:
            plans = self._write(planner, batch, reason)
            if any(plan.product not in (None, plan.current) for plan in plans):
                written.change_set = reason.change_set
            return plans

        try:
            self._read(file, options, reporter, written, write)
        except UnreadableFile as error:
            written.errors.append(error.fault)
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

    def _promise(self, planner: Planner, batch: Sequence[Group]) -> Sequence[ProductPlan]:
        plans = self._plan(planner, batch)
        return [_dressed(plan, self.hanging.promised) for plan in plans] if self.hanging else plans

    def _plan(self, planner: Planner, batch: Sequence[Group]) -> Sequence[ProductPlan]:
        found = self.catalogue.store.products_by_slugs([group.handle for group in batch])
        lent = {product.slug: product for product in self.addresses.lent(list(found.values()), batch)}
        plans = [planner.plan(group, lent.get(group.handle)) for group in batch]
        plans = [_undressed(plan, found.get(plan.current.slug)) if plan.current else plan for plan in plans]
        pools = dict[str, StockPool]()
        if planner.set_stock:
            pools = self.stockroom.pools(sorted({wish.stock_id for plan in plans for wish in plan.wishes}))
        return [planner.with_stock(plan, pools) for plan in plans]

    def _write(self, planner: Planner, batch: Sequence[Group], reason: Reason) -> Sequence[ProductPlan]:
        tries = 1
        while True:
            try:
                plans = self._plan(planner, batch)
                if self.hanging:
                    # Before the transaction: files cannot be undone, and a worker must find the documents.
                    plans = [_dressed(plan, self.hanging.hung) for plan in plans]
                self.catalogue.transactions.run(lambda plans=plans: self._apply(plans, reason))  # type: ignore[misc]
            except (VersionConflict, InvalidValue, StoreUnavailable) as error:
                if tries == TRIES:
                    why = f"{str(error).rstrip('.')}. Run the import again to finish it."
                    raise UnreadableFile(batch[0].row, f"Writing ended at this row: {why}") from error
                tries += 1
            else:
                return plans
            # Where the database is away for longer, the next try says so.
            with contextlib.suppress(StoreUnavailable):
                planner.owners.update(self.catalogue.store.every_sku())

    def _apply(self, plans: Sequence[ProductPlan], reason: Reason) -> None:
        created, updated = list[Product](), list[tuple[Product, Product]]()
        openings = list[StockPool]()
        for plan in plans:
            if plan.faults or plan.product is None:
                continue
            openings.extend(plan.openings)
            if plan.current is None:
                created.append(plan.product)
            elif plan.product != plan.current:
                updated.append((plan.current, plan.product))
        why = f"{reason.why} {reason.change_set}"
        if openings:
            self.stockroom.open_pools(openings, by=reason.who, reason=why)
        # A pool that variants of several products share is corrected once.
        pairs = {old.id: (old, new) for plan in plans if not plan.faults for old, new in plan.corrections}
        if pairs:
            self.stockroom.correct(list(pairs.values()), by=reason.who, reason=why)
        write_products(self.catalogue, created, updated, reason)


def _dressed(plan: ProductPlan, dress: Callable[[Product], Product]) -> ProductPlan:
    return plan if plan.product is None else replace(plan, product=dress(plan.product))


def _undressed(plan: ProductPlan, current: Product | None) -> ProductPlan:
    """Take back the addresses that the images of the shop's product were lent for the comparison."""
    if current is None or plan.current is current:
        return plan
    product = returned(plan.product, current, plan.current) if plan.product and plan.current else None
    return replace(plan, current=current, product=product)


def _groups(file: BinaryIO, currency: str) -> Iterator[Group]:
    rows = read_rows(file, is_known)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(1, "The file is empty: its first row must name the columns.")
    return groups_of(rows, read_header(first[1], currency))


__all__ = ["Importing", "ImportOptions", "ImportReport", "ImportReporter", "Outcome", "Stockroom"]
