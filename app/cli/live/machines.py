"""The points about servers and processes: what keeps data, who is at work, what is left."""

from __future__ import annotations

import ipaddress
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from socket import gethostname
from urllib.parse import unquote, urlsplit

from app.adapters.mongo.inspection import database_facts, last_backup
from app.adapters.stripe_account import AccountClosed, AccountSilent
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, ok, wrong
from app.effects.queue import QUEUES

MONGO_VERSION, REDIS_VERSION = (7, 0), (6, 2)
SHORTEST_PASSWORD = 12
SILENT_SECONDS = 30
BACKUP_HOURS = 26
"""A backup each night, and two hours for a night that is slow."""
SKEW_SECONDS = 10
"""Stripe's signatures may be five minutes old, the codes of a second factor half a minute."""
FREE_SHARE, FREE_BYTES = 0.1, 2 * 1024**3
"""At least so much of the disk, or so many bytes."""


def database(inquiry: Inquiry) -> Finding:
    """MongoDB itself, as a replica set that knows its clients, and writes that a majority has kept."""
    facts = database_facts(inquiry.database)
    if facts.is_embedded:
        return wrong(
            "it is SecantusDB, a beta that is there for trying things out",
            "install MongoDB and move by `vitrine backup` and `vitrine restore`: docs/running.md",
        )
    version = ".".join(map(str, facts.version))
    if facts.version < MONGO_VERSION:
        return wrong(f"MongoDB {version} is too old", "upgrade it to 8.0")
    if not facts.replica_set:
        return wrong("it is no replica set: neither pages nor orders work", "rs.initiate(): docs/running.md")
    if not facts.users:
        return wrong("it lets everybody in", "switch authorization on, and name a user in VITRINE_MONGO_URI")
    password = unquote(urlsplit(inquiry.settings.mongo_uri.partition(",")[0]).password or "")
    if password and len(password) < SHORTEST_PASSWORD:
        return wrong("its password can be guessed", "make one by `openssl rand -hex 24`")
    if facts.acknowledged_by != "majority":
        return wrong(f"writes are kept by w={facts.acknowledged_by}", "take w= out of VITRINE_MONGO_URI")
    return ok(f"MongoDB {version}, set {facts.replica_set}, as {facts.users[0]}, writes kept by the majority")


def redis(inquiry: Inquiry) -> Finding:
    """Redis keeps what it is told, throws nothing away, and lets no stranger in."""
    facts, parts = inquiry.redis.facts(), urlsplit(inquiry.settings.redis_url)
    version = ".".join(map(str, facts.version))
    if facts.version < REDIS_VERSION:
        return wrong(f"Redis {version} is too old", "upgrade it to 6.2 or later")
    if not facts.has_append_only_file:
        return wrong("a crash would lose every wake-up", "set appendonly yes in redis.conf, and restart it")
    if facts.eviction != "noeviction":
        return wrong(f"it throws away what it was told ({facts.eviction})", "set maxmemory-policy noeviction")
    if not parts.password and parts.scheme != "unix" and not _is_here(parts.hostname or ""):
        return wrong("it lets in whoever reaches it", "set requirepass, and name it in VITRINE_REDIS_URL")
    return ok(f"Redis {version} with its append-only file, noeviction")


def backup(inquiry: Inquiry) -> Finding:
    """There is a backup of the last day."""
    note = last_backup(inquiry.database)
    if note is None:
        return wrong(
            "no backup was ever made of this database", "vitrine backup FILE, each night: docs/operations.md"
        )
    hours = (inquiry.services.clock.now() - note.at) / timedelta(hours=1)
    told = f"the last one was made {hours:.0f} hours ago: {note.file} on {note.machine}"
    if hours > BACKUP_HOURS:
        return wrong(told, "vitrine backup FILE, each night: docs/operations.md")
    file = Path(note.file)
    if note.machine == gethostname() and file.is_absolute() and file.parent.exists():
        if not file.exists():
            return wrong(f"{told}, and is gone", "make another, or move a copy and leave the file for a day")
        if file.stat().st_size != note.bytes:
            return wrong(f"{told}, and has other bytes since", "make another")
    return ok(f"{told}{'' if note.is_encrypted else ', not encrypted'}")


def watcher(inquiry: Inquiry) -> Finding:
    """Somebody follows the database and publishes."""
    state = inquiry.services.publishing.store.watcher()
    if not inquiry.services.publishing.watcher_runs():
        return wrong("no watcher runs", "start `vitrine site watch`, or the unit or service of it")
    if state is not None and state.failures:
        return wrong(f"{state.failures} pages fail to render", "`vitrine site status` names them")
    return ok(f"it follows {state.pages if state else 0} pages")


def workers(inquiry: Inquiry) -> Finding:
    """Each queue has somebody who works on it."""
    heard, now = inquiry.redis.workers(), inquiry.services.clock.now()
    idle = [queue for queue in QUEUES if queue not in heard or _is_silent(heard[queue], now)]
    if idle:
        return wrong(f"nobody works on {', '.join(idle)}", "start `vitrine worker QUEUE` for each of them")
    return ok(f"somebody works on {', '.join(QUEUES)}")


def sweeps(inquiry: Inquiry) -> Finding:
    """What a lost wake-up leaves open is finished."""
    heard = inquiry.redis.last_beat("cron")
    if heard is None or _is_silent(heard, inquiry.services.clock.now()):
        return wrong("no cron runs", "start `vitrine cron`")
    return ok("cron runs")


def disk(inquiry: Inquiry) -> Finding:
    """There is room for pages, pictures and what comes."""
    usage = shutil.disk_usage(inquiry.settings.data)
    told = f"{usage.free / 1024**3:.1f} GiB of {usage.total / 1024**3:.1f} GiB are free under the data folder"
    if usage.free < min(FREE_BYTES, usage.total * FREE_SHARE):
        return wrong(told, "make room, or give it a larger disk")
    return ok(told)


def clock(inquiry: Inquiry) -> Finding:
    """This machine's clock is right: signatures and codes have a date."""
    whose, other = "Stripe", _stripes_time(inquiry)
    if other is None:
        whose, other = "the database", database_facts(inquiry.database).now
    seconds = abs((inquiry.services.clock.now() - other).total_seconds())
    if seconds > SKEW_SECONDS:
        return wrong(f"it is {seconds:.0f} s away from {whose}'s", "let it be set: timedatectl set-ntp true")
    return ok(f"it is within {SKEW_SECONDS} s of {whose}'s")


def invariants(inquiry: Inquiry) -> Finding:
    """Whatever the data could break, it has not."""
    broken = inquiry.broken_promises()
    if broken:
        return wrong(f"something is wrong with {', '.join(broken)}", "`vitrine doctor` tells what")
    return ok("`vitrine doctor` finds nothing")


def _stripes_time(inquiry: Inquiry) -> datetime | None:
    try:
        return inquiry.account.facts().now
    except (AccountClosed, AccountSilent):
        return None


def _is_silent(heard: datetime, now: datetime) -> bool:
    return now - heard > timedelta(seconds=SILENT_SECONDS)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
