"""The points about Stripe: a live key, an account that takes money, and a webhook that tells of it."""

from __future__ import annotations

from app.adapters.stripe_account import API_VERSION, AccountClosed, AccountFacts, EndpointFacts
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, ok, unknown, wrong
from app.orders.model import OrderState
from app.settings import LIVE_KEYS
from jobs.payments import HANDLERS, acknowledge

EVENTS = frozenset(name for name, handler in HANDLERS.items() if handler is not acknowledge)
"""What the shop acts on."""
WEBHOOK = "/webhooks/stripe"


def stripe_key(inquiry: Inquiry) -> Finding:
    """The key is a live one."""
    if not inquiry.settings.stripe_secret_key.get_secret_value().startswith(LIVE_KEYS):
        return wrong(
            "STRIPE_SECRET_KEY is no live key: nobody would be charged",
            "set sk_live_… from Stripe's dashboard, and leave STRIPE_API_BASE out",
        )
    return ok("a live key")


def stripe_account(inquiry: Inquiry) -> Finding:
    """Stripe lets this account take money, and pays it out."""
    try:
        account: AccountFacts = inquiry.account.facts()
    except AccountClosed as refused:
        return wrong(str(refused), "set a key of your account; a restricted one needs to read it")
    if account.takes_charges is None:
        return unknown(f"Stripe does not say whether {account.id} takes charges", "look into the dashboard")
    if not account.takes_charges:
        return wrong(f"{account.id} may not take charges yet", "answer what Stripe's dashboard asks for")
    if account.pays_out is False:
        return wrong(
            f"{account.id} takes charges, but Stripe keeps the money", "name a bank account at Stripe"
        )
    return ok(f"{account.id} takes charges and is paid out")


def stripe_webhook(inquiry: Inquiry) -> Finding:
    """Stripe tells this shop of every event that it acts on, in the version that it understands."""
    url = f"{inquiry.settings.shop_url}{WEBHOOK}"
    try:
        ours = [one for one in inquiry.account.endpoints() if one.url == url]
    except AccountClosed as refused:
        return unknown(
            str(refused), "look at the endpoint in Stripe's dashboard, or let the key read webhooks"
        )
    faults = [_fault(one) for one in ours]
    if "" in faults:
        return ok(
            f"{ours[faults.index('')].id} tells {url} of {len(EVENTS)} kinds of events, in {API_VERSION}"
        )
    todo = f"an enabled endpoint for {url}, API version {API_VERSION}, events {', '.join(sorted(EVENTS))}"
    return wrong(faults[0] if faults else f"no endpoint leads to {url}", f"make it at Stripe: {todo}")


def _fault(endpoint: EndpointFacts) -> str:
    if not endpoint.is_enabled:
        return f"{endpoint.id} is disabled"
    missing = set() if "*" in endpoint.events else EVENTS - endpoint.events
    if missing:
        return f"{endpoint.id} is not told of {', '.join(sorted(missing))}"
    if endpoint.api_version != API_VERSION:
        return f"{endpoint.id} is written in {endpoint.api_version or 'the version of the account'}"
    return ""


def first_order(inquiry: Inquiry) -> Finding:
    """Somebody has bought something: the whole way was gone once."""
    sold = sum(
        count
        for state, count in inquiry.services.orders.counts().items()
        if state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED)
    )
    if not sold:
        return unknown(
            "nothing has been bought yet",
            "buy something with a card of your own, read the receipt, then `vitrine refund NUMBER --restock`",
        )
    return ok(f"{sold} orders were paid")
