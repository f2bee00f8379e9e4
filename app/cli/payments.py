"""Payments on the command line: compare the orders with Stripe's own lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from app.checkout.reconcile import Finding, Reconciliation
from app.cli.context import CommandContext, pass_command_context
from app.clock import iso
from app.errors import InvalidValue

SPAN = re.compile(r"([1-9][0-9]{0,3})([hd])")
UNITS = {"h": "hours", "d": "days"}


@click.group()
def payments() -> None:
    """Look at payments as Stripe has them."""


@payments.command()
@click.option(
    "--since",
    default="7d",
    show_default=True,
    metavar="7d|DATE",
    help="7d, 12h, or a day.",
)
@click.option("--dry-run", is_flag=True, help="Only say what was missed.")
@pass_command_context
def reconcile(context: CommandContext, since: str, dry_run: bool) -> None:
    """Go through Stripe's lists of sessions, refunds and disputes, and settle what was missed."""
    report = context.services.checkout.reconcile(_moment(since, context), is_dry=dry_run)
    lines = [
        *(_line(finding) for finding in report.findings),
        f"Since {iso(report.since)}: {report.sessions} sessions, {report.refunds} refunds and "
        f"{report.disputes} disputes read; {len(report.findings)} missed"
        + (", nothing done." if dry_run else f", {len(report.failed)} still open."),
    ]
    if report.failed:
        context.refuse("\n".join(lines), _document(report))
    context.answer(_document(report), "\n".join(lines))


def _moment(since: str, context: CommandContext) -> datetime:
    """Return the moment that `7d`, `12h` or a day in UTC means."""
    now, span = context.services.clock.now(), SPAN.fullmatch(since)
    if span:
        return now - timedelta(**{UNITS[span[2]]: int(span[1])})
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise InvalidValue("since", since, "such as 7d, 12h or 2026-11-24") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now:
        raise InvalidValue("since", since, "in the past")
    return moment


def _line(finding: Finding) -> str:
    became = finding.error or finding.done
    return f"{finding.order:>8}  {finding.about}  {finding.found}{f': {became}' if became else ''}"


def _document(report: Reconciliation) -> dict[str, Any]:
    return {
        "since": iso(report.since),
        "dry_run": report.is_dry,
        "sessions": report.sessions,
        "refunds": report.refunds,
        "disputes": report.disputes,
        "findings": [
            {
                "kind": finding.kind,
                "about": finding.about,
                "order": finding.order,
                "found": finding.found,
                "done": finding.done,
                "error": finding.error,
            }
            for finding in report.findings
        ],
        "failed": len(report.failed),
    }
