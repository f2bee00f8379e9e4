"""The shopper's token: one opaque cookie, and beside it a readable one that says only that it exists."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from app.settings import Settings

PRESENT = "cart_present"
"""Read by shop.js: a shopper without it costs the app nothing."""


def cart_cookie(settings: Settings) -> str:
    """Return the cookie's name; a browser keeps `__Host-` names to this host and to https."""
    return "__Host-cart" if settings.is_secure else "cart"


def read_token(settings: Settings) -> str | None:
    """Return the token that the browser sent, whether or not it opens anything."""
    return request.cookies.get(cart_cookie(settings)) or None


def set_token(response: Response, token: str, settings: Settings) -> None:
    """Give the browser its token for as long as an untouched cart lives."""
    age = timedelta(days=settings.cart_days)
    for name, value, is_secret in ((cart_cookie(settings), token, True), (PRESENT, "1", False)):
        response.set_cookie(
            name,
            value,
            max_age=age,
            path="/",
            secure=settings.is_secure,
            httponly=is_secret,
            samesite="Lax",
        )
