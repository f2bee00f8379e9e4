"""docker-compose.yml without a Docker engine: parsed, and held against the code that it starts."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click
import pytest
from werkzeug.serving import make_server

from app.addresses import networks
from app.effects.queue import QUEUES
from app.embedded import probes
from app.embedded.servers import CADDYFILE, caddy_program
from app.sandbox.server import create_app
from app.settings import Settings, SettingsError
from tests.embedded.running import eventually, free_port
from tests.web.shop import open_web_shop

from .command_line import option, resolved, variables
from .composed import (
    COMPOSE,
    ROOT,
    NotGiven,
    compose,
    made_env,
    of_the_shop,
    put_in,
    services,
)

DEV = {"sandbox", "mail"}
ONCE = {"mongo-init", "migrate"}
SECRET_NAME = re.compile(r"PASSWORD|SECRET|_KEY|AUTH")
SECRET_VALUE = re.compile(r"(?:sk|rk)_(?:test|live)_\w{4}|whsec_\w{4}|://[^/\s:@$]*:[^/\s@$]+@")
CADDY_VARIABLE = re.compile(r"\{\$(VITRINE_[A-Z_]+)")
CDN = {"VITRINE_FRONT_PROXIES": "203.0.113.0/24"}
PROBE = ["CMD", "python", "-m", "app.embedded.probes"]


def commands() -> dict[str, list[str]]:
    """Return what each process of the shop is told to do."""
    return {
        name: service["command"] for name, service in of_the_shop().items() if "entrypoint" not in service
    }


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_one_of_the_command_line(name: str) -> None:
    """Name, arguments and options are parsed by the very command."""
    assert resolved(commands()[name])


def test_a_command_that_is_none_would_be_found() -> None:
    """The test above can fail."""
    with pytest.raises(click.UsageError):
        resolved(["web", "--porto", "8001"])


def test_the_processes_are_those_of_the_shop() -> None:
    """One web server, a worker for each queue, watcher, sweeps, and the migration before them."""
    started = sorted(" ".join(command[:2]).split(" --")[0] for command in commands().values())

    assert started == sorted(
        ["cron", "migrate", "sandbox", "site watch", "web", *(f"worker {queue}" for queue in QUEUES)]
    )


def test_every_process_is_told_every_setting_and_nothing_else() -> None:
    """A setting that is new is passed on, and a variable that nobody reads is found."""
    for name, service in of_the_shop().items():
        assert set(service["environment"]) == variables(), name


def test_what_production_demands_is_asked_for_and_not_guessed() -> None:
    """Compose itself says what is missing; an address or a key has no default."""
    with pytest.raises(SettingsError) as refused:
        Settings(env="production", _env_file=None)  # type: ignore[call-arg] # pydantic's own argument
    demanded = {fault.split()[0] for fault in refused.value.faults if fault.split()[0] in variables()}
    environment = compose()["x-settings"]

    assert demanded >= {"VITRINE_MONGO_URI", "VITRINE_SECRET_KEY", "STRIPE_SECRET_KEY"}
    assert [name for name in demanded if ":?" not in environment[name]] == []


@pytest.mark.parametrize("kind", ["dev", "https://shop.example"])
def test_the_written_env_makes_settings_that_production_takes(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From `make-env` through Compose's substitution to the settings, with the optional ones left empty."""
    env = made_env(tmp_path, kind)
    for name, value in put_in(compose()["x-settings"], env).items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(tmp_path)

    settings = Settings()

    assert settings.is_production
    assert settings.shop_url == ("http://127.0.0.1:8000" if kind == "dev" else "https://shop.example")
    assert settings.mongo_uri.endswith("@mongo:27017/vitrine?replicaSet=rs0")
    assert settings.rate_cart == "120/minute"
    assert settings.allow_test_payments == (kind == "dev")
    assert settings.data == Path("/data")


@pytest.mark.parametrize("missing", ["VITRINE_SECRET_KEY", "VITRINE_SMTP_URL", "VITRINE_MONGO_PASSWORD"])
def test_nothing_starts_before_the_env_is_filled_in(missing: str, tmp_path: Path) -> None:
    env = made_env(tmp_path, "https://shop.example")
    del env[missing]

    with pytest.raises(NotGiven, match=missing):
        put_in(services(), env)


def test_the_file_holds_no_secret() -> None:
    """Whatever is secret comes from `.env`, and the files beside it hold none either."""
    written = {
        f"{name}: {variable}"
        for name, service in services().items()
        for variable, value in service["environment"].items()
        if SECRET_NAME.search(variable) and not re.fullmatch(r"\$\{[A-Z_]+:[?-][^}]*\}", value)
    }
    files = [COMPOSE, ROOT / "Dockerfile", *(ROOT / "deploy").rglob("*")]
    texts = [path for path in files if path.is_file() and SECRET_VALUE.search(path.read_text("utf-8"))]

    assert written == set()
    # Where the secret words stand, they are examples in comments.
    assert [path.name for path in texts if path.name not in ("make-env", "vitrine.env")] == []


