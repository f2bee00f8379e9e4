"""What staff needs from whatever keeps it: atomic counts and conditional writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.staff.model import StaffMember, StaffSession


@dataclass(frozen=True)
class Attempts:
    """How often something was tried since its window opened, and when the window closes."""

    count: int
    until: datetime


class StaffStore(Protocol):
    """Keeps accounts, sessions and counts of attempts."""

    def insert_member(self, member: StaffMember) -> bool:
        """Add an account; say whether its e-mail address was free."""
        ...

    def member(self, member_id: str) -> StaffMember | None:
        """Return the account with that id."""
        ...

    def member_by_email(self, email: str) -> StaffMember | None:
        """Return the account with that casefolded e-mail address."""
        ...

    def member_by_link(self, digest: str) -> StaffMember | None:
        """Return the account whose password this link may set, be it too old or not."""
        ...

    def count_members(self) -> int:
        """Return how many accounts there are."""
        ...

    def put_link(self, member_id: str, digest: str, expires_at: datetime) -> None:
        """Replace the account's link; an earlier one is worthless then."""
        ...

    def spend_link(self, digest: str, now: datetime, password_hash: str) -> StaffMember | None:
        """Set the password by a link that has not expired, forget the link, begin a generation.

        One step: of two who use the same link, one gets nothing.
        """
        ...

    def change_password(self, member_id: str, *, old_hash: str, new_hash: str) -> StaffMember | None:
        """Replace the hash if it is still the old one, and begin a generation; return the account then."""
        ...

    def rehash(self, member_id: str, *, old_hash: str, new_hash: str) -> None:
        """Replace the hash of an unchanged password; the generation goes on."""
        ...

    def put_pending(self, session_id: str, secret: str) -> None:
        """Note a sealed secret that waits in a session; an empty one takes it away."""
        ...

    def put_factor(
        self, member: StaffMember, *, secret: str, since: datetime, step: int, digests: Sequence[str]
    ) -> StaffMember | None:
        """Put a sealed secret into force with its recovery codes, and begin a generation.

        One step: nothing happens where the account has another secret or generation than `member`.
        """
        ...

    def drop_factor(self, member_id: str) -> StaffMember | None:
        """Take secret and recovery codes away, and begin a generation; return the account then."""
        ...

    def spend_step(self, member_id: str, *, secret: str, step: int) -> bool:
        """Note that the code of a time step was taken; say whether it is later than every one before.

        One step: of two who give the same code, one gets nothing.
        """
        ...

    def spend_recovery(self, member_id: str, digest: str) -> bool:
        """Take one recovery code away; say whether it was there."""
        ...

    def put_recovery(self, member_id: str, *, secret: str, digests: Sequence[str]) -> bool:
        """Replace the recovery codes where the secret is still this one; say whether it is."""
        ...

    def begin_generation(self, member_id: str) -> None:
        """End every session of the account at once."""
        ...

    def insert_session(self, session: StaffSession) -> None:
        """Add a session."""
        ...

    def session(self, digest: str) -> StaffSession | None:
        """Return the session whose token has that digest."""
        ...

    def touch(self, session_id: str, *, seen_at: datetime, expires_at: datetime) -> None:
        """Note that a session was used, and when it is over now; one that is gone stays gone."""
        ...

    def sessions(self, member_id: str) -> Sequence[StaffSession]:
        """Return the account's sessions, the last one used first."""
        ...

    def delete_session(self, member_id: str, session_id: str) -> bool:
        """Delete one of the account's own sessions; say whether there was one."""
        ...

    def delete_sessions(self, member_id: str, *, keep: str = "") -> int:
        """Delete the account's sessions but the one to keep; return how many there were."""
        ...

    def count_attempt(self, key: str, now: datetime, until: datetime) -> Attempts:
        """Count an attempt in the key's window, in one step; a closed window opens anew until then."""
        ...

    def forget_attempts(self, key: str) -> None:
        """Close the key's window."""
        ...
