"""What the stand-in refuses, in the words and the envelope of Stripe's API.

Codes and messages follow https://docs.stripe.com/error-codes; the types are those of
https://docs.stripe.com/api/errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.errors import VitrineError


@dataclass(eq=False)
class ApiError(VitrineError):
    """An answer that is no success.

    `is_validation` tells a request that never began to execute (it is not kept under its
    idempotency key) from one that did.
    """

    status: int
    message: str
    code: str | None = None
    param: str | None = None
    type: str = "invalid_request_error"
    is_validation: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    def envelope(self) -> dict[str, Any]:
        """Return the JSON that Stripe answers; what is unknown is absent rather than null."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = "https://docs.stripe.com/error-codes/" + self.code.replace("_", "-")
        if self.param:
            error["param"] = self.param
        return {"error": {**error, **self.extra}}


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Return the refusal of a parameter that can never be right."""
    return ApiError(400, message, code, param, is_validation=True)


def missing_resource(kind: str, identifier: str, param: str = "id", status: int = 404) -> ApiError:
    """Return Stripe's answer about an object that does not exist."""
    return ApiError(status, f"No such {kind}: '{identifier}'", "resource_missing", param)


def unsupported(param: str) -> ApiError:
    """Return the refusal of something that Stripe knows and this stand-in does not play."""
    return invalid(f"The payment stand-in does not support `{param}`; Stripe itself does.", param)
