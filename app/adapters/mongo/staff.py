"""Staff accounts, their sessions and the counts of attempts, in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.adapters.mongo.codec import from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import NEWEST, OLDEST, Document, Filter
from app.adapters.mongo.errors import Duplicate
from app.errors import StoreUnavailable
from app.staff.model import StaffMember, StaffSession
from app.staff.store import Attempts

WINDOW_TRIES = 3
"""The database sweeps expired rows about once a minute, so twice in a row is already unheard of."""


class MongoStaffStore:
    """Keeps accounts, sessions and counts of attempts."""

    def __init__(self, database: Database) -> None:
        self._members = database.documents("staff")
        self._sessions = database.documents("staff_sessions")
        self._attempts = database.documents("staff_attempts")

    def insert_member(self, member: StaffMember) -> bool:
        """Add an account; say whether its e-mail address was free."""
        try:
            self._members.insert(to_document(member))
        except Duplicate:
            return False
        return True

    def member(self, member_id: str) -> StaffMember | None:
        """Return the account with that id."""
        return self._member({"_id": member_id})

    def member_by_email(self, email: str) -> StaffMember | None:
        """Return the account with that casefolded e-mail address."""
        return self._member({"email": email})

    def member_by_link(self, digest: str) -> StaffMember | None:
        """Return the account whose password this link may set, be it too old or not."""
        return self._member({"link_digest": digest})

    def every_member(self) -> Sequence[StaffMember]:
        """Return every account, the oldest first."""
        return list(readable(self._members.find({}, sort=[("created_at", OLDEST)]), self._read_member))

    def count_members(self) -> int:
        """Return how many accounts there are."""
        return self._members.count({})

    def put_link(self, member_id: str, digest: str, expires_at: datetime) -> None:
        """Replace the account's link; an earlier one is worthless then."""
        link = {"link_digest": digest, "link_expires_at": expires_at}
        self._members.update({"_id": member_id}, {"$set": link})

    def spend_link(self, digest: str, now: datetime, password_hash: str) -> StaffMember | None:
        """Set the password by a link that has not expired, forget the link, begin a generation."""
        return self._begin(
            {"link_digest": digest, "link_expires_at": {"$gt": now}},
            {"password_hash": password_hash, "link_digest": "", "link_expires_at": None},
        )

    def change_password(self, member_id: str, *, old_hash: str, new_hash: str) -> StaffMember | None:
        """Replace the hash if it is still the old one, and begin a generation; return the account then."""
        # A link that was asked for before is worthless too: whoever holds it may be the reason.
        new = {"password_hash": new_hash, "link_digest": "", "link_expires_at": None}
        return self._begin({"_id": member_id, "password_hash": old_hash}, new)

    def rehash(self, member_id: str, *, old_hash: str, new_hash: str) -> None:
        """Replace the hash of an unchanged password; the generation goes on."""
        unchanged = {"_id": member_id, "password_hash": old_hash}
        self._members.update(unchanged, {"$set": {"password_hash": new_hash}})

    def put_pending(self, session_id: str, secret: str) -> None:
        """Note a sealed secret that waits in a session; an empty one takes it away."""
        self._sessions.update({"_id": session_id}, {"$set": {"pending_secret": secret}})

    def put_factor(
        self, member: StaffMember, *, secret: str, since: datetime, step: int, digests: Sequence[str]
    ) -> StaffMember | None:
        """Put a sealed secret into force with its recovery codes, and begin a generation."""
        # An account from before there were second factors has no such field.
        known = {"$in": [member.totp_secret] if member.totp_secret else ["", None]}
        return self._begin(
            {"_id": member.id, "generation": member.generation, "totp_secret": known},
            {
                "totp_secret": secret,
                "totp_since": since,
                "totp_step": step,
                "recovery_digests": list(digests),
            },
        )

    def drop_factor(self, member_id: str) -> StaffMember | None:
        """Take secret and recovery codes away, and begin a generation; return the account then."""
        nothing: Document = {"totp_secret": "", "totp_since": None, "totp_step": 0, "recovery_digests": []}
        return self._begin({"_id": member_id}, nothing)

    def spend_step(self, member_id: str, *, secret: str, step: int) -> bool:
        """Note that the code of a time step was taken; say whether it is later than every one before."""
        unused = {"_id": member_id, "totp_secret": secret, "totp_step": {"$lt": step}}
        return self._members.update(unused, {"$set": {"totp_step": step}})

    def spend_recovery(self, member_id: str, digest: str) -> bool:
        """Take one recovery code away; say whether it was there."""
        left = {"_id": member_id, "recovery_digests": digest}
        return self._members.update(left, {"$pull": {"recovery_digests": digest}})

    def put_recovery(self, member_id: str, *, secret: str, digests: Sequence[str]) -> bool:
        """Replace the recovery codes where the secret is still this one; say whether it is."""
        unchanged = {"_id": member_id, "totp_secret": secret}
        return self._members.update(unchanged, {"$set": {"recovery_digests": list(digests)}})

    def begin_generation(self, member_id: str) -> None:
        """End every session of the account at once."""
        self._members.update({"_id": member_id}, {"$inc": {"generation": 1}})

    def insert_session(self, session: StaffSession) -> None:
        """Add a session."""
        self._sessions.insert(to_document(session))

    def session(self, digest: str) -> StaffSession | None:
        """Return the session whose token has that digest."""
        document = self._sessions.find_one({"digest": digest})
        return self._read_session(document) if document else None

    def touch(self, session_id: str, *, seen_at: datetime, expires_at: datetime) -> None:
        """Note that a session was used, and when it is over now; one that is gone stays gone."""
        use = {"seen_at": seen_at, "expires_at": expires_at}
        self._sessions.update({"_id": session_id}, {"$set": use})

    def sessions(self, member_id: str) -> Sequence[StaffSession]:
        """Return the account's sessions, the last one used first."""
        found = self._sessions.find({"member_id": member_id}, sort=[("seen_at", NEWEST), ("_id", NEWEST)])
        return list(readable(found, self._read_session))

    def delete_session(self, member_id: str, session_id: str) -> bool:
        """Delete one of the account's own sessions; say whether there was one."""
        # A session never changes hands, so nothing can happen between the two steps.
        own = self._sessions.find_one({"_id": session_id, "member_id": member_id})
        return own is not None and self._sessions.delete(session_id)

    def delete_sessions(self, member_id: str, *, keep: str = "") -> int:
        """Delete the account's sessions but the one to keep; return how many there were."""
        others = list(self._sessions.find({"member_id": member_id, "_id": {"$ne": keep}}))
        return sum(self._sessions.delete(str(other["_id"])) for other in others)

    def count_attempt(self, key: str, now: datetime, until: datetime) -> Attempts:
        """Count an attempt in the key's window, in one step; a closed window opens anew until then."""
        is_open = {"$gt": ["$expires_at", now]}
        step = {
            "count": {"$cond": [is_open, {"$add": ["$count", 1]}, 1]},
            "expires_at": {"$cond": [is_open, "$expires_at", until]},
        }
        for _ in range(WINDOW_TRIES):
            # Open at once: a row that has expired when it is written may be swept before it is counted in.
            self._attempts.insert_if_absent({"_id": key, "count": 0, "expires_at": until})
            # None where the sweep took an old window away in between.
            if counted := self._attempts.update_and_return({"_id": key}, [{"$set": step}]):
                return Attempts(int(counted["count"]), counted["expires_at"])
        raise StoreUnavailable(
            "an attempt could not be counted, because its window was deleted again and again"
        )

    def forget_attempts(self, key: str) -> None:
        """Close the key's window."""
        self._attempts.delete(key)

    def _member(self, query: Filter) -> StaffMember | None:
        document = self._members.find_one(query)
        return self._read_member(document) if document else None

    def _begin(self, query: Filter, fields: Document) -> StaffMember | None:
        change = {"$set": fields, "$inc": {"generation": 1}}
        document = self._members.update_and_return(query, change)
        return self._read_member(document) if document else None

    def _read_member(self, document: Document) -> StaffMember:
        return from_document(StaffMember, document, self._members.name)

    def _read_session(self, document: Document) -> StaffSession:
        return from_document(StaffSession, document, self._sessions.name)
