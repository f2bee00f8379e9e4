"""The generator on the command line."""

from __future__ import annotations

import click

from app.bootstrap import check_database
from app.cli.building import ask_watcher, build_or_ask
from app.cli.context import CommandContext, pass_command_context, pass_process_context
from app.publishing.model import Scope
from sitegen import cli as generator
from sitegen.lease import LeaseTaken


@click.group()
def site() -> None:
    """Build, watch, verify and explain the published pages."""


@site.command()
@click.option("--full", is_flag=True, help="Render every page, not only what is stale.")
@click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes of a large build."
)
@click.argument("urls", nargs=-1, metavar="[URL]…")
@pass_command_context
def build(context: CommandContext, full: bool, jobs: int, urls: tuple[str, ...]) -> None:
    """Build what is stale, every page (--full), or the pages named; a running watcher is asked to."""
    scope = Scope.URLS if urls else Scope.ALL if full else Scope.STALE
    report = build_or_ask(context, scope, urls, jobs)
    data = {
        "rendered": report.rendered,
        "published": report.published,
        "unchanged": report.unchanged,
        "failed": report.failed,
        "seconds": report.seconds,
    }
    text = (
        f"{report.rendered} pages rendered, {report.published} published, {report.unchanged} unchanged, "
        f"{report.failed} failed, in {report.seconds:.2f} s"
    )
    if report.failed:
        hint = "An address that is no page counts as failed; `vitrine site status` lists the others."
        context.refuse(f"{text}. {hint}", data)
    context.answer(data, text)


@site.command()
@pass_process_context
def watch(context: CommandContext) -> None:
    """Follow the database and keep the published pages equal to it, until interrupted."""
    check_database(context.settings)
    generator.watch(context.settings, context.services)


@site.command()
@pass_command_context
def verify(context: CommandContext) -> None:
    """Prove each page: render it again and compare it with the published file."""
    verdict = generator.verify(context.settings, context.services)
    data = {"ok": verdict.is_clean, "checked": verdict.checked, "wrong": sorted(verdict.wrong)}
    if not verdict.is_clean:
        lines = [f"  {url}: {fault}" for url, fault in sorted(verdict.wrong.items())]
        context.refuse("\n".join([f"{len(lines)} of {verdict.checked} are wrong:", *lines]), data)
    context.answer(data, f"{verdict.checked} pages and assets are as the database would render them.")


@site.command()
@pass_command_context
def status(context: CommandContext) -> None:
    """Say how the published pages are doing."""
    data = generator.status(context.settings, context.services)
    lines = [
        f"watcher    {data['watcher']}, {_or_unknown(data['behind_ms'])} ms behind",
        f"pages      {data['pages']}, the oldest proof is {data['oldest_unproved_s']} s old",
        f"latency    median {data['latency_ms']['p50']:.0f} ms, p99 {data['latency_ms']['p99']:.0f} ms",
        f"failures   {len(data['failures'])}",
        *(f"  {failure['url']}, {failure['tries']} tries" for failure in data["failures"]),
    ]
    context.answer(data, "\n".join(lines))


@site.command()
@click.argument("url")
@pass_command_context
def explain(context: CommandContext, url: str) -> None:
    """Say what a page was made of, and why and when it was built."""
    data = generator.explain(context.settings, url)
    if data is None:
        context.refuse(f"No published page has the address {url}. It begins with a slash: /products/tides/")
    lines = [f"{data['url']}  built {data['built_at']}", f"because: {data['because']}"]
    context.answer(data, "\n".join([*lines, *(f"  {key}" for key in data["keys"])]))


@site.command()
@pass_command_context
def prune(context: CommandContext) -> None:
    """Delete published files that no page and no asset stands behind."""
    try:
        removed = generator.prune(context.settings, context.services)
    except LeaseTaken:
        ask_watcher(context, Scope.SURPLUS, ())
        context.answer({"removed": None}, "The watcher has removed what was surplus.")
        return
    context.answer({"removed": removed}, "\n".join([f"{len(removed)} files removed.", *removed]))


def _or_unknown(value: int | None) -> str:
    return "unknown" if value is None else str(value)
