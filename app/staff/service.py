"""What staff can do before they do anything: get an account, sign in, stay signed in, sign out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.clock import Clock
from app.errors import InvalidValue, NotFound
from app.ids import new_id, new_token, token_digest
from app.staff.attempts import Guard
from app.staff.guessable import must_not_be_guessed_first
from app.staff.hashing import PasswordHasher
from app.staff.model import (
    LONGEST_PASSWORD,
    LinkSpent,
    Present,
    Role,
    SignedIn,
    SignInRefused,
    StaffMember,
    StaffSession,
    must_be_long_enough,
    parse_email,
)
from app.staff.store import StaffStore

LINK_LIFE = timedelta(hours=48)
IDLE_LIFE = timedelta(hours=8)
SESSION_LIFE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
"""A session notes its use no more often than this, so that a page that polls does not write."""
HALF_LIFE = timedelta(minutes=10)
"""How long a right password waits for its code."""
BROWSER_LENGTH = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Staff:
    """Accounts and sessions of the people at the desk."""

    store: StaffStore
    hasher: PasswordHasher
    clock: Clock

    def add(self, email: str, role: Role) -> tuple[StaffMember, str]:
        """Open an account; return it and the one-time token that sets its password.

        Raises:
            InvalidValue: the address is malformed, or has an account.
        """
        token = new_token()
        member = replace(
            self._new(email, role),
            link_digest=token_digest(token, "link"),
            link_expires_at=self.clock.now() + LINK_LIFE,
        )
        return self._insert(member), token

    def create_with_password(self, email: str, password: str, role: Role) -> StaffMember:
        """Open an account that can be signed in to at once.

        Raises:
            InvalidValue: the password is too short or too long, or as `add` does.
        """
        must_be_long_enough(password)
        must_not_be_guessed_first(password, email)
        return self._insert(replace(self._new(email, role), password_hash=self.hasher.hash(password)))

    def new_link(self, email: str) -> tuple[StaffMember, str]:
        """Replace a lost or expired link; the old password holds until the new one is set.

        Raises:
            NotFound: the address has no account.
        """
        member = self.store.member_by_email(parse_email(email))
        if member is None:
            raise NotFound("account", email)
        token = new_token()
        self.store.put_link(member.id, token_digest(token, "link"), self.clock.now() + LINK_LIFE)
        return member, token

    def member_of_link(self, token: str) -> StaffMember:
        """Return whose password the token may set.

        Raises:
            LinkSpent: the token is unknown, used or too old.
        """
        member = self.store.member_by_link(token_digest(token, "link"))
        if member is None or member.link_expires_at is None or self.clock.now() >= member.link_expires_at:
            raise LinkSpent
        return member

    def set_password(self, token: str, password: str) -> StaffMember:
        """Set a password by a link, once; whoever was signed in is signed out.

        Raises:
            LinkSpent: the token is unknown, used or too old.
            InvalidValue: the password is too short or too long.
        """
        invited = self.member_of_link(token)
        must_be_long_enough(password)
        must_not_be_guessed_first(password, invited.email)
        hashed = self.hasher.hash(password)
        member = self.store.spend_link(token_digest(token, "link"), self.clock.now(), hashed)
        if member is None:
            raise LinkSpent
        self.store.delete_sessions(member.id)
        log.info("password set by link", extra={"member_id": member.id})
        return member

    def sign_in(self, email: str, password: str, *, address: str, browser: str = "") -> SignedIn:
        """Open a session; where the member has a second factor, one that only awaits its code.

        Every attempt is counted before it is looked at, so that many at once are
        not looked at either; a database that cannot count lets nobody in.

        Raises:
            SignInRefused: e-mail and password do not open an account.
            TooManyAttempts: too many have failed for this account.
        """
        try:
            name = parse_email(email)
        except InvalidValue:
            raise SignInRefused from None
        member = self.check_password(name, self.store.member_by_email(name), password, address)
        if self.hasher.needs_rehash(member.password_hash):
            new_hash = self.hasher.hash(password)
            self.store.rehash(member.id, old_hash=member.password_hash, new_hash=new_hash)
        if not member.has_second_factor:
            Guard(self.store).forget(name, address)
        return self.open_session(member, address, browser, awaits_code=member.has_second_factor)

    def knock(self, door: str, client: str, most: int, window: timedelta) -> int:
        """Count that a client comes to a door of the desk, whoever they are.

        Args:
            door: what they want there, `sign-in`.
            client: a name for them that is not their address.
            most: how often they may come in a window.
            window: begins when they first come.

        Returns:
            The seconds to wait, where they have come too often; else 0.
        """
        return Guard(self.store).knock(door, client, most, window, self.clock.now())

    def change_password(self, present: Present, current: str, new: str) -> SignedIn:
        """Replace the password; every session is over, and a new one is opened for this browser.

        Raises:
            SignInRefused: the current password is another one.
            TooManyAttempts: too many have failed for this account.
            InvalidValue: the new password is too short or too long.
        """
        must_be_long_enough(new)
        member, session = present.member, present.session
        must_not_be_guessed_first(new, member.email)
        self.check_password(member.email, member, current, session.address)
        changed = self.store.change_password(
            member.id, old_hash=member.password_hash, new_hash=self.hasher.hash(new)
        )
        if changed is None:
            raise SignInRefused
        self.store.delete_sessions(member.id)
        if not member.has_second_factor:
            Guard(self.store).forget(member.email, session.address)
        log.info("password changed", extra={"member_id": member.id})
        return self.open_session(changed, session.address, session.browser)

    def half(self, token: str) -> Present | None:
        """Return who has given their password with this token, and no code yet."""
        known = self._present(token)
        return known if known is not None and known.session.awaits_code else None

    def session(self, token: str) -> Present | None:
        """Return who is there with this token, and note that they were; nothing where it is over."""
        known = self._present(token)
        if known is None or known.session.awaits_code:
            return None
        member, session, now = known.member, known.session, self.clock.now()
        if now - session.seen_at >= TOUCH_EVERY:
            expires_at = min(now + IDLE_LIFE, session.ends_at)
            self.store.touch(session.id, seen_at=now, expires_at=expires_at)
        return Present(member, session)

    def sign_out(self, token: str) -> None:
        """End the token's session."""
        session = self.store.session(token_digest(token, "staff"))
        if session is not None:
            self.store.delete_session(session.member_id, session.id)

    def revoke(self, member_id: str, session_id: str) -> bool:
        """End one of the member's sessions; say whether there was one."""
        return self.store.delete_session(member_id, session_id)

    def revoke_others(self, present: Present) -> int:
        """End the member's other sessions; return how many there were."""
        return self.store.delete_sessions(present.member.id, keep=present.session.id)

    def revoke_all(self, member_id: str) -> None:
        """End every session of the member, those that are being opened at this moment too."""
        self.store.begin_generation(member_id)
        self.store.delete_sessions(member_id)

    def sessions(self, member_id: str) -> Sequence[StaffSession]:
        """Return the member's open sessions, the last one used first."""
        now = self.clock.now()
        found = self.store.sessions(member_id)
        return [session for session in found if session.is_open(now) and not session.awaits_code]

    def count(self) -> int:
        """Return how many accounts there are."""
        return self.store.count_members()

    def _present(self, token: str) -> Present | None:
        session = self.store.session(token_digest(token, "staff")) if token else None
        if session is None or not session.is_open(self.clock.now()):
            return None
        member = self.store.member(session.member_id)
        if member is None or member.generation != session.generation:
            return None
        return Present(member, session)

    def _new(self, email: str, role: Role) -> StaffMember:
        return StaffMember(new_id("stf"), parse_email(email), role, created_at=self.clock.now())

    def _insert(self, member: StaffMember) -> StaffMember:
        if not self.store.insert_member(member):
            expected = "an address without an account; `vitrine staff link` makes a new link for one"
            raise InvalidValue("email", member.email, expected)
        return member

    def check_password(
        self, email: str, member: StaffMember | None, password: str, address: str
    ) -> StaffMember:
        """Return the member if the password is theirs; an unknown address takes as long to refuse.

        The attempt stays counted: whoever asks for more than a password forgets it after that.

        Raises:
            SignInRefused: it is not theirs, or they have none.
            TooManyAttempts: too many have failed for this account.
        """
        guard = Guard(self.store)
        guard.count(email, address, self.clock.now())
        known_hash = member.password_hash if member else ""
        # Nobody has a password that long, and hashing it would take its time.
        guess = password if len(password) <= LONGEST_PASSWORD else ""
        matches = self.hasher.verify(known_hash or self.hasher.dummy(), guess)
        if member is None or not known_hash or not matches:
            raise SignInRefused
        return member

    def open_session(
        self, member: StaffMember, address: str, browser: str, *, awaits_code: bool = False
    ) -> SignedIn:
        """Open a session under a new token; one that awaits a code is over soon."""
        token, now = new_token(), self.clock.now()
        session = StaffSession(
            id=new_id("ses"),
            digest=token_digest(token, "staff"),
            member_id=member.id,
            generation=member.generation,
            created_at=now,
            seen_at=now,
            ends_at=now + (HALF_LIFE if awaits_code else SESSION_LIFE),
            expires_at=now + (HALF_LIFE if awaits_code else IDLE_LIFE),
            address=address,
            browser=browser[:BROWSER_LENGTH],
            awaits_code=awaits_code,
        )
        self.store.insert_session(session)
        return SignedIn(token, member, session)
