"""Pictures are fetched from public addresses only, whole, and no more of them than is asked for."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters import pictures_by_url
from app.adapters.pictures_by_url import FetchedPictures
from app.catalogue.sources import PictureUnavailable
from tests.adapters.picture_site import Answer, Hand, PictureSite, running_site

PNG = b"\x89PNG a picture"


def to(target: str, status: int = 302) -> Answer:
    """Answer by leading elsewhere."""
    return lambda hand: hand.give(b"", status=status, Location=target)


@pytest.fixture
def site() -> Iterator[PictureSite]:
    with running_site() as site:
        yield site


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def local(pauses: list[float]) -> FetchedPictures:
    """What trusts the test's own server, and does not really pause."""
    return FetchedPictures(trusts_loopback=True, pause=pauses.append)


def refusal(pictures: FetchedPictures, url: str) -> str:
    """Return why an address gives no picture."""
    with pytest.raises(PictureUnavailable) as refused:
        pictures.fetch(url)
    return str(refused.value)


def test_a_picture_is_fetched_by_its_address_as_it_is_written(
    site: PictureSite, local: FetchedPictures
) -> None:
    site.answers["/a/Oak%20l%C3%A4mp.png?v=1&w=%202"] = lambda hand: hand.give(PNG)

    assert local.fetch(site.url("/a/Oak%20lämp.png?v=1&w=%202#top")) == PNG
    assert site.asked == [("/a/Oak%20l%C3%A4mp.png?v=1&w=%202", f"127.0.0.1:{site.server_port}")]


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "answered 404"), (500, "answered 500"), (204, "answered 204")]
)
def test_any_other_answer_is_told(
    site: PictureSite, local: FetchedPictures, status: int, reason: str
) -> None:
    site.answers["/x"] = lambda hand: hand.give(b"", status=status)

    assert refusal(local, site.url("/x")).endswith(reason)


@pytest.mark.parametrize(
    ("kind", "headers", "reason"),
    [
        ("text/html", {}, "it is text/html and no picture"),
        ("application/octet-stream", {}, "it is application/octet-stream and no picture"),
        ("image/png", {"Content_Encoding": "gzip"}, "it is compressed in a way that nobody asked for"),
        ("image/png", {"Content_Length": "20971521"}, "it has more than 20 MB"),
        ("image/png", {"Content_Length": "400"}, "it ended before its end"),
    ],
)
def test_what_is_no_whole_picture_is_refused(
    site: PictureSite, local: FetchedPictures, kind: str, headers: dict[str, str], reason: str
) -> None:
    site.answers["/x"] = lambda hand: hand.give(PNG, kind, **headers)

    assert refusal(local, site.url("/x")) == f"{site.url('/x')}: {reason}"


def test_a_picture_without_a_length_is_cut_at_the_limit(
    site: PictureSite, local: FetchedPictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures_by_url, "LARGEST_BYTES", 1024**2)
    sent = list[int]()

    def endless(hand: Hand) -> None:
        hand.send_response(200)
        hand.send_header("Content-Type", "image/png")
        hand.end_headers()
        try:
            while len(sent) < 4096:
                hand.wfile.write(b"x" * 65536)
                sent.append(1)
        except OSError:
            hand.close_connection = True

    site.answers["/x"] = endless
    assert "it has more than 1 MB" in refusal(local, site.url("/x"))
    assert len(sent) < 4096


def test_a_host_that_drips_is_cut_off(site: PictureSite, pauses: list[float]) -> None:
    def drip(hand: Hand) -> None:
        hand.send_response(200)
        hand.send_header("Content-Type", "image/png")
        hand.end_headers()
        for _ in range(100):
            try:
                hand.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.05)

    site.answers["/x"] = drip
    began = time.monotonic()
    impatient = FetchedPictures(trusts_loopback=True, pause=pauses.append, whole_seconds=0.3)

    assert "it took more than 0.3 seconds" in refusal(impatient, site.url("/x"))
    assert time.monotonic() - began < 3


