"""`vitrine doctor`: every promise that the data can break, checked one by one, and mended on request."""

from __future__ import annotations

import time

import click

from app.cli.building import build_or_ask
from app.cli.checks import CHECKS, Check, Fault
from app.cli.context import CommandContext, pass_command_context
from app.cli.live.report import go_live
from app.errors import VitrineError
from app.publishing.model import Scope
from jobs.cron import SWEEPS

SETTLING_SECONDS = 2.0
"""A sale that happens between two looks, and a write from outside, are in order again after this."""
SHOWN = 5


@click.command()
@click.option(
    "--repair", is_flag=True, help="Write recorded corrections, finish what is overdue, build stale pages."
)
@click.option(
    "--live", "is_live", is_flag=True, help="Check what stands between this shop and real customers instead."
)
@click.option("--dkim-selector", default="", metavar="NAME", help="The key's name in DNS, for --live.")
@pass_command_context
def doctor(context: CommandContext, repair: bool, is_live: bool, dkim_selector: str) -> None:
    """Check ledger, orders, inbox, outbox, reservations, pictures and pages.

    With --live: the points of docs/going-live.md; exit code 1 if one of them is wrong.
    """
    if is_live:
        if repair:
            raise click.UsageError("--live looks and repairs nothing: run --repair by itself")
        go_live(
            context,
            dkim_selector,
            lambda: [check.name for check, faults in _examined(context).items() if faults],
        )
        return
    if repair:
        _repair(context)
    results = [_result(check, faults) for check, faults in _examined(context).items()]
    is_ok = all(result["ok"] for result in results)
    lines = [
        f"{'ok   ' if result['ok'] else 'WRONG'}  {result['name']}  {result['detail']}".rstrip()
        for result in results
    ]
    data = {"ok": is_ok, "checks": results}
    if not is_ok:
        context.refuse("\n".join(lines), data)
    context.answer(data, "\n".join(lines))


def _examined(context: CommandContext) -> dict[Check, list[Fault]]:
    """Return what is wrong by check: found twice, because a busy shop moves between two reads."""
    found = {check: _faults(check, context) for check in CHECKS}
    if any(found.values()):
        time.sleep(SETTLING_SECONDS)
    for check, faults in found.items():
        if faults:
            known = {fault.about for fault in faults}
            found[check] = [fault for fault in _faults(check, context) if fault.about in known]
    return found


def _faults(check: Check, context: CommandContext) -> list[Fault]:
    try:
        return list(check.find(context))
    except VitrineError as error:
        return [Fault(type(error).__name__, str(error))]


def _result(check: Check, faults: list[Fault]) -> dict[str, object]:
    shown = "; ".join(fault.text for fault in faults[:SHOWN]) + (
        f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    )
    return {"name": check.name, "ok": not faults, "detail": shown}


def _repair(context: CommandContext) -> None:
    """Do what the shop would do by itself, now: corrections are written as movements, never as counters."""
    services = context.services
    for pool in services.inventory.store.every_pool():
        services.inventory.settle_external(pool.id)
        services.inventory.balance(pool.id, by="doctor")
    for product in services.catalogue.store.every_product():
        services.catalogue.note_external(product.id)
    services.effects.retry_given_up()
    services.media.mend()
    for sweep in SWEEPS:
        sweep.run(services)
    build_or_ask(context, Scope.STALE)
