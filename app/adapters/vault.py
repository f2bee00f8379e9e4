"""Secrets at rest: sealed under a key that is made of the shop's secret key, which no database holds."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"vitrine: secrets of second factors, 1"
"""Binds the key to this use: no other key that is made of the same secret is this one."""
NONCE_BYTES = 12
MARK = "1."
"""Begins what is sealed in this way, so that another way can be told from it."""


class KeyedVault:
    """Seals by ChaCha20-Poly1305 (RFC 8439) for an owner, whom nobody can exchange."""

    def __init__(self, secret_key: str) -> None:
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
        self._cipher = ChaCha20Poly1305(kdf.derive(secret_key.encode()))

    def seal(self, text: str, owner: str) -> str:
        """Lock a text away for its owner."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), owner.encode())
        return MARK + base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, owner: str) -> str | None:
        """Return the text; nothing where it was sealed under another key or for another owner."""
        if not sealed.startswith(MARK):
            return None
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None
