"""Sending webhooks: really signed, retried with back-off, to where the shop listens now."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import stripe

from app.sandbox import events, timers
from app.sandbox.events import SHOP_ENDPOINT
from app.sandbox.standin import StandIn
from app.sandbox.store import Transaction

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
GIVE_UP_SECONDS = 3 * 24 * 60 * 60
"""Stripe tries for up to three days (https://docs.stripe.com/webhooks#retries)."""
TIMEOUT_SECONDS = 15.0
IDLE_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """One webhook that is due: what is sent, where to and under which signature."""

    delivery: int
    event_id: str
    payload: str
    url: str
    secret: str
    tries: int
    created_at: float


class Courier:
    """Delivers what is due; a thread of its own once it is started, by hand in tests."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to deliver; retries left over from an earlier run are due at once."""
        with self._standin.store.transaction() as tx:
            tx.execute(
                "UPDATE deliveries SET next_try_at = ? WHERE state = 'pending' AND tries > 0", time.time()
            )
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the webhook that is under way and end."""
        self._stopping.set()
        self._standin.store.changed.set()
        if self._thread:
            self._thread.join(TIMEOUT_SECONDS)

    def deliver_due(self, now: float | None = None) -> int:
        """Send every webhook that is due at a moment of the machine's clock; return how many were tried."""
        moment = time.time() if now is None else now
        tried = 0
        while not self._stopping.is_set():
            parcel = self._next(moment)
            if parcel is None:
                break
            status, outcome = post(parcel, self._standin.clock.now())
            self._note(parcel, 200 <= status < 300, outcome, moment)
            tried += 1
        return tried

    def _next(self, moment: float) -> Parcel | None:
        """Return the first due webhook that has somewhere to go."""
        with self._standin.store.transaction() as tx:
            while True:
                row = tx.execute(
                    "SELECT * FROM deliveries WHERE state = 'pending' AND next_try_at <= ? "
                    "AND (endpoint_id <> ? OR ?) ORDER BY next_try_at, rank, seq LIMIT 1",
                    moment, SHOP_ENDPOINT, self._standin.webhook_url is not None,
                ).fetchone()  # fmt: skip
                if row is None:
                    return None
                address = self._address(tx, row["endpoint_id"])
                event = tx.find("event", row["event_id"])
                if address is None or event is None:
                    tx.execute("DELETE FROM deliveries WHERE seq = ?", row["seq"])
                    continue
                payload = json.dumps(events.present(tx, event.body), indent=2, ensure_ascii=False)
                return Parcel(
                    row["seq"], event.id, payload, *address, tries=row["tries"], created_at=row["created_at"]
                )

    def _address(self, tx: Transaction, endpoint_id: str) -> tuple[str, str] | None:
        if endpoint_id == SHOP_ENDPOINT:
            return str(self._standin.webhook_url), self._standin.keys.webhook_secret
        endpoint = tx.find("webhook_endpoint", endpoint_id)
        return (endpoint.body["url"], endpoint.private["secret"]) if endpoint else None

    def _note(self, parcel: Parcel, is_taken: bool, outcome: str, moment: float) -> None:
        tries = parcel.tries + 1
        wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(parcel.tries, 16))
        # The back-off counts from the machine's clock too, so that a late answer is not tried at once.
        next_try_at = max(moment, time.time()) + wait
        is_over = next_try_at - parcel.created_at > GIVE_UP_SECONDS
        state = "delivered" if is_taken else "failed" if is_over else "pending"
        with self._standin.store.transaction() as tx:
            tx.execute(
                "UPDATE deliveries SET state = ?, tries = ?, next_try_at = ?, outcome = ? WHERE seq = ?",
                state, tries, next_try_at, outcome, parcel.delivery,
            )  # fmt: skip
        if not is_taken:
            _log.info("webhook not taken event_id=%s tries=%s outcome=%s", parcel.event_id, tries, outcome)

    def _run(self) -> None:
        changed = self._standin.store.changed
        while not self._stopping.is_set():
            changed.clear()
            try:
                self._standin.run_due()
                self.deliver_due()
                changed.wait(self._pause())
            except Exception:
                # Whatever it was, later webhooks must still go out.
                _log.exception("the courier stumbled")
                self._stopping.wait(IDLE_SECONDS)

    def _pause(self) -> float:
        """Return how long there is nothing to do, unless something changes."""
        with self._standin.store.transaction() as tx:
            row = tx.execute(
                "SELECT MIN(next_try_at) AS due_at FROM deliveries WHERE state = 'pending' "
                "AND (endpoint_id <> ? OR ?)", SHOP_ENDPOINT, self._standin.webhook_url is not None,
            ).fetchone()  # fmt: skip
            timer = timers.next_due(tx)
        waits = [IDLE_SECONDS]
        if row["due_at"] is not None:
            waits.append(row["due_at"] - time.time())
        if timer is not None:
            waits.append(timer - self._standin.clock.time())
        return max(0.01, min(waits))


def post(parcel: Parcel, timestamp: int) -> tuple[int, str]:
    """Send one webhook with a fresh signature; return the status (0: no answer) and a word about it.

    Redirects are not followed and count as failures, as with Stripe.
    """
    signature = stripe.WebhookSignature.generate_signature_header(parcel.payload, parcel.secret, timestamp)
    parts = urlsplit(parcel.url)
    is_secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks; payment stand-in)",
        "Accept": "*/*; q=0.5, application/xml",
        "Stripe-Signature": signature,
        "Connection": "close",
    }
    try:
        connection.request("POST", target, parcel.payload.encode(), headers)
        response = connection.getresponse()
        response.read(65_536)
    except (OSError, http.client.HTTPException) as error:
        return 0, type(error).__name__
    finally:
        connection.close()
    return response.status, str(response.status)
