"""The orders' store, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import NotFound
from app.money import Money
from app.orders.disputes import Dispute, DisputeState
from app.orders.model import Address, Fulfilment, OpenOrderExists, OrderState, Payment, TimelineEntry
from app.orders.refunds import Refund, RefundLine, RefundState

from .conftest import Stores
from .samples import NOW, later, order

PENDING, PROCESSING = OrderState.PENDING_PAYMENT, OrderState.PAYMENT_PROCESSING
PAID, CANCELLED = OrderState.PAID, OrderState.CANCELLED
NOTE = TimelineEntry(later(minutes=1), "paid", "stripe")
PAYMENT = Payment("cs_1", "pi_1", Money(9800, "USD"), later(minutes=1))


def test_numbers_begin_at_1001_and_are_never_given_twice(stores: Stores) -> None:
    assert [stores.orders.next_number() for _ in range(3)] == ["1001", "1002", "1003"]


def test_an_order_is_found_by_each_of_its_names(stores: Stores) -> None:
    placed = order(number="1001", token="secret", lowered=("LAMP",))
    stores.orders.insert(placed)
    stores.orders.attach_session("ord_1", 1, "cs_1", "https://pay/cs_1")
    found = stores.orders.order("ord_1")

    assert found == replace(
        placed, attempts=(replace(placed.attempt, session_id="cs_1", payment_url="https://pay/cs_1"),)
    )
    assert stores.orders.by_number("1001") == found
    assert stores.orders.by_token("secret") == found
    assert stores.orders.by_session("cs_1") == found
    assert stores.orders.open_of_cart("cart-ord_1") == found


def test_an_order_that_is_not_there_is_nothing(stores: Stores) -> None:
    stores.orders.insert(order())

    assert stores.orders.order("ord_2") is None
    assert stores.orders.by_number("1001") is None
    assert stores.orders.by_token("") is None
    assert stores.orders.by_session("") is None
    assert stores.orders.open_of_cart("cart-ord_2") is None


def test_a_cart_has_one_open_order(stores: Stores) -> None:
    stores.orders.insert(order("ord_1", cart_id="cart"))

    with pytest.raises(OpenOrderExists) as refusal:
        stores.orders.insert(order("ord_2", cart_id="cart"))

    assert refusal.value.cart_id == "cart"
    assert stores.orders.order("ord_2") is None


def test_a_cart_may_have_another_order_once_the_first_waits_no_more(stores: Stores) -> None:
    stores.orders.insert(order("ord_1", cart_id="cart"))
    stores.orders.change_state("ord_1", old=PENDING, new=CANCELLED, note=NOTE)
    stores.orders.insert(order("ord_2", cart_id="cart"))

    found = stores.orders.open_of_cart("cart")
    assert found is not None
    assert found.id == "ord_2"


def test_a_refused_order_ends_the_transaction_it_was_part_of(stores: Stores) -> None:
    stores.orders.insert(order("ord_1", cart_id="cart"))

    def block() -> None:
        stores.orders.insert(order("ord_3"))
        stores.orders.insert(order("ord_2", cart_id="cart"))

    with pytest.raises(OpenOrderExists):
        stores.transactions.run(block)

    assert [found.id for found in stores.orders.list()] == ["ord_1"]


def test_orders_are_listed_newest_first(stores: Stores) -> None:
    for day in (2, 1, 3):
        stores.orders.insert(order(f"ord_{day}", created_at=later(days=day)))
    stores.orders.change_state("ord_2", old=PENDING, new=PAID, note=NOTE)

    assert [found.id for found in stores.orders.list()] == ["ord_3", "ord_2", "ord_1"]
    assert [found.id for found in stores.orders.list(limit=1)] == ["ord_3"]
    assert [found.id for found in stores.orders.list(state=PENDING)] == ["ord_3", "ord_1"]
    assert stores.orders.counts() == {PENDING: 2, PAID: 1}


def test_open_orders_past_their_hold_are_found_the_oldest_first(stores: Stores) -> None:
    for minute in (3, 1, 2):
        stores.orders.insert(order(f"ord_{minute}", hold_until=later(minutes=minute)))
    stores.orders.change_state("ord_1", old=PENDING, new=PAID, note=NOTE)
    stores.orders.change_state("ord_2", old=PENDING, new=PROCESSING, note=NOTE)

    assert [found.id for found in stores.orders.open_before(later(minutes=3))] == ["ord_2"]
    assert [found.id for found in stores.orders.open_before(later(minutes=4), limit=1)] == ["ord_2"]


def test_orders_are_unknown_while_their_last_attempt_has_no_outcome(stores: Stores) -> None:
    first = order().attempt
    second = replace(first, number=2, idempotency_key="ord_2:attempt:2")
    stores.orders.insert(order("ord_1"))
    stores.orders.insert(order("ord_2", attempts=(replace(first, refused="no"), second)))
    stores.orders.insert(order("ord_3", attempts=(first, replace(second, session_id="cs_3"))))
    stores.orders.insert(order("ord_4", created_at=later(minutes=1)))
    stores.orders.insert(order("ord_5"))
    stores.orders.refuse_attempt("ord_5", 1, "card declined")

    assert {found.id for found in stores.orders.unknown_before(later(seconds=1))} == {"ord_1", "ord_2"}
    assert len(stores.orders.unknown_before(later(seconds=1), limit=1)) == 1
    refused = stores.orders.order("ord_5")
    assert refused is not None
    assert refused.attempt.refused == "card declined"


def test_a_session_once_noted_is_kept(stores: Stores) -> None:
    stores.orders.insert(order())
    stores.orders.attach_session("ord_1", 1, "cs_1", "https://pay/cs_1")
    stores.orders.attach_session("ord_1", 1, "cs_2", "https://pay/cs_2")
    stores.orders.refuse_attempt("ord_1", 1, "too late")
    found = stores.orders.order("ord_1")

    assert found is not None
    assert (found.attempt.session_id, found.attempt.refused) == ("cs_1", "")
    assert stores.orders.by_session("cs_2") is None


def test_open_orders_are_counted_by_client_until_they_wait_no_more(stores: Stores) -> None:
    for name in ("ord_1", "ord_2", "ord_3"):
        stores.orders.insert(order(name, client="here" if name != "ord_3" else "there"))
    stores.orders.change_state("ord_1", old=PENDING, new=CANCELLED, note=NOTE)
    cancelled = stores.orders.order("ord_1")

    assert stores.orders.count_open("here") == 1
    assert cancelled is not None
    assert cancelled.client == ""


def test_paying_moves_the_order_and_notes_everything_in_one_step(stores: Stores) -> None:
    placed = order()
    stores.orders.insert(placed)
    address = Address(name="Eva", line1="Way 1", city="Ulm", country="DE")

    assert stores.orders.change_state(
        "ord_1", old=PENDING, new=PAID, note=NOTE, payment=PAYMENT, email="eva@shop.example", shipping=address
    )

    assert stores.orders.order("ord_1") == replace(
        placed,
        state=PAID,
        payments=(PAYMENT,),
        email="eva@shop.example",
        shipping=address,
        paid_at=NOTE.at,
        timeline=(*placed.timeline, NOTE),
        client="",
    )


def test_an_order_that_has_moved_already_is_left_alone(stores: Stores) -> None:
    stores.orders.insert(order())
    stores.orders.change_state("ord_1", old=PENDING, new=PAID, note=NOTE, payment=PAYMENT)
    paid = stores.orders.order("ord_1")

    assert not stores.orders.change_state("ord_1", old=PENDING, new=PAID, note=NOTE, payment=PAYMENT)
    assert not stores.orders.change_state("ord_2", old=PENDING, new=PAID, note=NOTE)
    assert stores.orders.order("ord_1") == paid


def test_only_a_paid_order_is_shipped_and_only_once(stores: Stores) -> None:
    stores.orders.insert(order())
    shipped = TimelineEntry(NOW, "shipped", "eva")

    def ship() -> bool:
        old, new = Fulfilment.UNFULFILLED, Fulfilment.FULFILLED
        return stores.orders.change_fulfilment("ord_1", state=PAID, old=old, new=new, note=shipped)

    assert not ship()
    stores.orders.change_state("ord_1", old=PENDING, new=PAID, note=NOTE)
    assert ship()
    assert not ship()
    found = stores.orders.order("ord_1")
    assert found is not None
    assert (found.fulfilment, found.state) == (Fulfilment.FULFILLED, PAID)
    assert found.timeline == (*order().timeline, NOTE, shipped)


def test_invoice_numbers_are_given_once_an_order_and_have_no_gaps(stores: Stores) -> None:
    stores.orders.insert(order("ord_1"))
    stores.orders.insert(order("ord_2"))

    def lost() -> None:
        stores.orders.assign_invoice_number("ord_1")
        raise LookupError

    with pytest.raises(LookupError):
        stores.transactions.run(lost)
    with pytest.raises(NotFound):
        stores.orders.assign_invoice_number("ord_3")

    assert stores.orders.assign_invoice_number("ord_2") == "1"
    assert stores.orders.assign_invoice_number("ord_1") == "2"
    assert stores.orders.assign_invoice_number("ord_2") == "1"


def test_the_address_of_a_carts_newest_order_that_has_one_is_known(stores: Stores) -> None:
    for number, email in enumerate(("old@shop.example", "new@shop.example", "")):
        placed = order(f"ord_{number}", cart_id="cart", email=email, created_at=later(minutes=number))
        stores.orders.insert(placed)
        stores.orders.change_state(placed.id, old=PENDING, new=CANCELLED, note=NOTE)

    assert stores.orders.known_email("cart") == "new@shop.example"
    assert stores.orders.known_email("another cart") == ""


REQUESTED, FAILED, SUCCEEDED = RefundState.REQUESTED, RefundState.FAILED, RefundState.SUCCEEDED
REFUND = Refund("rfn_1", "pi_1", Money(4900, "USD"), later(minutes=2), "ada", lines=(RefundLine("LAMP", 1),))


def paid(stores: Stores) -> None:
    """Insert an order and let it be paid."""
    stores.orders.insert(order())
    stores.orders.change_state("ord_1", old=PENDING, new=PAID, note=NOTE, payment=PAYMENT)


def test_a_refund_is_added_only_to_an_order_that_has_as_many_as_are_known(stores: Stores) -> None:
    paid(stores)
    second = replace(REFUND, id="rfn_2")

    assert not stores.orders.add_refund("ord_1", REFUND, NOTE, known=1)
    assert stores.orders.add_refund("ord_1", REFUND, NOTE, known=0)
    assert not stores.orders.add_refund("ord_1", second, NOTE, known=0)
    assert not stores.orders.add_refund("ord_1", second, NOTE, known=2)
    assert stores.orders.add_refund("ord_1", second, NOTE, known=1)
    assert not stores.orders.add_refund("ord_2", REFUND, NOTE, known=0)
    found = stores.orders.by_refund("rfn_2")
    assert found is not None
    assert (found.id, found.refunds, len(found.timeline)) == ("ord_1", (REFUND, second), 4)
    assert stores.orders.by_refund("rfn_3") is None
    assert stores.orders.by_payment_intent("pi_1") == found
    assert stores.orders.by_payment_intent("") is None


def test_a_refund_moves_only_from_the_state_it_is_in_and_alone(stores: Stores) -> None:
    paid(stores)
    stores.orders.add_refund("ord_1", REFUND, NOTE, known=0)
    stores.orders.add_refund("ord_1", replace(REFUND, id="rfn_2"), NOTE, known=1)

    assert not stores.orders.change_refund("ord_1", "rfn_1", old=SUCCEEDED, new=FAILED)
    assert stores.orders.change_refund("ord_1", "rfn_1", old=REQUESTED, new=SUCCEEDED, stripe_id="re_1")
    assert not stores.orders.change_refund("ord_1", "rfn_1", old=REQUESTED, new=FAILED)
    assert stores.orders.change_refund("ord_1", "rfn_1", old=SUCCEEDED, new=FAILED, error="card expired")
    found = stores.orders.order("ord_1")
    assert found is not None
    assert found.refunds == (
        replace(REFUND, state=FAILED, stripe_id="re_1", error="card expired"),
        replace(REFUND, id="rfn_2"),
    )


def test_refunds_without_an_outcome_are_found_once_they_wait(stores: Stores) -> None:
    paid(stores)
    stores.orders.add_refund("ord_1", REFUND, NOTE, known=0)

    assert stores.orders.refunds_requested_before(later(minutes=2)) == []
    assert [found.id for found in stores.orders.refunds_requested_before(later(minutes=3))] == ["ord_1"]
    stores.orders.change_refund("ord_1", "rfn_1", old=REQUESTED, new=SUCCEEDED)
    assert stores.orders.refunds_requested_before(later(minutes=3)) == []


def test_an_order_that_becomes_paid_again_was_paid_when_it_was_paid(stores: Stores) -> None:
    paid(stores)
    again = TimelineEntry(later(minutes=9), "refund failed", "stripe")
    stores.orders.change_state("ord_1", old=PAID, new=OrderState.REFUNDED, note=NOTE)

    assert stores.orders.change_state("ord_1", old=OrderState.REFUNDED, new=PAID, note=again)
    found = stores.orders.order("ord_1")
    assert found is not None
    assert found.paid_at == NOTE.at


def test_orders_are_listed_page_by_page(stores: Stores) -> None:
    for number in range(5):
        stores.orders.insert(order(f"ord_{number}", number=f"{1001 + number}"))

    def numbers(**asked: int) -> list[str]:
        return [found.number for found in stores.orders.list(**asked)]

    assert numbers(limit=2) == ["1005", "1004"]
    assert numbers(limit=2, skip=2) == ["1003", "1002"]
    assert numbers(limit=2, skip=4) == ["1001"]
    assert numbers(skip=3) == ["1002", "1001"]
    assert numbers(limit=2, skip=5) == []


DISPUTE = Dispute(
    "du_1",
    "pi_1",
    Money(9800, "USD"),
    "fraudulent",
    DisputeState.NEEDS_RESPONSE,
    later(minutes=2),
    later(days=7),
    is_withdrawn=True,
)


def test_a_dispute_is_put_in_the_place_of_what_was_known_of_it(stores: Stores) -> None:
    stores.orders.insert(order())
    second = replace(DISPUTE, id="du_2", evidence_by=None)
    for dispute in (DISPUTE, second):
        stores.orders.put_dispute("ord_1", dispute, NOTE, is_disputed=True)
    lost = replace(DISPUTE, state=DisputeState.LOST)
    stores.orders.put_dispute("ord_1", lost, NOTE, is_disputed=True)

    found = stores.orders.by_dispute("du_1")
    assert found is not None
    assert (found.id, found.disputes) == ("ord_1", (lost, second))
    assert [entry.what for entry in found.timeline] == ["placed", "paid", "paid", "paid"]
    assert stores.orders.by_dispute("du_3") is None
    assert stores.orders.by_dispute("") is None


def test_disputed_orders_are_found_until_nothing_is_open_any_more(stores: Stores) -> None:
    for day in (2, 1, 3):
        stores.orders.insert(order(f"ord_{day}", created_at=later(days=day)))
    for name in ("ord_1", "ord_2"):
        dispute = replace(DISPUTE, id=f"du_of_{name}")
        stores.orders.put_dispute(name, dispute, NOTE, is_disputed=True)

    assert [found.id for found in stores.orders.disputed()] == ["ord_1", "ord_2"]
    assert [found.id for found in stores.orders.disputed(limit=1)] == ["ord_1"]
    assert [found.id for found in stores.orders.list(disputed=True)] == ["ord_2", "ord_1"]
    assert stores.orders.list(disputed=True, state=PAID) == []
    assert stores.orders.count_disputed() == 2

    won = replace(DISPUTE, id="du_of_ord_1", state=DisputeState.WON)
    stores.orders.put_dispute("ord_1", won, NOTE, is_disputed=False)
    assert [found.id for found in stores.orders.disputed()] == ["ord_2"]
    assert stores.orders.count_disputed() == 1


def test_goods_of_a_disputed_order_stay_unless_somebody_says_otherwise(stores: Stores) -> None:
    stores.orders.insert(order())
    stores.orders.change_state("ord_1", old=PENDING, new=PAID, note=NOTE)
    stores.orders.put_dispute("ord_1", DISPUTE, NOTE, is_disputed=True)

    def ship(**options: bool) -> bool:
        old, new = Fulfilment.UNFULFILLED, Fulfilment.FULFILLED
        return stores.orders.change_fulfilment("ord_1", state=PAID, old=old, new=new, note=NOTE, **options)

    assert not ship()
    assert ship(despite_dispute=True)


def test_orders_with_a_refund_under_way_are_found_until_it_has_ended(stores: Stores) -> None:
    stores.orders.insert(order())
    refund = Refund("rfn_1", "pi_1", Money(100, "USD"), NOW, "ada", state=RefundState.PENDING)
    stores.orders.add_refund("ord_1", refund, NOTE, known=0)
    assert [found.id for found in stores.orders.refunds_pending()] == ["ord_1"]
    stores.orders.change_refund("ord_1", "rfn_1", old=RefundState.PENDING, new=RefundState.SUCCEEDED)
    assert stores.orders.refunds_pending() == []
