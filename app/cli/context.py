"""What every command shares: the data folder, the services, one way to answer and one to refuse."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click

from app import logs
from app.bootstrap import build_services
from app.errors import StoreUnavailable, VitrineError
from app.services import Services
from app.settings import Settings, load_settings

REFUSED = 1
"""Exit code for what was refused or found wrong; click itself uses 2 for wrong usage."""


@dataclass
class CommandContext:
    """One run of one command."""

    data: Path | None
    as_json: bool

    @cached_property
    def settings(self) -> Settings:
        """The settings of this process."""
        return load_settings(self.data)

    @cached_property
    def services(self) -> Services:
        """The services, against the servers that the settings name."""
        return build_services(self.settings)

    def answer(self, data: dict[str, Any], text: str) -> None:
        """Say what happened: one JSON document, or a text for people."""
        click.echo(json.dumps(data, ensure_ascii=False, default=str) if self.as_json else text)

    def refuse(self, reason: str, data: dict[str, Any] | None = None) -> NoReturn:
        """Say why not, and end with exit code 1."""
        if self.as_json:
            click.echo(json.dumps(data if data is not None else {"error": reason}, default=str))
        else:
            click.echo(reason, err=True)
        raise click.exceptions.Exit(REFUSED)


DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="VITRINE_DATA",
    help="The data folder (default: VITRINE_DATA, else .vitrine).",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


def pass_command_context(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data` and `--json`, and its function a `CommandContext` first.

    An error of the shop ends the command with its sentence and exit code 1.
    """
    return DATA(JSON(_with_context(function)))


def pass_process_context(function: Callable[..., Any]) -> Callable[..., Any]:
    """Do the same for a command that runs until it is stopped, and so has nothing to print as JSON."""
    return DATA(_with_context(function))


def _with_context(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, data: Path | None, as_json: bool = False, **options: Any) -> Any:
        context = CommandContext(data, as_json)
        logs.configure_logging("WARNING", "cli")
        try:
            return function(context, *args, **options)
        except StoreUnavailable as error:
            context.refuse(_nobody_there(context) or str(error))
        except VitrineError as error:
            context.refuse(str(error))
        except OSError as error:
            # A folder that is none, a disk that is full: the system's words are all that is known.
            context.refuse(f"{error.strerror or error}: {error.filename or 'no file named'}")

    return wrapper


def _nobody_there(context: CommandContext) -> str:
    """Say that no shop runs, where that is why the database does not answer."""
    if "mongo_uri" in context.settings.model_fields_set:
        return ""
    folder = context.settings.data
    return f"No shop runs on {folder}: start `vitrine up --data {folder}`, or set VITRINE_MONGO_URI."
