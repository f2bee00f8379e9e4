"""`vitrine staff reset-totp`: a lost phone, on the command line, with a real database behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from app.adapters.mongo.connection import Database
from app.bootstrap import build_services
from app.services import Services
from app.settings import load_settings
from app.staff.model import Proof, Role

from .conftest import Run

EMAIL, PASSWORD = "ann@shop.example", "a quiet red harbour"
Told = Callable[..., dict[str, Any]]


def enrol(services: Services) -> tuple[str, str]:
    """Open Ann's account with a second factor; return her session's token and the secret."""
    services.staff.create_with_password(EMAIL, PASSWORD, Role.OWNER)
    token = services.staff.sign_in(EMAIL, PASSWORD, address="192.0.2.1").token
    factor = services.second_factor
    present = services.staff.session(token)
    assert present is not None
    factor.begin(present, Proof(PASSWORD))
    present = services.staff.session(token)
    assert present is not None
    waiting = factor.enrolment(present, "Halftide")
    assert waiting is not None
    signed_in, _ = factor.confirm(present, pyotp.TOTP(waiting.secret).now())
    return signed_in.token, waiting.secret


@pytest.mark.parametrize("asked_of", ["nobody", "owners"])
def test_a_lost_phone_is_reset_and_every_session_is_over(
    run: Run, told: Told, database: Database, monkeypatch: pytest.MonkeyPatch, asked_of: str
) -> None:
    monkeypatch.setenv("VITRINE_REQUIRE_TOTP", asked_of)
    services = build_services(load_settings())
    token, secret = enrol(services)
    (kept,) = database.documents("staff").find({})
    # What is kept makes no code: neither the account nor the session that is gone holds the secret.
    assert secret not in repr(kept) + repr(list(database.documents("staff_sessions").find({})))
    assert services.staff.sign_in(EMAIL, PASSWORD, address="192.0.2.1").session.awaits_code

    assert told("staff", "reset-totp", "Ann@shop.example") == {
        "email": EMAIL,
        "role": "owner",
        "second_factor": False,
        "must_enrol": asked_of == "owners",
        "sessions_ended": 2,
    }
    assert services.staff.session(token) is None
    signed_in = services.staff.sign_in(EMAIL, PASSWORD, address="192.0.2.1")
    assert not signed_in.session.awaits_code
    assert services.second_factor.is_owed(signed_in.member) == (asked_of == "owners")


def test_an_address_without_account_is_refused_in_words(run: Run) -> None:
    for address in ("bob@shop.example", "no address"):
        answer = run("staff", "reset-totp", address)
        assert answer.exit_code == 1
        assert address in answer.output
