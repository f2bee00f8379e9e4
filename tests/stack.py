"""The real shop as a process: `vitrine up --demo` on a folder of its own, and what a test asks of it."""

from __future__ import annotations

import atexit
import email
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import requests
import stripe
from pymongo import MongoClient
from pymongo.database import Database

from tests.embedded.running import free_port, is_alive, processes_of

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 240.0
PATIENCE_SECONDS = 120.0
PICTURES_SECONDS = 900.0
"""Forty-eight pictures in eighteen files each: some minutes of a processor that has nothing else to do."""
PICTURES = """
import sys
from pathlib import Path
from app.bootstrap import build_services
from app.settings import load_settings
media = build_services(load_settings(Path(sys.argv[1]))).media
for picture in reversed(list(media.store.every_picture())):
"""
SIZES = {
    # From the other end: the shop's worker only takes what the processor has left.
    True: f"{PICTURES}    media.derive(picture.id)",
    # Nobody looks for more than the first file any more.
    False: f"{PICTURES}    media.store.complete(picture.id, picture.renditions)",
}
OF_ONE_RUN = ("logs", "mail", "run", "staging", "stack.json")
"""What a shop at rest has left of its last run, and another one does not take over."""
SHARED_FOLDER = "VITRINE_TESTS_FOLDER"
"""The variable that tells the processes of a run where it is."""
LD_JSON = '<script type="application/ld+json">'

Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], seconds: float = PATIENCE_SECONDS, pause: float = 0.05) -> Seen:
    """Look until what is seen is truthy, and return it; the limit only counts where it never is."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r} after {seconds} s"
        time.sleep(pause)
    return seen


def environment() -> dict[str, str]:
    """Return our environment without anything that would name another shop's servers."""
    others = ("VITRINE_", "STRIPE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    # The code beside the tests runs, whatever else is installed.
    return kept | {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Answer:
    """What a command has answered."""

    code: int
    out: str
    errors: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document


class Stack:
    """`vitrine up --demo` on one data folder; it can be killed and started again."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data, self.port = data, port or free_port()
        self.errors = data.with_name(f"{data.name}.{self.port}.errors")
        self.output = data.with_name(f"{data.name}.{self.port}.output")
        self._process: subprocess.Popen[bytes] | None = None
        self._mongo: MongoClient[dict[str, Any]] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The supervisor."""
        assert self._process, "the stack was not started"
        return self._process

    def begin(self) -> Stack:
        """Start it, without waiting."""
        options = ("--demo", "--port", str(self.port), "--data", str(self.data))
        with self.output.open("wb") as output, self.errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "up", *options],
                env=environment(),
                cwd=self.data.parent,
                stdout=output,
                stderr=errors,
            )
        return self

    def start(self) -> Stack:
        """Start it and wait until it says that it is ready."""
        self.begin()
        line = f"ready http://127.0.0.1:{self.port}\n"
        until(lambda: line in self.said() or self.process.poll() is not None, START_SECONDS)
        assert line in self.said(), self.errors.read_text("utf-8")
        return self

    def said(self) -> str:
        """Return what it has said on standard output."""
        return self.output.read_text("utf-8")

    def ends(self) -> int:
        """Wait for its end; return its exit code."""
        return self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        self._forget_database()
        process = self.process
        # A process that a test has frozen could not obey.
        for pid in [*self._known_pids(), process.pid]:
            with _gone_is_fine():
                os.kill(pid, signal.SIGCONT)
        process.terminate()
        return self.ends()

    def kill(self) -> None:
        """`kill -9` every process at once, the supervisor first."""
        self._forget_database()
        pids = self.pids
        for name in ("supervisor", *(name for name in pids if name != "supervisor")):
            with _gone_is_fine():
                os.kill(pids[name], signal.SIGKILL)
        self.ends()
        until(lambda: not processes_of(self.data))

    def close(self) -> None:
        """End it, whatever state a test has left it in."""
        self._forget_database()
        if self._process is not None and self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self._process.kill()
                self.ends()

    @property
    def stack(self) -> dict[str, Any]:
        """What stack.json says now."""
        content: dict[str, Any] = json.loads((self.data / "stack.json").read_text("utf-8"))
        return content

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of stack.json."""
        pids: dict[str, int] = self.stack["pids"]
        return pids

    @property
    def shop(self) -> str:
        """The shop's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public(self) -> Path:
        """The published folder."""
        return self.data / "public"

    @property
    def db(self) -> Database[dict[str, Any]]:
        """The database, as any other program reaches it."""
        if self._mongo is None:
            self._mongo = MongoClient(self.stack["mongo"], serverSelectionTimeoutMS=20_000)
        return self._mongo[self.stack["database"]]

    def write_price(self, sku: str, minor: int, currency: str = "USD") -> None:
        """Write a price straight into the database; the pages follow."""
        price = {f"variants.$.prices.{currency}": minor}
        self.db.products.update_one({"variants.sku": sku}, {"$set": price})

    def write_count(self, sku: str, count: int) -> None:
        """Write a count straight into the database; its movement and the pages follow."""
        self.db.stock_pools.update_one({"_id": sku}, {"$set": {"on_hand": count}})

    def vitrine(self, *arguments: str) -> Answer:
        """Run a command on this stack with `--json`."""
        command, options = arguments, ("--json", "--data", str(self.data))
        run = subprocess.run(
            [sys.executable, "-m", "app.cli", *command, *options],
            env=environment(),
            cwd=self.data.parent,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Answer(run.returncode, run.stdout, run.stderr)

    def told(self, *arguments: str) -> dict[str, Any]:
        """Run a command that must succeed; return what it says."""
        answer = self.vitrine(*arguments)
        assert answer.code == 0, f"{arguments}: {answer.out}{answer.errors[-2000:]}"
        return answer.data

    def fault(self, **wish: Any) -> None:
        """Arm a fault of the payment stand-in."""
        url = f"{self.stack['sandbox_control']}/_sandbox/faults"
        answer = requests.post(url, json=wish, timeout=10)
        assert answer.status_code == 200, answer.text

    def page(self, path: str) -> str:
        """Return a page as it lies on disk."""
        return (self.public / path.strip("/") / "index.html").read_text("utf-8")

    def offers(self, slug: str, market: str = "") -> dict[str, dict[str, Any]]:
        """Return the offers by SKU that the served page of a product names in its JSON-LD."""
        prefix = f"/{market}" if market else ""
        return offers(requests.get(f"{self.shop}{prefix}/products/{slug}/", timeout=10).text)

    def published(self) -> dict[str, tuple[int, int]]:
        """Return inode and time of change of every published file."""
        files = (path for path in self.public.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.public)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in files
        }

    def mails(self) -> list[EmailMessage]:
        """Return every message that was delivered."""
        parse = email.message_from_bytes
        found = [parse(path.read_bytes(), policy=policy.default) for path in self._mail_files()]
        return [message for message in found if isinstance(message, EmailMessage)]

    def mails_to(self, address: str) -> Counter[str]:
        """Count the mails to an address by Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails() if address in str(mail["To"]))

    def receipts(self) -> Counter[str]:
        """Count the receipts by the id of their order."""
        ids = (str(mail["Message-ID"]) for mail in self.mails())
        return Counter(
            name[len("<receipt.") : name.index("@")] for name in ids if name.startswith("<receipt.")
        )

    def orders(self) -> list[dict[str, Any]]:
        """Return all orders, newest first."""
        orders: list[dict[str, Any]] = self.told("orders")["orders"]
        return orders

    def order_of(self, order_url: str) -> dict[str, Any]:
        """Return the order document that an order's page shows."""
        found = self.db.orders.find_one({"token": order_url.rpartition("/")[2]})
        assert found, f"no order has the page {order_url}"
        return found

    def stripe(self) -> stripe.StripeClient:
        """Return the unmodified SDK, talking to the stand-in."""
        said = self.stack
        return stripe.StripeClient(said["stripe_key"], base_addresses={"api": said["stripe"]})

    def sessions(self) -> list[Any]:
        """Return every Checkout Session that the stand-in has."""
        listed: Any = self.stripe().v1.checkout.sessions.list({"limit": 100})
        return list(listed.auto_paging_iter())

    def is_quiet(self) -> bool:
        """Say whether two looks at the published folder, a moment apart, see the same."""
        before = self.published()
        time.sleep(0.4)
        return self.published() == before

    def pictures_are_made(self) -> bool:
        """Say whether every picture has its sizes; until then files appear, and pages name them."""
        return int(self.db.media.count_documents({"state": "first"})) == 0

    def effects_are_done(self) -> bool:
        """Say whether nothing waits in inbox and outbox."""
        waits = self.db.payment_events.count_documents({"handled_at": None})
        return waits + self.db.outbox.count_documents({"done_at": None}) == 0

    def _mail_files(self) -> list[Path]:
        return [path for path in (self.data / "mail").iterdir() if path.suffix == ".eml"]

    def _known_pids(self) -> list[int]:
        try:
            return list(self.pids.values())
        except OSError:
            return []

    def _forget_database(self) -> None:
        if self._mongo is not None:
            self._mongo.close()
            self._mongo = None


