"""Paying an open session: approved, declined, to be approved by the bank, or settled later."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from app.sandbox import disputes, events, faults, payment_resources, resources, sessions, timers
from app.sandbox.cards import AUTHENTICATION_FAILED, PresentedCard
from app.sandbox.store import Document, Record
from app.sandbox.work import Work, refuse


@dataclass(frozen=True)
class Buyer:
    """What the shopper typed besides the card."""

    email: str
    name: str = ""
    phone: str = ""
    billing: dict[str, Any] | None = None
    shipping: dict[str, Any] | None = None
    shipping_name: str = ""
    shipping_rate: str = ""


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; `closed` means that there was nothing left to pay."""

    result: Literal["complete", "declined", "needs_approval", "closed"]
    message: str = ""


def pay(work: Work, record: Record, buyer: Buyer, card: PresentedCard | None) -> Outcome:
    """Try to pay a session; a second try at a paid one changes nothing."""
    session = record.body
    if session["status"] != "open":
        return Outcome("closed")
    _take_details(work, session, record.private["lines"], buyer)
    if session["amount_total"] == 0:
        session["payment_status"] = "no_payment_required"
        _complete(work, record)
        return Outcome("complete")
    if card is None:
        raise refuse("A payment method is needed: the total is not zero.")
    intent = _intent(work, record)
    if card.needs_approval:
        record.private["card"] = card.to_document()
        intent.body.update(status="requires_action", last_payment_error=None, next_action={
            "type": "redirect_to_url",
            "redirect_to_url": {
                "url": f"{work.public_url}/c/pay/{record.id}/authenticate",
                "return_url": f"{work.public_url}/c/pay/{record.id}",
            },
        })  # fmt: skip
        _save(work, record, intent)
        events.emit(work, "payment_intent.requires_action", intent.body)
        return Outcome("needs_approval")
    return _charge(work, record, intent, card)


def authenticate(work: Work, record: Record, *, is_approved: bool) -> Outcome:
    """Go on after the shopper answered the bank's question."""
    kept = record.private.pop("card", None)
    if record.body["status"] != "open" or kept is None:
        return Outcome("closed")
    intent = work.require("payment_intent", record.body["payment_intent"])
    card = PresentedCard(**{field.name: kept[field.name] for field in fields(PresentedCard)})
    if is_approved:
        return _charge(work, record, intent, card.authenticated())
    error = {"code": "payment_intent_authentication_failure", "message": AUTHENTICATION_FAILED}
    _fail(work, record, intent, {**error, "type": "invalid_request_error"})
    return Outcome("declined", AUTHENTICATION_FAILED)


def settle(work: Work, intent: Record, outcome: str) -> None:
    """Let a waiting payment succeed or fail.

    Raises:
        ApiError: the payment does not wait.
    """
    if intent.body["status"] != "processing":
        raise refuse(
            f"The payment {intent.id} does not wait: it is {intent.body['status']}.", "intent_invalid_state"
        )
    record = work.require("checkout.session", intent.private["session"])
    charge = work.require("charge", intent.body["latest_charge"])
    card = PresentedCard(**charge.private["card"])
    if outcome == "succeed":
        _approve(work, charge, card)
        intent.body.update(status="succeeded", amount_received=intent.body["amount"], processing=None)
        record.body["payment_status"] = "paid"
        _save(work, record, intent)
        events.emit(work, "charge.succeeded", charge.body)
        events.emit(work, "payment_intent.succeeded", intent.body)
        events.emit(work, "checkout.session.async_payment_succeeded", record.body)
        return
    declined = {"code": "payment_intent_payment_attempt_failed", "message": "The payment failed."}
    charge.body.update(
        status="failed", failure_code=declined["code"], failure_message=declined["message"],
        outcome=payment_resources.outcome(card, is_approved=False),
    )  # fmt: skip
    work.tx.save(charge)
    events.emit(work, "charge.failed", charge.body)
    _fail(work, record, intent, {**declined, "type": "card_error", "charge": charge.id})
    events.emit(work, "checkout.session.async_payment_failed", record.body)


