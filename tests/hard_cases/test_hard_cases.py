"""The twenty-two hard cases of payment, by their numbers in docs/payments.md, where each has its row.

Played against a real database and the payment stand-in; what a case comes to as a rule has its
further tests beside the rule.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.checkout.model import CartBlocked, PaymentPending, RefundRequest, UnknownOrder
from app.errors import Refusal
from app.money import Money
from app.orders.model import Order, OrderState
from app.orders.refunds import NotRefundable, RefundState
from jobs import payments
from tests.builders import usd
from tests.hard_cases.counter import Counter

PAID, CANCELLED, REFUNDED = OrderState.PAID, OrderState.CANCELLED, OrderState.REFUNDED
COMPLETED = "checkout.session.completed"
EFFECTS = ["invoice", "merchant_notice", "receipt"]


class PowerCut(BaseException):
    """The process is gone."""


def cut(*_arguments: object, **_options: object) -> None:
    raise PowerCut


def died_before_noting_its_session(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Return an order whose session was opened by a process that died with the answer in its hand."""
    cart = counter.cart(LAMP_OAK=2)
    with monkeypatch.context() as broken:
        broken.setattr(type(counter.services.orders), "attach_session", cut)
        with pytest.raises(PowerCut):
            counter.start(cart)
    (order,) = counter.services.orders.list()
    assert order.attempt.is_unknown
    assert counter.standin.sessions() == 1
    return order


def only_session(counter: Counter) -> str:
    (found,) = counter.stripe.checkout.sessions.list({}).data
    return str(found.id)


@pytest.mark.parametrize("are_free", [True, False], ids=["units still there", "units gone"])
def test_case_01_paid_after_the_hold_had_lapsed(counter: Counter, are_free: bool) -> None:
    order = counter.order(LAMP_ASH=1)
    counter.lapse(order)
    if not are_free:
        counter.order("grace", LAMP_ASH=1)
    counter.pay(order.attempt.session_id)
    counter.hear(COMPLETED)
    late = counter.reread(order)
    if are_free:
        assert (late.state, counter.stock("LAMP-ASH")) == (PAID, (0, 0))
        assert counter.effects(order) == EFFECTS
    else:
        assert (late.state, counter.stock("LAMP-ASH")) == (REFUNDED, (1, 1))
        assert counter.effects(order) == []
        (made,) = counter.stripe.refunds.list({}).data
        assert (made.amount, made.status) == (5400, "succeeded")


def test_case_01_a_session_that_cannot_be_ended_because_it_was_paid_is_a_sale(counter: Counter) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id)
    ended = counter.services.checkout.abandon(order, "given back by the shopper", by="shopper")
    assert (ended.state, counter.stock()) == (PAID, (8, 0))


def test_case_02_crash_between_the_session_and_noting_its_id(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = died_before_noting_its_session(counter, monkeypatch)
    counter.turn(seconds=16)
    counter.services.checkout.sweep()
    found = counter.reread(order)
    assert (found.attempt.session_id, found.state) == (only_session(counter), OrderState.PENDING_PAYMENT)
    assert counter.stock() == (10, 2)


def test_case_03_the_webhook_comes_before_the_answer_to_create(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = died_before_noting_its_session(counter, monkeypatch)
    session_id = only_session(counter)
    counter.pay(session_id)
    counter.hear(COMPLETED)
    found = counter.reread(order)
    assert (found.state, found.attempt.session_id, counter.stock()) == (PAID, session_id, (8, 0))


def test_case_04_the_same_event_many_times_at_once_and_the_return_page_too(counter: Counter) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id)
    (event,) = counter.events(COMPLETED)
    assert [counter.store(event) for _ in range(5)] == [True, False, False, False, False]

    def at_once(number: int) -> None:
        if number % 2:
            payments.handle(counter.services, event.id)
        else:
            counter.services.checkout.settle(order.attempt.session_id)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(at_once, range(8)))
    paid = counter.reread(order)
    assert (paid.state, len(paid.payments), counter.stock()) == (PAID, 1, (8, 0))
    assert [entry.what for entry in paid.timeline] == ["placed; units held", "paid"]
    assert counter.effects(order) == EFFECTS


