"""The shop as the world sees it: one question to its public address, answered without any kindness."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.parse import urlsplit

from app.adapters.outward import Door, opened
from app.errors import VitrineError

SECONDS = 10.0
LARGEST = 4 * 1024 * 1024


@dataclass(eq=False)
class DoorShut(VitrineError):
    """Nobody answers at an address, or not as a web server does."""

    url: str
    reason: str

    def __str__(self) -> str:
        return f"{self.url} does not answer: {self.reason}"


@dataclass(frozen=True)
class DoorAnswer:
    """What came back; names of headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate_ends: datetime | None = None


class FrontDoor:
    """Asks addresses as a stranger would: nothing is followed, unpacked or kept."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """Say whose certificates are trusted: by default those that the system trusts."""
        self._tls = tls

    def ask(self, url: str, method: str = "GET", body: bytes | None = None) -> DoorAnswer:
        """Send one request.

        Raises:
            DoorShut: nobody is there, the certificate is not trusted, or the answer is none.
        """
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        door = Door(parts.hostname or "", parts.port or (443 if is_tls else 80), is_tls)
        headers = {"Host": door.authority, "User-Agent": "vitrine-doctor", "Accept-Encoding": "identity"}
        try:
            with closing(opened(door, SECONDS, is_public_only=False, tls=self._tls)) as line:
                ends = _certificate_ends(line.sock)
                line.request(method, parts.path or "/", body, headers)
                answer = line.getresponse()
                told = {name.lower(): value for name, value in answer.getheaders()}
                return DoorAnswer(answer.status, told, answer.read(LARGEST), ends)
        except (OSError, HTTPException) as error:
            raise DoorShut(url, str(error) or type(error).__name__) from error


def _certificate_ends(line: object) -> datetime | None:
    if not isinstance(line, ssl.SSLSocket):
        return None
    told = (line.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told)), UTC) if told else None
