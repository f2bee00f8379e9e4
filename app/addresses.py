"""Addresses and rates as settings hold them: checked when they are read, not when they are first used."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

RATE = re.compile(r"[1-9][0-9]{0,6}/(?:second|minute|hour|day)")
ODD = frozenset(" ;,\\\"'\t\r\n")
"""What no address needs, and what would end it in a header."""


def _parts(value: str) -> SplitResult | None:
    """Split a URL; nothing where its port or its host cannot be read."""
    try:
        parts = urlsplit(value)
        return parts if parts.hostname and (parts.port is None or parts.port) else None
    except ValueError:
        return None


def _address(value: str) -> str:
    parts = _parts(value)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or parts.username is not None
        or parts.query
        or parts.fragment
        or ODD & set(value)
    ):
        raise ValueError("must be an http or https address such as https://shop.example")
    return value.rstrip("/")


def _origin(value: str) -> str:
    address = _address(value)
    if urlsplit(address).path:
        raise ValueError("must be an origin without a path, such as https://shop.example")
    return address


def _server(*schemes: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        parts = _parts(value)
        if parts is None or parts.scheme not in schemes:
            # It may hold a password, so the fault does not repeat it.
            raise ValueError(f"must be the address of a server: {' or '.join(f'{s}://…' for s in schemes)}")
        return value

    return check


def _redis(value: str) -> str:
    # A socket of this machine has no host.
    return value if value.startswith("unix:///") else _server("redis", "rediss")(value)


def _mongo(value: str) -> str:
    # Several hosts may stand in it, which is more than a URL knows; the driver reads the rest.
    if not value.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("must be mongodb://HOST/DATABASE?replicaSet=NAME")
    return value


def _rate(value: str) -> str:
    if not RATE.fullmatch(value):
        raise ValueError("must be a number of times in a time, such as 10/minute")
    return value


def networks(value: str) -> tuple[list[IPv4Network | IPv6Network], bool]:
    """Return the networks of a list of proxies, and whether a socket of this machine is one of them.

    Raises:
        ValueError: a word is neither a network, nor an address, nor `unix`, nor `none` alone.
    """
    words = value.replace(",", " ").split()
    if words == ["none"]:
        return [], False
    if not words:
        raise ValueError("nothing is named")
    return [ip_network(word) for word in words if word != "unix"], "unix" in words


def _proxies(value: str) -> str:
    try:
        networks(value)
    except ValueError:
        raise ValueError(
            "must be addresses and networks such as 127.0.0.1, 10.1.0.0/24, ::1; or unix, for a socket of "
            "this machine; or none"
        ) from None
    return value


Address = Annotated[str, AfterValidator(_address)]
"""An http or https address, which may have a path."""
Origin = Annotated[str, AfterValidator(_origin)]
"""An http or https address without a path."""
MongoUri = Annotated[str, AfterValidator(_mongo)]
RedisUrl = Annotated[str, AfterValidator(_redis)]
SmtpUrl = Annotated[str, AfterValidator(_server("smtp", "smtps"))]
Proxies = Annotated[str, AfterValidator(_proxies)]
"""Whose word is taken for a client's address: `127.0.0.1, 10.1.0.0/24`."""
Rate = Annotated[str, AfterValidator(_rate)]
"""How often something may be done: `10/minute`."""
