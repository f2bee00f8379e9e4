"""The shapes of what is paid: payment intent, charge, refund and dispute."""

from __future__ import annotations

import secrets
from typing import Any

from app.ids import new_id
from app.sandbox.cards import PresentedCard
from app.sandbox.resources import address
from app.sandbox.store import Document


def payment_intent(session: Document, data: dict[str, Any], now: int) -> Document:
    """Return the payment intent that a session opens when its shopper first tries to pay."""
    identifier = new_id("pi")
    return {
        "id": identifier, "object": "payment_intent",
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "amount": session["amount_total"], "amount_capturable": 0, "amount_details": {"tip": {}},
        "amount_received": 0, "application": None, "application_fee_amount": None,
        "automatic_payment_methods": None, "canceled_at": None, "cancellation_reason": None,
        "capture_method": data.get("capture_method", "automatic_async"),
        "client_secret": f"{identifier}_secret_{secrets.token_hex(12)}", "confirmation_method": "automatic",
        "created": now, "currency": session["currency"], "customer": None, "customer_account": None,
        "description": data.get("description"), "excluded_payment_method_types": None,
        "last_payment_error": None, "latest_charge": None, "livemode": False, "managed_payments": None,
        "metadata": data.get("metadata", {}), "next_action": None, "on_behalf_of": None,
        "payment_method": None, "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "installments": None, "mandate_options": None, "network": None,
                "request_three_d_secure": session["payment_method_options"]["card"]["request_three_d_secure"],
            }
        },
        "payment_method_types": ["card"], "payment_record": None, "processing": None,
        "receipt_email": data.get("receipt_email"), "review": None, "setup_future_usage": None,
        "shipping": shipping(data.get("shipping")), "source": None,
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method", "transfer_group": data.get("transfer_group"),
    }  # fmt: skip


def shipping(values: dict[str, Any] | None) -> Document | None:
    """Return where goods go, in the shape that payment intents and charges share."""
    if not values:
        return None
    return {
        "address": address(values.get("address")), "carrier": values.get("carrier"), "name": values["name"],
        "phone": values.get("phone"), "tracking_number": values.get("tracking_number"),
    }  # fmt: skip


def charge(intent: Document, card: PresentedCard, details: Document, now: int) -> Document:
    """Return a charge in the making; what becomes of it is written by the payment."""
    return {
        "id": new_id("ch"), "object": "charge", "amount": intent["amount"], "amount_captured": 0,
        "amount_refunded": 0, "application": None, "application_fee": None, "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": details["address"] or address({"line1": None}), "email": details["email"],
            "name": details["name"], "phone": details["phone"], "tax_id": None,
        },
        "calculated_statement_descriptor": intent["statement_descriptor"] or "VITRINE TEST",
        "captured": False, "created": now, "currency": intent["currency"], "customer": None,
        "description": intent["description"], "disputed": False, "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "fraud_details": {}, "livemode": False,
        "metadata": dict(intent["metadata"]), "on_behalf_of": None, "outcome": None, "paid": False,
        "payment_intent": intent["id"], "payment_method": new_id("pm"),
        "payment_method_details": {"card": card_details(card, intent["amount"]), "type": "card"},
        "radar_options": {}, "receipt_email": intent["receipt_email"], "receipt_number": None,
        "receipt_url": None, "refunded": False, "review": None, "shipping": intent["shipping"],
        "source": None, "source_transfer": None, "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"], "status": "pending",
        "transfer_data": None, "transfer_group": intent["transfer_group"],
    }  # fmt: skip


