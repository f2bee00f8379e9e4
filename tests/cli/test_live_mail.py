"""The points about mail, against real mail servers and made-up records."""

from __future__ import annotations

import gc
import socket
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from app.adapters.mongo.connection import Database
from app.cli.live import mail
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Verdict

from .going_live import Records, certified

Ask = Callable[..., Inquiry]
DOMAIN = "prints.ltd"


class Nobody:
    """Takes no letter, and counts what was tried."""

    def __init__(self) -> None:
        self.letters = 0

    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        """Count a letter that somebody begins."""
        self.letters += 1
        return "250 OK"


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, Nobody]]]:
    """Start mail servers on this machine; each answers its address."""
    running: list[Controller] = []

    def start(**options: Any) -> tuple[str, Nobody]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        nobody = Nobody()
        running.append(Controller(nobody, hostname="127.0.0.1", port=port, **options))
        running[-1].start()
        return f"localhost:{port}", nobody

    yield start
    for controller in running:
        controller.stop()
    # aiosmtpd leaves the socket of a failed handshake to the garbage collector, which warns.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        running.clear()
        gc.collect()


@pytest.fixture
def sends(ask: Ask, database: Database) -> Inquiry:
    """A shop whose letters come from `us@prints.ltd`."""
    inquiry = ask(database)
    store = inquiry.services.catalogue.store
    store.put_settings(replace(store.settings(), name="Prints", email=f"us@{DOMAIN}"))
    return inquiry


def told(inquiry: Inquiry, name: str, *texts: str) -> None:
    """Publish the TXT records of a name."""
    assert isinstance(inquiry.records, Records)
    inquiry.records.txt[name] = texts


def test_letters_must_come_from_somebody(ask: Ask, database: Database) -> None:
    inquiry = ask(database)
    found = mail.sender(inquiry)
    assert (found.verdict, found.detail) == (
        Verdict.WRONG, "letters come from shop@vitrine.example, which nobody has",
    )  # fmt: skip
    store = inquiry.services.catalogue.store
    store.put_settings(replace(store.settings(), email="us@prints.ltd"))
    assert mail.sender(inquiry).verdict is Verdict.OK


def test_a_server_that_is_away_is_wrong(ask: Ask) -> None:
    found = mail.mail_server(ask(smtp_url="smtp://ann:letters@127.0.0.1:9"))
    assert (found.verdict, found.detail.startswith("127.0.0.1:9: ")) == (Verdict.WRONG, True)
    assert "letters" not in found.detail


def test_a_relay_with_starttls_and_a_password_lets_the_shop_in_and_gets_no_letter(
    ask: Ask, serve: Callable[..., tuple[str, Nobody]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = certified(tmp_path)
    known = {b"ann": b"right"}

    def check(_server: object, _session: object, _envelope: object, _how: str, auth: Any) -> AuthResult:
        return AuthResult(success=known.get(auth.login) == auth.password, handled=False)

    where, nobody = serve(tls_context=server, authenticator=check, auth_require_tls=True)
    monkeypatch.setattr("app.adapters.smtp.LOOPBACK", ())
    untrusted = mail.mail_server(ask(smtp_url=f"smtp://ann:right@{where}"))
    assert (untrusted.verdict, "certificate" in untrusted.detail) == (Verdict.WRONG, True)

    monkeypatch.setattr("app.adapters.smtp.ssl.create_default_context", lambda: client)
    found = mail.mail_server(ask(smtp_url=f"smtp://ann:right@{where}"))
    assert (found.verdict, found.detail) == (Verdict.OK, f"{where}: signed in, encrypted")
    wrong = mail.mail_server(ask(smtp_url=f"smtp://ann:wrong@{where}"))
    assert (wrong.verdict, "535" in wrong.detail) == (Verdict.WRONG, True)
    assert nobody.letters == 0


def test_a_server_elsewhere_without_encryption_is_wrong(
    ask: Ask, serve: Callable[..., tuple[str, Nobody]], monkeypatch: pytest.MonkeyPatch
) -> None:
    where, _ = serve()
    here = mail.mail_server(ask(smtp_url=f"smtp://{where}"))
    assert (here.verdict, "on this machine" in here.detail) == (Verdict.OK, True)
    monkeypatch.setattr("app.adapters.smtp.LOOPBACK", ())
    assert mail.mail_server(ask(smtp_url=f"smtp://{where}")).detail == "localhost offers no encryption"


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        ((), Verdict.WRONG),
        (("google-site-verification=0", "v=spf10 -all"), Verdict.WRONG),
        (("other=1", "v=spf1 include:relay.ltd -all"), Verdict.OK),
        (("V=SPF1 ip4:203.0.113.7 ~all",), Verdict.OK),
        (("v=spf1 redirect=_spf.relay.ltd",), Verdict.OK),
        (("v=spf1 include:relay.ltd",), Verdict.WRONG),
        (("v=spf1 include:relay.ltd +all",), Verdict.WRONG),
        (("v=spf1 include:relay.ltd ?all",), Verdict.WRONG),
        (("v=spf1 -all", "v=spf1 include:relay.ltd -all"), Verdict.WRONG),
    ],
)
def test_spf(texts: tuple[str, ...], verdict: Verdict, sends: Inquiry) -> None:
    told(sends, DOMAIN, *texts)
    assert mail.spf(sends).verdict is verdict


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        ((), Verdict.WRONG),
        (("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3 DQEBAQUAA4GN",), Verdict.OK),
        (("p=MIGfMA0GCSqGSIb3",), Verdict.OK),
        (("v=DKIM1; k=rsa; p=",), Verdict.WRONG),
        (("v=DKIM1; k=rsa",), Verdict.WRONG),
    ],
)
def test_dkim(texts: tuple[str, ...], verdict: Verdict, sends: Inquiry) -> None:
    assert mail.dkim(sends).verdict is Verdict.UNKNOWN
    sends.dkim_selector = "autumn"
    told(sends, f"autumn._domainkey.{DOMAIN}", *texts)
    assert mail.dkim(sends).verdict is verdict


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        ((), Verdict.WRONG),
        (("v=DMARC1; p=none; rua=mailto:us@prints.ltd",), Verdict.OK),
        (("v=DMARC1;p=Reject",), Verdict.OK),
        (("v=DMARC1; rua=mailto:us@prints.ltd",), Verdict.WRONG),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), Verdict.WRONG),
        (("v=spf1 -all",), Verdict.WRONG),
    ],
)
def test_dmarc(texts: tuple[str, ...], verdict: Verdict, sends: Inquiry) -> None:
    told(sends, f"_dmarc.{DOMAIN}", *texts)
    assert mail.dmarc(sends).verdict is verdict


def test_the_domain_above_speaks_where_the_own_one_says_nothing(sends: Inquiry) -> None:
    store = sends.services.catalogue.store
    store.put_settings(replace(store.settings(), email="us@mail.prints.ltd"))
    assert mail.dmarc(sends).verdict is Verdict.WRONG
    told(sends, "_dmarc.prints.ltd", "v=DMARC1; p=quarantine")
    assert mail.dmarc(sends).detail == "_dmarc.prints.ltd says p=quarantine"