def test_case_05_an_event_of_an_order_that_is_not_there_waits_and_makes_none(counter: Counter) -> None:
    counter.pay(counter.another_session(9800, order="ord_gone"))
    (event,) = counter.events(COMPLETED)
    counter.store(event)
    with pytest.raises(UnknownOrder):
        payments.handle(counter.services, event.id)
    row = counter.services.inbox.row(event.id)
    assert row is not None
    assert row.handled_at is None
    assert "ord_gone" in row.error
    assert counter.services.orders.list() == []


def test_case_05_an_event_of_another_program_is_acknowledged(counter: Counter) -> None:
    counter.pay(counter.another_session(9800))
    counter.hear(COMPLETED)
    assert counter.services.inbox.count_unhandled() == 0
    assert counter.services.orders.list() == []


def test_case_06_another_amount_than_agreed_is_not_fulfilled(counter: Counter) -> None:
    order = counter.order()
    counter.pay(counter.another_session(9799, order=order.id))
    counter.hear(COMPLETED)
    review = counter.reread(order)
    assert (review.state, review.payments[0].amount) == (OrderState.PAYMENT_REVIEW, Money(9799, "USD"))
    assert (counter.stock(), counter.effects(order)) == ((10, 2), [])
    assert counter.stripe.refunds.list({}).data == []


def test_case_07_a_cart_edited_while_its_session_is_open_ends_it_first(counter: Counter) -> None:
    old = counter.order()
    new = counter.order(LAMP_OAK=1)
    assert new.id != old.id
    assert [line.quantity for line in new.lines] == [3]
    assert counter.session(old.attempt.session_id).status == "expired"
    assert (counter.reread(old).state, counter.stock()) == (CANCELLED, (10, 3))


def test_case_07_an_old_tab_that_was_paid_is_a_valid_order_for_what_it_showed(counter: Counter) -> None:
    old = counter.order()
    counter.pay(old.attempt.session_id)
    same = counter.order(LAMP_OAK=1)
    assert (same.id, same.state, counter.stock()) == (old.id, PAID, (8, 0))
    left = counter.services.carts.store.cart(old.cart_id)
    assert left is not None
    assert {line.sku: line.quantity for line in left.lines} == {"LAMP-OAK": 1}


@pytest.mark.parametrize(("minor", "asked"), [(5900, None), (3900, 7800)], ids=["dearer", "cheaper"])
def test_case_08_a_price_changes_between_cart_and_checkout(
    counter: Counter, minor: int, asked: int | None
) -> None:
    cart = counter.cart(LAMP_OAK=2)
    counter.services.catalogue.change_price("LAMP-OAK", usd(minor), who="ada")
    if asked is None:
        with pytest.raises(CartBlocked):
            counter.start(cart)
        assert (counter.standin.sessions(), counter.stock()) == (0, (10, 0))
        return
    order = counter.reread(counter.start(cart).order)
    assert order.lowered == ("LAMP-OAK",)
    # From here on what was agreed is what is paid.
    counter.services.catalogue.change_price("LAMP-OAK", usd(9900), who="ada")
    assert counter.session(order.attempt.session_id).amount_total == asked
    counter.pay(order.attempt.session_id)
    counter.hear(COMPLETED)
    assert (counter.reread(order).state, counter.reread(order).payments[0].amount) == (PAID, usd(asked))


@pytest.mark.parametrize("outcome", ["succeed", "fail"])
def test_case_09_a_method_that_takes_days(counter: Counter, outcome: str) -> None:
    counter.standin.arm("async_payment", outcome=outcome, seconds=-1)
    order = counter.order()
    counter.pay(order.attempt.session_id)
    counter.hear(COMPLETED)
    counter.turn(days=2)
    counter.services.checkout.sweep()
    waiting = counter.reread(order)
    assert (waiting.state, counter.stock()) == (OrderState.PAYMENT_PROCESSING, (10, 2))
    assert counter.effects(order) == []
    counter.standin.arm("settle_payment", target=order.attempt.session_id, outcome=outcome)
    counter.hear("checkout.session.async_payment_" + {"succeed": "succeeded", "fail": "failed"}[outcome])
    decided = counter.reread(order)
    if outcome == "succeed":
        assert (decided.state, counter.stock(), counter.effects(order)) == (PAID, (8, 0), EFFECTS)
    else:
        assert (decided.state, counter.stock(), counter.effects(order)) == (CANCELLED, (10, 0), [])


