"""The rules that unit tests themselves keep."""

from __future__ import annotations

import socket

import pytest


def test_a_unit_test_cannot_open_a_connection() -> None:
    with socket.socket() as opened, pytest.raises(AssertionError, match="must not open a connection"):
        opened.connect(("127.0.0.1", 9))
