"""Identifiers: readable by prefix, unguessable by content."""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is mistaken for a digit when read aloud."""
LENGTH = 20


def new_id(prefix: str) -> str:
    """Return a new identifier such as `ord_7k2m…`: 100 random bits behind a readable prefix."""
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_id(text: str, prefix: str) -> bool:
    """Say whether a text looks exactly as an identifier of that prefix does."""
    kind, _sep, rest = text.partition("_")
    return kind == prefix and len(rest) == LENGTH and set(rest) <= set(ALPHABET)


def new_token() -> str:
    """Return a secret for a URL or a cookie: 256 random bits, URL-safe (ASVS 5.0 7.2.3)."""
    return secrets.token_urlsafe(32)


def token_digest(token: str, *scope: str) -> str:
    """Return what is stored in a token's place, so that a leaked database opens nothing."""
    return hashlib.sha256(":".join((token, *scope)).encode()).hexdigest()
