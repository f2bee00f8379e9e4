"""The shop's account at Stripe, read and never changed: may it take money, and who is told of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import stripe

from app.errors import VitrineError

API_VERSION = stripe.api_version
"""What the SDK speaks, and so what the shop's webhooks must be written in."""
CONNECT_SECONDS, ANSWER_SECONDS = 3, 8


@dataclass(eq=False)
class AccountClosed(VitrineError):
    """Stripe has definitely refused the key, or what it may see."""

    reason: str

    def __str__(self) -> str:
        return f"Stripe refused: {self.reason}"


@dataclass(eq=False)
class AccountSilent(VitrineError):
    """Stripe could not be asked."""

    reason: str

    def __str__(self) -> str:
        return f"Stripe did not answer: {self.reason}"


@dataclass(frozen=True)
class AccountFacts:
    """What Stripe says of the account; `None` where it does not say."""

    id: str
    takes_charges: bool | None
    pays_out: bool | None
    now: datetime | None
    """Stripe's own time as it answered, in whole seconds."""


@dataclass(frozen=True)
class EndpointFacts:
    """An address that Stripe tells of what happens."""

    id: str
    url: str
    is_enabled: bool
    events: frozenset[str]
    api_version: str
    """Empty for the account's own version, which nobody pinned."""


class StripeAccount:
    """Reads one account."""

    def __init__(self, api_key: str, api_base: str | None = None) -> None:
        stripe.enable_telemetry = False
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
        )

    def facts(self) -> AccountFacts:
        """Read the account that the key belongs to.

        Raises:
            AccountClosed: the key is wrong, or may not read it.
            AccountSilent: Stripe cannot be asked.
        """
        try:
            account = self._client.v1.accounts.retrieve_current()
        except stripe.StripeError as error:
            raise _failure(error) from error
        response = account.last_response
        said = response.headers.get("Date") if response else None
        return AccountFacts(
            account.id,
            getattr(account, "charges_enabled", None),
            getattr(account, "payouts_enabled", None),
            parsedate_to_datetime(said) if said else None,
        )

    def endpoints(self) -> tuple[EndpointFacts, ...]:
        """Return every webhook endpoint of the account, in the mode of the key.

        Raises:
            AccountClosed: the key is wrong, or may not read them.
            AccountSilent: Stripe cannot be asked.
        """
        try:
            found = list(self._client.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter())
        except stripe.StripeError as error:
            raise _failure(error) from error
        return tuple(
            EndpointFacts(
                one.id, one.url, one.status == "enabled", frozenset(one.enabled_events), one.api_version or ""
            )
            for one in found
        )


def _failure(error: stripe.StripeError) -> AccountClosed | AccountSilent:
    # The SDK writes paragraphs; the first says what there is to know.
    reason = " ".join((str(error) or type(error).__name__).split("\n\n")[0].split())
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError | stripe.InvalidRequestError):
        return AccountClosed(reason)
    return AccountSilent(reason)