def test_every_anchor_is_used() -> None:
    """PyYAML has resolved them all; one that nobody refers to is left over."""
    text = COMPOSE.read_text("utf-8")
    anchors = set(re.findall(r"&(\w+)$", text, re.MULTILINE))

    assert anchors == set(re.findall(r"\*(\w+)$", text, re.MULTILINE))
    assert anchors == {"unprivileged", "settings", "shop", "process"}


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_is_fenced_in(name: str) -> None:
    """Not root, nothing writable but what is named, no capability but one port's, limits, logs that end."""
    service = services()[name]
    limits = service["deploy"]["resources"]["limits"]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert set(limits) == {"memory", "pids"}
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")


def test_images_are_pinned_by_digest_or_built_here() -> None:
    """The same tag is the same image next year; those built here are never asked of a registry."""
    for name, service in services().items():
        if "build" in service:
            assert service["pull_policy"] == "build", name
        else:
            assert re.search(r":[\w.]+(?:-\w+)?@sha256:[0-9a-f]{64}$", service["image"]), name
    images = services()

    assert images["mongo"]["image"] == images["mongo-init"]["image"]
    assert images["mongo"]["image"].startswith("mongo:8.")
    assert images["redis"]["image"].startswith("redis:8.")


def test_only_the_stand_ins_belong_to_the_dev_profile() -> None:
    """The shop starts without them, and nothing of it waits for them."""
    assert {name for name, service in services().items() if service.get("profiles")} == DEV
    assert all(services()[name]["profiles"] == ["dev"] for name in DEV)
    for service in services().values():
        assert not DEV & set(service.get("depends_on", {}))


def test_who_waits_for_whom_can_be_waited_for() -> None:
    """`healthy` needs a health check, `completed` a service that ends; nobody waits in a circle."""
    found = services()
    waits = {name: service.get("depends_on", {}) for name, service in found.items()}
    for name, others in waits.items():
        for other, how in others.items():
            if how["condition"] == "service_completed_successfully":
                assert other in ONCE, name
            else:
                assert how["condition"] == "service_healthy", name
                assert "healthcheck" in found[other], name
    done: list[str] = []
    while ready := [name for name in found if name not in done and set(waits[name]) <= set(done)]:
        done += ready

    assert sorted(done) == sorted(found)
    assert waits["migrate"].keys() == {"mongo-init"}
    assert waits["caddy"] == {}
    for name in set(commands()) - ONCE - DEV:
        assert "migrate" in waits[name], name


def test_every_folder_that_is_written_is_a_volume() -> None:
    """All processes share one folder of data; the front reads the published pages in it."""
    found, volumes = services(), compose()["volumes"]
    for name, service in of_the_shop().items():
        if name not in DEV:
            assert service["volumes"] == [f"data:{service['environment']['VITRINE_DATA']}"], name
    data = found["web"]["environment"]["VITRINE_DATA"]
    (pages,) = (part for part in found["caddy"]["volumes"] if isinstance(part, dict))
    public = Settings(data=Path(pages["target"]), _env_file=None).public  # type: ignore[call-arg]

    assert found["caddy"]["environment"]["VITRINE_PUBLIC"] == str(public)
    assert pages["source"] == "data"
    assert pages["read_only"] is True
    assert found["sandbox"]["volumes"] == [f"sandbox:{data}/sandbox"]
    assert found["mail"]["volumes"] == [f"mail:{option(found['mail']['command'], '--folder')}"]
    assert {part.partition(":")[0] for part in _named(found)} == set(volumes)