def test_case_10_refunds_in_part_of_the_desk_and_the_dashboard(counter: Counter) -> None:
    order = counter.paid()
    request = RefundRequest("ada", lines={"LAMP-OAK": 1}, restocks=True)
    part = counter.services.checkout.refund(order, request)
    assert (part.state, counter.stock()) == (OrderState.PARTIALLY_REFUNDED, (9, 0))
    intent = order.payments[0].payment_intent
    counter.stripe.refunds.create({"payment_intent": intent, "amount": 900})
    for _ in range(2):
        counter.hear("charge.refunded")
        counter.hear("refund.created")
    found = counter.reread(order)
    assert [(one.amount.minor, one.by, one.state) for one in found.refunds] == [
        (4900, "ada", RefundState.SUCCEEDED),
        (900, "stripe", RefundState.SUCCEEDED),
    ]
    assert (found.refundable(found.payments[0]), counter.stock()) == (usd(4000), (9, 0))


def test_case_11_a_disputed_payment_is_not_refunded_and_restocks_nothing(counter: Counter) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id, card="4000000000000259")
    counter.hear(COMPLETED)
    counter.hear("charge.dispute.created")
    paid = counter.reread(order)
    with pytest.raises(Refusal, match=r"\w+ \w+ \w+"):
        counter.services.checkout.refund(paid, RefundRequest("ada", restocks=True))
    assert (counter.reread(order).state, counter.stock()) == (PAID, (8, 0))
    assert counter.stripe.refunds.list({}).data == []


def test_case_12_an_unknown_outcome_keeps_hold_and_key(counter: Counter) -> None:
    counter.standin.arm("reset", when="after", times=3, path="/v1/checkout/sessions", method="POST")
    started = counter.start(counter.cart(LAMP_OAK=2))
    assert (started.payment_url, counter.stock()) == ("", (10, 2))
    # No second attempt while the first one is unknown.
    counter.standin.arm("reset", when="after", times=3, path="/v1/checkout/sessions", method="POST")
    with pytest.raises(PaymentPending):
        counter.start(counter.cart(LAMP_OAK=1))
    counter.turn(seconds=16)
    counter.services.checkout.sweep()
    known = counter.reread(started.order)
    assert known.attempt.session_id == only_session(counter)
    assert known.attempt.idempotency_key == started.order.attempt.idempotency_key


def test_case_13_a_key_belongs_to_one_attempt_and_its_parameters_never_change(counter: Counter) -> None:
    first = counter.order()
    counter.turn(minutes=3)
    again = counter.services.gateway.create_session(first)
    assert getattr(again, "session", again).id == first.attempt.session_id
    # The very same purchase once more on the same day is another one.
    counter.pay(first.attempt.session_id)
    counter.hear(COMPLETED)
    second = counter.order()
    assert second.attempt.idempotency_key == f"{second.id}:attempt:1"
    assert second.attempt.idempotency_key != first.attempt.idempotency_key
    assert (counter.standin.sessions(), second.state) == (2, OrderState.PENDING_PAYMENT)


