"""Refunds: never more than was paid, once each, whatever is killed, late or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.checkout.model import RefundRequest
from app.errors import VersionConflict
from app.orders.model import ImpossibleTransition, Order, OrderState
from app.orders.refunds import (
    NotRefundable,
    RefundCause,
    RefundLine,
    RefundRefused,
    RefundState,
    RefundTooLarge,
)
from app.payments.model import StripeRefund
from tests.builders import US, Shop, notes, usd
from tests.unit.checkout.waiting import effects_of, started

PAID, PARTIAL, REFUNDED = OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED


def bought(shop: Shop, shopper: str = "ada", **quantities: int) -> Order:
    """Return a paid order; by default two oak lamps of 49.00 and three guides of 5.00."""
    order = started(shop, shopper, **(quantities or {"LAMP_OAK": 2, "GUIDE_PDF": 3}))
    shop.checkout.settle(shop.gateway.pay(order.attempt.session_id or "cs_1").id)
    return shop.reread(order)


def test_a_whole_refund_gives_all_back_and_leaves_the_shelf_as_it_is(shop: Shop) -> None:
    order = bought(shop)
    refunded = shop.checkout.refund(order, RefundRequest(by="ada", reason="arrived bent"))
    (refund,) = refunded.refunds
    assert refunded.state is REFUNDED
    assert (refund.amount, refund.state, refund.stripe_id) == (usd(11_300), RefundState.SUCCEEDED, "re_1")
    assert notes(refunded)[-2:] == ["refund of 113.00 USD requested: arrived bent", "113.00 USD refunded"]
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.effect_ids == [*effects_of(order), f"refund_notice:{refund.id}"]
    assert refunded.paid_at == order.paid_at


def test_an_amount_in_part_leaves_the_rest_to_be_refunded_later(shop: Shop) -> None:
    order = bought(shop)
    part = shop.checkout.refund(order, RefundRequest(by="ada", amount=usd(1300)))
    assert (part.state, part.refundable(part.payments[0])) == (PARTIAL, usd(10_000))
    rest = shop.checkout.refund(part, RefundRequest(by="ada"))
    assert (rest.state, [refund.amount for refund in rest.refunds]) == (REFUNDED, [usd(1300), usd(10_000)])


@pytest.mark.parametrize("minor", [0, 11_301])
def test_more_than_is_left_is_refused_and_nothing_is_asked(shop: Shop, minor: int) -> None:
    order = bought(shop)
    with pytest.raises(RefundTooLarge) as refused:
        shop.checkout.refund(order, RefundRequest(by="ada", amount=usd(minor)))
    assert (refused.value.asked, refused.value.left) == (usd(minor), usd(11_300))
    assert shop.reread(order) == order
    assert shop.gateway.made == {}


def test_nothing_is_left_of_an_order_that_was_refunded(shop: Shop) -> None:
    order = shop.checkout.refund(bought(shop), RefundRequest(by="ada"))
    with pytest.raises(RefundTooLarge) as refused:
        shop.checkout.refund(order, RefundRequest(by="ada"))
    assert str(refused.value) == "Nothing is left of order 1001 that could be refunded."


def test_an_order_that_was_never_paid_cannot_be_refunded(shop: Shop) -> None:
    order = started(shop)
    with pytest.raises(NotRefundable, match="nothing was paid"):
        shop.checkout.refund(order, RefundRequest(by="ada"))


def test_lines_cost_what_they_were_sold_for_and_go_back_on_the_shelf_once(shop: Shop) -> None:
    order = bought(shop)
    back = shop.checkout.refund(order, RefundRequest(by="ada", lines={"LAMP-OAK": 1}, restocks=True))
    (refund,) = back.refunds
    assert (back.state, refund.amount, refund.lines) == (PARTIAL, usd(4900), (RefundLine("LAMP-OAK", 1),))
    assert shop.stock("LAMP-OAK") == (9, 0)
    assert shop.movements("LAMP-OAK")[-1] == ("return", 1, 0)
    shop.checkout.follow_refunds("pi_cs_1")
    assert shop.stock("LAMP-OAK") == (9, 0)
    assert shop.books_are_closed()


def test_a_whole_refund_with_restock_brings_every_unit_back_that_has_not_come_yet(shop: Shop) -> None:
    order = bought(shop)
    first = shop.checkout.refund(order, RefundRequest(by="ada", lines={"LAMP-OAK": 1}, restocks=True))
    last = shop.checkout.refund(first, RefundRequest(by="ada", restocks=True))
    assert last.refunds[1].lines == (RefundLine("LAMP-OAK", 1), RefundLine("GUIDE-PDF", 3))
    # Lines cost what they cost: one lamp and three guides, which is all that was left.
    assert (last.state, last.refunds[1].amount) == (REFUNDED, usd(6400))
    # Files are not counted, so none comes back.
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.books_are_closed()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ({"LAMP-ASH": 1}, "it has no line LAMP-ASH."),
        ({"LAMP-OAK": 3}, "2 of LAMP-OAK can still come back, not 3."),
        ({"LAMP-OAK": 0}, "2 of LAMP-OAK can still come back, not 0."),
    ],
)
def test_units_that_were_not_bought_cannot_come_back(shop: Shop, lines: dict[str, int], reason: str) -> None:
    order = bought(shop)
    with pytest.raises(NotRefundable) as refused:
        shop.checkout.refund(order, RefundRequest(by="ada", lines=lines, restocks=True))
    assert refused.value.reason == reason
    assert shop.stock("LAMP-OAK") == (8, 0)


def test_an_amount_without_lines_cannot_say_what_comes_back(shop: Shop) -> None:
    with pytest.raises(NotRefundable, match="say which units come back"):
        shop.checkout.refund(bought(shop), RefundRequest(by="ada", amount=usd(100), restocks=True))


def test_a_refund_that_stripe_refuses_gives_nothing_back_and_says_why(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.refuses = "Charge ch_1 has been charged back"
    with pytest.raises(RefundRefused, match="charged back"):
        shop.checkout.refund(order, RefundRequest(by="ada", restocks=True))
    failed = shop.reread(order)
    assert (failed.state, failed.refunds[0].state) == (PAID, RefundState.FAILED)
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.effect_ids == effects_of(order)
    shop.gateway.refuses = ""
    assert shop.checkout.refund(failed, RefundRequest(by="ada")).state is REFUNDED


@pytest.mark.parametrize("lost", ["loses_requests", "loses_answers"])
def test_a_refund_of_unknown_outcome_is_asked_for_again_with_its_key(shop: Shop, lost: str) -> None:
    order = bought(shop)
    setattr(shop.gateway, lost, 1)
    waiting = shop.checkout.refund(order, RefundRequest(by="ada", restocks=True))
    (refund,) = waiting.refunds
    assert (waiting.state, refund.state) == (PAID, RefundState.REQUESTED)
    assert shop.stock("LAMP-OAK") == (8, 0)
    shop.checkout.sweep()
    assert shop.reread(order).refunds[0].state is RefundState.REQUESTED, "it was asked a moment ago"
    shop.clock.turn(seconds=16)
    shop.checkout.sweep()
    shop.checkout.sweep()
    refunded = shop.reread(order)
    assert (refunded.state, len(shop.gateway.made)) == (REFUNDED, 1)
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.effect_ids == [*effects_of(order), f"refund_notice:{refund.id}"]


def test_a_refund_under_way_leaves_no_money_for_another(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.loses_requests = 1
    waiting = shop.checkout.refund(order, RefundRequest(by="ada"))
    with pytest.raises(RefundTooLarge):
        shop.checkout.refund(waiting, RefundRequest(by="grace"))


def test_of_two_who_refund_at_once_one_is_refused(shop: Shop) -> None:
    order = bought(shop)
    shop.checkout.refund(order, RefundRequest(by="ada", amount=usd(9000)))
    with pytest.raises(VersionConflict):
        # Grace still sees the order as it was before.
        shop.checkout.refund(order, RefundRequest(by="grace", amount=usd(9000)))
    assert [made.amount for made in shop.gateway.made.values()] == [usd(9000)]


def test_a_refund_that_takes_its_time_counts_at_once_and_settles_later(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.refund_state = RefundState.PENDING
    pending = shop.checkout.refund(order, RefundRequest(by="ada"))
    assert (pending.state, notes(pending)[-1]) == (REFUNDED, "refund of 113.00 USD is on its way")
    (made,) = shop.gateway.made.values()
    shop.gateway.put_refund(replace(made, state=RefundState.SUCCEEDED))
    for _ in range(2):
        shop.checkout.follow_refunds("pi_cs_1")
    settled = shop.reread(order)
    assert (settled.refunds[0].state, notes(settled)[-1]) == (RefundState.SUCCEEDED, "113.00 USD refunded")
    assert notes(settled).count("113.00 USD refunded") == 1
    assert shop.effect_ids.count(f"refund_notice:{settled.refunds[0].id}") == 1


def test_a_refund_that_fails_later_brings_the_order_back_to_paid(shop: Shop) -> None:
    order = bought(shop)
    refunded = shop.checkout.refund(order, RefundRequest(by="ada"))
    (made,) = shop.gateway.made.values()
    shop.gateway.put_refund(replace(made, state=RefundState.FAILED, error="expired_or_canceled_card"))
    shop.checkout.follow_refunds("pi_cs_1")
    back = shop.reread(order)
    assert (refunded.state, back.state, back.paid_at) == (REFUNDED, PAID, order.paid_at)
    assert notes(back)[-1] == "refund of 113.00 USD failed: expired_or_canceled_card"
    assert back.refundable(back.payments[0]) == usd(11_300)


def test_units_that_are_on_the_shelf_already_do_not_come_back_with_a_second_refund(shop: Shop) -> None:
    order = bought(shop)
    shop.checkout.refund(order, RefundRequest(by="ada", lines={"LAMP-OAK": 1}, restocks=True))
    (made,) = shop.gateway.made.values()
    shop.gateway.put_refund(replace(made, state=RefundState.FAILED))
    shop.checkout.follow_refunds("pi_cs_1")
    assert shop.stock("LAMP-OAK") == (9, 0)
    back = shop.reread(order)
    with pytest.raises(NotRefundable, match="1 of LAMP-OAK can still come back, not 2"):
        shop.checkout.refund(back, RefundRequest(by="ada", lines={"LAMP-OAK": 2}, restocks=True))
    # The money itself is free again.
    shop.checkout.refund(back, RefundRequest(by="ada"))
    assert shop.reread(order).state is REFUNDED
    assert shop.stock("LAMP-OAK") == (9, 0)


def test_units_of_a_refund_that_failed_at_once_never_came_and_may_still_come(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.refund_state = RefundState.FAILED
    failed = shop.checkout.refund(order, RefundRequest(by="ada", lines={"LAMP-OAK": 2}, restocks=True))
    assert (failed.refunds[0].state, failed.refunds[0].stripe_id) == (RefundState.FAILED, "")
    assert shop.stock("LAMP-OAK") == (8, 0)
    shop.gateway.refund_state = RefundState.SUCCEEDED
    shop.checkout.refund(failed, RefundRequest(by="ada", lines={"LAMP-OAK": 2}, restocks=True))
    assert shop.stock("LAMP-OAK") == (10, 0)


def test_a_refund_made_in_stripe_s_dashboard_is_followed_once(shop: Shop) -> None:
    order = bought(shop)
    shop.gateway.put_refund(StripeRefund("re_9", "pi_cs_1", usd(1300), RefundState.SUCCEEDED))
    for _ in range(2):
        shop.checkout.follow_refunds("pi_cs_1")
    followed = shop.reread(order)
    (refund,) = followed.refunds
    assert (followed.state, refund.cause, refund.amount) == (PARTIAL, RefundCause.STRIPE, usd(1300))
    assert shop.gateway.asked.count(f"refund {refund.id}") == 0


def test_a_refund_of_another_program_s_payment_is_nobody_s(shop: Shop) -> None:
    bought(shop)
    assert shop.checkout.follow_refunds("pi_of_another_program") is None
    assert shop.checkout.follow_refunds("") is None


def test_an_order_in_review_is_ended_by_a_refund_and_its_units_are_free(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", usd(9700))
    shop.checkout.settle("cs_1")
    refunded = shop.checkout.refund(shop.reread(order), RefundRequest(by="ada"))
    assert (refunded.state, refunded.refunds[0].amount) == (REFUNDED, usd(9700))
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.books_are_closed()


def test_an_order_in_review_is_sold_once_when_a_person_accepts_it(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", usd(9700))
    shop.checkout.settle("cs_1")
    accepted = shop.checkout.accept(shop.reread(order), by="ada")
    assert (accepted.state, accepted.is_paid_as_agreed) == (PAID, True)
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.effect_ids == effects_of(order)
    with pytest.raises(ImpossibleTransition):
        shop.checkout.accept(accepted, by="ada")
    part = shop.checkout.refund(accepted, RefundRequest(by="ada", amount=usd(100)))
    assert part.state is PARTIAL


def test_what_a_refund_of_a_file_restocks_is_nothing(shop: Shop) -> None:
    order = shop.start(shop.cart("grace", US, GUIDE_PDF=1)).order
    shop.checkout.settle(shop.gateway.pay("cs_1").id)
    shop.checkout.refund(shop.reread(order), RefundRequest(by="ada", restocks=True))
    assert shop.movements("GUIDE-PDF") == []


def test_of_two_payments_each_is_asked_for_whatever_becomes_of_the_other(shop: Shop) -> None:
    order = bought(shop, LAMP_OAK=2)
    first = shop.gateway.session("cs_1")
    assert first is not None
    shop.gateway.put(replace(first, id="cs_9", payment_intent="pi_9"))
    shop.gateway.refuses = "the balance is too low"
    shop.checkout.settle("cs_9")
    twice = shop.reread(order)
    assert (twice.state, twice.refunds[0].state) == (PAID, RefundState.FAILED)
    with pytest.raises(RefundRefused):
        shop.checkout.refund(twice, RefundRequest(by="ada"))
    asked = [refund for refund in shop.reread(order).refunds if f"refund {refund.id}" in shop.gateway.asked]
    assert [refund.payment_intent for refund in asked] == ["pi_9", "pi_cs_1", "pi_9"]
    assert all(refund.state is RefundState.FAILED for refund in asked)


def test_an_order_in_review_that_was_refunded_in_part_cannot_be_accepted(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", usd(9700))
    shop.checkout.settle("cs_1")
    part = shop.checkout.refund(shop.reread(order), RefundRequest(by="ada", amount=usd(4900)))
    assert part.state is OrderState.PAYMENT_REVIEW
    with pytest.raises(ImpossibleTransition):
        shop.checkout.accept(part, by="ada")
    assert shop.reread(order) == part
    assert shop.effect_ids == [f"refund_notice:{part.refunds[0].id}"]


def test_what_came_beyond_the_total_may_go_back_before_the_rest_is_accepted(shop: Shop) -> None:
    order = started(shop)
    shop.gateway.pay("cs_1", usd(9900))
    shop.checkout.settle("cs_1")
    part = shop.checkout.refund(shop.reread(order), RefundRequest(by="ada", amount=usd(100)))
    accepted = shop.checkout.accept(part, by="ada")
    assert (accepted.state, accepted.state_after_refunds()) == (PAID, PAID)


def test_a_free_order_is_paid_stays_paid_and_gives_nothing_back(shop: Shop) -> None:
    shop.price("GUIDE-PDF", 0)
    order = bought(shop, GUIDE_PDF=1)
    assert (order.state, order.state_after_refunds(), order.is_paid_as_agreed) == (PAID, PAID, True)
    first = shop.gateway.session("cs_1")
    assert first is not None
    shop.gateway.put(replace(first, id="cs_9", payment_intent=""))
    for _ in range(2):
        shop.checkout.settle("cs_9")
    twice = shop.reread(order)
    assert (twice.state, twice.refunds, len(twice.payments)) == (PAID, (), 2)
    with pytest.raises(RefundTooLarge):
        shop.checkout.refund(twice, RefundRequest(by="ada"))
    assert shop.gateway.made == {}
