"""How often a password may be guessed: counted in the database, before anything is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ids import token_digest
from app.staff.model import TooManyAttempts
from app.staff.store import StaffStore

WINDOW = timedelta(minutes=15)
FROM_ADDRESS = 10
"""Attempts on one account from one address; a stranger cannot lock its owner out with them."""
ON_ACCOUNT = 100
"""Attempts on one account from anywhere: whoever has many addresses meets this."""


CODES_ON_ACCOUNT = 20
"""Attempts at a code of one account from anywhere; only who knows its password gets so far."""


@dataclass(frozen=True)
class Guard:
    """Counts attempts on an e-mail address, whether it has an account or not."""

    store: StaffStore

    def count(self, email: str, address: str, now: datetime) -> None:
        """Count an attempt that is about to be made.

        An attempt that is turned away for its address does not count against the account.

        Raises:
            TooManyAttempts: the account or the address has used up its window.
        """
        self._count(self._limits(email, address), now)

    def count_code(self, email: str, address: str, now: datetime) -> None:
        """Count an attempt at a code: as one at the password, and among codes as well.

        Raises:
            TooManyAttempts: the account or the address has used up its window.
        """
        self._count({**self._limits(email, address), **self._of_codes(email)}, now)

    def knock(self, door: str, client: str, most: int, window: timedelta, now: datetime) -> int:
        """Count that a client comes to a door; return the seconds to wait if that was too often, else 0."""
        visits = self.store.count_attempt(token_digest(client, "door", door), now, now + window)
        return max(1, round((visits.until - now).total_seconds())) if visits.count > most else 0

    def forget(self, email: str, address: str) -> None:
        """Forget the attempts, because everything that is asked for was right."""
        for key in {**self._limits(email, address), **self._of_codes(email)}:
            self.store.forget_attempts(key)

    def _count(self, limits: dict[str, int], now: datetime) -> None:
        for key, most in limits.items():
            attempts = self.store.count_attempt(key, now, now + WINDOW)
            if attempts.count > most:
                raise TooManyAttempts(max(1, round((attempts.until - now).total_seconds())))

    @staticmethod
    def _of_codes(email: str) -> dict[str, int]:
        return {token_digest(email, "codes"): CODES_ON_ACCOUNT}

    @staticmethod
    def _limits(email: str, address: str) -> dict[str, int]:
        return {
            token_digest(email, "attempts", address): FROM_ADDRESS,
            token_digest(email, "attempts"): ON_ACCOUNT,
        }