def _named(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    for service in found.values():
        for part in service.get("volumes", ()):
            source = part["source"] if isinstance(part, dict) else part
            if not source.startswith("."):
                yield source
            else:
                assert (ROOT / source.split(":")[0]).is_dir()
                assert source.endswith(":ro")


def test_several_of_a_service_do_not_get_in_each_others_way() -> None:
    """`--scale web=2 --scale worker=4 --scale watcher=2`: no fixed name, no port of the host."""
    for name in ("web", "worker", "worker-mail", "worker-media", "watcher"):
        assert {"container_name", "ports", "hostname"} & set(services()[name]) == set()
    web = services()["web"]

    assert services()["caddy"]["environment"]["VITRINE_APP_UPSTREAM"] == (
        f"counter:{option(web['command'], '--port')}"
    )
    assert web["networks"]["counter"] == {"aliases": ["counter"]}


def test_the_database_and_the_queue_are_reached_from_inside_alone() -> None:
    found = services()

    assert compose()["networks"]["inside"] == {"internal": True}
    assert [name for name in found if found[name].get("ports")] == ["caddy", "sandbox"]
    assert found["sandbox"]["ports"] == ["127.0.0.1:12111:12111"]
    for name in ("mongo", "redis", "mongo-init", "migrate", "watcher"):
        assert found[name]["networks"] == ["inside"]
    assert "inside" not in found["caddy"]["networks"]


@pytest.mark.parametrize("given", [{}, {"VITRINE_COUNTER_NETWORK": "10.77.0.0/24"}])
def test_the_app_believes_its_front_and_nobody_else(given: dict[str, str]) -> None:
    """The one network whose peers are believed holds the front and the app, and reaches nothing."""
    (subnet,) = given.values() or ("172.31.250.0/24",)
    env = given
    network = put_in(compose()["networks"]["counter"], env)
    told = put_in(services()["web"]["environment"]["VITRINE_TRUSTED_PROXIES"], env)
    inside = [name for name, service in services().items() if "counter" in service.get("networks", ())]

    assert network == {"internal": True, "ipam": {"config": [{"subnet": subnet}]}}
    assert networks(told) == ([ip_network(subnet)], False)
    assert sorted(inside) == ["caddy", "web"]
    behind = put_in(services()["web"]["environment"]["VITRINE_TRUSTED_PROXIES"], env | CDN)
    assert networks(behind) == ([ip_network(subnet), ip_network("203.0.113.0/24")], False)
    assert put_in(services()["caddy"]["environment"]["VITRINE_FRONT_PROXIES"], env | CDN) == "203.0.113.0/24"


def test_every_health_check_asks_what_the_service_answers(tmp_path: Path) -> None:
    """Each probe's port is the one that is served, and its path answers 200 in the real app."""
    found = services()
    asked = {name: found[name]["healthcheck"]["test"] for name in ("web", "sandbox", "mail")}
    app = {"web": open_web_shop(tmp_path / "shop").app}
    app["sandbox"] = create_app(tmp_path / "sandbox", webhook_url=None, public_url="http://127.0.0.1:12111")
    for name, test in asked.items():
        assert test[:-1] == PROBE
        scheme, host, port, path = re.fullmatch(r"(\w+)://([\d.]+):(\d+)(/\w+)?", test[-1]).groups()  # type: ignore[union-attr]
        assert (host, port) == ("127.0.0.1", option(found[name]["command"], "--port"))
        assert scheme == ("smtp" if name == "mail" else "http")
        if name in app:
            assert app[name].test_client().get(path).status_code == 200
    assert "mongosh" in found["mongo"]["healthcheck"]["test"]
    assert "redis-cli" in found["redis"]["healthcheck"]["test"][1]
    assert {name for name in found if "healthcheck" in found[name]} == {"mongo", "redis", "caddy", *asked}


def test_the_probe_tells_well_from_not_well(tmp_path: Path) -> None:
    """The health check of the images: 0 for status 200, 1 for anything else and for nobody."""
    app = create_app(tmp_path, webhook_url=None, public_url="http://127.0.0.1:12111")
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        here = f"http://127.0.0.1:{server.port}"
        assert probes.main(f"{here}/healthz") == 0
        assert probes.main(f"{here}/nothing/here") == 1
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert probes.main(f"http://127.0.0.1:{free_port()}/healthz") == 1
    assert probes.main("ftp://127.0.0.1:1") == 2
    assert probes.main("") == 2


def test_the_mail_catcher_takes_the_options_that_it_is_given(tmp_path: Path) -> None:
    """Started as the file says, but on a free port of this machine; its health check then says yes."""
    service = services()["mail"]
    module = service["entrypoint"][1:]
    port = str(free_port())
    told = {"0.0.0.0": "127.0.0.1", "1025": port, "/data/mail": str(tmp_path / "mail")}  # noqa: S104
    argv = [sys.executable, *module, *(told.get(part, part) for part in service["command"])]
    with subprocess.Popen(argv, cwd=ROOT) as process:
        try:
            eventually(lambda: probes.main(f"smtp://127.0.0.1:{port}"), lambda code: code == 0)
        finally:
            process.terminate()
    assert process.returncode == 0


@pytest.mark.parametrize("kind", ["dev", "https://shop.example"])
def test_the_front_understands_what_it_is_told(kind: str, tmp_path: Path) -> None:
    """Every variable is one of the Caddyfile, and Caddy itself reads the file with these values."""
    env = put_in(services()["caddy"]["environment"], made_env(tmp_path, kind))
    known = set(CADDY_VARIABLE.findall(CADDYFILE.read_text("utf-8")))
    argv = [caddy_program(), "adapt", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    read = subprocess.run(argv, env=env | {"HOME": str(tmp_path)}, capture_output=True, text=True, check=True)

    assert set(env) == known
    assert '"dial":"counter:8001"' in read.stdout
    assert '"root":"/srv/vitrine/public"' in read.stdout
    page = "http://127.0.0.1:12111" if kind == "dev" else "https://checkout.stripe.com"
    assert f"form-action 'self' {page};" in read.stdout
    assert ('"host":["shop.example"]' in read.stdout) == (kind != "dev")
    assert ('"listen":["0.0.0.0:80"]' in read.stdout) == (kind == "dev")
