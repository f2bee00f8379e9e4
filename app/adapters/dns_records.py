"""What a domain's name servers say: addresses, and the texts by which mail is trusted."""

from __future__ import annotations

from dataclasses import dataclass

from dns import resolver
from dns.exception import DNSException

from app.errors import VitrineError

SECONDS = 5.0


@dataclass(eq=False)
class DnsSilent(VitrineError):
    """Nobody could be asked about a name, which is another thing than a name that has nothing."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"No name server answered about {self.name}: {self.reason}"


class DnsRecords:
    """Asks the name servers of this machine, or those that are named."""

    def __init__(self, nameservers: tuple[str, ...] = (), port: int = 53) -> None:
        self._nameservers, self._port = nameservers, port

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name; none where it has none or is none.

        Raises:
            DnsSilent: nobody answered.
        """
        return tuple(b"".join(found.strings).decode("utf-8", "replace") for found in self._asked(name, "TXT"))

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of a host, of both kinds.

        Raises:
            DnsSilent: nobody answered.
        """
        return tuple(str(found.address) for kind in ("A", "AAAA") for found in self._asked(name, kind))

    def _asked(self, name: str, kind: str) -> list[resolver.Answer]:
        try:
            asking = resolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                asking.nameservers, asking.port = list(self._nameservers), self._port
            asking.lifetime = SECONDS
            return list(asking.resolve(name, kind, search=False))
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return []
        except (DNSException, OSError) as error:
            raise DnsSilent(name, str(error) or type(error).__name__) from error
