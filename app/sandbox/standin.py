"""The stand-in as a whole: what its pages, its API and its courier share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.sandbox import disputes, payments, refunds, sessions, timers
from app.sandbox.clock import SandboxClock
from app.sandbox.errors import ApiError
from app.sandbox.idempotency import Running
from app.sandbox.keys import Keys
from app.sandbox.store import Store, Transaction
from app.sandbox.work import Work, refuse


class StandIn:
    """State, clock, keys and addresses of one stand-in."""

    def __init__(self, folder: Path, keys: Keys, webhook_url: str | None, public_url: str) -> None:
        self.store = Store(folder / "sandbox.sqlite")
        self.clock = SandboxClock(self.store)
        self.running = Running()
        self.keys = keys
        self.webhook_url = webhook_url
        self.public_url = public_url.rstrip("/")

    def work(self, tx: Transaction, **of_request: Any) -> Work:
        """Return the work of one request, or of the stand-in itself."""
        return Work(tx, self.clock, self.public_url, self.webhook_url is not None, **of_request)

    @contextmanager
    def effect(self, **of_request: Any) -> Iterator[Work]:
        """Open a transaction and do one piece of work in it."""
        with self.store.transaction() as tx:
            yield self.work(tx, **of_request)

    def run_due(self) -> None:
        """Do what has come due by the stand-in's clock: expiries, late payments, late refunds."""
        while self._run_one():
            pass

    def _run_one(self) -> bool:
        with self.effect() as work:
            timer = timers.take_due(work.tx, work.clock.time())
            if timer is None:
                return False
            action, subject, detail = timer
            try:
                _act(work, action, subject, detail.get("outcome", ""))
            except ApiError:
                # It was done by hand in the meantime, which is what a timer is there to spare.
                return True
        return True


def _act(work: Work, action: str, subject: str, outcome: str) -> None:
    if action == "expire_session":
        sessions.expire(work, work.require("checkout.session", subject))
    elif action == "settle_payment":
        payments.settle(work, work.require("payment_intent", subject), outcome)
    else:
        refunds.settle(work, work.require("refund", subject), outcome)


def act_now(work: Work, name: str, options: dict[str, Any]) -> None:
    """Do what a fault asks for at once.

    Raises:
        ApiError: the target is not there, or not in a state for it.
    """
    if name == "clock_offset":
        work.clock.shift(work.tx, float(options["seconds"]))
        return
    target = str(options["target"])
    if name == "close_dispute":
        disputes.close(work, work.require("dispute", target), options["outcome"])
    elif name == "answer_dispute":
        disputes.answer(work, work.require("dispute", target))
    elif name == "escalate_dispute":
        disputes.escalate(work, work.require("dispute", target))
    elif name == "refund_failed":
        refunds.settle(work, work.require("refund", target), "failed")
    elif name == "settle_payment":
        intent = work.require("payment_intent", _intent_of(work, target))
        payments.settle(work, intent, options["outcome"])
    else:
        intent = work.require("payment_intent", _intent_of(work, target))
        charge = work.require("charge", str(intent.body["latest_charge"]))
        disputes.open_dispute(work, charge, options["reason"], is_inquiry=options["inquiry"])


def _intent_of(work: Work, target: str) -> str:
    """Return the payment intent behind a session, a charge or itself."""
    for kind in ("checkout.session", "charge"):
        record = work.tx.find(kind, target)
        if record:
            if record.body["payment_intent"] is None:
                raise refuse(f"Nobody has tried to pay {target} yet.")
            return str(record.body["payment_intent"])
    return target
