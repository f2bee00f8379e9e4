"""Chooses the ports of the stack: the same ones again where they are free."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.embedded import files
from app.errors import VitrineError

_LOWEST = 20_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LISTENING = "0A"


@dataclass(eq=False)
class PortTaken(VitrineError):
    """The port that the shop is to answer on cannot be listened on."""

    host: str
    port: int
    reason: str

    def __str__(self) -> str:
        return f"Port {self.port} on {self.host} {self.reason}. Choose another with --port."


@dataclass(eq=False)
class NoPortFree(VitrineError):
    """No port was found for one of the servers behind the shop."""

    server: str

    def __str__(self) -> str:
        return f"No free port was found for {self.server} on 127.0.0.1: too many programs are listening."


def claim(host: str, port: int) -> None:
    """Make sure that the shop can listen on its port.

    Raises:
        PortTaken: with the program that listens there already, where that can be known.
    """
    try:
        _listen(host, port)
    except PermissionError as error:
        raise PortTaken(host, port, "needs the rights of the administrator") from error
    except socket.gaierror as error:
        raise PortTaken(host, port, "cannot be used: that host is unknown here") from error
    except OSError as error:
        holder = holder_of(port)
        taken = f"is taken by {holder}" if holder else f"cannot be used ({error.strerror})"
        raise PortTaken(host, port, taken) from error


def assign(memory: Path, servers: Iterable[str], *, never: int) -> dict[str, int]:
    """Give each server a free port of its own on 127.0.0.1, the remembered one if it is free.

    Args:
        memory: the file that keeps the assignment.
        servers: their names.
        never: the port of the shop.
    """
    remembered = files.read_json(memory)
    ports: dict[str, int] = {}
    for server in servers:
        wanted = remembered.get(server)
        candidates = [wanted] if isinstance(wanted, int) else []
        candidates += random.sample(_range(), 200)
        taken = {never, *ports.values()}
        for port in candidates:
            if port not in taken and is_free(port):
                ports[server] = port
                break
        else:
            raise NoPortFree(server)
    files.write_private(memory, remembered | ports)
    return ports


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of 127.0.0.1."""
    try:
        _listen("127.0.0.1", port)
    except OSError:
        return False
    return True


def holder_of(port: int) -> str:
    """Return "name (process N)" of whoever listens on a port, or nothing if that is not told."""
    sockets = {f"socket:[{inode}]" for inode in _listeners(port)}
    for entry in os.listdir("/proc") if sockets else ():
        with suppress(OSError):
            if entry.isdigit() and any(
                os.readlink(f"/proc/{entry}/fd/{name}") in sockets for name in os.listdir(f"/proc/{entry}/fd")
            ):
                return f"{Path(f'/proc/{entry}/comm').read_text('utf-8').strip()} (process {entry})"
    return ""


def _listeners(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text("ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(fields[9])
    return inodes


def _listen(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the servers do: connections that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)


def _range() -> range:
    # Below the ports that the kernel gives to outgoing connections: one of these could
    # otherwise sit on a server's port in the moment that the server restarts.
    try:
        lowest = int(_EPHEMERAL.read_text("ascii").split()[0])
    except (OSError, ValueError):
        lowest = 32_768
    return range(_LOWEST, lowest) if lowest > _LOWEST + 1_000 else range(1_024 + 1_000, 65_535)
