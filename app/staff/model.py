"""Staff: accounts, what their roles permit, and the sessions that they sign in to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.errors import InvalidValue, Refusal

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 12
"""The fewest characters; length is the only rule, because others make passwords worse (ASVS 5.0 6.2.5)."""
LONGEST_PASSWORD = 1024
"""A hash takes time with every character, so there is an end to them."""


class Permission(StrEnum):
    """One thing that a role may do at the desk."""

    SEE = "see"
    EDIT_CATALOGUE = "edit_catalogue"
    CHANGE_STOCK = "change_stock"
    REBUILD = "rebuild"
    SEE_ORDERS = "see_orders"
    MOVE_MONEY = "move_money"
    REDELIVER = "redeliver"


class Role(StrEnum):
    """What a member of staff is there for."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.EDITOR: frozenset(
        {
            Permission.SEE,
            Permission.EDIT_CATALOGUE,
            Permission.CHANGE_STOCK,
            Permission.REBUILD,
            Permission.SEE_ORDERS,
        }
    ),
    # Orders name customers, so looking at the shop does not include looking at them.
    Role.VIEWER: frozenset({Permission.SEE}),
}


class SignInRefused(Refusal):
    """E-mail and password do not open an account; which of them is wrong is nobody's business."""

    def __str__(self) -> str:
        return "This e-mail address and this password do not belong together."


@dataclass(eq=False)
class TooManyAttempts(Refusal):
    """So many attempts have failed that the next one must wait."""

    retry_after: int
    """Seconds until an attempt is looked at again."""

    def __str__(self) -> str:
        return f"Too many attempts have failed. Wait {self.retry_after} seconds and try again."


class CodeRefused(Refusal):
    """A code is wrong, too old, too new or was used; which of these helps only who guesses."""

    def __str__(self) -> str:
        return "This code is wrong, or has been used."


class HalfSignInOver(Refusal):
    """What was begun is no longer there: it has waited too long, or something else came before it."""

    def __str__(self) -> str:
        return "This took too long, or was done elsewhere. Begin again."


class FactorRequired(Refusal):
    """The member's role may not be without a second factor."""

    def __str__(self) -> str:
        return "Your role needs a second factor. You can move it to another phone, but not turn it off."


class FactorUnreadable(Refusal):
    """The secret was sealed under another secret key of the shop."""

    def __str__(self) -> str:
        return (
            "The second factor cannot be checked: the shop's secret key has changed since. "
            "Use a recovery code, or have it reset by `vitrine staff reset-totp`."
        )


class LinkSpent(Refusal):
    """A link to set a password is unknown, used or too old; to tell these apart helps only a thief."""

    def __str__(self) -> str:
        return "This link has been used or is too old. Ask for a new one."


@dataclass(frozen=True)
class StaffMember:
    """Somebody who may work at the desk."""

    id: str
    email: str
    role: Role
    created_at: datetime
    password_hash: str = ""
    """Empty until a password is set by the link; then nobody can sign in."""
    link_digest: str = ""
    """Digest of the one-time token that sets a password; empty where there is none."""
    link_expires_at: datetime | None = None
    generation: int = 1
    """Counts the passwords; sessions of an earlier generation are over, by this one write."""
    totp_secret: str = field(default="", repr=False)
    """The secret of the second factor as the vault has sealed it; empty where there is none."""
    totp_since: datetime | None = None
    totp_step: int = 0
    """The last time step whose code was taken: no code of it or before it is taken again."""
    recovery_digests: tuple[str, ...] = field(default=(), repr=False)
    """Digests of the recovery codes that are left."""

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not sign in."""
        return bool(self.totp_secret)

    def may(self, permission: Permission) -> bool:
        """Say whether the member's role permits it."""
        return permission in PERMISSIONS[self.role]


@dataclass(frozen=True)
class StaffSession:
    """A browser that somebody is signed in with; its token is known to that browser only."""

    id: str
    digest: str
    member_id: str
    generation: int
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    """When it is over whatever happens."""
    expires_at: datetime
    """When it is over unless it is used before: the earlier of the two time-outs."""
    address: str = ""
    browser: str = ""
    awaits_code: bool = False
    """Whether only the password was given yet: such a session opens nothing."""
    pending_secret: str = field(default="", repr=False)
    """A sealed secret that waits in this browser for its first code."""

    def is_open(self, now: datetime) -> bool:
        """Say whether neither time-out has come."""
        return now < self.expires_at


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token for its cookie, and whose it is."""

    token: str
    member: StaffMember
    session: StaffSession


@dataclass(frozen=True)
class Present:
    """A request's session, and the member as the database knows them at this moment."""

    member: StaffMember
    session: StaffSession


@dataclass(frozen=True)
class Proof:
    """What a member gives to show that it is them: a password, and a code or a recovery code."""

    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    recovery: str = field(default="", repr=False)


@dataclass(frozen=True)
class Enrolment:
    """A secret that waits for its first code, as text and as the address that a picture holds."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def parse_email(text: str) -> str:
    """Return an e-mail address as accounts are found by it: trimmed and casefolded.

    Raises:
        InvalidValue: the text cannot be an address.
    """
    email = text.strip().casefold()
    name, at, host = email.rpartition("@")
    is_printable = email.isprintable() and not any(char.isspace() for char in email)
    if not (name and at and host and is_printable) or len(email) > EMAIL_LENGTH:
        raise InvalidValue("email", text[:EMAIL_LENGTH], "an e-mail address such as ann@shop.example")
    return email


def parse_role(text: str) -> Role:
    """Return the role of that name.

    Raises:
        InvalidValue: there is no such role.
    """
    try:
        return Role(text)
    except ValueError:
        raise InvalidValue("role", text, f"one of {', '.join(Role)}") from None


def must_be_long_enough(password: str) -> None:
    """Raise `InvalidValue`, which never repeats the password, where its length is out of bounds."""
    if not PASSWORD_LENGTH <= len(password) <= LONGEST_PASSWORD:
        expected = f"{PASSWORD_LENGTH} to {LONGEST_PASSWORD} characters long"
        raise InvalidValue("password", f"{len(password)} characters long", expected)
