"""Disputes: followed from Stripe alone, each turn told once, goods and stock left where they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.checkout.model import RefundRequest, UnknownOrder
from app.errors import VersionConflict
from app.orders.disputes import Dispute, DisputeState
from app.orders.model import Fulfilment, Order, OrderState, TimelineEntry
from app.orders.refunds import NotRefundable
from app.payments.model import GatewayUnavailable
from tests.builders import NOON, Shop, notes, usd
from tests.unit.checkout.waiting import effects_of, started

OPENED = Dispute(
    "du_1",
    "pi_cs_1",
    usd(9800),
    "fraudulent",
    DisputeState.NEEDS_RESPONSE,
    NOON,
    NOON + timedelta(days=7),
    is_withdrawn=True,
)
WON = replace(OPENED, state=DisputeState.WON, is_withdrawn=False)
LOST = replace(OPENED, state=DisputeState.LOST)
INQUIRY = replace(OPENED, state=DisputeState.INQUIRY, is_withdrawn=False)


def bought(shop: Shop) -> Order:
    """Return a paid order of two oak lamps, 98.00."""
    order = started(shop, LAMP_OAK=2)
    shop.checkout.settle(shop.gateway.pay(order.attempt.session_id).id)
    return shop.reread(order)


def turn(shop: Shop, dispute: Dispute) -> Order:
    """Let a dispute stand so at Stripe, and hear of it."""
    shop.gateway.disputed[dispute.id] = dispute
    order = shop.checkout.follow_disputes("pi_cs_1")
    assert order is not None
    return order


def test_a_dispute_is_noted_beside_the_state_of_the_payment_and_told_once(shop: Shop) -> None:
    order = bought(shop)
    disputed = turn(shop, OPENED)
    assert disputed.disputes == (OPENED,)
    assert (disputed.state, disputed.fulfilment) == (OrderState.PAID, Fulfilment.UNFULFILLED)
    assert disputed.is_disputed
    assert notes(disputed)[-1] == (
        "98.00 USD disputed: fraudulent, answer by 2026-12-01; 98.00 USD withdrawn by the bank"
    )
    turn(shop, OPENED)
    assert shop.reread(order) == disputed
    assert shop.effect_ids == [*effects_of(order), "dispute_notice:du_1"]


@pytest.mark.parametrize(
    ("end", "words"),
    [(WON, "dispute of 98.00 USD won; 98.00 USD reinstated"), (LOST, "dispute of 98.00 USD lost")],
)
def test_its_outcome_is_noted_and_told_once_and_stock_stays_as_it_is(
    shop: Shop, end: Dispute, words: str
) -> None:
    order = bought(shop)
    turn(shop, OPENED)
    turn(shop, replace(OPENED, state=DisputeState.UNDER_REVIEW))
    ended = turn(shop, end)
    turn(shop, end)
    assert notes(ended)[-2:] == ["dispute of 98.00 USD answered, the bank decides", words]
    assert not ended.is_disputed
    assert ended.state is OrderState.PAID
    assert shop.effect_ids == [*effects_of(order), "dispute_notice:du_1", "dispute_outcome:du_1"]
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.books_are_closed()


def test_an_inquiry_that_becomes_a_dispute_is_told_as_both(shop: Shop) -> None:
    order = bought(shop)
    asked = turn(shop, INQUIRY)
    assert notes(asked)[-1] == "the bank asks about 98.00 USD: fraudulent, answer by 2026-12-01"
    assert asked.refundable(asked.payments[0]) == usd(9800)
    turn(shop, OPENED)
    assert shop.effect_ids == [*effects_of(order), "inquiry_notice:du_1", "dispute_notice:du_1"]


def test_a_dispute_that_is_heard_of_only_when_it_is_over_is_told_by_its_outcome(shop: Shop) -> None:
    order = bought(shop)
    assert turn(shop, LOST).disputes == (LOST,)
    assert shop.effect_ids == [*effects_of(order), "dispute_outcome:du_1"]


def test_an_older_answer_of_stripe_never_overwrites_a_newer_one(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.disputed["du_1"] = OPENED

    def decide_meanwhile() -> None:
        shop.gateway.after_listing = lambda: None
        turn(shop, LOST)

    shop.gateway.after_listing = decide_meanwhile
    shop.checkout.follow_disputes("pi_cs_1")
    assert shop.reread(order).disputes == (LOST,)
    assert shop.effect_ids[-1] == "dispute_outcome:du_1"
    assert "dispute_notice:du_1" not in shop.effect_ids


def test_whoever_is_overtaken_again_and_again_leaves_it_to_the_next_try(shop: Shop) -> None:
    bought(shop)
    shop.gateway.disputed["du_1"] = OPENED
    answers = iter(range(100))

    def note() -> None:
        changed = replace(OPENED, evidence_by=NOON + timedelta(days=next(answers)))
        shop.orders.put_dispute(
            shop.orders.list()[0].id, changed, TimelineEntry(NOON, "noted", "somebody"), is_disputed=True
        )

    shop.gateway.after_listing = note
    with pytest.raises(VersionConflict):
        shop.checkout.follow_disputes("pi_cs_1")


def test_a_dispute_heard_of_before_the_payment_settles_it_first(shop: Shop) -> None:
    order = started(shop, LAMP_OAK=2)
    shop.gateway.pay("cs_1")
    disputed = turn(shop, OPENED)
    assert (disputed.id, disputed.state, disputed.disputes) == (order.id, OrderState.PAID, (OPENED,))
    assert shop.stock("LAMP-OAK") == (8, 0)


def test_a_dispute_of_another_program_s_payment_is_nobody_s(shop: Shop) -> None:
    bought(shop)
    assert shop.checkout.follow_disputes("pi_of_another_program") is None
    assert shop.checkout.follow_disputes("") is None


def test_a_dispute_of_an_order_that_is_not_there_is_an_alarm_and_makes_none(shop: Shop) -> None:
    order = bought(shop)
    session = shop.gateway.session("cs_1")
    assert session is not None
    shop.gateway.put(replace(session, id="cs_lost", order_id="ord_lost", payment_intent="pi_lost"))
    with pytest.raises(UnknownOrder):
        shop.checkout.follow_disputes("pi_lost")
    assert [found.id for found in shop.orders.list()] == [order.id]


def test_while_stripe_is_away_nothing_is_noted(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.is_away = True
    with pytest.raises(GatewayUnavailable):
        shop.checkout.follow_disputes("pi_cs_1")
    assert shop.reread(order) == order


@pytest.mark.parametrize("standing", [OPENED, LOST])
def test_money_that_the_bank_has_is_not_given_back_a_second_time(shop: Shop, standing: Dispute) -> None:
    bought(shop)
    disputed = turn(shop, standing)
    with pytest.raises(NotRefundable, match="the bank has the money"):
        shop.checkout.refund(disputed, RefundRequest(by="ada"))
    assert shop.gateway.made == {}
    assert shop.checkout.refund(turn(shop, WON), RefundRequest(by="ada")).state is OrderState.REFUNDED


def test_goods_of_a_disputed_order_stay_unless_somebody_says_otherwise(shop: Shop) -> None:
    bought(shop)
    disputed = turn(shop, OPENED)
    note = TimelineEntry(NOON, "shipped", "ada")
    states = {"state": OrderState.PAID, "old": Fulfilment.UNFULFILLED, "new": Fulfilment.FULFILLED}
    assert not shop.orders.change_fulfilment(disputed.id, note=note, **states)  # type: ignore[arg-type]
    assert shop.orders.change_fulfilment(disputed.id, note=note, despite_dispute=True, **states)  # type: ignore[arg-type]
