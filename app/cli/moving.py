"""A catalogue in and out: import, export, redirects, and taking an import back."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from app.catalogue.bodies import sanitised
from app.catalogue.exporting import export_products
from app.catalogue.formats.faults import Fault
from app.catalogue.history import revert_change_set
from app.catalogue.importing import Importing, ImportOptions, ImportReport
from app.catalogue.redirecting import import_redirects as read_redirects
from app.cli.catalogue import WHO
from app.cli.context import CommandContext, pass_command_context
from app.cli.progress import FileProgress
from app.clock import iso
from app.inventory.stocktake import Stocktake
from app.money import parse_currency

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("import")
@FILE
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--currency", help="Currency of the prices without one (default: the default market's).")
@click.option("--set-stock", is_flag=True, help="Set the stock of every SKU, not only of new ones.")
@click.option("--keep-going", is_flag=True, help="Leave out products with bad rows, take in the others.")
@pass_command_context
def import_(
    context: CommandContext,
    file: Path,
    dry_run: bool,
    currency: str | None,
    set_stock: bool,
    keep_going: bool,
) -> None:
    """Take in products from a CSV of Shopify's or WooCommerce's format."""
    services = context.services
    options = ImportOptions(
        currency=parse_currency(currency) if currency else base_currency(context),
        who=WHO,
        why=f"import of {file.name}",
        set_stock=set_stock,
        keep_going=keep_going,
        dry_run=dry_run,
    )
    importing = Importing(services.catalogue, Stocktake(services.inventory), sanitised)
    with file.open("rb") as stream, FileProgress(visible=not context.as_json) as progress:
        report = importing.run(stream, file.stat().st_size, options, progress)
    data = {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "failed": report.failed,
        "errors": _rows(report.errors),
        "change_set": report.change_set or None,
        "dry_run": dry_run,
    }
    if report.errors and not (dry_run or report.is_written):
        data |= {"created": 0, "updated": 0}
    text = "\n".join([*_lines(report.errors), _summary(report, dry_run)])
    if report.errors:
        context.refuse(text, data)
    context.answer(data, text)


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--currency", help="Currency of the columns without one (default: the default market's).")
@pass_command_context
def export(context: CommandContext, file: Path | None, currency: str | None) -> None:
    """Write every product as Shopify's CSV, to FILE or to standard output."""
    if file is None and context.as_json:
        raise click.UsageError("--json needs a FILE, because the products would go to standard output.")
    services = context.services
    base = parse_currency(currency) if currency else base_currency(context)
    with _output(file) as stream:
        count = export_products(
            services.catalogue.store.products_by_slug_order, services.inventory.store.pools, base, stream
        )
    if file is not None:
        context.answer({"products": count, "file": str(file)}, f"{count} products are in {file}.")


@click.command("import-redirects")
@FILE
@pass_command_context
def import_redirects(context: CommandContext, file: Path) -> None:
    """Take in Shopify's redirects: `Redirect from,Redirect to`."""
    with file.open("rb") as stream:
        report = read_redirects(context.services.catalogue, stream)
    errors = _rows(report.errors)
    data = {"created": report.created, "unchanged": report.unchanged, "errors": errors}
    if report.errors:
        context.refuse("\n".join([*_lines(report.errors), "Nothing was written."]), data)
    context.answer(data, f"{report.created} redirects written, {report.unchanged} were known already.")


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@pass_command_context
def changes(context: CommandContext, limit: int) -> None:
    """List change sets, newest first."""
    found = context.services.catalogue.store.change_sets(limit)
    data = [
        {"id": one.id, "who": one.who, "why": one.why, "at": iso(one.at), "products": one.products}
        for one in found
    ]
    lines = [f"{one.id}  {iso(one.at)}  {one.products} products  {one.who}: {one.why}" for one in found]
    context.answer({"change_sets": data}, "\n".join(lines) or "There is no change set yet.")


@click.command()
@click.argument("change_set")
@pass_command_context
def revert(context: CommandContext, change_set: str) -> None:
    """Take a change set back as one; products that it created are archived, stock stays."""
    report = revert_change_set(context.services.catalogue, change_set, who=WHO)
    lines = [
        f"{report.reverted} products reverted, {report.archived} archived, "
        f"{report.unchanged} were so already. To take this back: vitrine revert {report.change_set}",
        *(
            f"  {kept['product']}: changed since, so kept: {', '.join(kept['fields'])}"
            for kept in report.kept
        ),
    ]
    context.answer(dict(vars(report)), "\n".join(lines))


def base_currency(context: CommandContext) -> str:
    """Return the default market's currency."""
    market = context.services.catalogue.market("")
    return market.currency if market else "USD"


def _rows(errors: list[Fault]) -> list[dict[str, object]]:
    return [{"row": fault.row, "reason": fault.reason} for fault in errors]


def _lines(errors: list[Fault]) -> list[str]:
    return [f"row {fault.row}: {fault.reason}" for fault in errors]


def _summary(report: ImportReport, dry_run: bool) -> str:
    counts = f"{report.unchanged} unchanged, {report.failed} failed"
    would = f"{report.created} created, {report.updated} updated, {counts}"
    if dry_run:
        return f"Nothing was written. It would be: {would}."
    if report.errors and not report.is_written:
        return f"Nothing was written, because of {len(report.errors)} faults ({counts})."
    undo = f" To take it back: vitrine revert {report.change_set}" if report.change_set else ""
    return f"{would}.{undo}"


@contextlib.contextmanager
def _output(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        # Line ends are the format's, whatever the terminal's are.
        stream = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=True)
        try:
            yield stream
        finally:
            stream.flush()
            stream.detach()
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
