"""What the checks ask with: settings, services, and a hand for each server; tests bring their own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlsplit

from app.adapters.dns_records import DnsRecords
from app.adapters.front_door import DoorAnswer, FrontDoor
from app.adapters.mongo.connection import Database
from app.adapters.redis_inspection import RedisInspection
from app.adapters.stripe_account import AccountFacts, EndpointFacts, StripeAccount
from app.services import Services
from app.settings import Settings


class Records(Protocol):
    """Whoever knows a domain's records."""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name."""
        ...

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of a host."""
        ...


class Account(Protocol):
    """Whoever can read the account at Stripe."""

    def facts(self) -> AccountFacts:
        """Read the account."""
        ...

    def endpoints(self) -> tuple[EndpointFacts, ...]:
        """Return its webhook endpoints."""
        ...


@dataclass
class Inquiry:
    """One run of the checks; nothing is asked before a check asks it."""

    settings: Settings
    services: Services
    database: Database
    records: Records
    account: Account
    broken_promises: Callable[[], Sequence[str]]
    """Names what `vitrine doctor` finds wrong."""
    dkim_selector: str = ""
    tls: ssl.SSLContext | None = None
    """Whose certificates are trusted; by default those that the system trusts."""

    plain: str = ""
    """Where the shop is asked by http; by default port 80 of its host."""

    @property
    def plain_url(self) -> str:
        """Where plain http must lead to https, or nothing where the shop has a port of its own."""
        is_usual = urlsplit(self.settings.shop_url).port in (None, 443)
        return self.plain or (f"http://{self.host}/" if is_usual else "")

    @cached_property
    def redis(self) -> RedisInspection:
        """Who asks Redis."""
        return RedisInspection(self.settings.redis_url)

    @property
    def host(self) -> str:
        """The name that shoppers type."""
        return urlsplit(self.settings.shop_url).hostname or ""

    @property
    def sender(self) -> str:
        """The address that the shop's letters come from."""
        return self.services.catalogue.store.settings().email

    @property
    def sender_domain(self) -> str:
        """The domain whose records decide whether letters are believed."""
        return self.sender.rpartition("@")[2].lower()

    def ask(self, path: str, method: str = "GET", body: bytes | None = None) -> DoorAnswer:
        """Ask the shop's public address."""
        return FrontDoor(self.tls).ask(f"{self.settings.shop_url}{path}", method, body)

    def close(self) -> None:
        """Give every connection back."""
        self.redis.close()
        self.database.close()


def open_inquiry(
    settings: Settings, services: Services, broken_promises: Callable[[], Sequence[str]], dkim_selector: str
) -> Inquiry:
    """Return what asks the real servers."""
    return Inquiry(
        settings,
        services,
        Database(settings.mongo_uri),
        DnsRecords(),
        StripeAccount(settings.stripe_secret_key.get_secret_value(), settings.stripe_api_base),
        broken_promises,
        dkim_selector,
    )
