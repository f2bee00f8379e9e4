"""Faults on demand: what a test arms so that the stand-in misbehaves as the real world does.

`GET /_sandbox/faults` answers::

    {"faults": [{"id": 1, "fault": "drop_webhooks", "times": 2, "events": "*"}],
     "clock_offset_seconds": 0.0, "now": 1790000000, "pending_deliveries": 0,
     "known": {"drop_webhooks": {"does": "…", "options": {"events": "*", "times": 1}}, …}}

`POST /_sandbox/faults` with `{"fault": NAME, …options}` (or `{"faults": [{…}, …]}`, all or
none) arms them and answers the same with `"armed": [ids]`; `{"clear": true}` or `DELETE`
disarms all (the clock keeps its offset), `{"clear": ID}` one. Armed faults survive a
restart and are used up by `times` matching requests, events, payments or refunds. An
unknown name or option answers 400 with the list of known ones.

* The next webhooks, by type (`events`, e.g. `checkout.session.*`): `duplicate_webhooks`
  (`copies`), `delay_webhooks` (`seconds`), `reorder_webhooks` (`times` of them are held for
  `seconds` and leave last one first), `drop_webhooks` (never sent, but listed as
  undelivered), `old_api_version` (`version`).
* The next requests, by `path` (a path, which includes what lies below it, or a pattern such
  as `/v1/checkout/sessions/*/expire`) and `method` (`*` for any): `answer_500`, `answer_409`,
  `answer_429`, `reset` (the connection), `stall` (answers `seconds` late). `when` is `before`
  or `after` the effect; 409 and 429 come before it only. An `answer_500` after the effect is
  kept under the idempotency key and replayed, as Stripe does; `stored` says otherwise.
* The next payments: `async_payment` (`outcome` `succeed` or `fail`, after `seconds`; with
  `seconds` -1 it waits until `settle_payment`).
* The next refunds: `fail_refund` (`starts` `succeeded` or `pending`, fails after `seconds`).
* At once, with `target` a session, payment intent, charge, refund or dispute:
  `settle_payment` (`outcome`), `refund_failed`, `open_dispute` (`reason`, `inquiry`),
  `answer_dispute` (evidence is handed in), `escalate_dispute` (of an inquiry),
  `close_dispute` (`outcome` `won` or `lost`).
* `clock_offset` (`seconds`, absolute): moves what is created, expires and is signed.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from app.sandbox.store import Transaction

EVENT_OPTIONS: dict[str, Any] = {"events": "*", "times": 1}
REQUEST_OPTIONS: dict[str, Any] = {"path": "/v1/*", "method": "*", "times": 1}
KNOWN: dict[str, tuple[str, dict[str, Any]]] = {
    "duplicate_webhooks": ("sends each webhook several times", {**EVENT_OPTIONS, "copies": 2}),
    "delay_webhooks": ("sends webhooks late", {**EVENT_OPTIONS, "seconds": 5.0}),
    "reorder_webhooks": ("sends webhooks last one first", {**EVENT_OPTIONS, "times": 4, "seconds": 1.0}),
    "drop_webhooks": ("never sends webhooks", EVENT_OPTIONS),
    "old_api_version": (
        "stamps events with another version",
        {**EVENT_OPTIONS, "version": "2025-03-31.basil"},
    ),
    "answer_500": ("answers 500", {**REQUEST_OPTIONS, "when": "before", "stored": None}),
    "answer_409": ("answers 409, key in use", {**REQUEST_OPTIONS, "when": "before"}),
    "answer_429": ("answers 429, too many requests", {**REQUEST_OPTIONS, "when": "before"}),
    "reset": ("resets the connection", {**REQUEST_OPTIONS, "when": "before"}),
    "stall": ("answers late", {**REQUEST_OPTIONS, "when": "before", "seconds": 5.0}),
    "async_payment": ("settles payments later", {"times": 1, "outcome": "succeed", "seconds": 2.0}),
    "fail_refund": ("lets refunds fail later", {"times": 1, "starts": "succeeded", "seconds": 2.0}),
    "settle_payment": ("settles a waiting payment now", {"target": None, "outcome": "succeed"}),
    "refund_failed": ("lets a refund fail now", {"target": None}),
    "open_dispute": ("opens a dispute now", {"target": None, "reason": "fraudulent", "inquiry": False}),
    "answer_dispute": ("hands in evidence for a dispute now", {"target": None}),
    "escalate_dispute": ("turns an inquiry into a chargeback now", {"target": None}),
    "close_dispute": ("closes a dispute now", {"target": None, "outcome": "won"}),
    "clock_offset": ("moves the clock", {"seconds": 0.0}),
}
AT_ONCE = (
    "settle_payment", "refund_failed", "open_dispute", "answer_dispute", "escalate_dispute",
    "close_dispute", "clock_offset",
)  # fmt: skip
WORDS: dict[str, tuple[str, ...]] = {
    "async_payment.outcome": ("succeed", "fail"), "settle_payment.outcome": ("succeed", "fail"),
    "close_dispute.outcome": ("won", "lost"), "fail_refund.starts": ("succeeded", "pending"),
    "answer_500.when": ("before", "after"), "answer_409.when": ("before",), "answer_429.when": ("before",),
    "reset.when": ("before", "after"), "stall.when": ("before", "after"),
}  # fmt: skip


class FaultRefused(Exception):
    """A fault that is not known, or an option that it does not have; the text says what to type instead."""


@dataclass(frozen=True)
class Fault:
    """An armed fault with all of its options."""

    id: int
    name: str
    options: dict[str, Any]

    def text(self, option: str) -> str:
        """Return an option that is a text."""
        return str(self.options[option])

    def number(self, option: str) -> float:
        """Return an option that is a number."""
        return float(self.options[option])


def check(wish: Any) -> tuple[str, dict[str, Any]]:
    """Return the name and the complete options of a wished fault.

    Raises:
        FaultRefused: with a sentence for the person who typed it.
    """
    if not isinstance(wish, dict) or not isinstance(wish.get("fault"), str):
        raise FaultRefused('A fault is an object with a name: {"fault": "drop_webhooks", "times": 2}.')
    name = wish["fault"]
    if name not in KNOWN:
        raise FaultRefused(f"There is no fault {name!r}. Known: {', '.join(KNOWN)}.")
    defaults = KNOWN[name][1]
    options = {option: value for option, value in wish.items() if option != "fault"}
    for option, value in options.items():
        if option not in defaults:
            raise FaultRefused(f"{name} has no option {option!r}. It has: {', '.join(defaults)}.")
        _check_value(name, option, value, defaults[option])
    if name in AT_ONCE and "target" in defaults and "target" not in options:
        raise FaultRefused(f"{name} needs a target, such as the id of a session or a payment intent.")
    return name, {**defaults, **options}


def _check_value(name: str, option: str, value: Any, default: Any) -> None:
    words = WORDS.get(f"{name}.{option}")
    if words and value not in words:
        raise FaultRefused(f"{name}.{option} is one of: {', '.join(words)}.")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, bool) or option == "stored":
        is_right = isinstance(value, bool)
    elif isinstance(default, int):
        is_right = is_number and isinstance(value, int) and 1 <= value <= 10_000
    elif isinstance(default, float):
        is_right = (
            is_number and abs(value) <= 10**8 and (value >= 0 or name in ("clock_offset", "async_payment"))
        )
    else:
        is_right = isinstance(value, str) and value != ""
    if not is_right:
        raise FaultRefused(f"{name}.{option} cannot be {value!r}; its usual value is {default!r}.")


def arm(tx: Transaction, name: str, options: dict[str, Any]) -> int:
    """Write an armed fault down; return its number."""
    remaining = int(options["times"])
    kept = {option: value for option, value in options.items() if option != "times"}
    row = tx.execute(
        "INSERT INTO faults (fault, remaining, options) VALUES (?, ?, ?)", name, remaining, json.dumps(kept)
    )
    return int(row.lastrowid or 0)


def disarm(tx: Transaction, number: int | None = None) -> None:
    """Forget one armed fault, or all."""
    tx.execute("DELETE FROM faults WHERE seq = ? OR ? IS NULL", number, number)


def armed(tx: Transaction) -> list[dict[str, Any]]:
    """Return every armed fault, oldest first."""
    rows = tx.execute("SELECT * FROM faults ORDER BY seq")
    return [
        {"id": row["seq"], "fault": row["fault"], "times": row["remaining"], **json.loads(row["options"])}
        for row in rows
    ]


def take_for_event(tx: Transaction, event_type: str) -> dict[str, Fault]:
    """Use up, for one event, the oldest armed fault of each kind that means its type."""
    taken: dict[str, Fault] = {}
    for entry in armed(tx):
        name = entry["fault"]
        if name not in taken and "events" in entry and fnmatchcase(event_type, entry["events"]):
            if name == "reorder_webhooks" and "release_at" not in entry:
                entry["release_at"] = time.time() + float(entry["seconds"])
            taken[name] = _use(tx, entry)
    return taken


def take_for_request(tx: Transaction, method: str, path: str) -> Fault | None:
    """Use up the oldest armed fault that means this request."""
    for entry in armed(tx):
        if "path" in entry and entry["method"].upper() in ("*", method) and _means(entry["path"], path):
            return _use(tx, entry)
    return None


def take(tx: Transaction, name: str) -> Fault | None:
    """Use up the oldest armed fault of one kind."""
    entry = next((entry for entry in armed(tx) if entry["fault"] == name), None)
    return _use(tx, entry) if entry else None


def _means(pattern: str, path: str) -> bool:
    if any(sign in pattern for sign in "*?["):
        return fnmatchcase(path, pattern)
    return path == pattern or path.startswith(pattern.rstrip("/") + "/")


def _use(tx: Transaction, entry: dict[str, Any]) -> Fault:
    options = {name: value for name, value in entry.items() if name not in ("id", "fault", "times")}
    tx.execute(
        "UPDATE faults SET remaining = remaining - 1, options = ? WHERE seq = ?",
        json.dumps(options), entry["id"],
    )  # fmt: skip
    tx.execute("DELETE FROM faults WHERE remaining <= 0")
    return Fault(entry["id"], entry["fault"], options)
