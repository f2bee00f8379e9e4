"""The points about the people at the desk."""

from __future__ import annotations

from app.adapters.mongo.staff import MongoStaffStore
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, ok, unknown, wrong
from app.staff.model import Role, StaffMember


def owner(inquiry: Inquiry) -> Finding:
    """Somebody may do everything at the desk, and can sign in."""
    owners = _owners(inquiry)
    ready = [member.email for member in owners if member.password_hash]
    if ready:
        return ok(f"{', '.join(ready)} can sign in")
    if owners:
        return wrong(
            f"{owners[0].email} has set no password yet",
            "open the link, or make another: `vitrine staff link EMAIL`",
        )
    return wrong("nobody owns the shop", "vitrine staff add EMAIL --role owner")


def second_factor(inquiry: Inquiry) -> Finding:
    """Nobody owns the shop by a password alone."""
    ready = [member for member in _owners(inquiry) if member.password_hash]
    if not ready:
        return unknown("no owner can sign in yet", "mend that first, and repeat it")
    without = [member.email for member in ready if not member.has_second_factor]
    if without:
        return wrong(
            f"{', '.join(without)} signs in by a password alone", "set it up at the desk, under Account"
        )
    return ok("each owner has one")


def _owners(inquiry: Inquiry) -> list[StaffMember]:
    everybody = MongoStaffStore(inquiry.database).every_member()
    return [member for member in everybody if member.role is Role.OWNER]
