"""Whose word is taken for a client's address: rubbish, long chains, IPv6 and sockets included."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.addresses import networks
from app.web.proxies import Proxies

from .shop import open_web_shop

CADDY = Proxies(*networks("127.0.0.1, ::1"))
WITH_CDN = Proxies(*networks("10.77.0.0/24 203.0.113.0/24, 2001:db8:cd::/48"))
ON_A_SOCKET = Proxies(*networks("unix"))
NOBODY = Proxies(*networks("none"))
SHOPPER, EVIL = "198.51.100.7", "192.0.2.66"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        pytest.param(CADDY, "127.0.0.1", SHOPPER, SHOPPER, id="the front speaks"),
        pytest.param(CADDY, "::ffff:127.0.0.1", SHOPPER, SHOPPER, id="the front, in IPv6's clothes"),
        pytest.param(CADDY, "::1", "2001:db8::7", "2001:db8::7", id="IPv6"),
        pytest.param(CADDY, "::1", "2001:DB8:0:0:0:0:0:7", "2001:db8::7", id="IPv6 in full"),
        pytest.param(CADDY, "127.0.0.1", f"::ffff:{SHOPPER}", SHOPPER, id="IPv4 in IPv6"),
        pytest.param(CADDY, EVIL, SHOPPER, EVIL, id="a stranger speaks"),
        pytest.param(CADDY, "127.0.0.2", SHOPPER, "127.0.0.2", id="a neighbour of the front speaks"),
        pytest.param(NOBODY, "127.0.0.1", SHOPPER, "127.0.0.1", id="nobody is believed"),
        pytest.param(CADDY, "127.0.0.1", f"{EVIL}, {SHOPPER}", SHOPPER, id="the client's own entry"),
        pytest.param(CADDY, "127.0.0.1", f"127.0.0.1, {SHOPPER}", SHOPPER, id="the client claims loopback"),
        pytest.param(CADDY, "127.0.0.1", f"{EVIL}, 127.0.0.1", EVIL, id="a proxy before the front"),
        pytest.param(CADDY, "127.0.0.1", "127.0.0.1", "127.0.0.1", id="somebody at this machine"),
        pytest.param(CADDY, "127.0.0.1", "", "127.0.0.1", id="no header"),
        pytest.param(WITH_CDN, "10.77.0.3", f"{EVIL}, {SHOPPER}, 203.0.113.9", SHOPPER, id="a CDN"),
        pytest.param(WITH_CDN, "10.77.0.3", "2001:db8::7,2001:db8:cd:1::9", "2001:db8::7", id="a CDN, IPv6"),
        pytest.param(WITH_CDN, "10.77.0.3", EVIL, EVIL, id="past the CDN"),
        pytest.param(CADDY, "127.0.0.1", f"{SHOPPER}:4711", SHOPPER, id="with a port"),
        pytest.param(CADDY, "127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7", id="IPv6 with a port"),
        pytest.param(CADDY, "127.0.0.1", "[2001:db8::7]", "2001:db8::7", id="IPv6 in brackets"),
        pytest.param(CADDY, "127.0.0.1", "fe80::7%eth0", "fe80::7", id="IPv6 with a zone"),
        pytest.param(ON_A_SOCKET, "", SHOPPER, SHOPPER, id="the front on a socket"),
        pytest.param(ON_A_SOCKET, "", "", "", id="a socket without a word"),
        pytest.param(ON_A_SOCKET, "127.0.0.1", SHOPPER, "127.0.0.1", id="a port where a socket was meant"),
        pytest.param(CADDY, "", SHOPPER, "", id="a socket that nobody named"),
    ],
)
def test_the_client_is_the_right_most_that_is_no_proxy(
    proxies: Proxies, peer: str, forwarded: str, client: str
) -> None:
    assert proxies.client(peer, forwarded) == client


@pytest.mark.parametrize(
    "rubbish",
    [
        *("1", "unknown", "_hidden", "for=198.51.100.7", "<script>", "198.51.100.7/32", "0x7f.1", "127.1"),
        *("198.51.100.999", ":", "::::", "[", "[]", "]:1", "198.51.100.7:port", "١٩٨.51.100.7", " ", "\x00"),
        *("https://198.51.100.7", "198.51.100.7 198.51.100.8", "9" * 5000, "," * 5000),
    ],
)
def test_rubbish_is_nobody_and_so_is_what_stands_left_of_it(rubbish: str) -> None:
    assert CADDY.client("127.0.0.1", rubbish) == "127.0.0.1"
    assert CADDY.client("127.0.0.1", f"{SHOPPER}, {rubbish}") == "127.0.0.1"
    assert CADDY.client("127.0.0.1", f"{rubbish}, {SHOPPER}") == SHOPPER


def test_a_chain_without_end_costs_sixteen_looks() -> None:
    endless = ", ".join([SHOPPER, *["127.0.0.1"] * 200_000])
    assert CADDY.client("127.0.0.1", endless) == "127.0.0.1"
    assert CADDY.client("127.0.0.1", ", ".join([SHOPPER, *["127.0.0.1"] * 15])) == SHOPPER


def test_no_claim_of_another_host_or_scheme_is_seen_behind_it(tmp_path: Path) -> None:
    shop = open_web_shop(tmp_path, shop_url="https://shop.example")
    seen: dict[str, object] = {}

    @shop.app.before_request
    def look() -> None:
        from flask import request

        seen.update(url=request.url, route=list(request.access_route), client=request.remote_addr)
        seen["claims"] = [name for name in request.environ if "FORWARDED" in name or "REAL_IP" in name]

    for peer, client in (("127.0.0.1", SHOPPER), (EVIL, EVIL)):
        headers = {
            "X-Forwarded-For": SHOPPER,
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "gopher",
            "X-Forwarded-Prefix": "/evil",
            "X-Forwarded-Port": "1",
            "Forwarded": f"for={EVIL};host=evil.example;proto=http",
            "X-Real-IP": EVIL,
        }
        answer = shop.client.get("/cart", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
        assert answer.status_code == 200
        assert "evil.example" not in answer.text
        assert seen == {"url": "https://shop.example/cart", "route": [client], "client": client, "claims": []}


@pytest.mark.parametrize(
    "text", ["1", "0", "", " , ", "caddy", "127.0.0.1/33", "10.0.0.1/24", "none, ::1", "*"]
)
def test_a_list_of_proxies_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks(text)
