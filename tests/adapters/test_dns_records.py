"""Records of a domain, asked of a name server that a test has made up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from app.adapters import dns_records
from app.adapters.dns_records import DnsRecords, DnsSilent

ZONE = {
    ("prints.ltd.", "TXT"): ['"v=spf1 include:" "relay.ltd -all"', '"other=1"'],
    ("autumn._domainkey.prints.ltd.", "CNAME"): ["key.relay.ltd."],
    ("key.relay.ltd.", "TXT"): ['"v=DKIM1; p=MIGf"'],
    ("prints.ltd.", "A"): ["203.0.113.7"],
    ("prints.ltd.", "AAAA"): ["2001:db8::7"],
    ("only.prints.ltd.", "A"): ["203.0.113.8"],
}
BROKEN = "broken.prints.ltd."


def answered(wire: bytes) -> bytes:
    """Answer one question from the zone."""
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    question = query.question[0]
    name, kind = question.name.to_text(), question.rdtype.name
    if name == BROKEN:
        response.set_rcode(dns.rcode.SERVFAIL)
    elif not any(owner == name for owner, _ in ZONE):
        response.set_rcode(dns.rcode.NXDOMAIN)
    if alias := ZONE.get((name, "CNAME")):
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *alias))
        name = alias[0]
    if texts := ZONE.get((name, kind)):
        response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
    return response.to_wire()


@pytest.fixture
def records() -> Iterator[DnsRecords]:
    """Whoever asks the name server of the zone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while (packet := server.recvfrom(4096))[0] != b"enough":
                server.sendto(answered(packet[0]), packet[1])

        thread = threading.Thread(target=serve)
        thread.start()
        yield DnsRecords(("127.0.0.1",), server.getsockname()[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"enough", server.getsockname())
        thread.join()


def test_the_pieces_of_a_text_are_one_text(records: DnsRecords) -> None:
    assert sorted(records.texts("prints.ltd")) == ["other=1", "v=spf1 include:relay.ltd -all"]


def test_a_key_may_lie_at_the_providers(records: DnsRecords) -> None:
    assert records.texts("autumn._domainkey.prints.ltd") == ("v=DKIM1; p=MIGf",)


def test_both_kinds_of_addresses_are_found(records: DnsRecords) -> None:
    assert records.addresses("prints.ltd") == ("203.0.113.7", "2001:db8::7")
    assert records.addresses("only.prints.ltd") == ("203.0.113.8",)


def test_a_name_that_is_none_or_has_nothing_has_no_records(records: DnsRecords) -> None:
    assert records.texts("nobody.ltd") == ()
    assert records.texts("only.prints.ltd") == ()


def test_nobody_who_answers_is_another_thing_than_nothing(
    records: DnsRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_records, "SECONDS", 0.5)
    with pytest.raises(DnsSilent, match="about broken.prints.ltd"):
        records.texts("broken.prints.ltd")
    with pytest.raises(DnsSilent):
        DnsRecords(("127.0.0.1",), 9).texts("prints.ltd")
    with pytest.raises(DnsSilent):
        records.texts(f"{'a' * 64}.ltd")
