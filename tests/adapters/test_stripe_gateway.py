"""The gateway against the payment stand-in, over real HTTP, by the unmodified SDK."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stripe

from app.adapters import stripe_gateway
from app.adapters.stripe_gateway import StripeGateway
from app.adapters.stripe_parameters import payment_locale, session_parameters
from app.money import Money
from app.orders.disputes import DisputeState
from app.orders.model import Order, Payment
from app.orders.refunds import Refund, RefundState
from app.payments.model import (
    EventMark,
    GatewayUnavailable,
    Refused,
    SessionOpen,
    SessionStatus,
    StripeRefund,
    Unknown,
    UnverifiedEvent,
)
from tests.adapters.orders import attempt, order
from tests.adapters.running_standin import KEYS, StandIn

SECRET, OLD_SECRET = KEYS.webhook_secret, "whsec_rolled_out_soon"


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    """A stand-in with an empty state."""
    standin = StandIn(tmp_path / "sandbox")
    yield standin
    standin.close()


@pytest.fixture
def gateway(standin: StandIn) -> StripeGateway:
    """A gateway that asks the stand-in."""
    return StripeGateway(KEYS.secret_key, [SECRET, OLD_SECRET], standin.url)


def soon() -> Order:
    """Return an order whose payment page may be open for 35 minutes from now."""
    expires_at = (datetime.now(UTC) + timedelta(minutes=35)).replace(microsecond=0)
    return order(attempts=(attempt(expires_at=expires_at),))


def opened(gateway: StripeGateway, wanted: Order) -> SessionOpen:
    """Open a session that must open."""
    outcome = gateway.create_session(wanted)
    assert isinstance(outcome, SessionOpen), outcome
    return outcome


def test_an_order_becomes_an_open_session_with_its_own_total(
    gateway: StripeGateway, standin: StandIn
) -> None:
    session = opened(gateway, soon()).session
    assert session.id.startswith("cs_test_")
    assert session.url.startswith(f"{standin.url}/c/pay/")
    assert session.status is SessionStatus.OPEN
    assert not session.is_paid
    assert session.total == Money(6350, "USD")
    assert session.order_id == "ord_1"
    assert session.payment_intent == ""
    assert session.email == ""
    assert session.shipping == {}
    assert not session.livemode


def test_asking_again_gets_the_same_session_and_opens_no_second(
    gateway: StripeGateway, standin: StandIn
) -> None:
    wanted = soon()
    first, second = opened(gateway, wanted).session, opened(gateway, wanted).session
    assert second == first
    assert standin.sessions() == 1


def test_a_repeated_answer_is_checked_because_the_session_may_be_paid_by_now(
    gateway: StripeGateway, standin: StandIn
) -> None:
    wanted = soon()
    standin.pay(opened(gateway, wanted).session.url)
    again = opened(gateway, wanted).session
    assert again.status is SessionStatus.COMPLETE
    assert again.is_paid
    assert again.url == ""


def test_the_parameters_hold_stored_facts_only_and_the_old_names_are_gone() -> None:
    wanted = replace(order(), email="buyer@mail.example", countries=("DE", "AT"), locale="de_AT")
    parameters = session_parameters(wanted)
    assert parameters == session_parameters(wanted)
    assert "payment_method_types" not in parameters
    assert parameters["allowed_payment_method_types"] == ["card"]
    assert parameters["adaptive_pricing"] == {"enabled": False}
    assert parameters["metadata"] == {"order": "ord_1", "attempt": "1", "cart": "digest"}
    assert parameters["payment_intent_data"] == {"metadata": parameters["metadata"]}
    assert parameters["client_reference_id"] == "ord_1"
    assert parameters["success_url"] == ("https://shop.example/orders/token?session_id={CHECKOUT_SESSION_ID}")
    assert parameters["customer_email"] == "buyer@mail.example"
    assert parameters["locale"] == "de"
    assert parameters["shipping_address_collection"] == {"allowed_countries": ["DE", "AT"]}
    assert parameters["line_items"] == [
        {
            "quantity": 2,
            "metadata": {"sku": "LAMP-OAK"},
            "price_data": {
                "currency": "usd",
                "unit_amount": 2550,
                "product_data": {"name": "Lamp – Oak", "metadata": {"sku": "LAMP-OAK"}},
            },
        },
        {
            "quantity": 1,
            "metadata": {"sku": "POSTER"},
            "price_data": {
                "currency": "usd",
                "unit_amount": 1250,
                "product_data": {"name": "Poster <b>", "metadata": {"sku": "POSTER"}},
            },
        },
    ]


def test_an_order_without_countries_or_address_asks_for_neither() -> None:
    parameters = session_parameters(order())
    assert not {"customer_email", "shipping_address_collection"} & set(parameters)


@pytest.mark.parametrize(
    ("locale", "page"),
    [("en", "en"), ("en_GB", "en-GB"), ("en_US", "en"), ("de-CH", "de"), ("pt_BR", "pt-BR"), ("eo", "")],
)
def test_the_payment_page_speaks_the_orders_language_where_it_can(locale: str, page: str) -> None:
    assert payment_locale(locale) == page


def test_a_paid_session_tells_email_and_address(gateway: StripeGateway, standin: StandIn) -> None:
    session = opened(gateway, replace(soon(), countries=("DE",))).session
    standin.pay(
        session.url, line1="Gartenweg 3", line2="", postal_code="10115", city="Berlin", state="", country="DE"
    )
    paid = gateway.session(session.id)
    assert paid is not None
    assert paid.is_paid
    assert paid.payment_intent.startswith("pi_")
    assert paid.email == "buyer@mail.example"
    assert paid.shipping == {
        "name": "Ada Weber",
        "line1": "Gartenweg 3",
        "line2": "",
        "postal_code": "10115",
        "city": "Berlin",
        "state": "",
        "country": "DE",
    }


@pytest.mark.parametrize(("outcome", "is_paid"), [("succeed", True), ("fail", False)])
def test_a_delayed_payment_is_on_its_way_until_it_has_come_or_failed_for_good(
    gateway: StripeGateway, standin: StandIn, outcome: str, is_paid: bool
) -> None:
    standin.arm("async_payment", outcome=outcome, seconds=-1)
    session = opened(gateway, soon()).session
    standin.pay(session.url)
    waiting = gateway.session(session.id)
    assert waiting is not None
    assert (waiting.status, waiting.is_paid, waiting.has_failed) == (SessionStatus.COMPLETE, False, False)
    standin.arm("settle_payment", target=session.id, outcome=outcome)
    # However it is asked: read, or ended in vain.
    answers = [gateway.session(session.id), gateway.expire(session.id)]
    for decided in answers:
        assert decided is not None
        assert decided.payment_intent == waiting.payment_intent
        assert (decided.status, decided.is_paid, decided.has_failed) == (
            SessionStatus.COMPLETE,
            is_paid,
            not is_paid,
        )


def test_a_session_that_does_not_exist_is_nothing(gateway: StripeGateway) -> None:
    assert gateway.session("cs_test_unknown") is None
    assert gateway.expire("cs_test_unknown") is None


def test_expiring_ends_an_open_session(gateway: StripeGateway) -> None:
    session = opened(gateway, soon()).session
    ended = gateway.expire(session.id)
    assert ended is not None
    assert ended.status is SessionStatus.EXPIRED
    assert gateway.expire(session.id) == ended


def test_expiring_a_paid_session_tells_that_it_is_paid(gateway: StripeGateway, standin: StandIn) -> None:
    session = opened(gateway, soon()).session
    standin.pay(session.url)
    ended = gateway.expire(session.id)
    assert ended is not None
    assert ended.status is SessionStatus.COMPLETE
    assert ended.is_paid


def test_a_definite_no_is_a_refusal_with_the_reason(gateway: StripeGateway, standin: StandIn) -> None:
    late = order(attempts=(attempt(expires_at=datetime.now(UTC) + timedelta(minutes=5)),))
    outcome = gateway.create_session(late)
    assert isinstance(outcome, Refused)
    assert "expires_at" in outcome.reason
    assert standin.sessions() == 0


def test_a_key_used_with_other_parameters_is_refused_and_alarms(
    gateway: StripeGateway, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = soon()
    opened(gateway, wanted)
    assert isinstance(gateway.create_session(replace(wanted, email="other@mail.example")), Refused)
    assert [r.message for r in caplog.records if r.levelno == logging.ERROR] == [
        "idempotency key used with other parameters"
    ]
    assert standin.sessions() == 1


def test_a_wrong_key_cancels_no_order_and_alarms(standin: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    gateway = StripeGateway("sk_test_wrong", [SECRET], standin.url)
    assert isinstance(gateway.create_session(soon()), Unknown)
    assert "no money moves" in caplog.text
    with pytest.raises(GatewayUnavailable):
        gateway.session("cs_test_1")


def test_too_many_requests_are_repeated_later_with_the_same_key(
    gateway: StripeGateway, standin: StandIn
) -> None:
    wanted = soon()
    standin.arm("answer_429", path="/v1/checkout/sessions")
    assert isinstance(gateway.create_session(wanted), Unknown)
    assert standin.sessions() == 0
    opened(gateway, wanted)
    assert standin.sessions() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_connection_is_repeated_and_opens_one_session(
    gateway: StripeGateway, standin: StandIn, when: str
) -> None:
    standin.arm("reset", path="/v1/checkout/sessions", method="POST", when=when)
    assert opened(gateway, soon()).session.status is SessionStatus.OPEN
    assert standin.sessions() == 1


def test_a_server_that_keeps_failing_leaves_the_outcome_unknown(
    gateway: StripeGateway, standin: StandIn
) -> None:
    wanted = soon()
    standin.arm("answer_500", path="/v1/checkout/sessions", times=3, stored=False)
    outcome = gateway.create_session(wanted)
    assert isinstance(outcome, Unknown)
    opened(gateway, wanted)
    assert standin.sessions() == 1


def test_nobody_at_the_address_leaves_the_outcome_unknown() -> None:
    gateway = StripeGateway(KEYS.secret_key, [SECRET], "http://127.0.0.1:9")
    assert isinstance(gateway.create_session(soon()), Unknown)


EVENT = {
    "id": "evt_1",
    "object": "event",
    "api_version": stripe.api_version,
    "created": 1790000000,
    "livemode": False,
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
}


def signed(body: str, secret: str = SECRET, age: float = 0) -> str:
    """Return the header that Stripe would send with the body."""
    return stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time() - age))


@pytest.fixture
def door() -> StripeGateway:
    """A gateway that only verifies."""
    return StripeGateway("sk_test_x", [SECRET, OLD_SECRET])


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_an_event_signed_with_either_secret_is_taken(door: StripeGateway, secret: str) -> None:
    body = json.dumps(EVENT)
    event = door.verify_event(body.encode(), signed(body, secret))
    assert (event.id, event.type, event.session_id) == ("evt_1", "checkout.session.completed", "cs_test_1")
    assert event.api_version == "2026-10-28.endive"
    assert not event.livemode
    assert event.payload == EVENT


def test_an_event_about_something_else_names_no_session(door: StripeGateway) -> None:
    body = json.dumps(EVENT | {"data": {"object": {"id": "ch_1", "object": "charge"}}})
    assert door.verify_event(body.encode(), signed(body)).session_id == ""


@pytest.mark.parametrize("intent", ["pi_1", {"id": "pi_1", "object": "payment_intent"}])
def test_an_event_about_money_names_its_payment_and_its_order(door: StripeGateway, intent: object) -> None:
    about = {"object": "charge", "id": "ch_1", "payment_intent": intent, "metadata": {"order": "ord_1"}}
    body = json.dumps(EVENT | {"data": {"object": about}})
    event = door.verify_event(body.encode(), signed(body))
    assert (event.payment_intent, event.order_id) == ("pi_1", "ord_1")


def test_an_event_about_money_of_nobody_s_names_neither(door: StripeGateway) -> None:
    about = {"object": "refund", "id": "re_1", "payment_intent": None, "metadata": None}
    body = json.dumps(EVENT | {"data": {"object": about}})
    event = door.verify_event(body.encode(), signed(body))
    assert (event.payment_intent, event.order_id) == ("", "")


@pytest.mark.parametrize(
    ("body", "secret", "age", "reason"),
    [
        (json.dumps(EVENT), "whsec_other", 0, "none of the webhook secrets"),
        (json.dumps(EVENT), SECRET, 310, "more than 300 seconds ago"),
        ("{", SECRET, 0, "not JSON"),
        ("[" * 100_000, SECRET, 0, "not JSON"),
        ("[]", SECRET, 0, "not an event"),
        ('{"object": "event"}', SECRET, 0, "not an event"),
        ('{"object": "v2.core.event"}', SECRET, 0, "thin event"),
        (json.dumps(EVENT | {"data": {"object": None}}), SECRET, 0, "not an event"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_the_reason(
    door: StripeGateway, body: str, secret: str, age: float, reason: str
) -> None:
    with pytest.raises(UnverifiedEvent, match=reason):
        door.verify_event(body.encode(), signed(body, secret, age))


@pytest.mark.parametrize(
    ("body", "header", "reason"),
    [
        (b"{}", "", "no Stripe-Signature header"),
        (b"{}", "nonsense", "none of the webhook secrets"),
        (b"\xff", "t=1,v1=00", "not text in UTF-8"),
    ],
)
def test_a_webhook_without_a_usable_signature_is_refused(
    door: StripeGateway, body: bytes, header: str, reason: str
) -> None:
    with pytest.raises(UnverifiedEvent, match=reason):
        door.verify_event(body, header)


def test_without_a_secret_nothing_is_trusted() -> None:
    body = json.dumps(EVENT)
    with pytest.raises(UnverifiedEvent):
        StripeGateway("sk_test_x", []).verify_event(body.encode(), signed(body, ""))


def refund_of(paid: Order, minor: int = 1250, name: str = "rfn_1") -> Refund:
    """Return a refund of an order's payment, as it is written down before Stripe is asked."""
    return Refund(name, paid.payments[0].payment_intent, Money(minor, "USD"), paid.created_at, "ada")


