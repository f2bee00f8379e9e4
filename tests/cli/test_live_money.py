"""The points about Stripe, against the stand-in by the unmodified SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from app.adapters.mongo.connection import Database
from app.adapters.stripe_account import (
    API_VERSION,
    AccountClosed,
    AccountFacts,
    AccountSilent,
    EndpointFacts,
    StripeAccount,
)
from app.cli.live import money
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Verdict
from tests.adapters.running_standin import KEYS, StandIn

from .going_live import Account

Ask = Callable[..., Inquiry]
HOOK = "https://prints.ltd/webhooks/stripe"
READY = EndpointFacts("we_1", HOOK, is_enabled=True, events=money.EVENTS, api_version=API_VERSION)


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A stand-in for Stripe."""
    running = StandIn(Path(tmp_path_factory.mktemp("standin")))
    yield running
    running.close()


@pytest.mark.parametrize(
    ("key", "verdict"),
    [("sk_live_0123", Verdict.OK), ("rk_live_0123", Verdict.OK), ("sk_test_0123", Verdict.WRONG)],
)
def test_only_a_live_key_charges_anybody(key: str, verdict: Verdict, ask: Ask) -> None:
    found = money.stripe_key(ask(STRIPE_SECRET_KEY=key, allow_test_payments=True))
    assert found.verdict is verdict
    assert key not in found.detail + found.todo


def test_the_account_is_read_by_the_sdk_with_the_time_of_the_answer(standin: StandIn, ask: Ask) -> None:
    inquiry = ask()
    inquiry.account = StripeAccount(KEYS.secret_key, standin.url)

    said = inquiry.account.facts()
    assert said.now is not None
    assert abs(datetime.now(UTC) - said.now) < timedelta(seconds=5)
    found = money.stripe_account(inquiry)
    assert (found.verdict, found.detail) == (Verdict.OK, "acct_stand_in takes charges and is paid out")


def test_a_key_that_stripe_does_not_know_is_wrong_and_a_silent_stripe_unknown(
    standin: StandIn, ask: Ask
) -> None:
    inquiry = ask()
    inquiry.account = StripeAccount("sk_test_of_somebody_else", standin.url)
    assert money.stripe_account(inquiry).verdict is Verdict.WRONG
    assert money.stripe_webhook(inquiry).verdict is Verdict.UNKNOWN

    inquiry.account = StripeAccount(KEYS.secret_key, "http://127.0.0.1:9")
    with pytest.raises(AccountSilent) as silence:
        money.stripe_account(inquiry)
    assert "\n" not in str(silence.value)


@pytest.mark.parametrize(
    ("says", "verdict", "word"),
    [
        ({"takes_charges": False}, Verdict.WRONG, "may not take charges"),
        ({"takes_charges": None}, Verdict.UNKNOWN, "does not say"),
        ({"pays_out": False}, Verdict.WRONG, "keeps the money"),
    ],
)
def test_an_account_that_stripe_holds_back_is_not_ready(
    says: dict[str, bool | None], verdict: Verdict, word: str, ask: Ask
) -> None:
    inquiry = ask()
    facts = AccountFacts("acct_1", takes_charges=True, pays_out=True, now=None)
    inquiry.account = Account(replace(facts, **says))  # type: ignore[arg-type]
    found = money.stripe_account(inquiry)
    assert (found.verdict, word in found.detail) == (verdict, True)


def test_the_endpoint_must_be_there_enabled_told_of_everything_and_pinned(standin: StandIn, ask: Ask) -> None:
    """Each step is made at the stand-in, as it is made at Stripe."""
    inquiry = ask()
    inquiry.account = StripeAccount(KEYS.secret_key, standin.url)
    endpoints: Any = stripe.StripeClient(KEYS.secret_key, base_addresses={"api": standin.url}).v1
    endpoints = endpoints.webhook_endpoints

    assert money.stripe_webhook(inquiry).detail == f"no endpoint leads to {HOOK}"
    made = endpoints.create({"url": HOOK, "enabled_events": ["checkout.session.completed"]})
    missing = ", ".join(sorted(money.EVENTS - {"checkout.session.completed"}))
    assert money.stripe_webhook(inquiry).detail == f"{made.id} is not told of {missing}"
    assert "charge.dispute.created, " in missing
    endpoints.update(made.id, {"enabled_events": sorted(money.EVENTS)})
    assert "in the version of the account" in money.stripe_webhook(inquiry).detail

    pinned = endpoints.create({"url": HOOK, "enabled_events": ["*"], "api_version": API_VERSION})
    assert money.stripe_webhook(inquiry).verdict is Verdict.OK
    endpoints.update(pinned.id, {"disabled": True})
    endpoints.delete(made.id)
    found = money.stripe_webhook(inquiry)
    assert (found.verdict, found.detail) == (Verdict.WRONG, f"{pinned.id} is disabled")
    assert API_VERSION in found.todo
    assert all(event in found.todo for event in money.EVENTS)


@pytest.mark.parametrize("other", [{"api_version": "2020-08-27"}, {"url": "https://prints.ltd/webhooks"}])
def test_another_version_or_another_address_will_not_do(other: dict[str, str], ask: Ask) -> None:
    inquiry = ask()
    inquiry.account = Account(tells=(READY,))
    assert money.stripe_webhook(inquiry).verdict is Verdict.OK
    inquiry.account = Account(tells=(replace(READY, **other),))  # type: ignore[arg-type]
    assert money.stripe_webhook(inquiry).verdict is Verdict.WRONG


def test_a_key_that_may_not_read_endpoints_leaves_the_question_open(ask: Ask) -> None:
    inquiry = ask()
    inquiry.account = Account(refusal=AccountClosed("the key may not read webhook endpoints"))
    assert money.stripe_webhook(inquiry).verdict is Verdict.UNKNOWN


def test_only_an_order_that_was_paid_counts_as_the_first(
    ask: Ask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiry = ask(database)
    assert money.first_order(inquiry).verdict is Verdict.UNKNOWN
    counts = {"pending_payment": 3, "cancelled": 1}
    monkeypatch.setattr(type(inquiry.services.orders), "counts", lambda _: counts)
    assert money.first_order(inquiry).verdict is Verdict.UNKNOWN
    counts["refunded"] = 1
    assert money.first_order(inquiry).verdict is Verdict.OK
