"""Through the real front and the real app server, no header of a client changes its address."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.embedded import probes, servers
from app.embedded.process import Child, ProcessSpec

from .running import ROOT, eventually, free_port

Ask = Callable[..., str]
SPOOFS = (
    ("X-Forwarded-For", "198.51.100.7"),
    ("X-Forwarded-For", "127.0.0.1, 198.51.100.7"),
    ("x-forwarded-for", "198.51.100.7"),
    ("X_Forwarded_For", "198.51.100.7"),
    ("X-Forwarded_For", "198.51.100.7"),
    ("x_forwarded-for", "198.51.100.7"),
    ("Forwarded", "for=198.51.100.7"),
    ("X-Real-IP", "198.51.100.7"),
    ("Remote_Addr", "198.51.100.7"),
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., tuple[Ask, Ask]]]:
    """Start front and app; return what asks through the front, and what asks the app itself."""
    children: list[Child] = []

    def start(believed: str, front_proxies: str = "") -> tuple[Ask, Ask]:
        folders = servers.Folders(tmp_path / "shop")
        folders.create()
        port, app_port = free_port(), free_port()
        front = servers.caddy(folders, "127.0.0.1", port, app_port, "http://127.0.0.1:4242")
        front = replace(front, env={**front.env, "VITRINE_FRONT_PROXIES": front_proxies})
        argv = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(app_port), "tests.embedded.tell_address:app"),
        ]
        env = {**os.environ, "BELIEVED": believed, "PYTHONPATH": str(ROOT)}
        for spec in (ProcessSpec("web", argv, env, tmp_path / "web.log"), front):
            children.append(Child(spec))
            children[-1].start()
        for each in (port, app_port):
            eventually(lambda each=each: probes.answers_http("127.0.0.1", each, "/healthz"), bool)
        return asking(port), asking(app_port)

    yield start
    for child in children:
        child.kill()


def asking(port: int) -> Ask:
    """Return what asks at a port from an address of this machine, with headers as they are written."""

    def ask(*headers: tuple[str, str], source: str = "127.0.0.1") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
        connection.putrequest("GET", "/healthz")
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            told = response.read().decode()
        connection.close()
        return told

    return ask


def test_a_header_from_outside_changes_nothing(served: Callable[..., tuple[Ask, Ask]]) -> None:
    through_front, app_itself = served("127.0.0.1")
    for spoof in SPOOFS:
        # Anybody in 127.0.0.0/8 can be a client here; only 127.0.0.1 is the front.
        assert through_front(spoof, source="127.0.0.9") == "127.0.0.9", spoof
        assert app_itself(spoof, source="127.0.0.9") == "127.0.0.9", spoof
    assert through_front(*SPOOFS, source="127.0.0.9") == "127.0.0.9"
    assert through_front(*reversed(SPOOFS), source="127.0.0.9") == "127.0.0.9"


def test_a_proxy_before_the_front_is_believed_where_both_know_it(
    served: Callable[..., tuple[Ask, Ask]],
) -> None:
    through_front, _ = served("127.0.0.1 127.0.0.77", front_proxies="127.0.0.77/32")
    chain = ("X-Forwarded-For", "192.0.2.66, 198.51.100.7")
    assert through_front(chain, source="127.0.0.77") == "198.51.100.7"
    assert through_front(chain, source="127.0.0.9") == "127.0.0.9"


def test_an_app_that_believes_nobody_takes_the_front_for_its_client(
    served: Callable[..., tuple[Ask, Ask]],
) -> None:
    through_front, _ = served("none")
    assert through_front(("X-Forwarded-For", "198.51.100.7"), source="127.0.0.9") == "127.0.0.1"


def test_a_socket_of_this_machine_is_believed_where_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "app.sock"
    argv = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--uds", str(path), "tests.embedded.tell_address:app"),
    ]
    env = {**os.environ, "BELIEVED": "unix", "PYTHONPATH": str(ROOT)}
    child = Child(ProcessSpec("web", argv, env, tmp_path / "web.log"))
    child.start()
    try:
        with socket.socket(socket.AF_UNIX) as plug:
            # The file is there a moment before somebody listens.
            eventually(lambda: plug.connect_ex(str(path)), lambda code: code == 0)
            plug.sendall(
                b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\nConnection: close\r\n\r\n"
            )
            told = b"".join(iter(lambda: plug.recv(4096), b"")).decode()
        assert told.endswith("198.51.100.7")
    finally:
        child.kill()
