"""Killed between any two steps, the generator goes on where it was, and the output is right again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.adapters.mongo.connection import Database
from app.publishing.feed import Batch, HistoryLost
from app.publishing.model import RequestState, Scope
from sitegen import cli
from sitegen.generator import lease_of
from sitegen.lease import LeaseTaken
from sitegen.publisher import LocalPublisher, Stamp
from sitegen.reporter import QuietReporter
from tests.servers import MongoServer
from tests.sitegen.shop import LIGHT, SmallShop, furnish, open_shop


class Killed(BaseException):  # noqa: N818 - nothing catches it, as nothing catches a kill
    """The process is gone."""


@dataclass
class MortalPublisher(LocalPublisher):
    """Dies before a step of its work that was chosen."""

    dies_at: str = ""
    lives: int = 0
    """Steps of that name that are survived."""

    def publish(self, path: str, content: bytes, staged: Path | None = None) -> Stamp:
        self._live("publish")
        return super().publish(path, content, staged)

    def _replace(self, path: str, source: Path, mtime_ns: int) -> None:
        self._live("rename")
        super()._replace(path, source, mtime_ns)

    def sync(self) -> None:
        self._live("sync")
        super().sync()

    def remove(self, path: str) -> None:
        self._live("remove")
        super().remove(path)

    def _live(self, step: str) -> None:
        if step == self.dies_at:
            self.lives -= 1
            if self.lives < 0:
                raise Killed(step)


def mortal(shop: SmallShop, dies_at: str, lives: int) -> SmallShop:
    """Return the shop with a watcher that dies at a step."""
    shop.close()
    folder = shop.settings.data
    publisher = MortalPublisher(shop.settings.public.absolute(), folder / "staging" / "files")
    doomed = open_shop(shop.database, folder, publisher)
    doomed.open()
    publisher.dies_at, publisher.lives = dies_at, lives
    return doomed


def edits(shop: SmallShop) -> None:
    """Rename, reprice, empty: pages come, change and go."""
    shop.edit("prd_card", slug="postcard")
    shop.price("LAMP-OAK", 100)
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card", "prd_poster")))


STEPS = [
    *(("publish", 0), ("publish", 1), ("publish", 4), ("rename", 1), ("rename", 2), ("rename", 7)),
    *(("sync", 0), ("remove", 0), ("sync", 1)),
]


@pytest.mark.parametrize(("step", "lives"), STEPS)
def test_a_watcher_that_dies_while_publishing_leaves_nothing_wrong(
    shop: SmallShop, tmp_path: Path, step: str, lives: int
) -> None:
    doomed = mortal(shop, step, lives)
    edits(shop)
    with pytest.raises(Killed):
        doomed.follow()
    doomed.close()
    heir = open_shop(shop.database, shop.settings.data)
    heir.follow()
    heir.close()
    assert heir.pages() == shop.clean_build(tmp_path / "clean")
    assert heir.wrong() == {}
    assert heir.generator.manifest.failures.all() == []


@pytest.mark.parametrize("name", ["manifest", "token", "record", "revision"])
def test_a_watcher_that_dies_while_remembering_leaves_nothing_wrong(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed(name)

    target, method = {
        "manifest": (shop.generator.manifest, "put_page"),
        "token": (shop.generator.manifest, "set_meta"),
        "record": (shop.services.publishing.store, "insert_publication"),
        "revision": (type(shop.services.catalogue), "note_external"),
    }[name]
    edits(shop)
    shop.external("products").update_one({"_id": "prd_guide"}, {"$set": {"title": "Handbook"}})
    with monkeypatch.context() as patched:
        patched.setattr(target, method, die)
        with pytest.raises(Killed):
            shop.follow()
    shop.close()
    heir = open_shop(shop.database, shop.settings.data)
    heir.follow()
    heir.close()
    assert heir.pages() == shop.clean_build(tmp_path / "clean")
    assert [revision.who for revision in shop.services.catalogue.store.revisions("prd_guide")] == [
        "external",
        "ada",
    ]


def test_a_watcher_that_dies_before_it_forgets_where_an_address_led_forgets_it_later(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed("forget")

    shop.edit("prd_card", slug="postcard")
    shop.follow()
    store = shop.services.catalogue.store
    assert store.redirect("/products/card/") is not None
    shop.edit("prd_vase", slug="card", status="active")
    with monkeypatch.context() as patched:
        patched.setattr(type(store), "delete_redirects", die)
        with pytest.raises(Killed):
            shop.follow()
    # Readers have the page, and the manifest has not been told of it.
    assert "Vase" in shop.text("/products/card/")
    shop.close()
    heir = open_shop(shop.database, shop.settings.data)
    heir.follow()
    heir.close()
    assert store.redirect("/products/card/") is None


def test_a_killed_first_build_is_finished_by_the_next(database: Database, tmp_path: Path) -> None:
    publisher = MortalPublisher(
        tmp_path / "data" / "public", tmp_path / "data" / "staging" / "files", dies_at="publish", lives=30
    )
    doomed = open_shop(database, tmp_path / "data", publisher)
    furnish(doomed.services)
    with pytest.raises(Killed):
        doomed.open()
    doomed.close()
    heir = open_shop(database, tmp_path / "data")
    heir.open()
    heir.close()
    assert heir.pages() == heir.clean_build(tmp_path / "clean")
    assert not list((heir.settings.data / "tenures/1/staging").glob("build/*"))


def test_a_write_during_a_pause_is_found_by_the_token(shop: SmallShop) -> None:
    shop.close()
    shop.price("LAMP-OAK", 100)
    assert shop.follow()[0] == "/products/lamp/"


@pytest.mark.parametrize("token", ["", "rubbish", '{"database": "another", "token": {}}'])
def test_a_lost_history_is_repaired_by_comparison(shop: SmallShop, token: str) -> None:
    shop.close()
    shop.price("LAMP-OAK", 100)
    shop.external("stock_pools").update_one({"_id": "POSTER"}, {"$set": {"on_hand": 1}})
    shop.generator.manifest.set_meta("resume_token", token)
    opened = shop.services.feed.open
    if token:
        with pytest.raises(HistoryLost):
            opened(token)
    stops = iter([False, False, False] if token else [False, False])
    watcher = replace(shop.watcher, is_stopped=lambda: next(stops, True))
    watcher.run()
    assert shop.wrong() == {}
    assert "$1.00" in shop.text("/products/lamp/")
    assert ("stock_pools", "POSTER") in shop.housekeeping._unsettled


def test_a_dropped_collection_is_followed_too(shop: SmallShop) -> None:
    shop.external("products").drop()
    # Events that were reported together with the drop come first.
    shop.follow()
    with pytest.raises(HistoryLost):
        shop.follow()
    shop.close()
    shop.generator.manifest.set_meta("resume_token", "")
    shop.open()
    assert not shop.has("/products/lamp/")
    assert shop.wrong() == {}


def test_requests_are_carried_out_once(shop: SmallShop) -> None:
    publishing = shop.services.publishing
    request = publishing.request_rebuild(["/products/lamp/"], by="ada")
    everything = publishing.request_rebuild([], by="ada")
    shop.follow()
    done = [publishing.store.request(found.id) for found in (request, everything)]
    assert [found.state if found else None for found in done] == [RequestState.DONE] * 2
    assert [found.report.rendered if found and found.report else None for found in done] == [1, 48]
    before = shop.inodes()
    shop.follow()
    assert shop.inodes() == before
    assert publishing.store.waiting_requests() == []


def test_a_second_holder_of_the_lease_is_refused(shop: SmallShop) -> None:
    with lease_of(shop.settings):
        with pytest.raises(LeaseTaken, match="tenures/1/lock is locked"):
            cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
        with pytest.raises(LeaseTaken):
            cli.prune(shop.settings, shop.services)
    assert cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter()).rendered == 0


@contextmanager
def watching(shop: SmallShop, server: MongoServer) -> Iterator[subprocess.Popen[bytes]]:
    """Run `vitrine site watch` on the shop's folder and database."""
    environment = {
        **os.environ,
        "VITRINE_DATA": str(shop.settings.data),
        "VITRINE_MONGO_URI": server.uri(shop.database.driver.name),
        "VITRINE_SHOP_URL": shop.settings.shop_url,
    }
    argv = [sys.executable, "-m", "app.cli", "site", "watch"]
    log = shop.settings.data / "watch.log"
    with log.open("ab") as output, subprocess.Popen(argv, env=environment, stderr=output) as process:
        try:
            yield process
        finally:
            process.kill()


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_a_real_watcher_that_is_killed_in_the_middle_of_writes_is_succeeded(
    shop: SmallShop, mongo_server: MongoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.close()
    # The process has listings of the usual length.
    monkeypatch.undo()
    shop.generator.rebuild_all("listings are longer")
    page = shop.settings.public / "products/lamp/index.html"
    for turn in range(2):
        with watching(shop, mongo_server) as process:
            shop.price("LAMP-OAK", 1000 + turn)
            sign = f"${10 + turn / 100:.2f}".encode()
            eventually(lambda sign=sign: sign in page.read_bytes(), "the watcher follows")  # type: ignore[misc]
            with pytest.raises(LeaseTaken):
                lease_of(shop.settings).acquire()
            for number in range(6):
                shop.price("LAMP-OAK", 2000 + number)
                shop.edit("prd_card", slug=f"card-{turn}-{number}")
            process.send_signal(signal.SIGKILL)
            process.wait()
        with lease_of(shop.settings):
            pass
    with watching(shop, mongo_server) as process:
        marker = shop.services.publishing.request_rebuild(["/"], by="ada")
        store = shop.services.publishing.store
        # Asked of the store: whoever waits for a watcher gives up when none has said anything for a while.
        eventually(lambda: store.request(marker.id).state is RequestState.DONE, "it is built")  # type: ignore[union-attr]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert shop.pages() == shop.clean_build(tmp_path / "clean")


def test_the_token_moves_only_after_everything_else(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    manifest = shop.generator.manifest
    set_meta, insert = manifest.set_meta, shop.services.publishing.store.insert_publication
    monkeypatch.setattr(manifest, "set_meta", lambda *args: (steps.append("token"), set_meta(*args)))
    monkeypatch.setattr(
        shop.services.publishing.store,
        "insert_publication",
        lambda found: (steps.append("record"), insert(found)),
    )
    external = shop.housekeeping.settle
    monkeypatch.setattr(
        shop.housekeeping, "settle", lambda events: (steps.append("settle"), external(events))
    )
    taken: list[Batch] = []
    feed = shop.services.feed.open(manifest.meta("resume_token"))
    shop.price("LAMP-OAK", 100)
    for batch in feed.batches():
        taken.append(batch)
        shop.watcher.take(batch)
        break
    feed.close()
    assert [event.id for event in taken[0].events] == ["prd_lamp"]
    assert steps == ["record", "settle", "token"]