def test_a_host_whose_name_is_found_too_late_is_not_asked(
    site: PictureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time was up before there was a line to cut; it must not begin anew with the line."""
    real = socket.getaddrinfo

    def slow(*arguments: Any, **options: Any) -> Any:
        time.sleep(0.3)
        return real(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    site.answers["/x"] = lambda hand: hand.give(PNG)
    impatient = FetchedPictures(trusts_loopback=True, whole_seconds=0.1)

    assert refusal(impatient, site.url("/x")) == f"{site.url('/x')}: it took more than 0.1 seconds"
    assert site.asked == []


def test_redirects_are_followed_three_times_at_most(site: PictureSite, local: FetchedPictures) -> None:
    site.answers = {"/1": to("/2"), "/2": to("3", 307), "/3": to(site.url("/4"), 301)}
    site.answers["/4"] = lambda hand: hand.give(PNG)
    assert local.fetch(site.url("/1")) == PNG

    site.answers["/0"] = to("/1")
    assert refusal(local, site.url("/0")) == f"{site.url('/0')}: it leads on more than 3 times"
    assert [path for path, _ in site.asked] == ["/1", "/2", "/3", "/4", "/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x.example/a.png",
        "gopher://x.example/",
        "//x.example/a.png",
        "lamp.png",
        "http://",
        "http://x.example/a\nb",
    ],
)
def test_only_the_web_is_asked(local: FetchedPictures, url: str) -> None:
    assert "only addresses that begin with http:// or https:// are asked" in refusal(local, url)


def test_a_redirect_to_another_scheme_is_refused(site: PictureSite, local: FetchedPictures) -> None:
    site.answers["/x"] = to("file:///etc/passwd")

    assert refusal(local, site.url("/x")).startswith("file:///etc/passwd: only addresses that begin with")


def test_a_redirect_to_no_address_is_refused(site: PictureSite, local: FetchedPictures) -> None:
    site.answers["/x"] = to("http://[broken/x.jpg")

    assert refusal(local, site.url("/x")) == f"{site.url('/x')}: it leads to no address"


@pytest.mark.parametrize(
    "url", ["http://[::1/a.png", "http://x.example:99999/", "http://x..example/", f"http://{'x' * 80}/"]
)
def test_a_broken_address_is_refused(local: FetchedPictures, url: str) -> None:
    assert refusal(local, url) == f"{url}: it is no address"


def test_a_password_is_not_passed_on(local: FetchedPictures) -> None:
    assert "a name or a password" in refusal(local, "http://ada:secret@127.0.0.1/a.png")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[fe80::1]",
        "[fec0::1]",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "224.0.0.1",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_private_door_is_knocked_at(scheme: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    knocked = list[object]()
    monkeypatch.setattr(socket, "create_connection", lambda *arguments: knocked.append(arguments))

    assert "which is no public address" in refusal(FetchedPictures(), f"{scheme}://{host}/a.png")
    assert knocked == []


def test_only_the_ports_of_the_web_are_asked() -> None:
    assert "port 6379 is none of the web's" in refusal(FetchedPictures(), "http://93.184.215.14:6379/a.png")


def _names(monkeypatch: pytest.MonkeyPatch, addresses: dict[str, list[list[str]]]) -> list[str]:
    """Let names lead to addresses, others at each question; return which names were asked for."""
    asked, real = list[str](), socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **options: Any) -> Any:
        if host not in addresses:
            return real(host, port, *rest, **options)
        asked.append(host)
        answers = addresses[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _names(monkeypatch, {"rebound.example": [["93.184.215.14"], ["127.0.0.1"]]})
    knocked = list[object]()

    def connect(address: object, timeout: float) -> socket.socket:
        knocked.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "create_connection", connect)

    assert "nobody there" in refusal(FetchedPictures(), "http://rebound.example/a.png")
    assert (asked, knocked) == (["rebound.example"], [("93.184.215.14", 80)])


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, {"mixed.example": [["93.184.215.14", "10.0.0.7"]]})

    assert "mixed.example leads to 10.0.0.7" in refusal(FetchedPictures(), "http://mixed.example/a.png")


def test_a_redirect_to_a_private_door_is_refused(site: PictureSite, monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, {"shop.example": [["93.184.215.14"]], "inside.example": [["10.0.0.7"]]})
    site.answers["/x"] = to("http://inside.example/admin")
    real, port, knocked = socket.create_connection, site.server_port, list[object]()

    def connect(address: object, timeout: float) -> socket.socket:
        knocked.append(address)
        monkeypatch.undo()
        _names(monkeypatch, {"inside.example": [["10.0.0.7"]]})
        # The public address stands for the test's own server.
        return real(("127.0.0.1", port), timeout)

    monkeypatch.setattr(socket, "create_connection", connect)

    assert "inside.example leads to 10.0.0.7" in refusal(FetchedPictures(), "http://shop.example/x")
    assert knocked == [("93.184.215.14", 80)]
    assert site.asked == [("/x", "shop.example")]


def test_one_host_is_not_asked_without_a_pause(
    site: PictureSite, local: FetchedPictures, pauses: list[float]
) -> None:
    site.answers = dict.fromkeys(("/1", "/2", "/3"), lambda hand: hand.give(PNG))
    for path in site.answers:
        local.fetch(site.url(path))

    assert len(pauses) == 2
    assert all(0 < pause <= 0.2 for pause in pauses)


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_to_be_left_alone_is(site: PictureSite, local: FetchedPictures, status: int) -> None:
    site.answers["/x"] = lambda hand: hand.give(b"", status=status)

    assert f"answered {status}" in refusal(local, site.url("/x"))
    assert "asked to be left alone" in refusal(local, site.url("/y"))
    assert [path for path, _ in site.asked] == ["/x"]


def test_a_certificate_is_checked_against_the_name_that_was_asked_for(
    site: PictureSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _names(monkeypatch, dict.fromkeys(("shop.example", "other.example"), [["127.0.0.1"]]))
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -addext"
    subprocess.run(  # noqa: S603 - fixed words and the test's own paths
        [*made.split(), "subjectAltName=DNS:shop.example", "-out", str(certificate), "-keyout", str(key)],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    said = list[str | None]()
    server.sni_callback = lambda _, name, __: said.append(name)
    site.socket = server.wrap_socket(site.socket, server_side=True)
    site.answers["/x"] = lambda hand: hand.give(PNG)
    trusted = ssl.create_default_context(cafile=str(certificate))
    pictures = FetchedPictures(trusts_loopback=True, tls=trusted, pause=lambda _: None)

    def url(host: str) -> str:
        return site.url("/x", host).replace("http:", "https:")

    assert pictures.fetch(url("shop.example")) == PNG
    assert "certificate verify failed" in refusal(pictures, url("other.example"))
    strangers = FetchedPictures(trusts_loopback=True, pause=lambda _: None)
    assert "certificate verify failed" in refusal(strangers, url("shop.example"))
    assert site.asked == [("/x", f"shop.example:{site.server_port}")]
    assert said == names == ["shop.example", "other.example", "shop.example"]