def paid_at(gateway: StripeGateway, standin: StandIn) -> Order:
    """Return an order that was paid on the stand-in's page."""
    wanted = soon()
    standin.pay(opened(gateway, wanted).session.url)
    session = opened(gateway, wanted).session
    assert session.payment_intent.startswith("pi_")
    payment = Payment(session.id, session.payment_intent, session.total, wanted.created_at)
    return replace(wanted, payments=(payment,))


def test_a_refund_is_made_once_however_often_it_is_asked_for(
    gateway: StripeGateway, standin: StandIn
) -> None:
    paid = paid_at(gateway, standin)
    first, second = (gateway.refund(paid, refund_of(paid)) for _ in range(2))
    assert isinstance(first, StripeRefund)
    assert second == first
    assert (first.amount, first.state, first.refund_id) == (
        Money(1250, "USD"),
        RefundState.SUCCEEDED,
        "rfn_1",
    )
    assert gateway.refunds(paid.payments[0].payment_intent) == [first]


def test_refunds_are_listed_oldest_first_and_know_what_became_of_them(
    gateway: StripeGateway, standin: StandIn
) -> None:
    paid = paid_at(gateway, standin)
    gateway.refund(paid, refund_of(paid))
    second = gateway.refund(paid, refund_of(paid, 100, "rfn_2"))
    assert isinstance(second, StripeRefund)
    standin.arm("refund_failed", target=second.id)
    listed = gateway.refunds(paid.payments[0].payment_intent)
    assert [(one.refund_id, one.amount.minor) for one in listed] == [("rfn_1", 1250), ("rfn_2", 100)]
    assert (listed[1].state, listed[1].error) == (RefundState.FAILED, "expired_or_canceled_card")


