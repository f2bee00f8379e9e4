"""Whether a command that some file writes down is one that `vitrine` understands."""

from __future__ import annotations

import click

from app.cli import vitrine
from app.settings import Settings


def variables() -> set[str]:
    """Return the environment's name of every setting."""
    return {field.alias or f"VITRINE_{name.upper()}" for name, field in Settings.model_fields.items()}


def resolved(arguments: list[str]) -> list[str]:
    """Let the command line parse these arguments, as it would before it does anything.

    Raises:
        click.UsageError: there is no such command, or it has no such option.
    """
    group: click.Group = vitrine
    path: list[str] = []
    rest = list(arguments)
    while True:
        with click.Context(group) as context:
            name, command, rest = group.resolve_command(context, rest)
        path.append(str(name))
        if not isinstance(command, click.Group):
            assert command is not None
            command.make_context(name, rest)
            return path
        group = command


def option(arguments: list[str], name: str) -> str:
    """Return the value that follows an option."""
    return arguments[arguments.index(name) + 1]
