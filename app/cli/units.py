"""`vitrine write-units`: what systemd needs to run the shop on one server without containers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from app.cli.context import CommandContext, pass_command_context
from app.errors import InvalidValue, Refusal
from app.ids import new_token

TEMPLATES = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
UNITS = "etc/systemd/system"
FILES = {
    **{
        f"{UNITS}/{name}": name
        for name in (
            "vitrine.target",
            "vitrine.slice",
            "vitrine-migrate.service",
            "vitrine-web.service",
            "vitrine-worker@.service",
            "vitrine-watcher.service",
            "vitrine-cron.service",
            "vitrine-front.service",
        )
    },
    f"{UNITS}/mongod.service.d/vitrine.conf": "mongod.conf",
    f"{UNITS}/redis-server.service.d/vitrine.conf": "redis-server.conf",
    "etc/sysusers.d/vitrine.conf": "sysusers.conf",
    "etc/tmpfiles.d/vitrine.conf": "tmpfiles.conf",
    "usr/local/bin/vitrine-admin": "vitrine-admin",
}
"""What is written anew each time, by its place under the root; changes of one's own go into drop-ins."""
KEPT = {"etc/vitrine/vitrine.env": "vitrine.env", "etc/vitrine/front.env": "front.env"}
"""What is written once, for its owner alone: it holds secrets, and then what the owner has filled in."""
OLDEST_CADDY = (2, 8)
"""Error pages by their status, which `deploy/Caddyfile` has, are as old as this."""
_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
_PATH = re.compile(r"(?:/[\w.+-]+)+")


@dataclass(eq=False)
class CaddyTooOld(Refusal):
    """The front would not start with this Caddy."""

    program: str
    version: str

    def __str__(self) -> str:
        needed = ".".join(str(part) for part in OLDEST_CADDY)
        return (
            f"{self.program} is Caddy {self.version}, and deploy/Caddyfile needs {needed} or newer. "
            "docs/running.md says where one is; name it with --caddy."
        )


def write_units(root: Path, *, user: str, prefix: str, data: str, caddy: str) -> tuple[list[str], list[str]]:
    """Write every file under `root`; return the paths that were written, and those that were kept.

    Args:
        root: `/` for this machine, or a folder to look at first.
        user: who the shop runs as.
        prefix: where the checkout lies, with its environment in `.venv`.
        data: the data folder.
        caddy: Caddy's program.

    Raises:
        InvalidValue: a name or a path that a unit file could not hold as it is.
        CaddyTooOld: it is on this machine, and cannot read the Caddyfile.
    """
    _check(user, prefix, data, caddy)
    _check_caddy(caddy)
    values = {"USER": user, "PREFIX": prefix, "DATA": data, "CADDY": caddy, "SECRET_KEY": new_token()}
    values["FENCE"] = _filled("fence.conf", values).strip()
    values["PROCESS"] = _filled("process.conf", values).strip()
    written: list[str] = []
    kept: list[str] = []
    for place, template in FILES.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(template, values), "utf-8")
        path.chmod(0o755 if path.parent.name == "bin" else 0o644)
        written.append(place)
    for place, template in KEPT.items():
        is_new = _write_once(root / place, _filled(template, values))
        (written if is_new else kept).append(place)
    return written, kept


def _check(user: str, *paths: str) -> None:
    if not _USER.fullmatch(user):
        raise InvalidValue("--user", user, "a user's name such as vitrine")
    for path in paths:
        # systemd reads `%`, `$`, quotes and blanks in its own way.
        if not _PATH.fullmatch(path):
            raise InvalidValue("a path", path, "an absolute path of letters, digits and . _ + -")


def _check_caddy(program: str) -> None:
    """Refuse one that says that it is too old; one that is not here yet, or built by hand, is taken."""
    try:
        answer = subprocess.run(  # noqa: S603 - the program that the units will start
            [program, "version"], capture_output=True, text=True, errors="replace", timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    found = re.match(r"v?((\d+)\.(\d+)\S*)", answer.stdout)
    if found and (int(found[2]), int(found[3])) < OLDEST_CADDY:
        raise CaddyTooOld(program, found[1])


def _filled(template: str, values: Mapping[str, str]) -> str:
    text = (TEMPLATES / template).read_text("utf-8")
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _write_once(path: Path, text: str) -> bool:
    """Write a file that only its owner may read, unless it is there; say whether it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return True


@click.command("write-units")
@click.option(
    "--to",
    "root",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="/ for this machine, or a folder to look at first.",
)
@click.option("--user", default="vitrine", show_default=True, help="Who the shop runs as.")
@click.option("--prefix", default="/opt/vitrine", show_default=True, help="Where the checkout lies.")
@click.option("--caddy", default="/usr/bin/caddy", show_default=True, help="Caddy's program.")
@pass_command_context
def write_units_command(context: CommandContext, root: Path, user: str, prefix: str, caddy: str) -> None:
    """Write systemd units and settings to run the shop on one server, on /var/lib/vitrine unless --data."""
    data = str((context.data or Path("/var/lib/vitrine")).absolute())
    written, kept = write_units(root, user=user, prefix=prefix, data=data, caddy=caddy)
    lines = [f"written  {root / place}" for place in written]
    lines += [f"kept     {root / place}" for place in kept]
    context.answer({"written": written, "kept": kept}, "\n".join(lines))
