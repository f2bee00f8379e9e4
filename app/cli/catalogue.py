"""One change of a price or a count, and when it was live."""

from __future__ import annotations

from datetime import datetime

import click

from app.catalogue.model import parse_sku
from app.cli.context import CommandContext, pass_command_context
from app.errors import InvalidValue, NotFound
from app.inventory.model import LARGEST_COUNT
from app.money import Money, parse_currency
from app.publishing.model import DocumentChange

WHO = "command line"
LONGEST = 12
"""Digits; Python itself refuses to read numbers of many thousand."""


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
@click.argument("sku")
@click.argument("change")
@click.option("--reason", default="", help="Why, for the ledger.")
@pass_command_context
def stock(context: CommandContext, sku: str, change: str, reason: str) -> None:
    """Set or change the units of SKU on hand: `=12`, `+3` or `-3`."""
    services, sku = context.services, parse_sku(sku)
    sign, number = change[:1], change[1:]
    if sign not in ("=", "+", "-") or not (number.isascii() and number.isdigit()):
        raise InvalidValue("change", change, "=N, +N or -N with a whole number N")
    if len(number) > LONGEST or int(number) > LARGEST_COUNT:
        raise InvalidValue("change", change, f"at most {LARGEST_COUNT} units")
    product = services.catalogue.store.product_by_sku(sku)
    variant = product.variant(sku) if product else None
    if variant is None:
        raise NotFound("SKU", sku)
    began = services.clock.now()
    if sign == "=":
        pool = services.inventory.set_count(variant.stock_id, int(number), by=WHO, reason=reason)
    else:
        delta = int(sign + number)
        pool = services.inventory.change_count(variant.stock_id, delta, by=WHO, reason=reason)
    moved = DocumentChange("stock_pools", pool.id, pool.version)
    _answer(context, sku, moved, began, f"{sku} has {pool.on_hand} on hand, {pool.available} available")


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
