"""Orders as values: which state leads where, and what the lines add up to."""

from __future__ import annotations

import pytest

from app.orders.model import TRANSITIONS, Attempt, ImpossibleTransition, OrderLine, OrderState
from tests.builders import NOON, order, usd

PENDING, PROCESSING, PAID, REVIEW, CANCELLED, PARTIAL, REFUNDED = (
    OrderState.PENDING_PAYMENT,
    OrderState.PAYMENT_PROCESSING,
    OrderState.PAID,
    OrderState.PAYMENT_REVIEW,
    OrderState.CANCELLED,
    OrderState.PARTIALLY_REFUNDED,
    OrderState.REFUNDED,
)
ALLOWED = {
    PENDING: {PAID, PROCESSING, REVIEW, CANCELLED},
    PROCESSING: {PAID, REVIEW, CANCELLED},
    REVIEW: {PAID, REFUNDED, CANCELLED},
    CANCELLED: {PAID, REVIEW, REFUNDED},
    PAID: {PARTIAL, REFUNDED},
    PARTIAL: {REFUNDED, PAID},
    REFUNDED: {PARTIAL, PAID, REVIEW},
}


def test_the_table_of_transitions_is_this_one() -> None:
    assert {state: set(allowed) for state, allowed in TRANSITIONS.items()} == ALLOWED


@pytest.mark.parametrize("old", OrderState)
@pytest.mark.parametrize("new", OrderState)
def test_an_order_moves_by_the_table_alone(old: OrderState, new: OrderState) -> None:
    if new in ALLOWED[old]:
        order(old).must_allow(new)
        return
    with pytest.raises(ImpossibleTransition) as refused:
        order(old).must_allow(new)
    assert (refused.value.order, refused.value.old, refused.value.new) == ("1001", old, new)


def test_an_order_is_open_while_it_waits_for_money() -> None:
    assert [state for state in OrderState if state.is_open] == [PENDING, PROCESSING]


def test_a_refused_transition_reads_as_a_sentence() -> None:
    assert (
        str(ImpossibleTransition("1001", PAID, CANCELLED))
        == "Order 1001 is paid and cannot become cancelled."
    )


def test_the_total_is_the_sum_of_the_lines() -> None:
    lines = (
        OrderLine("LAMP-OAK", "LAMP-OAK", "Reading lamp", "Oak", 2, usd(4900)),
        OrderLine("GUIDE-PDF", "GUIDE-PDF", "Guide", "", 3, usd(500)),
    )
    assert order(lines=lines).total == usd(11_300)
    assert order(lines=()).total == usd(0)


def test_units_of_lines_that_share_a_pool_are_summed() -> None:
    lines = (
        OrderLine("POSTER-BARE", "POSTER", "Poster", "Bare", 2, usd(2000)),
        OrderLine("LAMP-OAK", "LAMP-OAK", "Reading lamp", "Oak", 1, usd(4900)),
        OrderLine("POSTER-FRAMED", "POSTER", "Poster", "Framed", 1, usd(6000)),
    )
    assert order(lines=lines).units == {"POSTER": 3, "LAMP-OAK": 1}


@pytest.mark.parametrize(
    ("session_id", "refused", "is_unknown"),
    [("", "", True), ("cs_1", "", False), ("", "amount too small", False)],
)
def test_an_attempt_is_unknown_until_there_is_a_session_or_a_no(
    session_id: str, refused: str, is_unknown: bool
) -> None:
    attempt = Attempt(1, "key", NOON, "digest", "", "", session_id=session_id, refused=refused)
    assert attempt.is_unknown is is_unknown


def test_the_latest_attempt_is_the_one_that_counts() -> None:
    first, second = (Attempt(number, f"key:{number}", NOON, "digest", "", "") for number in (1, 2))
    assert order(attempts=(first, second)).attempt is second
