"""What the shop is called and where its letters come from, on the command line."""

from __future__ import annotations

from dataclasses import replace

import click

from app.cli.context import CommandContext, pass_command_context
from app.errors import InvalidValue
from app.staff.model import parse_email

LONGEST = 200


@click.command()
@click.option("--name", help="What the shop is called, on every page and letter.")
@click.option("--tagline", help="What stands beside the name.")
@click.option("--email", help="Where letters come from, and where notices of orders go.")
@pass_command_context
def shop(context: CommandContext, name: str | None, tagline: str | None, email: str | None) -> None:
    """Show what the shop is called and where its letters come from, or change it."""
    store = context.services.catalogue.store
    settings = store.settings()
    wanted = replace(
        settings,
        name=settings.name if name is None else _line("--name", name, least=1),
        tagline=settings.tagline if tagline is None else _line("--tagline", tagline),
        email=settings.email if email is None else parse_email(email),
    )
    if wanted != settings:
        store.put_settings(wanted)
    settings = wanted
    data = {"name": settings.name, "tagline": settings.tagline, "email": settings.email}
    context.answer(data, f"{settings.name} <{settings.email}> {settings.tagline}".rstrip())


def _line(option: str, text: str, least: int = 0) -> str:
    """Return a text that fits on a line and into the header of a letter."""
    line = text.strip()
    if not line.isprintable() or not least <= len(line) <= LONGEST:
        raise InvalidValue(option, text[:LONGEST], f"one line of {least} to {LONGEST} characters")
    return line
