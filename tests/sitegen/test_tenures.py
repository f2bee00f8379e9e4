"""Tenures alone: who may begin one, and what is left of those that have ended."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sitegen import lease as leases
from sitegen import tenures as rooms
from sitegen.holder import Holder
from sitegen.inheritance import forget_earlier, inherit, lead
from sitegen.lease import Fenced, Lease, LeaseTaken
from sitegen.publisher import LocalPublisher
from sitegen.tenures import Tenure, Tenures

PAGE = "products/lamp/index.html"


@pytest.fixture
def tenures(tmp_path: Path) -> Tenures:
    return Tenures(tmp_path / "tenures")


def numbers(tenures: Tenures) -> list[int]:
    """Return the numbers of all tenures, the latest first."""
    return [tenure.number for tenure in tenures.all()]


def note(path: Path, word: str) -> None:
    """Write a word into a database."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS words (word)")
        db.execute("INSERT INTO words VALUES (?)", (word,))
        db.commit()


def words(path: Path) -> list[str]:
    """Return the words of a database."""
    with closing(sqlite3.connect(path)) as db:
        return [word for (word,) in db.execute("SELECT word FROM words")]


def test_the_first_term_is_made_when_it_is_asked_for(tenures: Tenures) -> None:
    assert tenures.latest() is None
    assert tenures.current().number == 1
    assert numbers(tenures) == [1]
    assert os.listdir(tenures.folder) == ["1"]


def test_a_number_is_given_once(tenures: Tenures) -> None:
    handle = tenures.claim(2)
    assert handle is not None
    assert tenures.claim(2) is None
    # The one who has it has it locked, from the moment at which anybody sees it.
    assert tenures.current().try_lock() is None
    os.close(handle)
    assert os.listdir(tenures.folder) == ["2"]


def test_whoever_comes_with_a_number_of_the_past_is_too_late(tenures: Tenures) -> None:
    for number in (1, 3):
        handle = tenures.claim(number)
        assert handle is not None
        os.close(handle)
    assert tenures.claim(2) is None
    assert tenures.current().number == 3
    assert Tenure(2, tenures.folder / "2").staging.is_file()


def test_of_many_who_claim_at_once_one_has_it(tenures: Tenures) -> None:
    handles: list[int | None] = []
    start = threading.Barrier(8)

    def claim() -> None:
        start.wait()
        handles.append(tenures.claim(5))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = [handle for handle in handles if handle is not None]
    assert (len(handles), len(got)) == (8, 1)
    os.close(got[0])
    assert os.listdir(tenures.folder) == ["5"]


def test_behind_a_shut_door_a_publisher_changes_nothing(tenures: Tenures, tmp_path: Path) -> None:
    public, picture = tmp_path / "public", tmp_path / "picture.jpg"
    picture.write_bytes(b"picture")
    tenure = tenures.current()
    publisher = LocalPublisher(public, tenure.staging / "files")
    publisher.publish(PAGE, b"lamp")
    os.utime(public / f"{PAGE}.br", ns=(1, 1))
    staged = tmp_path / "staged"
    staged.write_bytes(b"new")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in public.rglob("*")}

    tenure.shut()
    for attempt in (
        lambda: publisher.publish(PAGE, b"other lamp"),
        lambda: publisher.publish("new/index.html", b"new"),
        lambda: publisher.link("media/picture.jpg", picture),
        lambda: publisher.remove(PAGE),
        lambda: publisher.remove("nowhere/index.html"),
        lambda: publisher.adopt(PAGE),
    ):
        with pytest.raises(OSError, match="tenures/1/staging"):
            attempt()
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in public.rglob("*")} == before


def test_a_folder_that_its_holder_makes_again_meanwhile_is_taken_away_too(
    tenures: Tenures, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenure, first = tenures.current(), os.rename
    made_again = iter([True, False])

    def renaming(source: str, target: Path) -> None:
        first(source, target)
        if next(made_again):
            (tenure.staging / "files").mkdir(parents=True)

    monkeypatch.setattr(rooms.os, "rename", renaming)
    tenure.shut()
    assert tenure.staging.is_file()
    assert next(made_again, None) is None


def test_a_term_is_shut_once_and_for_all(tenures: Tenures) -> None:
    tenure = tenures.current()
    tenure.shut()
    door = tenure.staging.stat().st_ino
    tenure.shut()
    assert tenure.staging.stat().st_ino == door


def test_a_term_inherits_what_was_finished_also_of_one_who_was_stopped_at_writing(
    tenures: Tenures, tmp_path: Path
) -> None:
    old = tenures.current()
    note(old.manifest, "finished")
    note(old.search, "lamp")
    with closing(sqlite3.connect(old.manifest, isolation_level=None)) as stopped:
        stopped.execute("PRAGMA journal_mode = WAL")
        stopped.execute("BEGIN IMMEDIATE")
        stopped.execute("INSERT INTO words VALUES ('unfinished')")
        handle = tenures.claim(2)
        assert handle is not None
        new = tenures.current()
        inherit(tenures, new, tmp_path)
        note(new.manifest, "of the new tenure")
        stopped.execute("COMMIT")
    os.close(handle)
    assert words(new.manifest) == ["finished", "of the new tenure"]
    assert words(new.search) == ["lamp"]


def test_who_has_inherited_once_does_not_again(tenures: Tenures, tmp_path: Path) -> None:
    tenure = tenures.current()
    note(tmp_path / "manifest.sqlite", "of a shop from before there were tenures")
    inherit(tenures, tenure, tmp_path)
    note(tenure.manifest, "new")
    inherit(tenures, tenure, tmp_path)
    assert words(tenure.manifest) == ["of a shop from before there were tenures", "new"]


def test_where_nothing_can_be_inherited_a_term_begins_with_nothing(tenures: Tenures, tmp_path: Path) -> None:
    old = tenures.current()
    old.manifest.write_bytes(b"no database at all" * 100)
    handle = tenures.claim(2)
    assert handle is not None
    os.close(handle)
    inherit(tenures, tenures.current(), tmp_path)
    assert not tenures.current().manifest.exists()
    assert tenures.readable() == old


def test_readers_are_led_to_the_new_file_and_the_old_ones_go(tenures: Tenures, tmp_path: Path) -> None:
    link = tmp_path / "search.sqlite"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{link}{suffix}").write_bytes(b"of a shop from before there were tenures")
    old = tenures.current()
    lead(link, old)
    assert os.readlink(link) == "tenures/1/search.sqlite"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("search")] == [link.name]
    handle = tenures.claim(2)
    assert handle is not None
    os.close(handle)
    note(old.manifest, "old")
    tenures.end_those_below(tenures.current())
    lead(link, tenures.current())
    forget_earlier(tenures, tenures.current(), tmp_path)
    assert os.readlink(link) == "tenures/2/search.sqlite"
    assert os.listdir(old.folder) == ["staging"]


