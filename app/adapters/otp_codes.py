"""Codes of an authenticator, and their QR code; the only module that imports pyotp and segno."""

from __future__ import annotations

import io

import pyotp
import segno


class OtpCodes:
    """Makes codes as every authenticator does: SHA-1, six digits, 30 seconds."""

    def new_secret(self) -> str:
        """Return a new secret in base 32: 160 random bits."""
        return pyotp.random_base32(32)

    def code(self, secret: str, step: int) -> str:
        """Return the six digits of a time step."""
        return pyotp.TOTP(secret).generate_otp(step)

    def address(self, secret: str, account: str, issuer: str) -> str:
        """Return the `otpauth:` address that an authenticator reads from a picture."""
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)

    def picture(self, address: str) -> bytes:
        """Return an address as a QR code: dark on light, whatever the page around it is."""
        drawn = io.BytesIO()
        segno.make(address, error="m", micro=False).save(
            drawn, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, nl=False
        )
        return drawn.getvalue()