def card_details(card: PresentedCard, amount: int) -> Document:
    """Return what is kept of a card: brand and last four digits, never the number."""
    secured = {
        "authentication_flow": "challenge", "electronic_commerce_indicator": "05",
        "exemption_indicator": None, "result": "authenticated", "result_reason": None,
        "transaction_id": secrets.token_hex(16), "version": "2.2.0",
    }  # fmt: skip
    return {
        "amount_authorized": amount, "authorization_code": None, "brand": card.brand,
        "checks": {
            "address_line1_check": None, "address_postal_code_check": None,
            "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
        },
        "country": card.country, "electronic_commerce_indicator": "05" if card.is_authenticated else "07",
        "exp_month": card.exp_month, "exp_year": card.exp_year, "funding": card.funding,
        "installments": None, "last4": card.last4, "mandate": None, "network": card.brand,
        "network_transaction_id": str(secrets.randbelow(10**15)).zfill(15), "regulated_status": "unregulated",
        "three_d_secure": secured if card.is_authenticated else None, "transaction_link_id": None,
        "wallet": None,
    }  # fmt: skip


def outcome(card: PresentedCard, *, is_approved: bool) -> Document:
    """Return how the card networks answered."""
    risky = {"risk_level": "normal", "risk_score": 20 if is_approved else 35}
    return {
        "advice_code": None, "network_advice_code": None,
        "network_decline_code": None if is_approved else "05",
        "network_status": "approved_by_network" if is_approved else "declined_by_network",
        "reason": None if is_approved else card.decline_code or card.code, **risky,
        "seller_message": "Payment complete." if is_approved else "The bank did not accept the payment.",
        "type": "authorized" if is_approved else "issuer_declined",
    }  # fmt: skip


def refund(of: Document, amount: int, params: dict[str, Any], now: int) -> Document:
    """Return a refund that has been asked for."""
    return {
        "id": new_id("re"), "object": "refund", "amount": amount, "balance_transaction": None,
        "charge": of["id"], "created": now, "currency": of["currency"], "customer": None,
        "customer_account": None,
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number",
                     "type": "refund"},
            "type": "card",
        },
        "metadata": params.get("metadata", {}), "payment_intent": of["payment_intent"],
        "payment_method": of["payment_method"], "reason": params.get("reason"), "receipt_number": None,
        "source_transfer_reversal": None, "status": "pending", "transfer_reversal": None,
    }  # fmt: skip


EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
    "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date",
    "service_documentation", "shipping_address", "shipping_carrier", "shipping_date",
    "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def dispute(of: Document, reason: str, now: int, *, is_inquiry: bool) -> Document:
    """Return a dispute that waits for an answer; an inquiry has taken no money yet."""
    card = of["payment_method_details"]["card"]
    return {
        "id": new_id("du"), "object": "dispute", "amount": of["amount"], "balance_transactions": [],
        "charge": of["id"], "created": now, "currency": of["currency"], "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 7 * 86_400, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False,
            "submission_count": 0, "submission_method": "not_submitted",
        },
        "intended_submission_method": None, "is_charge_refundable": is_inquiry, "livemode": False,
        "metadata": {}, "network_reason_code": "10", "payment_intent": of["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"], "case_type": "inquiry" if is_inquiry else "chargeback",
                "network": card["network"], "network_reason_code": "10",
            },
            "type": "card",
        },
        "reason": reason, "status": "warning_needs_response" if is_inquiry else "needs_response",
    }  # fmt: skip


def dispute_entry(of: Document, now: int, *, is_withdrawal: bool) -> Document:
    """Return the entry of the balance by which a dispute takes money, or brings it back."""
    amount = -of["amount"] if is_withdrawal else of["amount"]
    kind = "Chargeback withdrawal" if is_withdrawal else "Chargeback reversal"
    return {
        "id": new_id("txn"), "object": "balance_transaction", "amount": amount, "available_on": now,
        "balance_type": "payments", "created": now, "currency": of["currency"],
        "description": f"{kind} for {of['charge']}", "exchange_rate": None, "fee": 0, "fee_details": [],
        "net": amount, "reporting_category": "dispute" if is_withdrawal else "dispute_reversal",
        "source": of["id"], "status": "available", "type": "adjustment",
    }  # fmt: skip
