"""The compose file as Compose reads it: merged, and with the variables of an `.env` put in."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
MAKE_ENV = ROOT / "deploy" / "compose" / "make-env"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Z_]+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\})")
FILLED_IN = {
    "VITRINE_SMTP_URL": "smtp://shop:letters@mail.example:587",
    "STRIPE_SECRET_KEY": "sk_live_madeupforthetest",
    "STRIPE_WEBHOOK_SECRET": "whsec_made_up_for_the_test",
}
"""What only the owner of a shop knows."""


class NotGiven(Exception):
    """Compose refuses to start: a variable that is asked for has no value."""


def compose() -> dict[str, Any]:
    """Return the file with its anchors resolved and its variables as they stand."""
    content: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return content


def services() -> dict[str, dict[str, Any]]:
    """Return the services by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def put_in(value: Any, env: Mapping[str, str]) -> Any:
    """Put the variables in, as Compose does: `${X}`, `${X:-default}`, `${X:?reason}` and `$$`.

    Raises:
        NotGiven: a variable with a reason is empty or missing.
    """
    if isinstance(value, dict):
        return {name: put_in(part, env) for name, part in value.items()}
    if isinstance(value, list):
        return [put_in(part, env) for part in value]
    if not isinstance(value, str):
        return value

    def replaced(match: re.Match[str]) -> str:
        if match["name"] is None:
            return "$"
        given = env.get(match["name"], "")
        if not given and match["kind"] == ":?":
            raise NotGiven(match["name"])
        return given or (match["rest"] if match["kind"] == ":-" else "")

    return VARIABLE.sub(replaced, value)


def made_env(folder: Path, kind: str) -> dict[str, str]:
    """Return the variables of the `.env` that `make-env` writes, and of what the owner fills in."""
    file = folder / f"{kind.rpartition('/')[2]}.env"
    subprocess.run(["sh", str(MAKE_ENV), kind, str(file)], check=True, capture_output=True)
    lines = (line.partition("=") for line in file.read_text("utf-8").splitlines())
    env = {name: value for name, _, value in lines if not name.startswith("#")}
    return env if kind == "dev" else env | FILLED_IN


def of_the_shop() -> dict[str, dict[str, Any]]:
    """Return the services that run the shop's own image."""
    return {name: service for name, service in services().items() if service["image"] == "vitrine-shop"}