@contextmanager
def running(data: Path, *, with_sizes: bool = False) -> Iterator[Stack]:
    """Run a demo shop for the time of a block; nothing of it is left then.

    Args:
        data: the folder of its data, which is not there yet.
        with_sizes: whether every picture is there in all sizes and formats. Else each
            stays with the JPEG by which it is shown first.
    """
    shutil.copytree(_seed(with_sizes), data, ignore=shutil.ignore_patterns(*OF_ONE_RUN))
    with _started(data) as stack:
        yield stack


@contextmanager
def _started(data: Path) -> Iterator[Stack]:
    stack = Stack(data)
    try:
        yield stack.start()
    finally:
        stack.close()
        until(lambda: not processes_of(data))


@cache
def _seed(with_sizes: bool) -> Path:
    """Return the data of a demo shop at rest, made once a run of the tests.

    To draw forty-eight prints and to make nine hundred files of them takes minutes of a
    processor. As long as a worker makes them, files appear and pages name them, which
    whoever compares published files would take for changes.
    """
    name = "with-sizes" if with_sizes else "first-files"
    folder = shared_folder()
    # Several processes share the tests of a run: the first that needs it makes it, the others wait.
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = folder / name / "data"
        if not (folder / f"{name}.made").exists():
            shutil.rmtree(data.parent, ignore_errors=True)
            data.parent.mkdir()
            _make_seed(data, with_sizes)
            (folder / f"{name}.made").touch()
    return data


