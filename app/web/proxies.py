"""Whose word is taken for a client's address: that of the proxies that were named, and nobody else's.

Werkzeug's own `ProxyFix` counts hops and believes whoever connects. Here the direct
peer must be in a configured network before a header of it counts at all, and of the
addresses in `X-Forwarded-For` the right-most that is no proxy of ours is the client:
what stands left of it was written by the client itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_HOPS = 16
"""Entries that are looked at, from the right; no chain of proxies is longer."""
FORWARDED = "HTTP_X_FORWARDED_FOR"
CLAIMS = (
    *(FORWARDED, "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT"),
    *("HTTP_X_FORWARDED_PREFIX", "HTTP_X_FORWARDED_SERVER", "HTTP_FORWARDED", "HTTP_X_REAL_IP"),
)
"""What may claim another address, host or scheme; nothing behind this point sees it."""


@dataclass(frozen=True)
class Proxies:
    """The peers whose headers are believed."""

    networks: Sequence[IPv4Network | IPv6Network] = ()
    unix: bool = False
    """Whether a peer on a socket of this machine is one; it has no address."""

    def __contains__(self, address: IPv4Address | IPv6Address | None) -> bool:
        """Say whether an address is a proxy's; no address at all is that of a socket's peer."""
        if address is None:
            return self.unix
        return any(address in network for network in self.networks)

    def client(self, peer: str, forwarded: str) -> str:
        """Return the address of the client: the right-most that is none of these proxies.

        An entry that is no address ends the search, because whoever wrote it is not known:
        then it is the last proxy that was, as it is where every entry is a proxy.

        Args:
            peer: the address of whoever connected; empty for a socket of this machine.
            forwarded: what the peer says of the chain before it, `X-Forwarded-For`.
        """
        known = _address(peer)
        if known is None and peer:
            return peer
        for entry in reversed(forwarded.rsplit(",", MOST_HOPS)[-MOST_HOPS:]) if forwarded else ():
            if known not in self or (before := _address(entry)) is None:
                break
            known = before
        return str(known) if known is not None else ""


class BehindProxies:
    """Puts the client's address in the place of the peer's, and takes every claim out of the request."""

    def __init__(self, serve: WSGIApplication, proxies: Proxies) -> None:
        self.serve, self.proxies = serve, proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = str(environ.get("REMOTE_ADDR") or "")
        environ["REMOTE_ADDR"] = self.proxies.client(peer, str(environ.get(FORWARDED) or ""))
        for claim in CLAIMS:
            environ.pop(claim, None)
        return self.serve(environ, start_response)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address as it is counted: without port and zone, IPv4 in IPv6's clothes as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text, _, port = text[1:].partition("]")
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
    else:
        port = ""
    if port.removeprefix(":") and not port.removeprefix(":").isdecimal():
        return None
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
