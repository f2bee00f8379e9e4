"""Staff accounts, sessions and counts of attempts in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.staff.model import StaffMember, StaffSession
from app.staff.store import Attempts
from tests.fakes.memory import Memory


class FakeStaffStore:
    def __init__(self, memory: Memory) -> None:
        self._members: dict[str, StaffMember] = memory.tables["staff"]
        self._sessions: dict[str, StaffSession] = memory.tables["staff_sessions"]
        self._attempts: dict[str, Attempts] = memory.tables["staff_attempts"]

    def insert_member(self, member: StaffMember) -> bool:
        if self.member_by_email(member.email):
            return False
        self._members[member.id] = member
        return True

    def member(self, member_id: str) -> StaffMember | None:
        return self._members.get(member_id)

    def member_by_email(self, email: str) -> StaffMember | None:
        return next((member for member in self._members.values() if member.email == email), None)

    def member_by_link(self, digest: str) -> StaffMember | None:
        return next((member for member in self._members.values() if member.link_digest == digest), None)

    def count_members(self) -> int:
        return len(self._members)

    def put_link(self, member_id: str, digest: str, expires_at: datetime) -> None:
        self._change(member_id, link_digest=digest, link_expires_at=expires_at)

    def spend_link(self, digest: str, now: datetime, password_hash: str) -> StaffMember | None:
        member = self.member_by_link(digest)
        if member is None or member.link_expires_at is None or member.link_expires_at <= now:
            return None
        return self._set_password(member, password_hash)

    def change_password(self, member_id: str, *, old_hash: str, new_hash: str) -> StaffMember | None:
        member = self._members.get(member_id)
        if member is None or member.password_hash != old_hash:
            return None
        return self._set_password(member, new_hash)

    def rehash(self, member_id: str, *, old_hash: str, new_hash: str) -> None:
        if self._members[member_id].password_hash == old_hash:
            self._change(member_id, password_hash=new_hash)

    def put_pending(self, session_id: str, secret: str) -> None:
        if session := self._sessions.get(session_id):
            self._sessions[session_id] = replace(session, pending_secret=secret)

    def put_factor(
        self, member: StaffMember, *, secret: str, since: datetime, step: int, digests: Sequence[str]
    ) -> StaffMember | None:
        known = self._members.get(member.id)
        if known is None or (known.generation, known.totp_secret) != (member.generation, member.totp_secret):
            return None
        return self._change(
            member.id,
            totp_secret=secret,
            totp_since=since,
            totp_step=step,
            recovery_digests=tuple(digests),
            generation=known.generation + 1,
        )

    def drop_factor(self, member_id: str) -> StaffMember | None:
        known = self._members.get(member_id)
        if known is None:
            return None
        nothing = {"totp_secret": "", "totp_since": None, "totp_step": 0, "recovery_digests": ()}
        return self._change(member_id, generation=known.generation + 1, **nothing)

    def spend_step(self, member_id: str, *, secret: str, step: int) -> bool:
        known = self._members.get(member_id)
        if known is None or known.totp_secret != secret or known.totp_step >= step:
            return False
        self._change(member_id, totp_step=step)
        return True

    def spend_recovery(self, member_id: str, digest: str) -> bool:
        known = self._members.get(member_id)
        if known is None or digest not in known.recovery_digests:
            return False
        self._change(member_id, recovery_digests=tuple(d for d in known.recovery_digests if d != digest))
        return True

    def put_recovery(self, member_id: str, *, secret: str, digests: Sequence[str]) -> bool:
        known = self._members.get(member_id)
        if known is None or known.totp_secret != secret:
            return False
        self._change(member_id, recovery_digests=tuple(digests))
        return True

    def begin_generation(self, member_id: str) -> None:
        self._change(member_id, generation=self._members[member_id].generation + 1)

    def insert_session(self, session: StaffSession) -> None:
        self._sessions[session.id] = session

    def session(self, digest: str) -> StaffSession | None:
        return next((session for session in self._sessions.values() if session.digest == digest), None)

    def touch(self, session_id: str, *, seen_at: datetime, expires_at: datetime) -> None:
        if session := self._sessions.get(session_id):
            self._sessions[session_id] = replace(session, seen_at=seen_at, expires_at=expires_at)

    def sessions(self, member_id: str) -> Sequence[StaffSession]:
        own = [session for session in self._sessions.values() if session.member_id == member_id]
        return sorted(own, key=lambda session: (session.seen_at, session.id), reverse=True)

    def delete_session(self, member_id: str, session_id: str) -> bool:
        session = self._sessions.get(session_id)
        if session is None or session.member_id != member_id:
            return False
        del self._sessions[session_id]
        return True

    def delete_sessions(self, member_id: str, *, keep: str = "") -> int:
        others = [session.id for session in self.sessions(member_id) if session.id != keep]
        for session_id in others:
            del self._sessions[session_id]
        return len(others)

    def count_attempt(self, key: str, now: datetime, until: datetime) -> Attempts:
        known = self._attempts.get(key)
        is_open = known is not None and known.until > now
        self._attempts[key] = (
            Attempts(known.count + 1, known.until) if known and is_open else Attempts(1, until)
        )
        return self._attempts[key]

    def forget_attempts(self, key: str) -> None:
        self._attempts.pop(key, None)

    def _set_password(self, member: StaffMember, password_hash: str) -> StaffMember:
        return self._change(
            member.id,
            password_hash=password_hash,
            link_digest="",
            link_expires_at=None,
            generation=member.generation + 1,
        )

    def _change(self, member_id: str, **fields: object) -> StaffMember:
        self._members[member_id] = replace(self._members[member_id], **fields)  # type: ignore[arg-type]
        return self._members[member_id]
