"""How often one address may do what costs something; open when Redis is away, for the shop must sell."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, request
from flask_limiter import Limiter

from app.ids import token_digest
from app.web.config import WebConfig
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


limiter = Limiter(key_func=client_network, headers_enabled=False)
limiter.request_filter(is_exempt)


def cart_rate() -> str:
    """Return how often a cart may be changed."""
    return _config().rate_cart


def checkout_rate() -> str:
    """Return how often a checkout may be started."""
    return _config().rate_checkout


def login_rate() -> str:
    """Return how often an editor may try to sign in."""
    return _config().rate_login


def search_rate() -> str:
    """Return how often one may search, or narrow a listing; each letter that is typed may count."""
    return _config().rate_search


def register_limits(app: Flask, redis_url: str) -> None:
    """Count in Redis, and in this process's memory while Redis does not answer."""
    app.config.update(
        # What counts has a scheme of its own for a socket of this machine.
        RATELIMIT_STORAGE_URI=f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url,
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)


def _config() -> WebConfig:
    return current_shop().config
