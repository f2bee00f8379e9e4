"""`vitrine up`: the whole shop by one command."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.bootstrap import build_services, migrate_database
from app.cli.context import CommandContext, pass_command_context
from app.demo.install import DEMO_EMAIL, install_demo, install_editor
from app.embedded.files import read_json, write_private
from app.embedded.reporter import ConsoleReporter, Reporter
from app.embedded.stack import StackOptions, run_stack
from app.services import Services
from app.settings import load_settings

VITRINE = (sys.executable, "-m", "app.cli")


@click.command()
@click.option("--demo", is_flag=True, help="Import the demo catalogue if the shop is empty.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@pass_command_context
def up(context: CommandContext, demo: bool, host: str, port: int) -> None:
    """Start everything that is not configured from outside, and run until interrupted."""
    data = (context.data or Path(".vitrine")).absolute()
    reporter = ConsoleReporter()
    shop = _Shop(data, with_demo=demo, reporter=reporter)
    code = run_stack(
        StackOptions(
            data=data,
            host=host,
            port=port,
            web=lambda own: [*VITRINE, "web", "--port", str(own)],
            commands={
                "worker": [*VITRINE, "worker", "payments"],
                "worker_mail": [*VITRINE, "worker", "mail"],
                "worker_media": [*VITRINE, "worker", "media"],
                "watcher": [*VITRINE, "site", "watch"],
                "cron": [*VITRINE, "cron"],
            },
            sandbox=lambda own: [*VITRINE, "sandbox", "--port", str(own)],
            prepare=shop.prepare,
            is_caught_up=shop.is_caught_up,
            announce=lambda stack: shop.announce(stack, as_json=context.as_json),
            reporter=reporter,
        )
    )
    raise click.exceptions.Exit(code)


class _Shop:
    """What the stack cannot do for itself: fill the shop, and say when its pages are there."""

    def __init__(self, data: Path, *, with_demo: bool, reporter: Reporter) -> None:
        self._data = data
        self._with_demo = with_demo
        self._reporter = reporter
        self._services: Services | None = None
        self._started_at = datetime.now(UTC)

    def prepare(self, environment: Mapping[str, str]) -> None:
        """Migrate, and import the demo if it was asked for and the shop is empty."""
        os.environ.update(environment)
        settings = load_settings(self._data)
        migrate_database(settings)
        self._services = build_services(settings)
        if self._with_demo:
            install_demo(self._services, say=self._reporter.doing)
            install_editor(self._services, self._demo_account()["password"])
        self._started_at = self._services.clock.now()

    def is_caught_up(self) -> bool:
        """Say whether the watcher of this very start has published every page."""
        if self._services is None:
            return False
        state = self._services.publishing.store.watcher()
        if state is None or state.at <= self._started_at:
            return False
        return state.pages > 0 and not state.behind_ms

    def announce(self, stack: Mapping[str, object], *, as_json: bool) -> None:
        """Show where everything is, and as its own line that the shop is ready."""
        if as_json:
            click.echo(json.dumps(stack))
            return
        account = read_json(self._data / "demo-editor.json")
        click.echo(_table(stack, account))
        state = self._services.publishing.store.watcher() if self._services else None
        if state is not None and state.failures:
            click.echo(f"{state.failures} pages fail to render; `vitrine site status` names them.", err=True)
        click.echo(f"ready {stack['shop']}")

    def _demo_account(self) -> dict[str, Any]:
        path = self._data / "demo-editor.json"
        account = read_json(path)
        if not account:
            account = {"email": DEMO_EMAIL, "password": secrets.token_urlsafe(12)}
            write_private(path, account)
        return account


def _table(stack: Mapping[str, object], account: Mapping[str, Any]) -> str:
    """Return the addresses as lines that no terminal breaks: what is broken cannot be clicked."""
    rows = [("Shop", f"{stack['shop']}/"), ("Editors' desk", f"{stack['shop']}/editor/")]
    if account:
        rows.append(("  sign in as", f"{account['email']}  {account['password']}"))
    if stack["sandbox_control"]:
        rows.append(("Payment stand-in", f"{stack['stripe']}  card 4242 4242 4242 4242, any future date"))
    rows += [
        ("Mail", str(stack["mail"])),
        ("Published pages", str(stack["public"])),
        ("Logs", str(stack["logs"])),
        ("MongoDB", str(stack["mongo"])),
        ("Redis", str(stack["redis"])),
        ("Stop", "Ctrl-C"),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}   {value}" for name, value in rows)
