"""A catalogue in and out: import, export, redirects, and taking an import back."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from app.adapters.named_pictures import PictureFiles
from app.catalogue.bodies import sanitised
from app.catalogue.exporting import export_products
from app.catalogue.formats.faults import Fault
from app.catalogue.history import revert_change_set
from app.catalogue.importing import Importing, ImportOptions, ImportReport
from app.catalogue.picturing import Hanging
from app.catalogue.redirecting import import_redirects as read_redirects
from app.cli.catalogue import WHO
from app.cli.context import CommandContext, pass_command_context
from app.cli.pictures import own_addresses, picture_lines, pictures_said
from app.cli.progress import FileProgress
from app.clock import iso
from app.inventory.stocktake import Stocktake
from app.money import parse_currency

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("import")
@FILE
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--currency", help="Currency of the prices without one (default: the default market's).")
@click.option(
    "--images",
    type=click.Path(exists=True, path_type=Path),
    help="A folder or a ZIP archive that holds the pictures, by the names of their files.",
)
@click.option("--set-stock", is_flag=True, help="Set the stock of every SKU, not only of new ones.")
@click.option("--keep-going", is_flag=True, help="Leave out products with bad rows, take in the others.")
@pass_command_context
def import_(
    context: CommandContext,
    file: Path,
    dry_run: bool,
    currency: str | None,
    images: Path | None,
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
    with contextlib.ExitStack() as opened:
        stream = opened.enter_context(_input(context, file))
        hanging = Hanging(opened.enter_context(PictureFiles(images)), services.media) if images else None
        stockroom, addresses = Stocktake(services.inventory), own_addresses(context)
        importing = Importing(services.catalogue, stockroom, sanitised, addresses, hanging)
        progress = opened.enter_context(FileProgress(visible=not context.as_json))
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
    if hanging:
        data["pictures"] = pictures_said(hanging)
    told = picture_lines(hanging) if hanging else []
    text = "\n".join([*_lines(report.errors), *told, _summary(report, dry_run)])
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
    store = services.catalogue.store
    there = store.count_products()
    with _output(context, file) as stream:
        pools, addresses = services.inventory.store.pools, own_addresses(context)
        count = export_products(store.products_by_slug_order, pools, addresses, base, stream)
    missing = max(0, there - count)
    data = {"products": count, "file": str(file), "unreadable": missing}
    words = [f"{_count(count, 'product')} {'is' if count == 1 else 'are'} in {file}."] if file else []
    if missing:
        are = "is missing" if missing == 1 else "are missing"
        words.append(f"{_count(missing, 'product')} cannot be read and {are}: the log names it.")
        context.refuse("\n".join(words), data)
    if file is not None:
        context.answer(data, *words)


@click.command("import-redirects")
@FILE
@pass_command_context
def import_redirects(context: CommandContext, file: Path) -> None:
    """Take in Shopify's redirects: `Redirect from,Redirect to`."""
    with _input(context, file) as stream:
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
        return f"Nothing was written, because of {_count(len(report.errors), 'fault')} ({counts})."
    if report.change_set:
        return f"{would}. To take it back: vitrine revert {report.change_set}"
    if report.updated:
        return (
            f"{would}. Only stock was changed, which is not taken back but counted again: "
            "vitrine stock SKU =N"
        )
    return f"{would}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@contextlib.contextmanager
def _input(context: CommandContext, file: Path) -> Iterator[BinaryIO]:
    with file.open("rb") as stream:
        if not stream.seekable():
            reason = "is a pipe, and an import goes back to the beginning: save it as a file first."
            context.refuse(f"{file} {reason}")
        yield stream


@contextlib.contextmanager
def _output(context: CommandContext, file: Path | None) -> Iterator[TextIO]:
    if file is None:
        # Line ends are the format's, whatever the terminal's are.
        stream = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=True)
        try:
            yield stream
        finally:
            stream.flush()
            stream.detach()
        return
    # A device or a pipe is written to; replaced by a file it would be gone.
    is_replaced = file.is_file() or not file.exists()
    part = file.with_name(f"{file.name}.part") if is_replaced else file
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        if is_replaced:
            part.replace(file)
    except OSError as error:
        context.refuse(f"{file} cannot be written: {error.strerror or error}.")
    finally:
        if is_replaced:
            part.unlink(missing_ok=True)
