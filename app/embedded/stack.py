"""The whole shop on one machine: what runs, in which order, and what each process is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.embedded import files, ports, probes, servers
from app.embedded.process import ProcessSpec
from app.embedded.reporter import Reporter, SilentReporter
from app.embedded.servers import Folders
from app.embedded.signals import StopRequested
from app.embedded.supervisor import Supervisor, clean_up_after
from app.settings import TEST_KEYS, Settings, load_settings

STOP_ORDER = (("caddy",), ("web", "*"), ("sandbox", "mail", "redis"), ("mongo",))
"""The front first, the database last; `*` stands for the app's own commands."""


@dataclass(frozen=True)
class StackOptions:
    """What the command line decides, and what the stack cannot know of the app itself.

    Attributes:
        web: the argv of the app's web server, given its port on 127.0.0.1.
        commands: the argv of the app's other processes by name (`worker`, `watcher`, `cron`, …).
        sandbox: the argv of the payment stand-in, given its port on 127.0.0.1.
        prepare: called once the servers answer, before the app's processes start; given their environment.
        is_caught_up: asked again and again after the start, until every page is published.
        announce: called once, when all is ready, with the content of `stack.json`.
    """

    data: Path
    host: str
    port: int
    web: Callable[[int], Sequence[str]]
    commands: Mapping[str, Sequence[str]]
    sandbox: Callable[[int], Sequence[str]]
    prepare: Callable[[Mapping[str, str]], None]
    is_caught_up: Callable[[], bool]
    announce: Callable[[Mapping[str, object]], None]
    reporter: Reporter = field(default_factory=SilentReporter)


def run_stack(options: StackOptions) -> int:
    """Run the stack until it is asked to stop; return the exit code.

    What the environment (or `.env`) configures is used and not started.

    Raises:
        AlreadyRunning, PortTaken, NoPortFree, ServerMissing, ChildFailed: the stack cannot run; whatever
            had been started is stopped again.
        SettingsError: the environment does not describe a shop.
    """
    folders = Folders(options.data.absolute())
    folders.create()
    with files.sole_user(folders.data, folders.run / "up.lock"):
        record = folders.run / "children.json"
        clean_up_after(record, f"VITRINE_DATA={folders.data}")
        # Settings must not follow a stack that is no longer there.
        (folders.data / "stack.json").unlink(missing_ok=True)
        ports.claim(options.host, options.port)
        stack = Stack(options, folders, load_settings(folders.data))
        with Supervisor(record, options.reporter, stack.write) as supervisor:
            return stack.run(supervisor)


