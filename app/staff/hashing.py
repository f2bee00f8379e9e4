"""What staff needs from whatever hashes passwords."""

from __future__ import annotations

from typing import Protocol


class PasswordHasher(Protocol):
    """Turns passwords into hashes that are slow to guess."""

    def hash(self, password: str) -> str:
        """Return a salted hash."""
        ...

    def verify(self, password_hash: str, password: str) -> bool:
        """Say whether the hash was made of this password; takes as long either way."""
        ...

    def needs_rehash(self, password_hash: str) -> bool:
        """Say whether today's hashes are made with more work than this one."""
        ...

    def dummy(self) -> str:
        """Return a hash of no password, so that an unknown account takes as long as a known one."""
        ...
