"""The points about the people at the desk."""

from __future__ import annotations

from app.adapters.mongo.staff import MongoStaffStore
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, ok, wrong
from app.staff.model import Role


def owner(inquiry: Inquiry) -> Finding:
    """Somebody may do everything at the desk, and can sign in."""
    owners = [
        member for member in MongoStaffStore(inquiry.database).every_member() if member.role is Role.OWNER
    ]
    ready = [member.email for member in owners if member.password_hash]
    if ready:
        return ok(f"{', '.join(ready)} can sign in")
    if owners:
        return wrong(
            f"{owners[0].email} has set no password yet",
            "open the link, or make another: `vitrine staff link EMAIL`",
        )
    return wrong("nobody owns the shop", "vitrine staff add EMAIL --role owner")
