"""The shopper's token: one opaque cookie, and beside it a readable one that says only that it exists."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from app.web.config import WebConfig

PRESENT = "cart_present"
"""Read by shop.js: a shopper without it costs the app nothing."""


def cart_cookie(config: WebConfig) -> str:
    """Return the cookie's name; a browser keeps `__Host-` names to this host and to https."""
    return "__Host-cart" if config.is_secure else "cart"


def read_token(config: WebConfig) -> str | None:
    """Return the token that the browser sent, whether or not it opens anything."""
    return request.cookies.get(cart_cookie(config)) or None


def set_token(response: Response, token: str, config: WebConfig) -> None:
    """Give the browser its token, from now on for as long as an untouched cart lives."""
    age = timedelta(days=config.cart_days)
    for name, value, is_secret in ((cart_cookie(config), token, True), (PRESENT, "1", False)):
        response.set_cookie(
            name,
            value,
            max_age=age,
            path="/",
            secure=config.is_secure,
            httponly=is_secret,
            samesite="Lax",
        )
