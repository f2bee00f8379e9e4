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
        _move_money(work, dispute, is_withdrawal=True)
    return dispute


def answer(work: Work, dispute: Record) -> None:
    """Hand in evidence, as somebody does in Stripe's dashboard: now it is the bank's turn.

    Raises:
        ApiError: it waits for no answer.
    """
    before = _waiting(dispute)
    dispute.body["status"] = before.replace("needs_response", "under_review")
    dispute.body["evidence_details"].update(has_evidence=True, submission_count=1, submission_method="manual")
    work.tx.save(dispute)
    events.emit(work, "charge.dispute.updated", dispute.body, {"status": before})


def escalate(work: Work, dispute: Record) -> None:
    """Let a bank that has only asked take the money now.

    Raises:
        ApiError: it is no inquiry that waits for an answer.
    """
    before = _waiting(dispute)
    if before != "warning_needs_response":
        raise refuse(f"The dispute {dispute.id} is no inquiry: {before}.")
    dispute.body.update(status="needs_response", is_charge_refundable=False)
    dispute.body["payment_method_details"]["card"]["case_type"] = "chargeback"
    work.tx.save(dispute)
    charge = work.require("charge", dispute.body["charge"])
    charge.private["is_inquiry"] = False
    work.tx.save(charge)
    events.emit(work, "charge.dispute.updated", dispute.body, {"status": before})
    _move_money(work, dispute, is_withdrawal=True)


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
        _move_money(work, dispute, is_withdrawal=False)


def _waiting(dispute: Record) -> str:
    status = str(dispute.body["status"])
    if not status.endswith("needs_response"):
        raise refuse(f"The dispute {dispute.id} waits for no answer: {status}.")
    return status


def _move_money(work: Work, dispute: Record, *, is_withdrawal: bool) -> None:
    """Take the disputed amount off the balance, or put it back."""
    entry = payment_resources.dispute_entry(dispute.body, work.now, is_withdrawal=is_withdrawal)
    dispute.body["balance_transactions"].append(entry)
    work.tx.save(dispute)
    kind = "funds_withdrawn" if is_withdrawal else "funds_reinstated"
    events.emit(work, f"charge.dispute.{kind}", dispute.body)
