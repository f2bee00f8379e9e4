"""Building from the command line: here, or by the watcher that holds the lease."""

from __future__ import annotations

from app.cli.context import CommandContext
from app.cli.progress import BuildProgress
from app.publishing.model import BuildReport, RequestState, Scope
from sitegen import cli as generator
from sitegen.lease import LeaseTaken

REQUEST_SECONDS = 3600.0


def build_or_ask(
    context: CommandContext, scope: Scope, urls: tuple[str, ...] = (), jobs: int = 2
) -> BuildReport:
    """Build in this process, or ask the watcher that publishes here, and wait for it."""
    try:
        with BuildProgress(visible=not context.as_json) as progress:
            return generator.build(context.settings, context.services, scope, urls, jobs, progress)
    except LeaseTaken:
        return ask_watcher(context, scope, urls)


def ask_watcher(context: CommandContext, scope: Scope, urls: tuple[str, ...] = ()) -> BuildReport:
    """Ask whoever holds the lease, and return the report; without an answer the command ends."""
    publishing = context.services.publishing
    request = publishing.request_rebuild(urls, by="command line", scope=scope)
    done = publishing.wait_for_request(request, seconds=REQUEST_SECONDS)
    if done.state is not RequestState.DONE or done.report is None:
        context.refuse("The watcher has not answered. `vitrine site status` says how it is doing.")
    return done.report
