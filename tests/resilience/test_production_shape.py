"""The compose file's own commands as processes, in production mode: they sell, also after each has died.

What only an engine can give is put in the place of what the file names: addresses of this
machine for the names of services, free ports for fixed ones, a folder for the volume, and the
embedded servers for MongoDB and Redis.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from app.embedded import probes, sessions
from app.embedded.servers import caddy_program
from tests.deploy.composed import ROOT, compose, made_env, put_in, services
from tests.servers import redis_program, running_mongo
from tests.shopper import Shopper
from tests.stack import free_port, offers, until

PRINTS = """\
Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Status
harbour,Harbour at Dawn,<p>Two boats.</p>,Ada,Print,true,Size,A4,HARBOUR-A4,shopify,2,deny,24.00,active
"""  # noqa: E501 - one line of a CSV file is one line
BUYER = "grace@hopper.example"
SERVERS = {"mongo", "mongo-init", "redis"}


class Composed:
    """The services of the compose file on this machine."""

    def __init__(self, folder: Path, mongo: str, redis: str) -> None:
        self.folder = folder
        self.data, self.letters = folder / "data", folder / "letters"
        self.data.mkdir()
        self.ports = {name: str(free_port()) for name in ("8001", "12111", "1025", "80")}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        here = {
            **{f"counter:{port}": f"127.0.0.1:{self.ports[port]}" for port in ("8001",)},
            "172.31.250.0/24": "127.0.0.1",
            **{f"127.0.0.1:{port}": f"127.0.0.1:{self.ports[port]}" for port in ("12111", "1025", "8001")},
            "http://sandbox:12111": f"http://127.0.0.1:{self.ports['12111']}",
            "smtp://mail:1025": f"smtp://127.0.0.1:{self.ports['1025']}",
            "http://caddy:80": f"http://127.0.0.1:{self.ports['80']}",
            "http://127.0.0.1:8000": f"http://127.0.0.1:{self.ports['80']}",
            "http://:80": f"http://:{self.ports['80']}",
            "/srv/vitrine": str(self.data),
            "/data/mail": str(self.letters),
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - what is replaced
        }
        self._here = re.compile("|".join(sorted(map(re.escape, here), key=len, reverse=True)))
        self._instead = here
        self._known = {"VITRINE_MONGO_URI": mongo, "VITRINE_REDIS_URL": redis, "VITRINE_DATA": str(self.data)}
        self.services = put_in(services(), made_env(folder, "dev"))

    @property
    def shop(self) -> str:
        """The shop's address."""
        return f"http://127.0.0.1:{self.ports['80']}"

    def on_this_machine(self, value: str) -> str:
        """Return an argument or a value with the addresses of this machine."""
        return self._here.sub(lambda match: self._instead[match[0]], self.ports.get(value, value))

    def argv(self, name: str, command: list[str]) -> list[str]:
        """Return what runs a command in the image of a service."""
        service = self.services[name]
        if name == "caddy":
            return [
                caddy_program(),
                *("run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile")),
            ]
        entrypoint = service.get("entrypoint", ["python", "-m", "app.cli"])
        parts = [sys.executable if part == "python" else part for part in (*entrypoint, *command)]
        return [self.on_this_machine(part) for part in parts]

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment of a service: what the file says, and no variable of ours."""
        told = {key: self.on_this_machine(value) for key, value in self.services[name]["environment"].items()}
        if name != "caddy":
            told |= self._known
        return told | {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "VITRINE_FRONT_LOG_LEVEL": "ERROR",
        }

    def run(self, name: str, *command: str) -> str:
        """Run one command in a service to its end; return what it says."""
        argv = self.argv(name, list(command))
        run = subprocess.run(
            argv, env=self.environment(name), cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{command}: {run.stdout}{run.stderr[-2000:]}"
        return run.stdout

    def start(self, name: str, number: str = "") -> None:
        """Start a service as the file says, and wait for its health where it has a check.

        Args:
            name: the service.
            number: what tells a further one of it apart, as `--scale` starts it.
        """
        service = self.services[name]
        log = self.folder / f"{name}{number}.log"
        with log.open("ab") as output:
            self.running[name + number] = subprocess.Popen(
                self.argv(name, service.get("command", [])),
                env=self.environment(name),
                cwd=self.folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        check = service.get("healthcheck", {}).get("test", [])
        if "app.embedded.probes" in check:
            address = self.on_this_machine(check[-1])
            until(lambda: probes.main(address) == 0)
        assert self.running[name + number].poll() is None, log.read_text("utf-8")[-2000:]

    def kill(self, name: str) -> None:
        """End a service with all it has started, as an engine does with a container."""
        process = self.running.pop(name)
        assert sessions.kill([process.pid])
        process.wait(10)

    def writes(self, name: str) -> bool:
        """Say whether a watcher has the manifest open, which only the one that publishes does."""
        folder = Path(f"/proc/{self.running[name].pid}/fd")
        # A file may be closed between the look at the folder and the look at the link.
        files = []
        for link in folder.iterdir():
            with suppress(FileNotFoundError):
                files.append(link.readlink().name)
        return "manifest.sqlite" in files

    def write_count(self, count: int) -> None:
        """Write the units of the print straight into the database; the page follows."""
        with self._database() as database:
            database.stock_pools.update_one({"_id": "HARBOUR-A4"}, {"$set": {"on_hand": count}})

    def external_movements(self) -> int:
        """Count the movements that the watcher has recorded for what others wrote."""
        with self._database() as database:
            return database.stock_movements.count_documents({"kind": "external"})

    @contextmanager
    def _database(self) -> Iterator[Database[dict[str, Any]]]:
        with MongoClient[dict[str, Any]](self._known["VITRINE_MONGO_URI"]) as client:
            yield client.get_default_database()

    def buy(self) -> str:
        """Buy one print; return the address of the order's page."""
        with Shopper(self.shop) as shopper:
            shopper.add("harbour", "HARBOUR-A4")
            return shopper.pay(shopper.checkout(), BUYER)

    def orders(self) -> list[dict[str, Any]]:
        """Return all orders, newest first."""
        listed: list[dict[str, Any]] = json.loads(self.run("web", "orders", "--json"))["orders"]
        return listed

    def availability(self) -> str:
        """Return what the served page says of the print."""
        with Shopper(self.shop) as shopper:
            page = shopper.http.get(f"{self.shop}/products/harbour/", timeout=10)
        return offers(page.text)["HARBOUR-A4"]["availability"].rpartition("/")[2] if page.ok else ""


