"""Pictures on the command line: fetching them, and what an import says of them."""

from __future__ import annotations

from typing import Any

import click

from app.adapters.pictures_by_url import FetchedPictures
from app.catalogue.fetching import Fetching, FetchReport
from app.catalogue.picturing import Hanging, OwnAddresses
from app.cli.catalogue import WHO
from app.cli.context import CommandContext, pass_command_context
from app.cli.progress import PictureProgress

MOST_NAMED = 20
"""So many names are told to people; programs get all of them."""


@click.command("fetch-pictures")
@click.option("--limit", type=click.IntRange(min=1), help="Ask for so many pictures at most (default: all).")
@click.option("--dry-run", is_flag=True, help="Say how many there are and at which hosts, and ask nobody.")
@pass_command_context
def fetch_pictures(context: CommandContext, limit: int | None, dry_run: bool) -> None:
    """Fetch the pictures that imported products name by address; only public addresses are asked."""
    services = context.services
    fetching = Fetching(services.catalogue, services.media, FetchedPictures())
    with PictureProgress(visible=not context.as_json) as progress:
        report = fetching.run(progress, who=WHO, limit=limit or 0, dry_run=dry_run)
    data: dict[str, Any] = {
        "waiting": report.waiting,
        "hosts": report.hosts,
        "fetched": report.fetched,
        "products": report.products,
        "failed": [dict(vars(failed)) for failed in report.failed],
        "change_set": report.change_set or None,
        "dry_run": dry_run,
    }
    lines = [f"{failed.product}: {failed.url}: {failed.reason}" for failed in report.failed]
    text = "\n".join([*lines, *_summary(report, dry_run)])
    if report.failed or report.stopped:
        context.refuse(text, data | ({"error": report.stopped} if report.stopped else {}))
    context.answer(data, text)


def own_addresses(context: CommandContext) -> OwnAddresses:
    """Return how the shop's own pictures are called in a file that leaves it."""
    return OwnAddresses(context.settings.shop_url, context.services.media.store.pictures)


def pictures_said(hanging: Hanging) -> dict[str, Any]:
    """Return what became of pictures by name, for programs."""
    return {
        "found": len(hanging.found),
        "missing": sorted(hanging.missing),
        "refused": [{"name": name, "reason": hanging.refused[name]} for name in sorted(hanging.refused)],
    }


def picture_lines(hanging: Hanging) -> list[str]:
    """Return what became of pictures by name, for people."""
    lines = [hanging.refused[name] for name in sorted(hanging.refused)]
    missing = sorted(hanging.missing)
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        lines.append(f"No picture has the name {', '.join(missing[:MOST_NAMED])}{more}.")
    return lines


def _summary(report: FetchReport, dry_run: bool) -> list[str]:
    if dry_run:
        hosts = [f"  {count} at {host or 'no host'}" for host, count in report.hosts.items()]
        return [f"Nobody was asked. {report.waiting} pictures are missing.", *hosts]
    done = (
        f"{report.fetched} pictures fetched, {len(report.failed)} failed, {report.products} products changed."
    )
    undo = f" To take it back: vitrine revert {report.change_set}" if report.change_set else ""
    stopped = (
        [f"It ended early: {report.stopped.rstrip('.')}. Run it again to go on."] if report.stopped else []
    )
    return [*stopped, f"{done}{undo}"]
