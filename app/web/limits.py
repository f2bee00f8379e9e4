"""Who a client is, and how often one may ask: before a view is reached, by the table of rates."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

from app.ids import token_digest
from app.web.rates import BY_ENDPOINT, CountedIn, Limit, SharedCounts
from app.web.shop import current_shop


def client_address() -> str:
    """Return the address of the client as the trusted proxy saw it."""
    return request.remote_addr or "unknown"


def client_network() -> str:
    """Return what one client is counted by: its address, or in IPv6 the /64 network, which is one line's."""
    try:
        address = ip_address(client_address())
    except ValueError:
        return client_address()
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def is_exempt() -> bool:
    """Say whether nobody needs protection from the client: loopback, in development."""
    config = current_shop().config
    try:
        return not config.is_production and ip_address(client_address()).is_loopback
    except ValueError:
        return False


def client_digest() -> str:
    """Return a name for the client that is not its address; empty where holds are not limited."""
    if is_exempt():
        return ""
    return token_digest(client_network(), current_shop().config.client_salt)


def register_limits(app: Flask, redis_url: str) -> None:
    """Count the requests of every route in the table, and turn away those that come too often.

    Forged requests were refused before this, so that nobody uses up the share of another.
    """
    shared = SharedCounts(redis_url)

    @app.before_request
    def turn_away() -> None:
        limit = BY_ENDPOINT.get(request.endpoint or "")
        if limit is None or request.method == "OPTIONS" or is_exempt():
            return
        if wait := _wait(limit, shared):
            raise TooManyRequests(retry_after=wait)


def _wait(limit: Limit, shared: SharedCounts) -> int:
    shop, client = current_shop(), client_digest()
    most, seconds = limit.of(shop.config)
    if limit.counted_in is CountedIn.REDIS:
        return shared.wait(f"{limit.name}/{client}", most, seconds)
    return shop.services.staff.knock(limit.name, client, most, timedelta(seconds=seconds))