def test_more_than_is_left_is_stripe_s_definite_no(gateway: StripeGateway, standin: StandIn) -> None:
    paid = paid_at(gateway, standin)
    refused = gateway.refund(paid, refund_of(paid, 6351))
    assert isinstance(refused, Refused)
    assert "greater than unrefunded amount" in refused.reason
    assert gateway.refunds(paid.payments[0].payment_intent) == []


def test_a_refund_whose_answer_is_lost_is_of_unknown_outcome_and_there_all_the_same(
    gateway: StripeGateway, standin: StandIn
) -> None:
    paid = paid_at(gateway, standin)
    standin.arm("reset", when="after", times=3)
    assert isinstance(gateway.refund(paid, refund_of(paid)), Unknown)
    (made,) = gateway.refunds(paid.payments[0].payment_intent)
    assert gateway.refund(paid, refund_of(paid)) == made


def test_a_dispute_is_read_with_its_deadline_and_what_became_of_the_money(
    gateway: StripeGateway, standin: StandIn
) -> None:
    intent = paid_at(gateway, standin).payments[0].payment_intent
    assert gateway.disputes(intent) == []
    standin.arm("open_dispute", target=intent, reason="product_not_received")
    (opened_now,) = gateway.disputes(intent)
    assert opened_now.id.startswith("du_")
    assert (opened_now.payment_intent, opened_now.amount) == (intent, Money(6350, "USD"))
    assert (opened_now.reason, opened_now.state) == ("product_not_received", DisputeState.NEEDS_RESPONSE)
    assert opened_now.is_withdrawn
    assert opened_now.answer_by == opened_now.opened_at + timedelta(days=7)

    standin.arm("answer_dispute", target=opened_now.id)
    (answered,) = gateway.disputes(intent)
    assert (answered.state, answered.answer_by) == (DisputeState.UNDER_REVIEW, None)
    standin.arm("close_dispute", target=opened_now.id, outcome="won")
    (won,) = gateway.disputes(intent)
    assert (won.state, won.is_withdrawn) == (DisputeState.WON, False)