def test_case_14_a_repeated_key_finds_a_session_that_is_over(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = died_before_noting_its_session(counter, monkeypatch)
    counter.pay(only_session(counter))
    answer = counter.services.checkout.open_payment(order)
    assert (answer.payment_url, answer.order.state, counter.stock()) == ("", PAID, (8, 0))


def test_case_15_back_from_the_payment_page_keeps_session_and_hold(counter: Counter) -> None:
    order = counter.order()
    again = counter.start(counter.cart())
    assert (again.order.id, again.payment_url) == (order.id, order.attempt.payment_url)
    assert counter.session(order.attempt.session_id).status == "open"
    assert (counter.standin.sessions(), counter.stock()) == (1, (10, 2))


def test_case_16_the_session_of_another_order_pays_nobody_else_s(counter: Counter) -> None:
    mine, other = counter.order(), counter.order("grace", LAMP_ASH=1)
    counter.pay(other.attempt.session_id)
    settled = counter.services.checkout.settle(other.attempt.session_id)
    assert settled is not None
    assert (settled.id, settled.state) == (other.id, PAID)
    assert (counter.reread(mine).state, counter.reread(mine).payments) == (OrderState.PENDING_PAYMENT, ())
    assert counter.services.checkout.settle("cs_test_forged") is None


def test_case_17_events_in_the_wrong_order(counter: Counter) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id)
    intent = str(counter.session(order.attempt.session_id).payment_intent)
    counter.stripe.refunds.create({"payment_intent": intent, "amount": 900})
    # The refund is heard of first, so that its payment is settled before it.
    counter.hear("charge.refunded")
    assert (counter.reread(order).state, counter.stock()) == (OrderState.PARTIALLY_REFUNDED, (8, 0))
    counter.hear(COMPLETED)
    # An expiry that comes last is one of before: the session itself says that it was paid.
    late = replace(counter.events(COMPLETED)[0], id="evt_late", type="checkout.session.expired")
    counter.store(late)
    payments.handle(counter.services, "evt_late")
    counter.turn(seconds=11)
    assert payments.requeue_unhandled(counter.services) == 0
    found = counter.reread(order)
    assert (found.state, counter.stock()) == (OrderState.PARTIALLY_REFUNDED, (8, 0))


def test_case_18_an_event_of_another_api_version_is_stored_with_it_and_settles(counter: Counter) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id)
    (event,) = counter.events(COMPLETED)
    old = replace(event, api_version="2019-02-19")
    counter.store(old)
    payments.handle(counter.services, old.id)
    row = counter.services.inbox.row(old.id)
    assert row is not None
    assert (row.event.api_version, counter.reread(order).state) == ("2019-02-19", PAID)


def test_case_19_test_money_is_never_taken_for_live_money(counter: Counter) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id)
    is_live = replace(counter.services.checkout._settle, livemode=True)
    is_live(order.attempt.session_id)
    assert (counter.reread(order).state, counter.effects(order)) == (OrderState.PAYMENT_REVIEW, [])
    assert counter.stock() == (10, 2)


@pytest.mark.parametrize("is_heard", [True, False], ids=["event stored", "event lost"])
def test_case_20_no_worker_runs(counter: Counter, is_heard: bool) -> None:
    order = counter.order()
    counter.pay(order.attempt.session_id)
    if is_heard:
        (event,) = counter.events(COMPLETED)
        counter.store(event)
        counter.turn(seconds=11)
        assert payments.requeue_unhandled(counter.services) == 1
        payments.handle(counter.services, counter.queue.asked[-1][1])
    else:
        counter.turn(minutes=41)
        counter.services.checkout.sweep()
    assert (counter.reread(order).state, counter.stock()) == (PAID, (8, 0))


def test_case_21_nothing_to_pay(counter: Counter) -> None:
    counter.services.catalogue.change_price("GUIDE-PDF", usd(0), who="ada")
    order = counter.paid(GUIDE_PDF=1)
    assert (order.state, order.payments[0].payment_intent) == (PAID, "")
    assert counter.effects(order) == EFFECTS
    with pytest.raises(NotRefundable):
        counter.services.checkout.refund(order, RefundRequest("ada"))


def test_case_22_two_sessions_of_one_order_are_both_paid(counter: Counter) -> None:
    order = counter.order()
    second = counter.another_session(9800, order=order.id)
    for session_id in (order.attempt.session_id, second):
        counter.pay(session_id)
    for _ in range(2):
        counter.hear(COMPLETED)
    paid = counter.reread(order)
    assert (paid.state, len(paid.payments), counter.stock()) == (PAID, 2, (8, 0))
    assert counter.effects(order) == EFFECTS
    (made,) = counter.stripe.refunds.list({}).data
    assert (made.amount, paid.refunds[0].stripe_id) == (9800, made.id)
    assert paid.refundable(paid.payments[0]).minor + paid.refundable(paid.payments[1]).minor == 9800
