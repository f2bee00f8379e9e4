"""Passwords are hashed by Argon2id (RFC 9106); the only module that imports argon2."""

from __future__ import annotations

import secrets
from functools import cached_property

import argon2
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Hasher:
    """Hashes with the library's defaults: RFC 9106's second recommendation, 64 MiB."""

    def __init__(self, *, rounds: int | None = None, memory_kib: int | None = None) -> None:
        """Prepare the hasher.

        Args:
            rounds: passes over the memory; tests take one.
            memory_kib: the memory in KiB; tests take little.
        """
        self._hasher = argon2.PasswordHasher(
            time_cost=rounds or argon2.DEFAULT_TIME_COST, memory_cost=memory_kib or argon2.DEFAULT_MEMORY_COST
        )

    def hash(self, password: str) -> str:
        """Return a salted hash with its parameters."""
        return self._hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """Say whether the hash was made of this password."""
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def needs_rehash(self, password_hash: str) -> bool:
        """Say whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def dummy(self) -> str:
        """Return a hash of a password that nobody knows."""
        return self._dummy

    @cached_property
    def _dummy(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(32))
