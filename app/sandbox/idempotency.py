"""Idempotency keys as Stripe has them (https://docs.stripe.com/api/idempotent_requests).

The first executed answer is kept for 24 hours and replayed, errors included. Nothing is
kept of a request that was refused before it executed: 401, 429, bad parameters, and one
that met another in progress under the same key.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.sandbox.errors import ApiError, invalid
from app.sandbox.store import Transaction

KEEP_SECONDS = 24 * 60 * 60
LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """A status and a body, ready to be sent; `original` is the request that made them, when replayed."""

    status: int
    body: str
    original: str = ""


@dataclass(frozen=True)
class Ask:
    """One request under a key: where it goes and what it says."""

    key: str
    endpoint: str
    digest: str
    request_id: str
    public_url: str

    @classmethod
    def of(cls, key: str, method: str, path: str, pairs: list[tuple[str, str]], **known: str) -> Ask:
        """Describe a request.

        Raises:
            ApiError: the key is longer than 255 characters.
        """
        if len(key) > LONGEST_KEY:
            raise invalid(
                f"Idempotency keys can be at most {LONGEST_KEY} characters long; yours has {len(key)}."
            )
        digest = hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()
        return cls(key, f"{method} {path}", digest, **known)


def find(tx: Transaction, ask: Ask) -> Answer | None:
    """Return the answer that is kept under the key.

    Raises:
        ApiError: the key was used for another request.
    """
    tx.execute("DELETE FROM idempotency WHERE kept_at < ?", time.time() - KEEP_SECONDS)
    row = tx.execute("SELECT * FROM idempotency WHERE key = ?", ask.key).fetchone()
    if row is None:
        return None
    if row["endpoint"] != ask.endpoint or row["digest"] != ask.digest:
        first, now = row["endpoint"].split()[1], ask.endpoint.split()[1]
        same = "with the same parameters they were first used with."
        if row["endpoint"] != ask.endpoint:
            same = f"for the same endpoint they were first used for ('{now}' vs '{first}')."
        raise ApiError(
            400,
            f"Keys for idempotent requests can only be used {same} Try using a key other than '{ask.key}' if "
            "you meant to execute a different request.",
            type="idempotency_error",
        )
    # A stand-in that moved to another port must not replay an address where nobody listens.
    body = row["body"].replace(f'"{row["public_url"]}/', f'"{ask.public_url}/')
    return Answer(row["status"], body, row["request_id"])


def keep(tx: Transaction, ask: Ask, answer: Answer) -> None:
    """Keep the answer under the key, in the transaction of its effect."""
    tx.execute(
        "INSERT INTO idempotency (key, endpoint, digest, status, body, request_id, public_url, kept_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ask.key, ask.endpoint, ask.digest, answer.status, answer.body, ask.request_id, ask.public_url,
        time.time(),
    )  # fmt: skip


def overwrite(tx: Transaction, key: str, answer: Answer) -> None:
    """Replace what is kept: the effect took place, but the answer that was given is another."""
    tx.execute("UPDATE idempotency SET status = ?, body = ? WHERE key = ?", answer.status, answer.body, key)


class Running:
    """The keys whose requests are being executed right now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold a key while its request executes.

        Raises:
            ApiError: another request holds it.
        """
        with self._lock:
            if key in self._keys:
                raise in_use(key)
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def in_use(key: str) -> ApiError:
    """Return Stripe's answer to two requests at once under one key."""
    return ApiError(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        "submitted twice, and the other request is still going through): "
        f"{key}. Please try again later.",
        "idempotency_key_in_use",
        type="idempotency_error",
        is_validation=True,
    )
