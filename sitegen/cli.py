"""What the command line asks of the generator: one function a command, data in and data out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from types import FrameType
from typing import Any

from app import logs
from app.publishing.model import BuildReport, Scope
from app.services import Services
from app.settings import Settings
from sitegen.audit import Verdict
from sitegen.generator import Generator, lease_of, manifest_path
from sitegen.housekeeping import Housekeeping
from sitegen.lease import Fenced, Lease, leave
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
    with lease_of(settings) as lease, _assembled(settings, services, jobs, lease) as generator:
        return generator.carry_out(scope, urls, BECAUSE, reporter).report


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
        with _assembled(settings, services, jobs=2, lease=lease) as generator:
            housekeeping = Housekeeping(generator)
            requests = Requests(generator, housekeeping.beat_if_due)
            Watcher(generator, requests, housekeeping, lambda: stopped).run()
    except Fenced as fenced:
        leave(fenced)
    finally:
        lease.release()


def verify(settings: Settings, services: Services) -> Verdict:
    """Prove every page; writes nothing, and needs no lease."""
    with _assembled(settings, services) as generator:
        return generator.audit.verify()


def prune(settings: Settings, services: Services) -> list[str]:
    """Delete surplus files.

    Raises:
        LeaseTaken: a watcher publishes here; ask it.
    """
    with lease_of(settings) as lease, _assembled(settings, services, lease=lease) as generator:
        return generator.prune()


def status(settings: Settings, services: Services) -> dict[str, Any]:
    """Return how the published folder is doing."""
    with closing(Manifest(manifest_path(settings))) as manifest:
        oldest = manifest.longest_unproved(1)
        watcher = services.publishing.store.watcher()
        runs = services.publishing.watcher_runs()
        now = services.clock.now()
        proved = datetime.fromisoformat(oldest[0].proved_at) if oldest else now
        return {
            "pages": manifest.count_pages(),
            "failures": [
                {"url": failure.url, "since": failure.failed_at, "tries": failure.tries}
                for failure in manifest.failures.all()
            ],
            "watcher": "runs" if runs else "does not run",
            "behind_ms": watcher.behind_ms if watcher and runs else None,
            "oldest_unproved_s": round((now - proved).total_seconds(), 1),
            "latency_ms": {"p50": manifest.latency(0.5), "p99": manifest.latency(0.99)},
        }


def explain(settings: Settings, url: str) -> dict[str, Any] | None:
    """Return what a page was made of, or nothing where there is no such page, published or failing."""
    with closing(Manifest(manifest_path(settings))) as manifest:
        record, failure = manifest.page(url), manifest.failures.of(url)
        if record is None and failure is None:
            return None
        return {
            "url": url,
            "keys": [str(key) for key in manifest.reads_of(url)],
            "built_at": record.built_at if record else None,
            "because": record.because if record else "it was never rendered",
            "fingerprint": record.fingerprint if record else None,
            "failure": failure.traceback if failure else None,
        }


@contextmanager
def _assembled(
    settings: Settings, services: Services, jobs: int = 1, lease: Lease | None = None
) -> Iterator[Generator]:
    generator = Generator.assemble(settings, services, jobs=jobs, lease=lease)
    try:
        yield generator
    finally:
        generator.close()