@contextmanager
def redis_on_a_port(folder: Path) -> Iterator[str]:
    """Run Redis as the file's processes reach it, by TCP and with a password; yield its URL."""
    port, password = free_port(), "letters"
    argv = [redis_program(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    argv += ["--requirepass", password, "--save", ""]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        try:
            until(lambda: _is_open(port))
            yield f"redis://:{password}@127.0.0.1:{port}/0"
        finally:
            process.kill()


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """Every service but the two servers, started in the order of the file's conditions."""
    folder = tmp_path_factory.mktemp("composed")
    with running_mongo(folder / "mongo") as mongo, redis_on_a_port(folder) as redis:
        shop = Composed(folder, mongo.uri("vitrine"), redis)
        try:
            shop.run("migrate", *shop.services["migrate"]["command"])
            for name in ("mail", "caddy", "sandbox", "web", "worker", "worker-mail", "worker-media"):
                shop.start(name)
            shop.start("watcher")
            shop.start("cron")
            (folder / "prints.csv").write_text(PRINTS, "utf-8")
            shop.run("web", "import", str(folder / "prints.csv"))
            until(shop.availability)
            yield shop
        finally:
            for name in list(shop.running):
                shop.kill(name)


def test_nothing_of_the_file_is_left_out(composed: Composed) -> None:
    """Every service of the shop runs, in production, under the file's own command."""
    assert set(composed.running) | SERVERS | {"migrate"} == set(compose()["services"])
    assert composed.environment("web")["VITRINE_ENV"] == "production"
    assert composed.argv("watcher", composed.services["watcher"]["command"])[1:] == [
        *("-m", "app.cli", "site", "watch")
    ]


def test_a_print_is_sold(composed: Composed) -> None:
    """Page, cart, checkout, payment page, webhook through the front, worker, mail."""
    composed.buy()
    until(lambda: composed.orders()[0]["state"] == "paid")
    letters = until(lambda: list(composed.letters.glob("receipt*.eml")))

    assert composed.availability() == "LimitedAvailability"
    assert [order["email"] for order in composed.orders()] == [BUYER]
    assert len(letters) == 1


def test_it_is_sold_after_each_process_has_died(composed: Composed) -> None:
    """Killed one after the other and started again, as `restart: unless-stopped` has it."""
    before = len(composed.orders())
    for name in sorted(composed.running):
        composed.kill(name)
        composed.start(name)
    until(composed.availability)
    composed.buy()
    until(lambda: composed.orders()[0]["state"] == "paid")
    until(lambda: len(list(composed.letters.glob("receipt*.eml"))) == before + 1)
    until(lambda: composed.availability() == "OutOfStock")
    report = until(lambda: _well(composed))

    assert len(composed.orders()) == before + 1
    assert {order["state"] for order in composed.orders()} == {"paid"}
    assert report["ok"] is True


def test_a_second_watcher_stands_by_and_takes_over(composed: Composed) -> None:
    """`--scale watcher=2`: while one publishes the other waits; when it dies the other goes on."""
    composed.start("watcher", "-2")
    composed.write_count(40)
    until(lambda: composed.availability() == "InStock")
    # The embedded database keeps what a killed transaction has touched for a minute, so it shall have none.
    until(lambda: composed.external_movements() == 1)
    before = [composed.writes(name) for name in ("watcher", "watcher-2")]

    composed.kill("watcher")
    until(lambda: composed.writes("watcher-2"))
    composed.write_count(0)
    until(lambda: composed.availability() == "OutOfStock")

    assert before == [True, False]
    assert composed.running["watcher-2"].poll() is None


def _well(composed: Composed) -> dict[str, Any]:
    run = subprocess.run(
        composed.argv("web", ["doctor", "--json"]),
        env=composed.environment("web"),
        cwd=composed.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(run.stdout)
    return report if run.returncode == 0 else {}
