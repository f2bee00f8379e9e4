"""The second factor: enrolled at the desk, asked for at every sign-in, never taken twice."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import NotFound
from app.staff.attempts import Guard
from app.staff.codes import CodeMaker, Vault
from app.staff.model import (
    CodeRefused,
    Enrolment,
    FactorRequired,
    FactorUnreadable,
    HalfSignInOver,
    Present,
    Proof,
    Role,
    SignedIn,
    StaffMember,
    parse_email,
)
from app.staff.recovery import code_digest, new_codes
from app.staff.service import Staff

STEP_SECONDS = 30
TOLERANCE = 1
"""Steps before and after this one whose codes are taken, because clocks differ and people type."""
DIGITS = 6

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SecondFactor:
    """Codes of an authenticator, and recovery codes for when it is lost."""

    staff: Staff
    codes: CodeMaker
    vault: Vault
    required: frozenset[Role] = frozenset()
    """Roles that have nothing at the desk without one."""

    def is_required(self, member: StaffMember) -> bool:
        """Say whether the member's role may not be without one."""
        return member.role in self.required

    def is_owed(self, member: StaffMember) -> bool:
        """Say whether the member must enrol before anything else."""
        return self.is_required(member) and not member.has_second_factor

    def complete(self, token: str, proof: Proof, *, address: str) -> SignedIn:
        """Finish a sign-in whose password was right: a new session takes the half one's place.

        Raises:
            HalfSignInOver: there is no such sign-in, or it has waited too long.
            CodeRefused: the code is wrong, too old or was used.
            TooManyAttempts: too many have failed for this account.
            FactorUnreadable: the shop's secret key is another one now.
        """
        half = self.staff.half(token)
        if half is None:
            raise HalfSignInOver
        self._prove_code(half.member, proof, address)
        self.staff.revoke(half.member.id, half.session.id)
        return self.staff.open_session(half.member, address, half.session.browser)

    def begin(self, present: Present, proof: Proof) -> None:
        """Make a secret that waits in this session for its first code; an earlier factor holds until then.

        Raises:
            SignInRefused, CodeRefused, TooManyAttempts, FactorUnreadable: the proof is not enough.
        """
        self._prove(present, proof)
        secret = self.vault.seal(self.codes.new_secret(), present.member.id)
        self.staff.store.put_pending(present.session.id, secret)

    def cancel(self, present: Present) -> None:
        """Forget the secret that waits in this session."""
        self.staff.store.put_pending(present.session.id, "")

    def enrolment(self, present: Present, issuer: str) -> Enrolment | None:
        """Return what waits in this session for its first code, to be read by an authenticator."""
        secret = self._pending(present)
        if not secret:
            return None
        return Enrolment(secret, self.codes.address(secret, present.member.email, issuer))

    def picture(self, enrolment: Enrolment) -> bytes:
        """Return an enrolment as a QR code: an SVG document."""
        return self.codes.picture(enrolment.address)

    def confirm(self, present: Present, code: str) -> tuple[SignedIn, Sequence[str]]:
        """Put the waiting secret into force by its first code; every other session is over.

        Returns:
            The new session of this browser, and the recovery codes, which nobody can read again.

        Raises:
            HalfSignInOver: no secret waits in this session, or the account has changed meanwhile.
            CodeRefused: the code is none of this secret.
            TooManyAttempts: too many have failed for this account.
        """
        member, session, now = present.member, present.session, self.staff.clock.now()
        secret = self._pending(present)
        if not secret:
            raise HalfSignInOver
        Guard(self.staff.store).count_code(member.email, session.address, now)
        step = self._step_of(secret, code)
        if step is None:
            raise CodeRefused
        codes = new_codes()
        enrolled = self.staff.store.put_factor(
            member,
            secret=session.pending_secret,
            since=now,
            step=step,
            digests=[code_digest(each, member.id) for each in codes],
        )
        if enrolled is None:
            raise HalfSignInOver
        Guard(self.staff.store).forget(member.email, session.address)
        self._note("second factor replaced" if member.has_second_factor else "second factor on", member)
        return self._begin_anew(enrolled, present), codes

    def renew_codes(self, present: Present, proof: Proof) -> Sequence[str]:
        """Return new recovery codes; those of before open nothing any more.

        Raises:
            SignInRefused, CodeRefused, TooManyAttempts, FactorUnreadable: the proof is not enough.
        """
        self._prove(present, proof)
        codes, member = new_codes(), present.member
        digests = [code_digest(code, member.id) for code in codes]
        if not self.staff.store.put_recovery(member.id, secret=member.totp_secret, digests=digests):
            raise HalfSignInOver
        self._note("recovery codes renewed", member)
        return codes

    def turn_off(self, present: Present, proof: Proof) -> SignedIn:
        """Do without a second factor; every other session is over.

        Raises:
            FactorRequired: the role may not.
            SignInRefused, CodeRefused, TooManyAttempts, FactorUnreadable: the proof is not enough.
        """
        if self.is_required(present.member):
            raise FactorRequired
        self._prove(present, proof)
        plain = self.staff.store.drop_factor(present.member.id)
        if plain is None:
            raise HalfSignInOver
        self._note("second factor off", present.member)
        return self._begin_anew(plain, present)

    def reset(self, email: str) -> tuple[StaffMember, int]:
        """Take the second factor from an account whose phone is lost, and end its sessions.

        Returns:
            The account as it is now, and how many sessions it had.

        Raises:
            NotFound: the address has no account.
        """
        member = self.staff.store.member_by_email(parse_email(email))
        plain = self.staff.store.drop_factor(member.id) if member else None
        if plain is None:
            raise NotFound("account", email)
        self._note("second factor reset", plain)
        return plain, self.staff.store.delete_sessions(plain.id)

    def _prove(self, present: Present, proof: Proof) -> None:
        member, address = present.member, present.session.address
        self.staff.check_password(member.email, member, proof.password, address)
        if member.has_second_factor:
            self._prove_code(member, proof, address)
        else:
            Guard(self.staff.store).forget(member.email, address)

    def _prove_code(self, member: StaffMember, proof: Proof, address: str) -> None:
        """Count an attempt, look at it, and forget the count only where all of it was right."""
        guard, store = Guard(self.staff.store), self.staff.store
        guard.count_code(member.email, address, self.staff.clock.now())
        if proof.recovery:
            if not store.spend_recovery(member.id, code_digest(proof.recovery, member.id)):
                raise CodeRefused
            self._note("recovery code used", member)
        else:
            step = self._step_of(self._open(member.totp_secret, member), proof.code)
            if step is None or not store.spend_step(member.id, secret=member.totp_secret, step=step):
                raise CodeRefused
        guard.forget(member.email, address)

    def _step_of(self, secret: str, code: str) -> int | None:
        """Return the time step whose code this is; the latest, where there are two."""
        given = "".join(code.split())
        if len(given) != DIGITS or not (given.isascii() and given.isdigit()):
            return None
        here = int(self.staff.clock.now().timestamp()) // STEP_SECONDS
        steps = range(here - TOLERANCE, here + TOLERANCE + 1)
        # All of them are compared, so that the time it takes tells nothing.
        matching = [step for step in steps if hmac.compare_digest(self.codes.code(secret, step), given)]
        return max(matching, default=None)

    def _pending(self, present: Present) -> str:
        sealed = present.session.pending_secret
        return self._open(sealed, present.member) if sealed else ""

    def _open(self, sealed: str, member: StaffMember) -> str:
        secret = self.vault.open(sealed, member.id)
        if secret is None:
            raise FactorUnreadable
        return secret

    def _begin_anew(self, member: StaffMember, present: Present) -> SignedIn:
        self.staff.store.delete_sessions(member.id)
        return self.staff.open_session(member, present.session.address, present.session.browser)

    @staticmethod
    def _note(what: str, member: StaffMember) -> None:
        log.info(what, extra={"member_id": member.id})
