"""The single processes of the shop: what `up`, compose and systemd start."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict

import click

from app.adapters.mongo.migrations import StepDone
from app.bootstrap import check_database, migrate_database, plan_migration
from app.cli.context import CommandContext, pass_command_context, pass_process_context
from app.effects.queue import QUEUES
from app.sandbox.server import serve
from jobs.cron import run_cron
from jobs.worker import run_worker


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@pass_command_context
def migrate(context: CommandContext, dry_run: bool) -> None:
    """Bring validators, indexes and data to the version of this code."""
    if dry_run:
        _say_what_would_be_done(context)
        return
    report = migrate_database(context.settings)
    parts = [*report.created, *report.validators, *report.indexes, *report.data]
    done = "nothing to do" if report.is_empty else f"{len(parts)} steps done"
    lines = [_told(step) for step in report.steps]
    context.answer(asdict(report), "\n".join([f"Data version {report.data_version}: {done}.", *lines]))


def _say_what_would_be_done(context: CommandContext) -> None:
    plan = plan_migration(context.settings)
    lines = [f"Data version {plan.found}, this code works on {plan.known}. Nothing was written."]
    for step in plan.steps:
        lines.append(_told(step))
        if step.stop_first and step.documents:
            lines.append("     Stop the shop's processes first: the version before writes what this changes.")
    for kind, names in (
        ("collections to create", plan.created),
        ("validators to set", plan.validators),
        ("indexes to make", plan.indexes),
    ):
        if names:
            lines.append(f"  {len(names)} {kind}: {', '.join(names)}")
    if plan.is_empty:
        lines.append("  Nothing to do.")
    context.answer({"dry_run": True, **asdict(plan)}, "\n".join(lines))


def _told(step: StepDone) -> str:
    return f"  {step.version}  {step.what} {step.documents} document{'s' if step.documents != 1 else ''}."


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that answer."
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Threads in each process."
)
@pass_process_context
def web(context: CommandContext, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the app under granian. The front serves the pages; see deploy/Caddyfile."""
    if context.data is not None:
        os.environ["VITRINE_DATA"] = str(context.data)
    check_database(context.settings)
    # Read once here, so that a fault is said by one process and not by each worker.
    level = context.settings.log_level.lower()
    argv = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(threads), "--no-ws", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "30", "--log-level", "warning" if level == "info" else level),
        "app.cli.wsgi:create",
    ]
    os.execv(sys.executable, argv)  # noqa: S606 - the very interpreter that runs this command


@click.command()
@click.argument("queue", type=click.Choice(QUEUES))
@pass_process_context
def worker(context: CommandContext, queue: str) -> None:
    """Carry out the jobs of one queue."""
    check_database(context.settings)
    run_worker(queue, context.settings)


@click.command()
@pass_process_context
def cron(context: CommandContext) -> None:
    """Run the sweeps: whatever a lost event or a crash left open is finished."""
    check_database(context.settings)
    run_cron(context.settings)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=12111, show_default=True, type=click.IntRange(1, 65535))
@click.option("--webhook-url", help="Where webhooks go (default: the shop's /webhooks/stripe).")
@pass_process_context
def sandbox(context: CommandContext, host: str, port: int, webhook_url: str | None) -> None:
    """Run the payment stand-in: Stripe's API, a payment page and signed webhooks, for test cards only."""
    settings = context.settings
    secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
    serve(
        settings.data.absolute() / "sandbox",
        host,
        port,
        webhook_url or f"{settings.shop_url}/webhooks/stripe",
        secret_key=settings.stripe_secret_key.get_secret_value() or None,
        webhook_secret=secrets[0] if secrets else None,
    )
