"""Disputes: a bank that takes the money back, or only asks."""

from __future__ import annotations

from app.sandbox import events, payment_resources
from app.sandbox.store import Record
from app.sandbox.work import Work, refuse


def open_dispute(work: Work, charge: Record, reason: str, *, is_inquiry: bool) -> Record:
    """Dispute a charge.

    Raises:
        ApiError: the charge was never paid or is disputed already.
    """
    if charge.body["status"] != "succeeded" or charge.body["disputed"]:
        raise refuse(f"Charge {charge.id} cannot be disputed (again).", "charge_disputed")
    body = payment_resources.dispute(charge.body, reason, work.now, is_inquiry=is_inquiry)
    dispute = work.tx.insert("dispute", body, parent=charge.id)
    charge.body["disputed"] = True
    charge.private["is_inquiry"] = is_inquiry
    work.tx.save(charge)
    events.emit(work, "charge.dispute.created", body)
    if not is_inquiry:
        events.emit(work, "charge.dispute.funds_withdrawn", body)
    return dispute


def close(work: Work, dispute: Record, outcome: str) -> None:
    """End a dispute: won, the money comes back; lost, it is gone. An inquiry just closes.

    Raises:
        ApiError: it is closed already.
    """
    before = dispute.body["status"]
    if before in ("won", "lost", "warning_closed"):
        raise refuse(f"The dispute {dispute.id} is closed already: {before}.")
    is_inquiry = before.startswith("warning")
    dispute.body["status"] = "warning_closed" if is_inquiry else outcome
    work.tx.save(dispute)
    events.emit(work, "charge.dispute.closed", dispute.body, {"status": before})
    if outcome == "won" and not is_inquiry:
        events.emit(work, "charge.dispute.funds_reinstated", dispute.body)
