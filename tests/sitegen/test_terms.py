"""Terms alone: who may begin one, and what is left of those that have ended."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sitegen import terms as rooms
from sitegen.holder import Holder
from sitegen.inheritance import forget_earlier, inherit, lead
from sitegen.lease import Fenced, Lease, LeaseTaken
from sitegen.publisher import LocalPublisher
from sitegen.terms import Term, Terms

PAGE = "products/lamp/index.html"


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    return Terms(tmp_path / "terms")


def numbers(terms: Terms) -> list[int]:
    """Return the numbers of all terms, the latest first."""
    return [term.number for term in terms.all()]


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


def test_the_first_term_is_made_when_it_is_asked_for(terms: Terms) -> None:
    assert terms.latest() is None
    assert terms.current().number == 1
    assert numbers(terms) == [1]
    assert os.listdir(terms.folder) == ["1"]


def test_a_number_is_given_once(terms: Terms) -> None:
    handle = terms.claim(2)
    assert handle is not None
    assert terms.claim(2) is None
    # The one who has it has it locked, from the moment at which anybody sees it.
    assert terms.current().try_lock() is None
    os.close(handle)
    assert os.listdir(terms.folder) == ["2"]


def test_whoever_comes_with_a_number_of_the_past_is_too_late(terms: Terms) -> None:
    for number in (1, 3):
        handle = terms.claim(number)
        assert handle is not None
        os.close(handle)
    assert terms.claim(2) is None
    assert terms.current().number == 3
    assert Term(2, terms.folder / "2").staging.is_file()


def test_of_many_who_claim_at_once_one_has_it(terms: Terms) -> None:
    handles: list[int | None] = []
    start = threading.Barrier(8)

    def claim() -> None:
        start.wait()
        handles.append(terms.claim(5))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = [handle for handle in handles if handle is not None]
    assert (len(handles), len(got)) == (8, 1)
    os.close(got[0])
    assert os.listdir(terms.folder) == ["5"]


def test_behind_a_shut_door_a_publisher_changes_nothing(terms: Terms, tmp_path: Path) -> None:
    public, picture = tmp_path / "public", tmp_path / "picture.jpg"
    picture.write_bytes(b"picture")
    term = terms.current()
    publisher = LocalPublisher(public, term.staging / "files")
    publisher.publish(PAGE, b"lamp")
    os.utime(public / f"{PAGE}.br", ns=(1, 1))
    staged = tmp_path / "staged"
    staged.write_bytes(b"new")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in public.rglob("*")}

    term.shut()
    for attempt in (
        lambda: publisher.publish(PAGE, b"other lamp"),
        lambda: publisher.publish("new/index.html", b"new"),
        lambda: publisher.link("media/picture.jpg", picture),
        lambda: publisher.remove(PAGE),
        lambda: publisher.remove("nowhere/index.html"),
        lambda: publisher.adopt(PAGE),
    ):
        with pytest.raises(OSError, match="terms/1/staging"):
            attempt()
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in public.rglob("*")} == before


def test_a_folder_that_its_holder_makes_again_meanwhile_is_taken_away_too(
    terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    term, first = terms.current(), os.rename
    made_again = iter([True, False])

    def renaming(source: str, target: Path) -> None:
        first(source, target)
        if next(made_again):
            (term.staging / "files").mkdir(parents=True)

    monkeypatch.setattr(rooms.os, "rename", renaming)
    term.shut()
    assert term.staging.is_file()
    assert next(made_again, None) is None


def test_a_term_is_shut_once_and_for_all(terms: Terms) -> None:
    term = terms.current()
    term.shut()
    door = term.staging.stat().st_ino
    term.shut()
    assert term.staging.stat().st_ino == door


def test_a_term_inherits_what_was_finished_also_of_one_who_was_stopped_at_writing(
    terms: Terms, tmp_path: Path
) -> None:
    old = terms.current()
    note(old.manifest, "finished")
    note(old.search, "lamp")
    with closing(sqlite3.connect(old.manifest, isolation_level=None)) as stopped:
        stopped.execute("PRAGMA journal_mode = WAL")
        stopped.execute("BEGIN IMMEDIATE")
        stopped.execute("INSERT INTO words VALUES ('unfinished')")
        handle = terms.claim(2)
        assert handle is not None
        new = terms.current()
        inherit(terms, new, tmp_path)
        note(new.manifest, "of the new term")
        stopped.execute("COMMIT")
    os.close(handle)
    assert words(new.manifest) == ["finished", "of the new term"]
    assert words(new.search) == ["lamp"]


def test_who_has_inherited_once_does_not_again(terms: Terms, tmp_path: Path) -> None:
    term = terms.current()
    note(tmp_path / "manifest.sqlite", "of a shop from before there were terms")
    inherit(terms, term, tmp_path)
    note(term.manifest, "new")
    inherit(terms, term, tmp_path)
    assert words(term.manifest) == ["of a shop from before there were terms", "new"]


def test_where_nothing_can_be_inherited_a_term_begins_with_nothing(terms: Terms, tmp_path: Path) -> None:
    old = terms.current()
    old.manifest.write_bytes(b"no database at all" * 100)
    handle = terms.claim(2)
    assert handle is not None
    os.close(handle)
    inherit(terms, terms.current(), tmp_path)
    assert not terms.current().manifest.exists()
    assert terms.readable() == old


def test_readers_are_led_to_the_new_file_and_the_old_ones_go(terms: Terms, tmp_path: Path) -> None:
    link = tmp_path / "search.sqlite"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{link}{suffix}").write_bytes(b"of a shop from before there were terms")
    old = terms.current()
    lead(link, old)
    assert os.readlink(link) == "terms/1/search.sqlite"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("search")] == [link.name]
    handle = terms.claim(2)
    assert handle is not None
    os.close(handle)
    note(old.manifest, "old")
    terms.end_those_below(terms.current())
    lead(link, terms.current())
    forget_earlier(terms, terms.current(), tmp_path)
    assert os.readlink(link) == "terms/2/search.sqlite"
    assert os.listdir(old.folder) == ["staging"]


def test_a_fenced_holder_is_told_and_asks_in_vain(terms: Terms) -> None:
    told: list[Fenced] = []
    lease = Lease(terms.folder, told.append)
    with lease:
        lease.check()
        handle = terms.claim(2)
        with pytest.raises(Fenced, match="Term 1 was ended by another process"):
            lease.check()
        assert handle is not None
        os.close(handle)
    lease.check()


def test_a_lock_that_was_begun_and_not_taken_further_is_taken_over(terms: Terms) -> None:
    with Lease(terms.folder):
        # Somebody has begun the next term, and died before it could shut this one's door.
        handle = terms.claim(2)
        assert handle is not None
        with pytest.raises(LeaseTaken, match="terms/2/lock"):
            Lease(terms.folder).acquire()
        os.close(handle)
        assert Term(1, terms.folder / "1").staging.is_dir()
        with Lease(terms.folder) as heir:
            assert heir.term == terms.current()
            assert heir.term is not None
            assert heir.term.number == 2
            assert Term(1, terms.folder / "1").staging.is_file()


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
