"""Two watchers on one folder: one publishes, one stands by; and never do both write, whatever is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sitegen.tenures import Tenures
from tests.servers import MongoServer
from tests.sitegen.shop import SmallShop

SECONDS = 10.0
"""From the moment at which the one that publishes is lost until the other has published a change."""
LAMP = "products/lamp/index.html"
HOOKED = """
import os, signal, sys
from pathlib import Path
import sitegen.holder as holder, sitegen.lease as lease
from sitegen.manifest import Manifest
from sitegen.publisher import LocalPublisher
from sitegen.search import SearchWriter
from app.cli import main

wishes, stops_at = Path(sys.argv.pop(1)), sys.argv.pop(1)
holder.own_space = lambda: "another container"

def stops(owner, name, is_meant=lambda *_: True):
    first = getattr(owner, name)
    def stopping(self, *arguments):
        if wishes.exists() and is_meant(*arguments):
            wishes.unlink()
            os.kill(os.getpid(), signal.SIGSTOP)
        return first(self, *arguments)
    setattr(owner, name, stopping)

match stops_at:
    case "before a rename":
        stops(LocalPublisher, "_replace", lambda path, *_: path == "products/lamp/index.html")
    case "before a removal":
        stops(LocalPublisher, "remove")
    case "within a transaction of the manifest":
        stops(Manifest, "put_page")
    case "within a transaction of the index":
        stops(SearchWriter, "_write")
if stops_at != "idle":
    # The thread that beats would end the process before it comes to its next step.
    first = lease.Lease.__init__
    def deaf(self, folder):
        first(self, folder, lambda fenced: None)
    lease.Lease.__init__ = deaf
main()
"""
STOPS = (
    "before a rename",
    "before a removal",
    "within a transaction of the manifest",
    "within a transaction of the index",
    "idle",
)


@dataclass
class Watchers:
    """Processes of `vitrine site watch` on the shop's folder and database."""

    shop: SmallShop
    server: MongoServer
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def wishes(self) -> Path:
        """The file that makes a hooked watcher stop when it comes to its place."""
        return self.shop.settings.data / "stop"

    def start(self, stops_at: str = "") -> subprocess.Popen[bytes]:
        """Start one, in a container of its own if it is to stop at a place."""
        environment = {
            **os.environ,
            "VITRINE_DATA": str(self.shop.settings.data),
            "VITRINE_MONGO_URI": self.server.uri(self.shop.database.driver.name),
            "VITRINE_SHOP_URL": self.shop.settings.shop_url,
        }
        hooked = ["-c", HOOKED, str(self.wishes), stops_at]
        argv = [sys.executable, *(hooked if stops_at else ["-m", "app.cli"]), "site", "watch"]
        with self._log(len(self.running)).open("wb") as output:
            process = subprocess.Popen(argv, env=environment, stderr=output)
        self.running.append(process)
        return process

    def said(self, number: int) -> str:
        """Return what one has said, the first one being 0."""
        return self._log(number).read_text("utf-8")

    def two(self, stops_at: str = "") -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
        """Return one that publishes and one that stands by."""
        first = self.start(stops_at)
        self.follow(4711, 60)
        second = self.start()
        eventually(lambda: "standing by" in self.said(1), "the other one stands by")
        return first, second

    def follow(self, minor: int, seconds: float = SECONDS) -> float:
        """Change a price, and wait until it is on its page; return the seconds."""
        began = time.monotonic()
        self.shop.price("LAMP-OAK", minor)
        eventually(lambda: self.shows(minor), "the price is live", seconds)
        return time.monotonic() - began

    def shows(self, minor: int) -> bool:
        """Say whether a price is on its page."""
        return f"${minor // 100}.{minor % 100:02}" in (self.shop.settings.public / LAMP).read_text("utf-8")

    def close(self) -> None:
        """End all that runs."""
        for process in self.running:
            process.kill()
            process.wait()

    def _log(self, number: int) -> Path:
        return self.shop.settings.data / f"watch-{number}.log"


