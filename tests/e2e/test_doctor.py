"""The doctor at a running shop: it finds what was broken on purpose, and its repairs are recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import stripe

from tests.shopper import Shopper
from tests.stack import Stack, until

SKU = "MOONS-SHEET"


def wrong(stack: Stack) -> list[str]:
    """Return the names of the checks that find something."""
    return [check["name"] for check in stack.vitrine("doctor").data["checks"] if not check["ok"]]


def repaired(stack: Stack) -> dict[str, Any]:
    """Let the doctor repair, and return what it says then."""
    return stack.vitrine("doctor", "--repair").data


def test_a_shop_that_nobody_broke_is_well_and_a_repair_changes_nothing(stack: Stack) -> None:
    until(lambda: wrong(stack) == [])
    before = (stack.db.stock_movements.count_documents({}), stack.db.revisions.count_documents({}))
    assert repaired(stack)["ok"] is True
    assert (
        stack.db.stock_movements.count_documents({}),
        stack.db.revisions.count_documents({}),
    ) == before


def test_units_that_are_reserved_for_nobody_are_found_and_given_back_by_a_correction(stack: Stack) -> None:
    pool = stack.db.stock_pools.find_one({"_id": "TILES-A4"}) or {}
    stack.db.stock_pools.update_one({"_id": "TILES-A4"}, {"$inc": {"reserved": 2}})
    assert wrong(stack) == ["ledger"]

    assert repaired(stack)["ok"] is True
    now = stack.db.stock_pools.find_one({"_id": "TILES-A4"}) or {}
    assert (now["on_hand"], now["reserved"]) == (pool["on_hand"], pool["reserved"])
    newest = list(stack.db.stock_movements.find({"pool": "TILES-A4"}).sort("at", -1).limit(2))
    assert [(move["kind"], move["reserved"], move["by"]) for move in newest] == [
        ("correction", -2, "doctor"),
        ("external", 2, "external"),
    ]


def test_a_receipt_that_was_given_up_is_sent_after_a_repair_and_never_doubled(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        order = stack.order_of(shopper.buy("paper-moons", SKU, "given-up@mail.example"))
    until(stack.effects_are_done)
    sent = stack.mails_to("given-up@mail.example")
    assert sum(sent.values()) == 1
    effect = stack.db.outbox.find_one({"kind": "receipt"}, sort=[("created_at", -1)]) or {}
    gone = {
        "open": False,
        "given_up_at": datetime.now(UTC),
        "done_at": None,
        "error": "no server",
        "tries": 20,
    }
    stack.db.outbox.update_one({"_id": effect["_id"]}, {"$set": gone})
    answer = stack.vitrine("doctor")
    assert answer.code == 1
    (detail,) = (check["detail"] for check in answer.data["checks"] if not check["ok"])
    assert detail.startswith(f"{effect['_id']} was given up: no server. Mend the cause")

    repaired(stack)
    until(stack.effects_are_done)
    until(lambda: wrong(stack) == [])
    # The same letter under the same Message-ID: for its reader there is one.
    assert stack.mails_to("given-up@mail.example") == sent
    assert order["state"] == "paid"


def test_a_page_that_somebody_damaged_is_built_before_the_doctor_looks_again(stack: Stack) -> None:
    file = stack.public / "products" / "saddle" / "index.html.br"
    good = file.read_bytes()
    file.write_bytes(b"rubbish")
    assert repaired(stack)["ok"] is True
    assert file.read_bytes() == good


def live_points(stack: Stack) -> dict[str, dict[str, Any]]:
    """Return what `doctor --live` says of each point."""
    answer = stack.vitrine("doctor", "--live")
    assert answer.code == 1
    return {check["name"]: check for check in answer.data["checks"]}


def test_a_demo_is_told_what_stands_between_it_and_real_customers(stack: Stack) -> None:
    """What belongs to a laptop is wrong, and nothing else is."""
    at_work = ("redis", "workers", "sweeps", "watcher", "invariants")
    found = until(lambda: (now := live_points(stack)) and all(now[name]["ok"] for name in at_work) and now)
    # Whether name servers can be asked is another machine's business.
    records = {name for name in ("spf", "dmarc") if found[name]["ok"] is False}

    assert {name for name, check in found.items() if check["ok"] is False} - records == {
        "production", "secrets", "database", "domain", "https", "stripe key", "stripe webhook", "sender",
        "second factor", "backup",
    }  # fmt: skip
    assert "SecantusDB" in found["database"]["detail"]
    assert all(
        found[name]["ok"]
        for name in ("headers", "pages", "counter", "stripe account", "mail server", "owner", "disk", "clock")
    )

    endpoints: Any = stack.stripe().v1.webhook_endpoints
    pinned = {"enabled_events": ["*"], "api_version": stripe.api_version}
    made = endpoints.create({"url": f"{stack.shop}/webhooks/stripe", **pinned})
    try:
        assert live_points(stack)["stripe webhook"]["ok"] is True
    finally:
        endpoints.delete(made.id)