def _make_seed(data: Path, with_sizes: bool) -> None:
    with _started(data) as stack:
        made = [sys.executable, "-c", SIZES[with_sizes], str(stack.data)]
        subprocess.run(made, env=environment(), cwd=stack.data.parent, check=True)
        until(stack.pictures_are_made, PICTURES_SECONDS, pause=0.5)
        until(stack.is_quiet)
        assert stack.stop() == 0


def shared_folder() -> Path:
    """Return the folder of what all processes of a run share: the first makes it and takes it away."""
    if SHARED_FOLDER not in os.environ:
        os.environ[SHARED_FOLDER] = tempfile.mkdtemp(prefix="vitrine-tests-")
        atexit.register(shutil.rmtree, os.environ[SHARED_FOLDER], ignore_errors=True)
    return Path(os.environ[SHARED_FOLDER])


def offers(page: str) -> dict[str, dict[str, Any]]:
    """Return the offers by SKU of a product page's JSON-LD."""
    begin = page.index(LD_JSON) + len(LD_JSON)
    document = json.loads(page[begin : page.index("</script>", begin)])
    return {offer["sku"]: offer for offer in document["offers"]}


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return


__all__ = ["Answer", "Stack", "free_port", "is_alive", "offers", "processes_of", "running", "until"]
