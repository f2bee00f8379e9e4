"""The stack as `vitrine up` runs it: its start, deaths of all kinds, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import RunningStack, eventually, is_alive, processes_of

Up = Callable[..., RunningStack]
OWN = {
    *("supervisor", "caddy", "redis", "sandbox", "mail", "web"),
    *("worker", "worker_mail", "worker_media", "watcher", "cron"),
}


def six_grandchildren(data: Path) -> list[str]:
    """Wait until each of the app's six processes has started a process of its own."""
    return eventually(
        lambda: [line for line in processes_of(data) if "/bin/sleep" in line], lambda now: len(now) == 6
    )


def test_the_whole_stack_starts_tells_its_addresses_and_stops_without_a_trace(up: Up, data: Path) -> None:
    stack = up(VITRINE_MONGO_URI="").is_ready()
    said = stack.stack
    assert set(said) == {
        *("shop", "app", "mongo", "database", "redis", "stripe", "stripe_key", "sandbox_control"),
        *("webhook_secret", "smtp", "public", "mail", "logs", "pids"),
    }
    assert said["shop"] == f"http://127.0.0.1:{stack.port}"
    assert (said["database"], said["stripe_key"]) == ("vitrine", "sk_test_dummy")
    assert said["mongo"].endswith("/vitrine?replicaSet=secantus")
    assert set(said["pids"]) == OWN | {"mongo"}
    assert len(set(said["pids"].values())) == len(OWN) + 1
    assert all(is_alive(pid) for pid in said["pids"].values())
    modes = {name: stat.S_IMODE((data / name).stat().st_mode) for name in ("stack.json", "secrets.json")}
    assert modes == {"stack.json": 0o600, "secrets.json": 0o600}

    code, _ = stack.stop()

    assert code == 0
    assert processes_of(data) == []
    assert not (data / "stack.json").exists()


def test_the_apps_processes_end_before_the_servers_they_need(up: Up, data: Path) -> None:
    stack = up().is_ready()
    six_grandchildren(data)
    assert stack.stop(signal.SIGINT)[0] == 0
    ended = (data / "ended.txt").read_text("utf-8").split()
    assert sorted(ended[:6]) == ["cron", "watcher", "web", "worker", "worker_mail", "worker_media"]
    assert ended[6:] == ["sandbox"]


def test_the_apps_processes_are_told_where_everything_is(up: Up, data: Path) -> None:
    stack = up().is_ready()
    told = json.loads((data / "environment.json").read_text("utf-8"))
    said = stack.stack
    assert told["VITRINE_DATA"] == str(data)
    assert told["VITRINE_MONGO_URI"] == said["mongo"] == "mongodb://127.0.0.1:1/elsewhere?replicaSet=rs0"
    assert told["VITRINE_REDIS_URL"] == said["redis"]
    assert told["VITRINE_SMTP_URL"] == said["smtp"]
    assert told["VITRINE_SHOP_URL"] == said["shop"]
    assert told["STRIPE_API_BASE"] == told["VITRINE_PAYMENT_PAGE_ORIGIN"] == said["stripe"]
    assert (told["STRIPE_SECRET_KEY"], told["STRIPE_WEBHOOK_SECRET"]) == ("sk_test_dummy", "whsec_dummy")
    assert len(told["VITRINE_SECRET_KEY"]) >= 32
    assert said["database"] == "elsewhere"


def test_the_servers_that_are_not_ours_are_told_no_secret(up: Up) -> None:
    pids = up(VITRINE_SECRET_KEY="x" * 32).is_ready().pids
    for server in ("caddy", "redis", "mail"):
        assert b"x" * 32 not in Path(f"/proc/{pids[server]}/environ").read_bytes()
    assert b"x" * 32 in Path(f"/proc/{pids['web']}/environ").read_bytes()


def test_what_is_configured_from_outside_is_not_started(up: Up) -> None:
    stack = up(
        VITRINE_REDIS_URL="redis://127.0.0.1:1/0",
        VITRINE_SMTP_URL="smtp://127.0.0.1:1",
        STRIPE_SECRET_KEY="sk_test_theirs",
        STRIPE_WEBHOOK_SECRET="whsec_new,whsec_old",
    ).is_ready()
    said = stack.stack
    assert set(said["pids"]) == OWN - {"redis", "mail", "sandbox"}
    assert (said["redis"], said["smtp"]) == ("redis://127.0.0.1:1/0", "smtp://127.0.0.1:1")
    assert (said["stripe"], said["sandbox_control"]) == ("https://api.stripe.com", "")
    assert (said["stripe_key"], said["webhook_secret"]) == ("sk_test_theirs", "whsec_new,whsec_old")


