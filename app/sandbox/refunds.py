"""Refunds: never more than was paid, settled at once, later, or taken back by the bank."""

from __future__ import annotations

from app.sandbox import amounts, events, faults, payment_resources, timers
from app.sandbox.errors import invalid
from app.sandbox.store import Record
from app.sandbox.work import Work, refuse


def create(work: Work) -> Record:
    """Refund a charge, whole or in part.

    Raises:
        ApiError: no charge is named, nothing is left to refund, or the charge is disputed.
    """
    charge = _charge(work)
    left = charge.body["amount_captured"] - charge.body["amount_refunded"]
    amount = work.params.get("amount", left)
    if charge.body["disputed"] and not charge.private.get("is_inquiry"):
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise refuse(message, "charge_disputed")
    if left <= 0:
        raise refuse(f"Charge {charge.id} has already been refunded.", "charge_already_refunded")
    if amount > left:
        asked, rest = (amounts.shown(value, charge.body["currency"]) for value in (amount, left))
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise refuse(message, param="amount")
    refund = work.tx.insert(
        "refund", payment_resources.refund(charge.body, amount, work.params, work.now), parent=charge.id
    )
    _count(work, charge, amount)
    behaviour, seconds = _behaviour(work, charge)
    refund.body["status"] = "pending" if behaviour.startswith("pending") else "succeeded"
    if "pending" not in behaviour:
        _give_reference(refund)
    work.tx.save(refund)
    events.emit(work, "refund.created", refund.body)
    events.emit(work, "charge.refunded", charge.body)
    if behaviour != "succeeds":
        outcome = "succeeded" if behaviour == "pending" else "failed"
        timers.after(work.tx, work.clock.time() + seconds, "settle_refund", refund.id, outcome=outcome)
    return refund


def settle(work: Work, refund: Record, outcome: str) -> None:
    """Let a refund arrive, or fail: then the money is back with the shop.

    Raises:
        ApiError: the refund has already failed.
    """
    before = refund.body["status"]
    if before == outcome or before in ("failed", "canceled"):
        raise refuse(f"The refund {refund.id} has already {before}.", "return_intent_already_processed")
    refund.body["status"] = outcome
    if outcome == "failed":
        refund.body["failure_reason"] = "expired_or_canceled_card"
        charge = work.require("charge", refund.body["charge"])
        _count(work, charge, -refund.body["amount"])
    else:
        _give_reference(refund)
    work.tx.save(refund)
    if outcome == "failed":
        events.emit(work, "refund.failed", refund.body)
        events.emit(work, "charge.updated", charge.body)
    events.emit(work, "refund.updated", refund.body, {"status": before})
    events.emit(work, "charge.refund.updated", refund.body, {"status": before})


def _charge(work: Work) -> Record:
    intent_id, charge_id = work.params.get("payment_intent"), work.params.get("charge")
    if intent_id is None and charge_id is None:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message, code="parameter_missing")
    if intent_id is not None:
        intent = work.require("payment_intent", intent_id, "payment_intent").body
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
            raise refuse(message, "payment_intent_unexpected_state", "payment_intent")
        if charge_id not in (None, intent["latest_charge"]):
            raise refuse("The charge does not belong to the payment intent.", param="charge")
        charge_id = intent["latest_charge"]
    charge = work.require("charge", str(charge_id), "charge")
    if not charge.body["captured"]:
        raise refuse(f"Charge {charge.id} has not been paid.", "charge_not_refundable", "charge")
    return charge


def _count(work: Work, charge: Record, amount: int) -> None:
    charge.body["amount_refunded"] += amount
    charge.body["refunded"] = charge.body["amount_refunded"] == charge.body["amount_captured"]
    work.tx.save(charge)


def _behaviour(work: Work, charge: Record) -> tuple[str, float]:
    """Return what becomes of the refund, from a fault or from the card, and after how many seconds."""
    fault = faults.take(work.tx, "fail_refund")
    if fault:
        starts = "pending, fails" if fault.text("starts") == "pending" else "fails"
        return starts, fault.number("seconds")
    return charge.private["card"]["refund"] or "succeeds", timers.SOON_SECONDS


def _give_reference(refund: Record) -> None:
    """Note the number under which the bank knows the refund."""
    refund.body["destination_details"]["card"].update(
        reference=refund.id[-12:].upper(), reference_status="available"
    )
