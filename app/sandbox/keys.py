"""The stand-in's secret key and signing secret: made once, kept in the data folder, never live ones."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from app.errors import InvalidValue
from app.settings import LIVE_KEYS, TEST_KEYS


@dataclass(frozen=True)
class Keys:
    """What a caller must know (`sk_test_…`) and what webhooks are signed with (`whsec_…`)."""

    secret_key: str
    webhook_secret: str

    def __repr__(self) -> str:
        return "Keys(…)"

    def __post_init__(self) -> None:
        if self.secret_key.startswith(LIVE_KEYS) or not self.secret_key.startswith(TEST_KEYS):
            shown = self.secret_key[:8] + "…"
            raise InvalidValue(
                "STRIPE_SECRET_KEY", shown, "a test key (sk_test_…): the stand-in takes no other"
            )
        if not self.webhook_secret.startswith("whsec_") or len(self.webhook_secret) < 16:
            raise InvalidValue("STRIPE_WEBHOOK_SECRET", "…", "a signing secret such as whsec_…")


def load_or_create_keys(
    folder: Path, secret_key: str | None = None, webhook_secret: str | None = None
) -> Keys:
    """Return the keys of this folder; values that are given win and are kept.

    Args:
        folder: the stand-in's folder, created if missing.
        secret_key: `STRIPE_SECRET_KEY` of the environment, if it is set.
        webhook_secret: `STRIPE_WEBHOOK_SECRET`; the first of several, separated by commas.

    Raises:
        InvalidValue: a live key, or something that is no key.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "keys.json"
    kept = _read(path)
    given = (webhook_secret or "").split(",")[0].strip()
    keys = Keys(
        secret_key or kept.get("secret_key") or f"sk_test_{secrets.token_hex(24)}",
        given or kept.get("webhook_secret") or f"whsec_{secrets.token_hex(24)}",
    )
    if asdict(keys) != kept:
        _write(path, keys)
    return keys


def _read(path: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def _write(path: Path, keys: Keys) -> None:
    """Replace the file as a whole, so that a crash leaves the old keys or the new ones."""
    draft = path.with_name(f".keys.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(keys), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
