"""The list itself: what must be well before real customers come, in the order in which it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.cli.live import machines, mail, money, people, window
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, unknown, wrong
from app.errors import VitrineError


class Point(NamedTuple):
    """One entry of docs/going-live.md: its name there, the check, and whom it asks."""

    name: str
    check: Callable[[Inquiry], Finding]
    asks: str = ""
    """A point that answers for a server; where that one is silent, nobody can tell of this one."""


POINTS = (
    Point("production", window.production),
    Point("secrets", window.secrets),
    Point("database", machines.database),
    Point("redis", machines.redis),
    Point("domain", window.domain),
    Point("https", window.https),
    Point("headers", window.headers),
    Point("pages", window.pages),
    Point("counter", window.counter),
    Point("watcher", machines.watcher, "database"),
    Point("workers", machines.workers, "redis"),
    Point("sweeps", machines.sweeps, "redis"),
    Point("stripe key", money.stripe_key),
    Point("stripe account", money.stripe_account),
    Point("stripe webhook", money.stripe_webhook, "stripe account"),
    Point("sender", mail.sender, "database"),
    Point("mail server", mail.mail_server),
    Point("spf", mail.spf, "database"),
    Point("dkim", mail.dkim, "database"),
    Point("dmarc", mail.dmarc, "database"),
    Point("owner", people.owner, "database"),
    Point("second factor", people.second_factor, "database"),
    Point("backup", machines.backup, "database"),
    Point("disk", machines.disk),
    Point("clock", machines.clock, "database"),
    Point("invariants", machines.invariants, "database"),
    Point("first order", money.first_order, "database"),
)
TO_DO = {
    "database": "start it, and look at VITRINE_MONGO_URI",
    "redis": "start it, and look at VITRINE_REDIS_URL",
    "https": "start the front, and look at its log and at VITRINE_SITE",
    "counter": "start the front and the web process, and look at VITRINE_SHOP_URL",
}
"""Points that are wrong where nobody answers, and where to look then; of the others nobody can tell."""


def examined(inquiry: Inquiry) -> Iterator[tuple[Point, Finding]]:
    """Yield each point with its finding; one that cannot be asked keeps no other from being asked.

    Except for those that would ask the same silent server: each would wait for it as long again.
    """
    silent: set[str] = set()
    for point in POINTS:
        if point.asks in silent:
            yield point, unknown(f"{point.asks} does not answer", "mend that first, and repeat it")
            continue
        try:
            found = point.check(inquiry)
        except (VitrineError, OSError) as error:
            silent.add(point.name)
            todo = TO_DO.get(point.name)
            found = wrong(str(error), todo) if todo else unknown(str(error), "mend that first, and repeat it")
        yield point, found
