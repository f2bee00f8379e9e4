"""The parts of the embedded stack, each alone."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from app.embedded import files, lifeline, ports, process, sessions
from app.embedded.mail import Folder, file_name
from app.embedded.process import Child, ProcessSpec
from app.embedded.supervisor import clean_up_after

from .running import eventually, is_alive


def test_ports_are_remembered_and_never_the_shops(tmp_path: Path) -> None:
    memory = tmp_path / "ports.json"
    first = ports.assign(memory, ("mongo", "redis"), never=8000)
    assert ports.assign(memory, ("mongo", "redis"), never=8000) == first
    moved = ports.assign(memory, ("mongo", "redis"), never=first["mongo"])
    assert moved["redis"] == first["redis"]
    assert moved["mongo"] not in (first["mongo"], first["redis"])


def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path) -> None:
    memory = tmp_path / "ports.json"
    first = ports.assign(memory, ("mongo",), never=8000)
    with socket.create_server(("127.0.0.1", first["mongo"])):
        assert not ports.is_free(first["mongo"])
        assert ports.assign(memory, ("mongo",), never=8000) != first


def test_ports_lie_below_those_of_outgoing_connections(tmp_path: Path) -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    assert max(ports.assign(tmp_path / "ports.json", map(str, range(20)), never=8000).values()) < lowest


def test_a_private_file_is_private_and_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    key = files.secret_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files.secret_key(path) == key
    assert [entry.name for entry in tmp_path.iterdir()] == ["secrets.json"]


def test_a_damaged_file_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"half', "utf-8")
    (tmp_path / "b.json").write_text("[1]", "utf-8")
    assert files.read_json(tmp_path / "a.json") == files.read_json(tmp_path / "b.json") == {}


def test_a_message_is_kept_byte_for_byte_and_a_repeat_replaces_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    message = b"Message-ID: <ord_1:receipt@shop.example>\r\nX-Odd:  two  blanks\r\n\r\nHello\r\n"
    folder.keep(message.replace(b"Hello", b"Older"))
    path = folder.keep(message)
    assert path.read_bytes() == message
    assert list(tmp_path.iterdir()) == [path]
    assert path.name.startswith("ord_1-receipt@shop.example-")


def test_no_message_id_leads_out_of_the_folder_or_onto_another_message() -> None:
    names = {
        file_name(b"Message-ID: <%s>\r\n\r\n" % each) for each in (b"../../x", b"..-..-x", b"a/b", b"a-b")
    }
    assert len(names) == 4
    assert not any("/" in name or name.startswith(".") for name in names)
    assert len(file_name(b"Message-ID: <%s>\r\n\r\n" % (b"x" * 900))) < 120


def test_messages_without_an_id_are_told_apart_by_what_they_say() -> None:
    assert file_name(b"Subject: a\r\n\r\n") != file_name(b"Subject: b\r\n\r\n")
    assert file_name(b"Subject: a\r\n\r\n") == file_name(b"Subject: a\r\n\r\n")


def test_a_log_is_put_aside_once_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES", 10)
    log = tmp_path / "web.log"
    log.write_text("0123456789", "utf-8")
    process.rotate(log)
    assert not (tmp_path / "web.log.1").exists()
    log.write_text("0123456789+", "utf-8")
    process.rotate(log)
    assert (tmp_path / "web.log.1").read_text("utf-8") == "0123456789+"
    assert not log.exists()


def test_deaths_are_answered_more_and_more_slowly_until_a_process_has_been_steady(tmp_path: Path) -> None:
    child = Child(ProcessSpec("brief", ["/bin/false"], {}, tmp_path / "brief.log"))
    delays = []
    for _ in range(8):
        child.start()
        eventually(lambda: child.has_ended, bool)
        child.bury()
        delays.append(child.delay_seconds)
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert child.last_end == "status 1"
    child.start()
    child.started_at -= process.STEADY_SECONDS + 1
    eventually(lambda: child.has_ended, bool)
    child.bury()
    assert child.failures == 1


def test_a_program_that_is_missing_is_said_in_the_log(tmp_path: Path) -> None:
    child = Child(ProcessSpec("ghost", ["/no/such/program"], {}, tmp_path / "ghost.log"))
    child.start()
    eventually(lambda: child.has_ended, bool)
    child.bury()
    assert process.tail(tmp_path / "ghost.log") == [
        "/no/such/program cannot be started: No such file or directory"
    ]


def test_a_child_that_ignores_its_signal_is_killed_with_everything_it_started(tmp_path: Path) -> None:
    script = "trap '' TERM; setsid -f true; sleep 600 & echo started; wait; sleep 600"
    child = Child(ProcessSpec("deaf", ["/bin/sh", "-c", script], dict(os.environ), tmp_path / "deaf.log"))
    child.start()
    eventually(lambda: process.tail(tmp_path / "deaf.log"), lambda lines: lines == ["started"])
    session = child.last_pid
    child.ask_to_stop()
    assert not child.has_ended
    child.kill()
    assert list(sessions.members({session})) == []


def test_leftovers_of_a_killed_stack_are_cleared_and_a_reused_id_is_left_alone(tmp_path: Path) -> None:
    ours, stranger = (
        subprocess.Popen(["/bin/sleep", "600"], start_new_session=True, env={"VITRINE_DATA": folder})
        for folder in ("/ours", "/theirs")
    )
    seen = sessions.look_up(ours.pid)
    assert seen
    files.write_private(tmp_path / "children.json", {str(ours.pid): seen.started, str(stranger.pid): 1})
    try:
        assert clean_up_after(tmp_path / "children.json", "VITRINE_DATA=/ours") == 1
        assert (is_alive(ours.pid), is_alive(stranger.pid)) == (False, True)
    finally:
        for each in (ours, stranger):
            each.kill()
            each.wait()


def test_orphans_of_a_leader_that_is_gone_are_known_by_their_data_folder(tmp_path: Path) -> None:
    leader = subprocess.Popen(
        ["/bin/sh", "-c", "sleep 600 & echo $!"],
        start_new_session=True,
        env={"VITRINE_DATA": "/ours", "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
    )
    assert leader.stdout
    orphan = int(leader.stdout.readline())
    leader.wait()
    leader.stdout.close()
    files.write_private(tmp_path / "children.json", {str(leader.pid): 1})
    assert clean_up_after(tmp_path / "children.json", "VITRINE_DATA=/theirs") == 0
    assert is_alive(orphan)
    files.write_private(tmp_path / "children.json", {str(leader.pid): 1})
    assert clean_up_after(tmp_path / "children.json", "VITRINE_DATA=/ours") == 1
    assert not is_alive(orphan)


def test_the_launcher_gives_up_when_its_parent_has_gone_before_it_could_tie_itself(tmp_path: Path) -> None:
    done = tmp_path / "done"
    argv = lifeline.tied_to_me(["/usr/bin/touch", str(done)])
    argv[argv.index(str(os.getpid()))] = "1"
    assert subprocess.run(argv, check=False).returncode == 1
    assert not done.exists()
    assert subprocess.run(lifeline.tied_to_me(["/usr/bin/touch", str(done)]), check=False).returncode == 0
    assert done.exists()
