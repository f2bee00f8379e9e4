"""What the command line asks of the generator: one function a command, data in and data out."""

from __future__ import annotations

import signal
from datetime import datetime
from types import FrameType
from typing import Any

from app import logs
from app.publishing.model import BuildReport, Scope
from app.services import Services
from app.settings import Settings
from sitegen.audit import Verdict
from sitegen.builder import Built
from sitegen.generator import Generator, lease_of, manifest_path
from sitegen.housekeeping import Housekeeping
from sitegen.manifest import Manifest
from sitegen.reporter import Reporter
from sitegen.requests import Requests
from sitegen.watcher import Watcher

BECAUSE = "asked for by the command line"


def build(
    settings: Settings,
    services: Services,
    scope: Scope,
    urls: tuple[str, ...],
    jobs: int,
    reporter: Reporter,
) -> BuildReport:
    """Build in this process.

    Raises:
        LeaseTaken: a watcher publishes here; ask it.
    """
    with lease_of(settings):
        generator = Generator.assemble(settings, services, jobs=jobs)
        return _build(generator, scope, urls, reporter).report


def watch(settings: Settings, services: Services) -> None:
    """Follow the database until SIGTERM or SIGINT; waits while another watcher holds the lease."""
    logs.configure_logging(settings.log_level, "watcher")
    stopped = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    lease = lease_of(settings)
    lease.acquire(wait=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        generator = Generator.assemble(settings, services, jobs=2)
        Watcher(generator, Requests(generator), Housekeeping(generator), lambda: stopped).run()
    finally:
        lease.release()


def verify(settings: Settings, services: Services) -> Verdict:
    """Prove every page; writes nothing, and needs no lease."""
    return Generator.assemble(settings, services).audit.verify()


def prune(settings: Settings, services: Services) -> list[str]:
    """Delete surplus files.

    Raises:
        LeaseTaken: a watcher publishes here; ask it.
    """
    with lease_of(settings):
        return Generator.assemble(settings, services).prune()


def status(settings: Settings, services: Services) -> dict[str, Any]:
    """Return how the published folder is doing."""
    manifest = Manifest(manifest_path(settings))
    oldest = manifest.longest_unproved(1)
    watcher = services.publishing.store.watcher()
    runs = services.publishing.watcher_runs()
    now = services.clock.now()
    proved = datetime.fromisoformat(oldest[0].proved_at) if oldest else now
    return {
        "pages": manifest.count_pages(),
        "failures": [
            {"url": failure.url, "since": failure.failed_at, "tries": failure.tries}
            for failure in manifest.failures()
        ],
        "watcher": "runs" if runs else "does not run",
        "behind_ms": watcher.behind_ms if watcher and runs else None,
        "oldest_unproved_s": round((now - proved).total_seconds(), 1),
        "latency_ms": {"p50": manifest.latency(0.5), "p99": manifest.latency(0.99)},
    }


def explain(settings: Settings, url: str) -> dict[str, Any] | None:
    """Return what a page was made of, or nothing where no such page is published."""
    manifest = Manifest(manifest_path(settings))
    record = manifest.page(url)
    if record is None:
        return None
    failing = {failure.url: failure for failure in manifest.failures()}.get(url)
    return {
        "url": record.url,
        "keys": [str(key) for key in manifest.reads_of(url)],
        "built_at": record.built_at,
        "because": record.because,
        "fingerprint": record.fingerprint,
        "failure": failing.traceback if failing else None,
    }


def _build(generator: Generator, scope: Scope, urls: tuple[str, ...], reporter: Reporter) -> Built:
    match scope:
        case Scope.URLS:
            return generator.rebuild(urls, BECAUSE, reporter)
        case Scope.ALL:
            return generator.rebuild_all(BECAUSE, reporter)
        case Scope.STALE:
            return generator.repair(BECAUSE, reporter=reporter)
        case Scope.SURPLUS:
            return Built(removed=generator.prune())
