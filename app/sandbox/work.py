"""One effect in the making: the open transaction, the moment it happens, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.sandbox.clock import SandboxClock
from app.sandbox.errors import ApiError, missing_resource
from app.sandbox.store import Document, Record, Transaction

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Work:
    """What every operation of the stand-in is handed."""

    tx: Transaction
    clock: SandboxClock
    public_url: str
    """Where shoppers reach the hosted page now; addresses are made of it when they are shown."""
    has_shop: bool
    """Whether a shop listens for webhooks beyond the endpoints that were created by API."""
    request_id: str | None = None
    idempotency_key: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    """The parameters of the request, read and checked."""
    subject: str = ""
    """The identifier in the request's path."""

    @property
    def now(self) -> int:
        """The present moment of the stand-in in Unix seconds."""
        return self.clock.now()

    def require(self, kind: str, identifier: str, param: str = "id", status: int = 404) -> Record:
        """Return an object that has to be there.

        Raises:
            ApiError: `resource_missing`, as Stripe says it.
        """
        record = self.tx.find(kind, identifier)
        if record is None:
            raise missing_resource(kind, identifier, param, status)
        return record

    def session_url(self, session: Document) -> str | None:
        """Return the hosted page of a session; there is one only while it is open."""
        return f"{self.public_url}/c/pay/{session['id']}" if session["status"] == "open" else None


def refuse(message: str, code: str | None = None, param: str | None = None) -> ApiError:
    """Return the refusal of a request that was understood and executed; it is kept under its key."""
    return ApiError(400, message, code, param)
