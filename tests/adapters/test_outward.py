"""Addresses are of the public internet or not, also where one wraps another."""

from __future__ import annotations

import pytest

from app.adapters.outward import Door, is_public


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound to it
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("::7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("feff::1", False),
        ("ff02::1", False),
    ],
)
def test_addresses_are_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("door", "authority"),
    [
        (Door("x.example", 443, True), "x.example"),
        (Door("x.example", 80, True), "x.example:80"),
        (Door("x.example", 80, False), "x.example"),
        (Door("::1", 8443, True), "[::1]:8443"),
    ],
)
def test_a_host_is_named_with_its_port_where_it_is_not_the_usual_one(door: Door, authority: str) -> None:
    assert door.authority == authority