def test_an_inquiry_has_taken_no_money_until_it_becomes_a_dispute(
    gateway: StripeGateway, standin: StandIn
) -> None:
    intent = paid_at(gateway, standin).payments[0].payment_intent
    standin.arm("open_dispute", target=intent, inquiry=True)
    (asked,) = gateway.disputes(intent)
    assert (asked.state, asked.is_withdrawn) == (DisputeState.INQUIRY, False)
    standin.arm("escalate_dispute", target=asked.id)
    (taken,) = gateway.disputes(intent)
    assert (taken.id, taken.state, taken.is_withdrawn) == (asked.id, DisputeState.NEEDS_RESPONSE, True)


def test_a_payment_leads_to_its_session(gateway: StripeGateway, standin: StandIn) -> None:
    payment = paid_at(gateway, standin).payments[0]
    session = gateway.session_of(payment.payment_intent)
    assert session is not None
    assert (session.id, session.order_id) == (payment.session_id, "ord_1")
    assert gateway.session_of("pi_unknown") is None


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({}, ()),
        ({"api_version": "2020-08-27"}, (EventMark.OTHER_VERSION,)),
        ({"livemode": True}, (EventMark.OTHER_MODE,)),
        ({"api_version": None, "livemode": True}, (EventMark.OTHER_VERSION, EventMark.OTHER_MODE)),
    ],
)
def test_an_event_of_another_version_or_mode_is_marked(
    door: StripeGateway, changes: dict[str, object], marks: tuple[EventMark, ...]
) -> None:
    body = json.dumps(EVENT | changes)
    assert door.verify_event(body.encode(), signed(body)).marks == marks