def eventually(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait until something holds; on a machine that has more to do, a second counts for less."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    deadline = time.monotonic() + seconds * max(1.0, load)
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@pytest.fixture
def watchers(
    shop: SmallShop, mongo_server: MongoServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watchers]:
    shop.close()
    # The processes have listings of the usual length.
    monkeypatch.undo()
    found = Watchers(shop, mongo_server)
    yield found
    found.close()


def is_stopped(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process was stopped by SIGSTOP."""
    stat = Path(f"/proc/{process.pid}/stat").read_text("utf-8")
    return stat.rpartition(")")[2].split()[0] == "T"


def everything(shop: SmallShop) -> dict[str, Any]:
    """Return every file that anybody reads, with its bytes and its place, and every document."""
    data = shop.settings.data
    found: dict[str, Any] = {}
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        # Of an ended tenure nobody reads anything; what is said is no publication.
        if not name.startswith("tenures/1/") and path.suffix != ".log" and path.is_file():
            stat = path.stat()
            found[name] = sha256(path.read_bytes()).hexdigest(), stat.st_ino, stat.st_mtime_ns
    for folder in sorted(shop.settings.public.rglob("*/")):
        found[f"{folder}/"] = sorted(path.name for path in folder.iterdir())
    for collection in shop.database.driver.list_collection_names():
        found[f"collection {collection}"] = list(shop.external(collection).find().sort("_id", 1))
    return found


def test_the_other_one_publishes_when_the_first_one_is_killed(watchers: Watchers) -> None:
    first, _ = watchers.two()
    first.kill()
    seconds = watchers.follow(4800)
    print(f"taken over from a killed one in {seconds:.1f} s")  # noqa: T201 - read by whoever measures
    assert Tenures(watchers.shop.settings.data / "tenures").current().number == 1


def test_one_that_is_stopped_is_ended_and_never_writes_again(watchers: Watchers) -> None:
    first, second = watchers.two()
    os.kill(first.pid, signal.SIGSTOP)
    seconds = watchers.follow(4800)
    print(f"taken over from a stopped one in {seconds:.1f} s")  # noqa: T201 - read by whoever measures
    with suppress(ProcessLookupError):
        os.kill(first.pid, signal.SIGCONT)
    assert first.wait(10) == -signal.SIGKILL
    assert second.poll() is None
    assert "the holder of the lease had stopped; killed it" in watchers.said(1)
    assert Tenures(watchers.shop.settings.data / "tenures").current().number == 1


@pytest.mark.parametrize("stops_at", STOPS)
def test_one_that_cannot_be_ended_finds_its_door_shut(watchers: Watchers, stops_at: str) -> None:
    shop = watchers.shop
    first, second = watchers.two(stops_at)
    if stops_at == "idle":
        os.kill(first.pid, signal.SIGSTOP)
    else:
        watchers.wishes.touch()
    # What is renamed has a page to publish, and an old one to remove.
    shop.edit("prd_card", slug="postcard", title="Postcard")
    shop.price("LAMP-OAK", 4800)
    eventually(lambda: is_stopped(first), "it stops")
    seconds = watchers.follow(4900)
    print(f"taken over from one {stops_at} in {seconds:.1f} s")  # noqa: T201 - read by whoever measures
    eventually(lambda: shop.has("/products/postcard/") and not shop.has("/products/card/"), "it is renamed")

    # Whatever is written from now on, the one that was stopped has written it.
    os.kill(second.pid, signal.SIGSTOP)
    eventually(lambda: is_stopped(second), "the other one stops")
    before = everything(shop)
    os.kill(first.pid, signal.SIGCONT)
    eventually(lambda: first.poll() is not None, "it leaves")
    assert everything(shop) == before
    assert first.returncode == 1
    assert "Tenure 1 was ended by another process" in watchers.said(0)
    assert (shop.settings.data / "tenures/1/staging").is_file()
    assert [path.name for path in (shop.settings.data / "tenures/1").iterdir()] == ["staging"]
    assert Tenures(shop.settings.data / "tenures").current().number == 2

    os.kill(second.pid, signal.SIGCONT)
    watchers.follow(5000)
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert shop.wrong() == {}
