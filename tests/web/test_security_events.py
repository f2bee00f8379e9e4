"""What somebody who looks into an incident finds in the log: who came in, who was refused, and why."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app.staff.model import Role

from .editor_shop import PASSWORD, DeskShop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    return open_shop(tmp_path)


def told(caplog: pytest.LogCaptureFixture, message: str) -> list[tuple[str, dict[str, object]]]:
    """Return level and facts of the lines that say so."""
    names = ("member_id", "permission", "reason", "rule")
    return [
        (record.levelname, {name: getattr(record, name) for name in names if hasattr(record, name)})
        for record in caplog.records
        if record.getMessage() == message
    ]


def test_signing_in_and_failing_to_are_logged_without_address_or_password(
    shop: DeskShop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    member = shop.services.staff.store.member_by_email("ann@shop.example")
    assert member is not None
    shop.sign_in(password="not the harbour")
    assert told(caplog, "sign-in refused") == [("WARNING", {"reason": "SignInRefused"})]
    assert told(caplog, "signed in") == []
    shop.sign_in()
    assert told(caplog, "signed in") == [("INFO", {"member_id": member.id})]
    everything = " ".join(f"{record.__dict__}" for record in caplog.records)
    assert "not the harbour" not in everything
    assert PASSWORD not in everything
    assert "ann@shop.example" not in everything


def test_a_refusal_for_a_role_is_logged_with_who_and_what(
    shop: DeskShop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.hire("vic@shop.example", Role.VIEWER)
    shop.sign_in("vic@shop.example")
    member = shop.services.staff.store.member_by_email("vic@shop.example")
    assert member is not None
    assert shop.get("/editor/orders").status_code == 403
    assert told(caplog, "not permitted") == [
        ("WARNING", {"member_id": member.id, "permission": "see_orders"})
    ]


def test_a_forgery_is_logged_by_the_rule_and_not_by_the_path(
    shop: DeskShop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.client.post("/editor/set-password/a-secret-token", headers={"Origin": "https://evil.example"})
    assert told(caplog, "forgery refused") == [("WARNING", {"rule": "/editor/set-password/<token>"})]
    assert "a-secret-token" not in " ".join(f"{record.__dict__}" for record in caplog.records)
