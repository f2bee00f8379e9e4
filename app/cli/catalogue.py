"""One change of a price or a count, and when it was live."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from app.catalogue.counting import parse_count, take_counts
from app.catalogue.model import parse_sku
from app.cli.context import CommandContext, pass_command_context
from app.errors import InvalidValue, NotFound
from app.money import Money, parse_currency
from app.publishing.model import DocumentChange

WHO = "command line"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("sku")
@click.argument("amount")
@click.argument("currency")
@pass_command_context
def price(context: CommandContext, sku: str, amount: str, currency: str) -> None:
    """Set what SKU costs: `vitrine price LAMP-OAK 12.50 USD`."""
    sku, money = parse_sku(sku), Money.parse(amount, parse_currency(currency))
    began = context.services.clock.now()
    product = context.services.catalogue.change_price(sku, money, who=WHO)
    change = DocumentChange("products", product.id, product.version)
    _answer(context, sku, change, began, f"{sku} costs {money.decimal} {money.currency}")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("sku", required=False)
@click.argument("change", required=False)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Counts as CSV.")
@click.option("--dry-run", is_flag=True, help="With --file: say what would happen, and write nothing.")
@click.option("--reason", default="", help="Why, for the ledger.")
@pass_command_context
def stock(
    context: CommandContext,
    sku: str | None,
    change: str | None,
    file: Path | None,
    dry_run: bool,
    reason: str,
) -> None:
    """Set or change the units of SKU on hand: `=12`, `+3` or `-3`.

    Or those of many, by a file with the columns `sku`, `count` (`12` or `=12`, `+3`,
    `-3`) and, if there is one, `reason`: all of them, or none where a row cannot be carried out.
    """
    if file is not None:
        if sku is not None:
            raise click.UsageError("Name a SKU and its change, or a --file; not both.")
        _stocktake(context, file, reason, is_dry=dry_run)
        return
    if sku is None or change is None or dry_run:
        raise click.UsageError("Name a SKU and its change, such as `LAMP-OAK =12`, or a --file of them.")
    services, sku = context.services, parse_sku(sku)
    if change[:1] not in ("=", "+", "-"):
        raise InvalidValue("change", change, "=N, +N or -N with a whole number N")
    number, is_change = parse_count(change)
    product = services.catalogue.store.product_by_sku(sku)
    variant = product.variant(sku) if product else None
    if variant is None:
        raise NotFound("SKU", sku)
    began = services.clock.now()
    set_to = services.inventory.change_count if is_change else services.inventory.set_count
    pool = set_to(variant.stock_id, number, by=WHO, reason=reason)
    moved = DocumentChange("stock_pools", pool.id, pool.version)
    _answer(context, sku, moved, began, f"{sku} has {pool.on_hand} on hand, {pool.available} available")


def _stocktake(context: CommandContext, file: Path, reason: str, *, is_dry: bool) -> None:
    services = context.services
    with file.open("rb") as stream:
        report = take_counts(
            services.catalogue,
            services.inventory.store.pools,
            services.inventory,
            stream,
            by=WHO,
            reason=reason or f"stocktake {file.name}",
            is_dry=is_dry,
        )
    errors = [{"row": fault.row, "reason": fault.reason} for fault in report.errors]
    data = {"changed": report.changed, "unchanged": report.unchanged, "errors": errors, "dry_run": is_dry}
    if report.errors:
        lines = [f"Row {fault.row}: {fault.reason}" for fault in report.errors]
        context.refuse("\n".join([*lines, "Nothing was written."]), data)
    would = "would be" if is_dry else "were"
    context.answer(data, f"{report.changed} counts {would} changed, {report.unchanged} were so already.")


def _answer(context: CommandContext, sku: str, change: DocumentChange, began: datetime, done: str) -> None:
    record = context.services.publishing.wait_for(change, since=began)
    if record is None:
        context.answer(
            {"sku": sku, "pages": [], "ms": None, "note": "no watcher runs"},
            f"{done}. No watcher runs, so no page was made live: start `vitrine up` or `vitrine site watch`.",
        )
        return
    urls = [page.url for page in record.pages]
    ms = max((page.ms for page in record.pages), default=0)
    lines = [f"  {page.url}  {page.ms} ms" for page in record.pages]
    summary = f"{len(urls)} pages live after {ms} ms:" if urls else "No page shows a difference."
    context.answer({"sku": sku, "pages": urls, "ms": ms}, "\n".join([f"{done}. {summary}", *lines]))
