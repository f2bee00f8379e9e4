"""Connections out of the shop, to addresses that were checked: a text must not make it knock inside."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import Refusal


@dataclass(eq=False)
class PrivateAddress(Refusal):
    """A name leads to an address that is not on the public internet."""

    host: str
    address: str

    def __str__(self) -> str:
        return f"{self.host} leads to {self.address}, which is no public address"


@dataclass(frozen=True)
class Door:
    """Where a request goes: a host as the address names it, its port, and whether it is asked by TLS."""

    host: str
    port: int
    is_tls: bool

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def opened(
    door: Door,
    timeout_seconds: float,
    *,
    is_public_only: bool,
    tls: ssl.SSLContext | None = None,
    watch: Callable[[socket.socket], object] = lambda _: None,
) -> http.client.HTTPConnection:
    """Connect to the very address that was checked: asked again, the name could lead elsewhere.

    Args:
        door: where to.
        timeout_seconds: of the connection, and of each read from it.
        is_public_only: whether each address of the host must be on the public internet.
        tls: what certificates are trusted; by default those that the system trusts.
        watch: is handed the line before anything is said on it, to cut it where it takes too long.

    Raises:
        PrivateAddress: one of them is not.
        OSError: nobody is there, or the certificate is another's.
    """
    try:
        found = socket.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{door.host!r} is no name of a host") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses if is_public_only else []:
        if not is_public(address):
            raise PrivateAddress(door.host, address)
    connection = http.client.HTTPConnection(door.host, door.port, timeout=timeout_seconds)
    line = connection.sock = _first(addresses, door.port, timeout_seconds)
    try:
        if door.is_tls:
            trusted = tls or ssl.create_default_context()
            line = trusted.wrap_socket(line, server_hostname=door.host, do_handshake_on_connect=False)
            connection.sock = line
        watch(line)
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
    except OSError:
        connection.close()
        raise
    return connection


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet, also where it wraps an older one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour
        if wrapped is not None:
            return is_public(str(wrapped))
        if ip.is_site_local:
            # RFC 3879 has withdrawn fec0::/10 and given it to nobody: who has it still uses it inside.
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _first(addresses: list[str], port: int, timeout_seconds: float) -> socket.socket:
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout_seconds)
        except OSError:
            # The next address may do; the last one's error is the one that is told.
            continue
    return socket.create_connection((addresses[-1], port), timeout_seconds)