def test_a_live_shop_marks_events_of_tests() -> None:
    body, shop = json.dumps(EVENT), StripeGateway("sk_live_x", [SECRET])
    assert shop.verify_event(body.encode(), signed(body)).marks == (EventMark.OTHER_MODE,)


def test_lists_are_read_page_by_page_newest_first_and_paced(
    gateway: StripeGateway, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(stripe_gateway.time, "sleep", pauses.append)
    asked: list[dict[str, object]] = []
    read = gateway._client.v1.checkout.sessions.list

    def of_two(params: dict[str, object]) -> object:
        asked.append(dict(params))
        return read({**params, "limit": 2})  # type: ignore[typeddict-item]

    monkeypatch.setattr(gateway._client.v1.checkout.sessions, "list", of_two)
    started_at = datetime.now(UTC) - timedelta(minutes=1)
    made = []
    for number in range(5):
        other = attempt(expires_at=soon().attempt.expires_at, idempotency_key=f"ord_{number}:attempt:1")
        made.append(opened(gateway, order(id=f"ord_{number}", attempts=(other,))).session.id)
    assert [one.id for one in gateway.sessions_since(started_at)] == made[::-1]
    assert [one.get("starting_after") for one in asked] == [None, made[3], made[1]]
    assert pauses == [stripe_gateway.PAGE_PAUSE_SECONDS] * 2
    assert list(gateway.sessions_since(datetime.now(UTC) + timedelta(hours=1))) == []


def test_refunds_and_disputes_are_listed_since_a_moment(gateway: StripeGateway, standin: StandIn) -> None:
    paid = paid_at(gateway, standin)
    gateway.refund(paid, refund_of(paid))
    intent = paid.payments[0].payment_intent
    standin.arm("open_dispute", target=intent)
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert list(gateway.refunds_since(since)) == gateway.refunds(intent)
    assert list(gateway.disputes_since(since)) == gateway.disputes(intent)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert [*gateway.refunds_since(later), *gateway.disputes_since(later)] == []


def test_a_list_waits_while_stripe_has_too_many_requests(
    gateway: StripeGateway, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(stripe_gateway.time, "sleep", pauses.append)
    standin.arm("answer_429", path="/v1/refunds", times=2)
    assert list(gateway.refunds_since(datetime.now(UTC))) == []
    assert pauses == [1, 2]
    standin.arm("answer_429", path="/v1/refunds", times=9)
    with pytest.raises(GatewayUnavailable, match="too many requests"):
        list(gateway.refunds_since(datetime.now(UTC)))
    assert pauses == [1, 2, 1, 2, 4, 8]