class Stack:
    """One stack, from its first process to its last."""

    def __init__(self, options: StackOptions, folders: Folders, settings: Settings) -> None:
        self._options = options
        self._folders = folders
        self._settings = settings
        self._pids: Callable[[], dict[str, int]] = dict
        self._ports = ports.assign(
            folders.run / "ports.json", ("app", "mongo", "redis", "mail", "sandbox"), never=options.port
        )
        given = {name for name in settings.model_fields_set if getattr(settings, name)}
        self._has_own_mongo = "mongo_uri" not in given
        self._has_own_redis = "redis_url" not in given
        self._has_own_mail = "smtp_url" not in given
        self._has_own_sandbox = not settings.stripe_secret_key.get_secret_value()
        host = f"[{options.host}]" if ":" in options.host else servers.reachable(options.host)
        self._shop = settings.shop_url if "shop_url" in given else f"http://{host}:{options.port}"
        self._secret = settings.secret_key.get_secret_value() if "secret_key" in given else ""
        self._is_started = False

    def run(self, supervisor: Supervisor) -> int:
        """Start everything, wait for the wish to stop, and stop everything."""
        self._pids = lambda: supervisor.pids
        options, report = self._options, self._options.reporter
        try:
            supervisor.start(self._servers())
            supervisor.wait_until_ready()
            environment = self._environment()
            report.doing("preparing the data")
            with supervisor.signals.interrupting():
                options.prepare(environment)
            supervisor.start(self._processes(environment))
            self._is_started = True
            self.write()
            supervisor.wait_until_ready({"web", *options.commands}, options.is_caught_up)
            options.announce(self.content())
            while not supervisor.signals.is_stop_requested:
                supervisor.tend()
        except StopRequested:
            pass
        finally:
            report.doing("stopping")
            own = {"web", *options.commands}
            supervisor.stop([own if "*" in group else set(group) for group in STOP_ORDER])
            (self._folders.data / "stack.json").unlink(missing_ok=True)
        return 0

    def write(self) -> None:
        """Write `stack.json` anew, once every process it names was started."""
        if self._is_started:
            files.write_private(self._folders.data / "stack.json", self.content())

    def content(self) -> dict[str, object]:
        """Return what `stack.json` says."""
        key, webhook_secret = self._payment_keys()
        stripe = str(self._settings.stripe_api_base or "https://api.stripe.com")
        return {
            "shop": self._shop,
            "app": f"http://127.0.0.1:{self._ports['app']}",
            "mongo": self._mongo_uri,
            "database": urlsplit(self._mongo_uri).path.lstrip("/") or "vitrine",
            "redis": self._redis_url,
            "stripe": self._sandbox_url if self._has_own_sandbox else stripe,
            # A live key is never written to disk: it stays where it was given.
            "stripe_key": key if key.startswith(TEST_KEYS) else "",
            "sandbox_control": self._sandbox_url if self._has_own_sandbox else "",
            "webhook_secret": webhook_secret if key.startswith(TEST_KEYS) else "",
            "smtp": self._smtp_url,
            "public": str(self._folders.public),
            "mail": str(self._folders.mail),
            "logs": str(self._folders.data / "logs"),
            "pids": {"supervisor": os.getpid(), **self._pids()},
        }

    def _servers(self) -> list[ProcessSpec]:
        folders, own, options = self._folders, self._ports, self._options
        # The front comes first of all: after a restart the window is lit before anything else runs.
        specs = [servers.caddy(folders, options.host, options.port, own["app"], self._payment_page_origin)]
        if self._has_own_mongo:
            specs.append(servers.mongo(folders, own["mongo"]))
        if self._has_own_redis:
            specs.append(servers.redis(folders, own["redis"]))
        if self._has_own_sandbox:
            env = {**os.environ, "VITRINE_DATA": str(folders.data), "VITRINE_SHOP_URL": self._shop}
            argv = options.sandbox(own["sandbox"])
            specs.append(servers.sandbox(folders, own["sandbox"], argv, env | {"PYTHONUNBUFFERED": "1"}))
        if self._has_own_mail:
            specs.append(servers.mail(folders, own["mail"]))
        return specs

    def _processes(self, environment: Mapping[str, str]) -> list[ProcessSpec]:
        folders, port = self._folders, self._ports["app"]

        def answers() -> bool:
            return probes.answers_http("127.0.0.1", port, "/healthz", status=200)

        return [
            ProcessSpec("web", self._options.web(port), environment, folders.log("web"), answers, 60),
            *(
                ProcessSpec(name, argv, environment, folders.log(name))
                for name, argv in self._options.commands.items()
            ),
        ]

    def _environment(self) -> dict[str, str]:
        key, webhook_secret = self._payment_keys()
        told = {
            "VITRINE_DATA": str(self._folders.data),
            "VITRINE_MONGO_URI": self._mongo_uri,
            "VITRINE_REDIS_URL": self._redis_url,
            "VITRINE_SMTP_URL": self._smtp_url,
            "VITRINE_SHOP_URL": self._shop,
            "VITRINE_SECRET_KEY": self._secret or files.secret_key(self._folders.data / "secrets.json"),
            "VITRINE_PAYMENT_PAGE_ORIGIN": self._payment_page_origin,
            "STRIPE_SECRET_KEY": key,
            "STRIPE_WEBHOOK_SECRET": webhook_secret,
        }
        if self._has_own_sandbox:
            told["STRIPE_API_BASE"] = self._sandbox_url
        return {**os.environ, "PYTHONUNBUFFERED": "1", **told}

    def _payment_keys(self) -> tuple[str, str]:
        if self._has_own_sandbox:
            keys = files.read_json(self._folders.sandbox_keys)
            return str(keys.get("secret_key", "")), str(keys.get("webhook_secret", ""))
        secrets = [secret.get_secret_value() for secret in self._settings.stripe_webhook_secrets]
        return self._settings.stripe_secret_key.get_secret_value(), ",".join(secrets)

    @property
    def _mongo_uri(self) -> str:
        own = f"mongodb://127.0.0.1:{self._ports['mongo']}/vitrine?replicaSet=secantus"
        return own if self._has_own_mongo else self._settings.mongo_uri

    @property
    def _redis_url(self) -> str:
        own = f"redis://127.0.0.1:{self._ports['redis']}/0"
        return own if self._has_own_redis else self._settings.redis_url

    @property
    def _smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self._ports['mail']}" if self._has_own_mail else self._settings.smtp_url

    @property
    def _sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['sandbox']}"

    @property
    def _payment_page_origin(self) -> str:
        return self._sandbox_url if self._has_own_sandbox else self._settings.payment_page_origin
