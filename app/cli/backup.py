"""`vitrine backup` and `vitrine restore`: the whole shop into one file, and out of it again."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from socket import gethostname
from typing import Any, BinaryIO

import click
from pydantic import SecretStr

from app.adapters.mongo.connection import Database
from app.adapters.mongo.inspection import BackupNote, note_backup
from app.bootstrap import build_backups, build_services
from app.cli.context import CommandContext, pass_command_context
from app.cli.progress import FileProgress
from app.clock import SystemClock, iso
from app.embedded.alone import database_alone
from app.embedded.files import AlreadyRunning
from app.errors import VitrineError
from app.settings import Settings, load_settings, read_stack

PASSPHRASE = "VITRINE_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable
ADDRESSES = frozenset({"data", "mongo_uri", "redis_url", "smtp_url", "partner_url", "stripe_api_base"})
"""Settings that may hold a password, or that mean nothing on another machine."""
SHOWN = 5
PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"A file whose first line is the passphrase (default: {PASSPHRASE} in the environment).",
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@PASSPHRASE_FILE
@pass_command_context
def backup(context: CommandContext, file: Path, force: bool, passphrase_file: Path | None) -> None:
    """Write database, pictures and settings into FILE, as of one moment, while the shop goes on selling."""
    if file.exists() and not force:
        context.refuse(f"{file} is there already. Take another name, or replace it with --force.")
    passphrase, began = _passphrase(context, passphrase_file), time.monotonic()
    with _shop(context) as settings:
        with FileProgress(visible=not context.as_json) as progress, _replacing(file) as sink:
            contents = build_backups(settings).write(sink, public_settings(settings), progress, passphrase)
        is_noted = _note(settings, file, sink, is_encrypted=bool(passphrase))
    data = {
        "file": str(file),
        "bytes": sink.size,
        "sha256": sink.digest.hexdigest(),
        "encrypted": bool(passphrase),
        "collections": dict(contents.collections),
        "documents": contents.documents,
        "pictures": contents.pictures,
        "missing_pictures": list(contents.missing),
        "noted": is_noted,
        "seconds": round(time.monotonic() - began, 2),
    }
    lines = [
        f"{contents.documents} documents and {contents.pictures} pictures are in {file}: "
        f"{sink.size} bytes, {data['seconds']} s, SHA-256 {data['sha256']}",
        *_missing(contents.missing),
    ]
    if not is_noted:
        lines.append("The database took no note of it: `vitrine doctor --live` will not know of this backup.")
    if not passphrase:
        lines.append("It is not encrypted, and it holds customers' addresses: keep it where nobody reads it.")
    context.answer(data, "\n".join(lines))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", metavar="DATABASE", default="", help="Give up all that this database holds.")
@PASSPHRASE_FILE
@pass_command_context
def restore(context: CommandContext, file: Path, replace: str, passphrase_file: Path | None) -> None:
    """Fill an empty shop from FILE; every checksum is verified before anything is written.

    No process of the shop may run meanwhile. Pages, sizes of pictures and the search index are
    made anew by `vitrine up`, or by `vitrine site build` and the workers.
    """
    passphrase, began = _passphrase(context, passphrase_file), time.monotonic()
    with (
        _shop(context) as settings,
        FileProgress(visible=not context.as_json) as progress,
        file.open("rb") as stream,
    ):
        services, backups = build_services(settings), build_backups(settings)
        if services.publishing.watcher_runs():
            context.refuse(
                "The shop runs on this database. Stop its processes, wait a moment, and repeat it."
            )
        size = file.stat().st_size
        report = backups.restore(stream, size, file.name, progress, passphrase=passphrase, replace=replace)
        progress.began("pictures", 1)
        derived = services.media.mend()
    changed = _differences(report.head.settings, public_settings(settings))
    contents = report.contents
    data = {
        "file": str(file),
        "made_at": iso(report.head.made_at),
        "data_version": report.head.data_version,
        "collections": dict(contents.collections),
        "documents": contents.documents,
        "pictures": contents.pictures,
        "missing_pictures": list(contents.missing),
        "unusual": report.unusual,
        "waiting_pictures": derived,
        "settings": changed,
        "seconds": round(time.monotonic() - began, 2),
    }
    context.answer(data, "\n".join(_restored(data, contents.missing)))


def public_settings(settings: Settings) -> dict[str, object]:
    """Return the settings that are no secret, by the names of their variables."""
    found = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        is_secret = isinstance(value, SecretStr) or "secret" in name or "@" in str(value)
        if not is_secret and name not in ADDRESSES:
            found[field.alias or f"VITRINE_{name.upper()}"] = value
    return found


def _differences(then: Mapping[str, object], now: Mapping[str, object]) -> dict[str, dict[str, object]]:
    return {
        name: {"then": then[name], "now": now[name]}
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    }


def _restored(data: Mapping[str, Any], missing: Any) -> list[str]:
    lines = [
        f"{data['documents']} documents and {data['pictures']} pictures of {data['made_at']} are back "
        f"({data['seconds']} s).",
        *_missing(missing),
    ]
    if data["unusual"]:
        lines.append(
            f"{data['unusual']} documents are not as their validators want them; they are as they were."
        )
    for name, value in data["settings"].items():
        lines.append(f"{name} was {value['then']}, here it is {value['now']}.")
    lines.append(
        "Now `vitrine up`, or the single processes and `vitrine site build`, make pages, sizes of pictures "
        "and search anew; `vitrine doctor` says when all is well."
    )
    return lines


def _missing(missing: Any) -> list[str]:
    if not missing:
        return []
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    named = ", ".join(missing[:SHOWN])
    return [f"The originals of {named}{more} were missing or damaged when the backup was made."]


def _note(settings: Settings, file: Path, sink: _Sink, *, is_encrypted: bool) -> bool:
    """Let the database know of the backup, for `doctor --live`; the file is whole whether or not it does."""
    made = SystemClock().now()
    note = BackupNote(
        made, str(file.absolute()), gethostname(), sink.size, sink.digest.hexdigest(), is_encrypted
    )
    with closing(Database(settings.mongo_uri)) as database:
        try:
            note_backup(database, note)
        except VitrineError:
            return False
    return True


def _passphrase(context: CommandContext, file: Path | None) -> str:
    if file is None:
        passphrase = os.environ.get(PASSPHRASE, "")
        # What is no UTF-8 comes from the system as single surrogates, which nothing can encode.
        if any("\ud800" <= sign <= "\udfff" for sign in passphrase):
            context.refuse(f"The passphrase in {PASSPHRASE} is no text in UTF-8.")
        return passphrase
    try:
        lines = file.read_text("utf-8").splitlines()
    except UnicodeError:
        # Without its words, which hold what was read.
        context.refuse(f"The passphrase in {file} is no text in UTF-8. Save the file as UTF-8.")
    if not lines or not lines[0]:
        context.refuse(f"{file} is empty: its first line must be the passphrase.")
    return lines[0]


@contextmanager
def _shop(context: CommandContext) -> Iterator[Settings]:
    """Yield settings that lead to a database: a named one, that of `up`, or the folder's own alone.

    A killed `up` leaves its `stack.json` behind: whether one runs is told by who holds the folder.
    """
    settings = context.settings
    is_named = "mongo_uri" in settings.model_fields_set
    if is_named and not _is_of_the_folder(settings):
        yield settings
        return
    with ExitStack() as block:
        try:
            uri = block.enter_context(database_alone(settings.data))
        except AlreadyRunning:
            if not is_named:
                raise
        else:
            settings = load_settings(context.data, mongo_uri=uri)
        yield settings


def _is_of_the_folder(settings: Settings) -> bool:
    """Say whether the database is the one that `up` keeps, or kept, in the data folder."""
    stack = read_stack(settings.data)
    pids = stack.get("pids")
    return stack.get("mongo") == settings.mongo_uri and isinstance(pids, dict) and "mongo" in pids


class _Sink:
    """Counts and digests what is written to a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size, self.digest = file, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write a piece."""
        self.size += len(data)
        self.digest.update(data)
        return self._file.write(data)


@contextmanager
def _replacing(file: Path) -> Iterator[_Sink]:
    """Write a file that appears whole or not at all, and that only its owner may read."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield _Sink(stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
