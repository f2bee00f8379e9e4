"""What happens later by itself, written down in the same transaction as its cause."""

from __future__ import annotations

import json
from typing import Any

from app.sandbox.store import Transaction

SOON_SECONDS = 2.0
"""How long the stand-in takes for what takes the banks days."""


def after(tx: Transaction, due_at: float, action: str, subject: str, **detail: Any) -> None:
    """Have an action done to an object at a moment of the stand-in's clock."""
    tx.execute(
        "INSERT INTO timers (due_at, action, subject, detail) VALUES (?, ?, ?, ?)",
        due_at, action, subject, json.dumps(detail),
    )  # fmt: skip


def take_due(tx: Transaction, moment: float) -> tuple[str, str, dict[str, Any]] | None:
    """Take the oldest timer that has run out: its action, its object and its details."""
    row = tx.execute("SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at, seq LIMIT 1", moment).fetchone()
    if row is None:
        return None
    tx.execute("DELETE FROM timers WHERE seq = ?", row["seq"])
    return row["action"], row["subject"], json.loads(row["detail"])


def next_due(tx: Transaction) -> float | None:
    """Return when the next timer runs out."""
    row = tx.execute("SELECT MIN(due_at) AS due_at FROM timers").fetchone()
    return None if row["due_at"] is None else float(row["due_at"])
