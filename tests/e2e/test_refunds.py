"""Refunds at a running shop: by command, in Stripe's dashboard, and those that fail after all."""

from __future__ import annotations

from typing import Any

from tests.shopper import Shopper
from tests.stack import Stack, until


def bought(stack: Stack, sku: str, email: str, quantity: int = 1) -> dict[str, Any]:
    """Let somebody buy tides; return what the command line says of the order once its effects are done."""
    with Shopper(stack.shop) as shopper:
        number = stack.order_of(shopper.buy("tides", sku, email, quantity))["number"]
    until(stack.effects_are_done)
    return stack.told("order", number)


def on_hand(stack: Stack, sku: str) -> int:
    """Return what is on the shelf."""
    return int((stack.db.stock_pools.find_one({"_id": sku}) or {})["on_hand"])


def test_units_come_back_by_command_and_the_rest_of_the_money_later(stack: Stack) -> None:
    order = bought(stack, "TIDES-A2-OAK", "bent@mail.example", 2)
    shelf = on_hand(stack, "TIDES-A2-OAK")

    back = stack.told("refund", order["number"], "--line", "tides-a2-oak=1", "--restock", "--reason", "bent")
    assert (back["state"], back["refunds"][0]["amount"]) == ("partially_refunded", order["total"] // 2)
    assert on_hand(stack, "TIDES-A2-OAK") == shelf + 1

    rest = stack.told("refund", order["number"])
    assert (rest["state"], len(rest["refunds"])) == ("refunded", 2)
    assert on_hand(stack, "TIDES-A2-OAK") == shelf + 1
    refused = stack.vitrine("refund", order["number"], "--amount", "1.00")
    assert refused.code == 1
    assert f"Nothing is left of order {order['number']}" in refused.out + refused.errors
    until(stack.effects_are_done)
    subjects = [mail["Subject"] for mail in stack.mails() if mail["To"] == "bent@mail.example"]
    assert len([subject for subject in subjects if "on its way back" in subject]) == 2
    assert stack.told("doctor")["ok"] is True


def test_a_refund_of_the_dashboard_is_followed_and_one_that_fails_brings_the_order_back(stack: Stack) -> None:
    order = bought(stack, "TIDES-A4-OAK", "dashboard@mail.example")
    session = order["payments"][0]["session"]
    intent = stack.stripe().v1.checkout.sessions.retrieve(session).payment_intent

    def state() -> str:
        return str(stack.told("order", order["number"])["state"])

    made = stack.stripe().v1.refunds.create({"payment_intent": str(intent)})
    until(lambda: state() == "refunded")
    stack.fault(fault="refund_failed", target=made.id)
    until(lambda: state() == "paid")
    refunds = stack.told("order", order["number"])["refunds"]
    assert [(refund["cause"], refund["state"]) for refund in refunds] == [("stripe", "failed")]
    assert stack.told("doctor")["ok"] is True
