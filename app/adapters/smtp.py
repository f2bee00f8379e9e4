"""Letters handed to a mail server, one connection a letter."""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from app.effects.letters import MailNotSent
from app.errors import InvalidValue

TIMEOUT_SECONDS = 10
PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SmtpMailer:
    """Sends mail by SMTP: `smtp://user:password@mail.example:587` or `smtps://…`."""

    def __init__(self, url: str, hello: str = "localhost") -> None:
        """Read the address; nothing is sent.

        Args:
            url: the mail server, user and password percent-encoded.
            hello: the name by which the shop introduces itself, its own host.

        Raises:
            InvalidValue: the address cannot be used.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            # It may hold a password, so the error does not repeat it.
            expected = "an address such as smtp://user:password@mail.example:587"
            raise InvalidValue("VITRINE_SMTP_URL", "(not shown)", expected)
        self.host, self.port = parts.hostname, parts.port or PORTS[parts.scheme]
        self._is_implicit_tls = parts.scheme == "smtps"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._hello = hello

    def send(self, message: EmailMessage) -> None:
        """Return once the server has taken the message."""
        try:
            with self._connect() as server:
                self._secure(server)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(f"{self.host}:{self.port}", _words(error)) from error

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            MailNotSent: there is none.
        """
        try:
            socket.create_connection((self.host, self.port), 2).close()
        except OSError as error:
            raise MailNotSent(f"{self.host}:{self.port}", str(error)) from error

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine, where nobody can read along."""
        return self.host in LOOPBACK

    def sign_in(self) -> tuple[bool, bool]:
        """Go as far as a letter does before it is handed over; say whether TLS and a password were used.

        Raises:
            MailNotSent: the server does not let the shop in.
        """
        try:
            with self._connect() as server:
                self._secure(server)
                return isinstance(server.sock, ssl.SSLSocket), bool(self._user)
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(f"{self.host}:{self.port}", _words(error)) from error

    def _connect(self) -> smtplib.SMTP:
        if self._is_implicit_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self.host, self.port, self._hello, timeout=TIMEOUT_SECONDS, context=context
            )
        return smtplib.SMTP(self.host, self.port, self._hello, timeout=TIMEOUT_SECONDS)

    def _secure(self, server: smtplib.SMTP) -> None:
        """Encrypt where the server can, and never say a password in the clear."""
        is_secure = self._is_implicit_tls or self.is_here
        server.ehlo()
        if not self._is_implicit_tls and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            is_secure = True
        if self._user:
            if not is_secure:
                raise smtplib.SMTPException("it offers no encryption, and a password must not be sent")
            server.login(self._user, self._password)


def _words(error: Exception) -> str:
    """Return the server's own words instead of Python's tuples."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{who}: {_reply(*reply)}" for who, reply in error.recipients.items())
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _reply(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