def test_a_live_key_never_reaches_the_disk(up: Up, data: Path) -> None:
    said = up(STRIPE_SECRET_KEY="sk_live_theirs", STRIPE_WEBHOOK_SECRET="whsec_theirs").is_ready().stack
    assert (said["stripe_key"], said["webhook_secret"]) == ("", "")


def test_every_killed_process_comes_back_under_a_new_id_and_takes_its_children_along(
    up: Up, data: Path
) -> None:
    stack = up().is_ready()
    before = stack.pids
    grandchildren = six_grandchildren(data)
    for name in OWN - {"supervisor"}:
        os.kill(before[name], signal.SIGKILL)

    after = eventually(
        lambda: stack.pids, lambda pids: all(pids[name] != before[name] for name in OWN - {"supervisor"})
    )

    assert after["supervisor"] == before["supervisor"]
    eventually(lambda: [is_alive(pid) for pid in after.values()], all)
    assert not any(is_alive(int(line.split()[0])) for line in grandchildren)
    six_grandchildren(data)
    assert stack.stop()[0] == 0
    assert processes_of(data) == []


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_its_ports(up: Up, data: Path) -> None:
    first = up(VITRINE_MONGO_URI="").is_ready()
    said = first.stack
    six_grandchildren(data)
    first.process.kill()
    first.ends()
    eventually(lambda: processes_of(data), lambda left: left == [])

    second = up(first.port, VITRINE_MONGO_URI="").is_ready()

    addresses = ("shop", "app", "mongo", "redis", "stripe", "smtp")
    assert {name: second.stack[name] for name in addresses} == {name: said[name] for name in addresses}
    for pid in second.pids.values():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: processes_of(data), lambda left: left == [])


def test_a_killed_warden_is_replaced_and_still_does_its_duty(up: Up, data: Path) -> None:
    stack = up().is_ready()

    def wardens() -> list[str]:
        return [line for line in processes_of(data) if "app.embedded.warden" in line]

    [first] = wardens()
    os.kill(int(first.split()[0]), signal.SIGKILL)
    eventually(wardens, lambda now: len(now) == 1 and now != [first])
    # The new one has to have read its list before its parent ends.
    time.sleep(0.5)
    stack.process.kill()
    stack.ends()
    eventually(lambda: processes_of(data), lambda left: left == [])


def test_a_second_stack_on_the_same_folder_is_refused_and_leaves_the_first_alone(up: Up, data: Path) -> None:
    first = up().is_ready()
    code, errors = up().ends()
    assert code == 1
    assert f"already runs on {data} (process {first.process.pid})" in errors
    assert all(is_alive(pid) for pid in first.pids.values())


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(up: Up, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, errors = up(port).ends()
    assert code == 1
    assert f"Port {port} on 127.0.0.1 is taken by " in errors
    assert f"(process {os.getpid()}). Choose another with --port." in errors
    assert processes_of(data) == []


def test_a_process_that_cannot_start_is_named_with_the_end_of_its_log(up: Up, data: Path) -> None:
    code, errors = up(DUMMY_BROKEN="watcher", DUMMY_BEHIND="1").ends()
    assert code == 1
    assert "watcher has ended 3 times while starting (status 1)" in errors
    assert "    watcher has lost its way" in errors
    assert processes_of(data) == []
    assert not (data / "stack.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stack_that_is_still_preparing_stops_at_once(up: Up, data: Path, number: signal.Signals) -> None:
    stack = up(DUMMY_PREPARE_SECONDS="60")
    eventually((data / "environment.json").exists, bool)
    assert stack.stop(number)[0] == 0
    assert processes_of(data) == []
    assert not (data / "ended.txt").exists() or "web" not in (data / "ended.txt").read_text("utf-8")


def test_the_mail_server_of_the_stack_delivers_to_the_folder(up: Up, data: Path) -> None:
    port = int(up().is_ready().stack["smtp"].rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port) as mail:
        for text in ("one", "two"):
            mail.sendmail(
                "a@b.example", "c@d.example", f"Message-ID: <r@shop>\r\nX-Effect: 7\r\n\r\n{text}\r\n"
            )
    [message] = (data / "mail").iterdir()
    assert message.read_bytes() == b"Message-ID: <r@shop>\r\nX-Effect: 7\r\n\r\ntwo\r\n"