def _take_details(work: Work, session: Document, lines: list[Document], buyer: Buyer) -> None:
    if buyer.shipping_rate:
        rate = work.require("shipping_rate", buyer.shipping_rate).body
        session["shipping_cost"] = resources.shipping_cost(rate)
        sessions.set_totals(session, lines)
    known = {"name": buyer.name or None, "phone": buyer.phone or None, "address": buyer.billing}
    session["customer_details"] = resources.customer_details(buyer.email, **known)
    if buyer.shipping:
        session["collected_information"] = {
            "business_name": None, "individual_name": None,
            "shipping_details": {
                "address": resources.address(buyer.shipping), "name": buyer.shipping_name or buyer.name
            },
        }  # fmt: skip


def _intent(work: Work, record: Record) -> Record:
    """Return the session's payment intent, opened at the first try."""
    session = record.body
    if session["payment_intent"]:
        intent = work.require("payment_intent", session["payment_intent"])
    else:
        data = record.private["payment_intent_data"]
        made = payment_resources.payment_intent(session, data, work.now)
        intent = work.tx.insert("payment_intent", made, {"session": record.id})
        session["payment_intent"] = intent.id
        events.emit(work, "payment_intent.created", made)
    details = (session["collected_information"] or {}).get("shipping_details")
    if details:
        intent.body["shipping"] = payment_resources.shipping(details)
    intent.body["amount"] = session["amount_total"]
    return intent


def _charge(work: Work, record: Record, intent: Record, card: PresentedCard) -> Outcome:
    details = record.body["customer_details"]
    body = payment_resources.charge(intent.body, card, details, work.now)
    charge = work.tx.insert("charge", body, {"card": card.to_document()}, parent=intent.id)
    intent.body.update(latest_charge=charge.id, payment_method=body["payment_method"], next_action=None)
    if card.code:
        _decline(work, record, intent, charge, card)
        return Outcome("declined", card.decline_message)
    intent.body["last_payment_error"] = None
    waits = faults.take(work.tx, "async_payment")
    if waits:
        intent.body["status"] = "processing"
        work.tx.save(intent)
        events.emit(work, "payment_intent.processing", intent.body)
        events.emit(work, "charge.pending", body)
        if waits.number("seconds") >= 0:
            due = work.clock.time() + waits.number("seconds")
            timers.after(work.tx, due, "settle_payment", intent.id, outcome=waits.text("outcome"))
    else:
        _approve(work, charge, card)
        intent.body.update(status="succeeded", amount_received=body["amount"])
        work.tx.save(intent)
        record.body["payment_status"] = "paid"
        events.emit(work, "charge.succeeded", body)
        events.emit(work, "payment_intent.succeeded", intent.body)
    _complete(work, record)
    if card.dispute_reason and not waits:
        disputes.open_dispute(work, charge, card.dispute_reason, is_inquiry=card.is_inquiry)
    return Outcome("complete")


def _approve(work: Work, charge: Record, card: PresentedCard) -> None:
    charge.body.update(
        status="succeeded", paid=True, captured=True, amount_captured=charge.body["amount"],
        outcome=payment_resources.outcome(card, is_approved=True),
    )  # fmt: skip
    work.tx.save(charge)


def _decline(work: Work, record: Record, intent: Record, charge: Record, card: PresentedCard) -> None:
    charge.body.update(
        status="failed", failure_code=card.code, failure_message=card.decline_message,
        outcome=payment_resources.outcome(card, is_approved=False),
    )  # fmt: skip
    work.tx.save(charge)
    events.emit(work, "charge.failed", charge.body)
    error = {"type": "card_error", "code": card.code, "message": card.decline_message, "charge": charge.id}
    if card.decline_code:
        error["decline_code"] = card.decline_code
    _fail(work, record, intent, error)


def _fail(work: Work, record: Record, intent: Record, error: Document) -> None:
    """Bring the payment back to where another card can be tried; the session stays as it is."""
    intent.body.update(
        status="requires_payment_method", next_action=None, processing=None, last_payment_error=error
    )
    _save(work, record, intent)
    events.emit(work, "payment_intent.payment_failed", intent.body)


def _complete(work: Work, record: Record) -> None:
    record.body["status"] = "complete"
    work.tx.save(record)
    for given in record.body["discounts"]:
        coupon = work.tx.find("coupon", given["coupon"])
        if coupon:
            coupon.body["times_redeemed"] += 1
            coupon.body["valid"] = sessions.is_redeemable(coupon.body, work.now)
            work.tx.save(coupon)
    events.emit(work, "checkout.session.completed", record.body)


def _save(work: Work, *records: Record) -> None:
    for record in records:
        work.tx.save(record)
