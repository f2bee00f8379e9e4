"""What holds for every unit test: the shop over fakes, and no socket."""

from __future__ import annotations

import socket
from typing import Any, NoReturn

import pytest

from tests.builders import Shop


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> NoReturn:
        raise AssertionError("A unit test must not open a connection: use a fake, or move it to its adapter.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)


@pytest.fixture
def shop() -> Shop:
    """A shop that has sold nothing yet."""
    return Shop()
