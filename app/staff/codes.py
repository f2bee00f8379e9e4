"""What the second factor needs from outside: codes of a secret, a picture of it, a lock for it."""

from __future__ import annotations

from typing import Protocol


class CodeMaker(Protocol):
    """Makes the codes that an authenticator shows (RFC 6238: SHA-1, six digits, 30 seconds)."""

    def new_secret(self) -> str:
        """Return a new secret in base 32: 160 random bits, as RFC 4226 wants them."""
        ...

    def code(self, secret: str, step: int) -> str:
        """Return the six digits of a time step, which counts 30 seconds since 1970."""
        ...

    def address(self, secret: str, account: str, issuer: str) -> str:
        """Return the `otpauth:` address that an authenticator reads from a picture."""
        ...

    def picture(self, address: str) -> bytes:
        """Return an address as a QR code: an SVG document, dark on light."""
        ...


class Vault(Protocol):
    """Keeps a text so that the database alone does not give it away."""

    def seal(self, text: str, owner: str) -> str:
        """Lock a text away for its owner."""
        ...

    def open(self, sealed: str, owner: str) -> str | None:
        """Return the text; nothing where it was sealed under another key or for another owner."""
        ...
