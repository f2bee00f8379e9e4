"""Disputes at a running shop: by webhook, without one, and told to the merchant."""

from __future__ import annotations

from typing import Any

from tests.e2e.test_refunds import bought, on_hand
from tests.stack import Stack, until


def letters(stack: Stack, order: dict[str, Any]) -> list[str]:
    """Return the subjects of the letters about disputes of an order."""
    said = [str(mail["Subject"]) for mail in stack.mails()]
    return [
        subject for subject in said if f"order {order['number']}" in subject.lower() and "disp" in subject
    ]


def test_a_dispute_is_followed_told_and_lost_without_a_unit_coming_back(stack: Stack) -> None:
    order = bought(stack, "TIDES-A3-OAK", "bank@mail.example")
    shelf = on_hand(stack, "TIDES-A3-OAK")
    stack.fault(fault="duplicate_webhooks", events="charge.dispute.*", times=9, copies=3)
    stack.fault(fault="reorder_webhooks", events="charge.dispute.*", times=2, seconds=0.5)
    stack.fault(fault="open_dispute", target=order["payments"][0]["session"])

    def disputes() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = stack.told("order", order["number"])["disputes"]
        return found

    (dispute,) = until(disputes)
    assert (dispute["state"], dispute["withdrawn"]) == ("needs_response", True)
    assert stack.vitrine("ship", order["number"]).code == 1

    # From here on no webhook comes through: the lists alone tell.
    stack.fault(clear=True)
    stack.fault(fault="drop_webhooks", times=100)
    stack.fault(fault="close_dispute", target=dispute["id"], outcome="lost")
    found = stack.told("payments", "reconcile", "--since", "1h")["findings"]
    stack.fault(clear=True)
    assert [(one["kind"], one["order"]) for one in found] == [("dispute", order["number"])]
    assert (disputes()[0]["state"], on_hand(stack, "TIDES-A3-OAK")) == ("lost", shelf)

    until(stack.effects_are_done)
    assert [subject.rpartition(":")[0] or subject for subject in sorted(letters(stack, order))] == [
        f"Order {order['number']} is disputed",
        f"The dispute of order {order['number']} is lost",
    ]
    assert stack.told("doctor")["ok"] is True
