"""The mailer against a real mail server."""

from __future__ import annotations

import gc
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from app.adapters.smtp import SmtpMailer
from app.effects.letters import MailNotSent
from app.errors import InvalidValue


class Mailbox:
    """Keeps what arrives; refuses one address."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []
        self.hello = ""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: Any, envelope: object, hostname: str, responses: list[str]
    ) -> list[str]:
        """Note how the client introduced itself."""
        session.host_name = self.hello = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: object, envelope: Any, address: str, options: object
    ) -> str:
        """Refuse mail for nobody."""
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        """Keep the letter."""
        self.arrived.append(envelope)
        return "250 kept"


@pytest.fixture
def mailbox() -> Mailbox:
    """An empty mailbox."""
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Callable[..., str]]:
    """Start mail servers for the mailbox; each answers its address."""
    running: list[Controller] = []

    def start(**options: Any) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        running.append(Controller(mailbox, hostname="127.0.0.1", port=port, **options))
        running[-1].start()
        return f"127.0.0.1:{port}"

    yield start
    for controller in running:
        controller.stop()
    # aiosmtpd leaves the socket of a failed handshake to the garbage collector, which warns.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        running.clear()
        gc.collect()


def letter(to: str = "buyer@mail.example") -> EmailMessage:
    """Return a short letter."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@shop.example", to, "Grüße"
    message.set_content("Zwölf Lampen\n")
    return message


def test_a_letter_arrives_once(serve: Callable[..., str], mailbox: Mailbox) -> None:
    SmtpMailer(f"smtp://{serve()}", "shop.example").send(letter())
    assert [envelope.rcpt_tos for envelope in mailbox.arrived] == [["buyer@mail.example"]]
    assert mailbox.arrived[0].mail_from == "us@shop.example"
    assert b"Zw=C3=B6lf" in mailbox.arrived[0].content or "Zwölf".encode() in mailbox.arrived[0].content
    assert mailbox.hello == "shop.example"


def test_user_and_password_of_the_address_are_used(serve: Callable[..., str], mailbox: Mailbox) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(_server: object, _session: object, _envelope: object, _how: str, auth: Any) -> AuthResult:
        seen.append((auth.login, auth.password))
        return AuthResult(success=True)

    where = serve(authenticator=check, auth_require_tls=False)
    SmtpMailer(f"smtp://shop%40x:p%3Ass@{where}").send(letter())
    assert seen == [(b"shop@x", b"p:ss")]
    assert len(mailbox.arrived) == 1


def test_a_refused_address_is_told_in_the_servers_words(serve: Callable[..., str], mailbox: Mailbox) -> None:
    with pytest.raises(MailNotSent, match="nobody@mail.example: 550 no such mailbox"):
        SmtpMailer(f"smtp://{serve()}").send(letter("nobody@mail.example"))
    assert mailbox.arrived == []


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    serve: Callable[..., str], mailbox: Mailbox, certificate: ssl.SSLContext
) -> None:
    with pytest.raises(MailNotSent, match="certificate"):
        SmtpMailer(f"smtp://{serve(tls_context=certificate)}").send(letter())
    assert mailbox.arrived == []


def test_a_password_is_never_said_in_the_clear(
    serve: Callable[..., str], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = serve(auth_require_tls=False)
    monkeypatch.setattr("app.adapters.smtp.LOOPBACK", ())
    with pytest.raises(MailNotSent, match="no encryption"):
        SmtpMailer(f"smtp://user:secret@{where}").send(letter())
    assert mailbox.arrived == []


def test_a_server_that_is_away_is_an_error_that_names_it() -> None:
    with pytest.raises(MailNotSent, match="127.0.0.1:9"):
        SmtpMailer("smtp://127.0.0.1:9").send(letter())
    with pytest.raises(MailNotSent):
        SmtpMailer("smtp://127.0.0.1:9").ping()


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example:25", "smtp://user:secret@"])
def test_an_address_of_another_kind_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        SmtpMailer(url)
    assert url not in str(refusal.value)


def test_the_ports_are_those_of_the_protocol_unless_told() -> None:
    assert SmtpMailer("smtp://mail.example").port == 25
    assert SmtpMailer("smtps://mail.example").port == 465
    assert SmtpMailer("smtp://mail.example:587").port == 587