def test_a_fenced_holder_is_told_and_asks_in_vain(tenures: Tenures) -> None:
    told: list[Fenced] = []
    lease = Lease(tenures.folder, told.append)
    with lease:
        lease.check()
        handle = tenures.claim(2)
        with pytest.raises(Fenced, match="Tenure 1 was ended by another process"):
            lease.check()
        assert handle is not None
        os.close(handle)
    lease.check()


def test_a_lock_that_was_begun_and_not_taken_further_is_taken_over(tenures: Tenures) -> None:
    with Lease(tenures.folder):
        # Somebody has begun the next tenure, and died before it could shut this one's door.
        handle = tenures.claim(2)
        assert handle is not None
        with pytest.raises(LeaseTaken, match="tenures/2/lock"):
            Lease(tenures.folder).acquire()
        os.close(handle)
        assert Tenure(1, tenures.folder / "1").staging.is_dir()
        with Lease(tenures.folder) as heir:
            assert heir.tenure == tenures.current()
            assert heir.tenure is not None
            assert heir.tenure.number == 2
            assert Tenure(1, tenures.folder / "1").staging.is_file()


def test_only_the_very_process_that_has_signed_is_ended(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        os.kill(process.pid, signal.SIGSTOP)
        (tmp_path / "holder").write_text(replace(Holder.me(), pid=process.pid).note(), "utf-8")
        not_yet = Holder.read(tmp_path / "holder")
        assert not_yet is not None
        # The process id is the same, and the process another one.
        assert not_yet.kill() is False
        from_elsewhere = replace(signed(process.pid), space="another container")
        assert from_elsewhere.kill() is False
        assert process.poll() is None
        assert signed(process.pid).kill() is True
        assert process.wait(10) == -signal.SIGKILL
    assert signed(os.getpid(), started=1).kill() is False


def signed(pid: int, started: int = 0) -> Holder:
    """Return a process as it signs."""
    stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    return replace(Holder.me(), pid=pid, started=started or int(stat.rpartition(")")[2].split()[19]))


def test_what_nobody_can_read_names_nobody(tmp_path: Path) -> None:
    for content in ("", "[]", '{"pid": 1}', "{"):
        (tmp_path / "holder").write_text(content, "utf-8")
        assert Holder.read(tmp_path / "holder") is None
    assert Holder.read(tmp_path / "missing") is None


def test_a_data_folder_that_was_copied_without_the_door_gets_one(tenures: Tenures) -> None:
    tenure = tenures.current()
    tenure.staging.rmdir()
    with Lease(tenures.folder):
        assert tenure.staging.is_dir()


def test_whoever_beats_is_left_alone_however_long_others_look(
    tenures: Tenures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(leases, "LOOK_SECONDS", 0.05)
    # Of the same process: to kill it would end this test as well.
    monkeypatch.setattr(Holder, "kill", lambda holder: pytest.fail("it was killed"))
    first, second = Lease(tenures.folder), Lease(tenures.folder)
    first.acquire()
    taken = threading.Thread(target=second.acquire, kwargs={"wait": True})
    taken.start()
    # Three times as long as it takes to suspect one that does not beat.
    time.sleep(3 * leases.STALE_LOOKS * 0.05)
    assert (taken.is_alive(), second.tenure) == (True, None)
    first.release()
    taken.join(10)
    assert second.number == 1
    second.release()


def test_whoever_does_not_beat_and_cannot_be_killed_is_fenced_after_twelve_looks(
    tenures: Tenures, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    monkeypatch.setattr(leases.time, "sleep", looks.append)
    monkeypatch.setattr(Holder, "kill", lambda holder: False)
    handle = tenures.claim(1, Holder.me().note())
    assert handle is not None
    second = Lease(tenures.folder)
    second.acquire(wait=True)
    assert (second.number, len(looks)) == (2, leases.STALE_LOOKS)
    second.release()
    os.close(handle)
