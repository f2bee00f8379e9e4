"""Money at the desk: who may move it, how much, and that a second click moves none."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.inventory.model import Reservation, ReservationState
from app.money import Money
from app.orders.model import Order, OrderState
from app.orders.refunds import RefundState
from app.staff.model import Role
from tests.web.editor_shop import AT, PASSWORD, DeskShop, open_shop

REFUND, ACCEPT = "/editor/orders/1001/refund", "/editor/orders/1002/accept"


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def order(shop: DeskShop, number: str = "1001") -> Order:
    found = shop.services.orders.by_number(number)
    assert found is not None
    return found


def test_an_amount_is_given_back_and_shown_with_who_and_why(shop: DeskShop) -> None:
    answer = shop.post(REFUND, known=0, amount="40.00", reason="arrived bent")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/editor/orders/1001#money")
    refunded = order(shop)
    assert refunded.state is OrderState.PARTIALLY_REFUNDED
    assert [(refund.amount, refund.by) for refund in refunded.refunds] == [
        (Money(4000, "USD"), "ann@shop.example")
    ]
    page = shop.get("/editor/orders/1001").text
    assert "<strong>$40.00</strong>" in page
    assert "arrived bent" in page
    assert 'placeholder="200.00"' in page


def test_units_come_back_and_cost_what_they_were_sold_for(shop: DeskShop) -> None:
    answer = shop.post(REFUND, known=0, **{"units-LAMP-OAK": 1, "restock": "true"})
    assert answer.status_code == 303
    pool = shop.services.inventory.store.pool("LAMP-OAK")
    assert pool is not None
    assert (order(shop).refunds[0].amount, pool.on_hand) == (Money(12000, "USD"), 10)
    page = shop.get("/editor/orders/1001").text
    assert "1 × LAMP-OAK (back on the shelf)" in page
    assert 'name="units-LAMP-OAK" type="number" min="0" max="1"' in page


def test_a_second_click_gives_nothing_back(shop: DeskShop) -> None:
    for expected in (303, 409):
        assert shop.post(REFUND, known=0, amount="40.00").status_code == expected
    assert len(order(shop).refunds) == 1
    assert len(shop.gateway.made) == 1


def test_all_is_given_back_and_then_there_is_no_form_any_more(shop: DeskShop) -> None:
    assert 'action="/editor/orders/1001/refund"' in shop.get("/editor/orders/1001").text
    shop.post(REFUND, known=0)
    assert order(shop).state is OrderState.REFUNDED
    assert 'action="/editor/orders/1001/refund"' not in shop.get("/editor/orders/1001").text


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"known": 0, "amount": "240.01"}, 409, "240.00 USD can be refunded, not 240.01 USD"),
        ({"known": 0, "amount": "lots"}, 422, "“lots” is no price"),
        ({"known": 0, "amount": "-1"}, 422, "“-1” is no price"),
        ({"known": 0, "units-LAMP-OAK": 3}, 409, "2 of LAMP-OAK can still come back, not 3."),
        ({"known": 0, "units-PRINT-1": 1}, 409, "it has no line PRINT-1."),
        ({"known": 0, "units-LAMP-OAK": "x"}, 422, "units"),
        ({"known": "x"}, 422, "known"),
        ({}, 422, "known"),
        ({"known": 0, "by": "somebody"}, 422, "by"),
    ],
)
def test_rubbish_is_refused_in_words_and_moves_no_money(
    shop: DeskShop, form: dict[str, object], status: int, said: str
) -> None:
    answer = shop.post(REFUND, **form)
    assert answer.status_code == status
    assert said in answer.text
    assert order(shop).refunds == ()
    assert shop.gateway.asked == []


def test_what_stripe_refuses_is_said_and_kept(shop: DeskShop) -> None:
    shop.gateway.refuses = "the charge is disputed"
    answer = shop.post(REFUND, known=0)
    assert answer.status_code == 409
    assert "Stripe has refused the refund of order 1001: the charge is disputed" in answer.text
    assert [refund.state for refund in order(shop).refunds] == [RefundState.FAILED]


def test_a_payment_in_review_is_accepted_once(shop: DeskShop) -> None:
    units = Reservation("ord_1002", {}, ReservationState.HELD, AT)
    shop.services.inventory.store.insert_reservation(units)
    assert 'action="/editor/orders/1002/accept"' in shop.get("/editor/orders/1002").text
    assert shop.post(ACCEPT).status_code == 303
    assert order(shop, "1002").state is OrderState.PAID
    assert shop.post(ACCEPT).status_code == 409
    assert 'action="/editor/orders/1002/accept"' not in shop.get("/editor/orders/1002").text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_an_owner_moves_money(shop: DeskShop, role: Role) -> None:
    shop.hire("eve@shop.example", role)
    shop.client.delete_cookie("staff")
    shop.sign_in("eve@shop.example", PASSWORD)
    assert shop.post(REFUND, known=0).status_code == 403
    assert shop.post(ACCEPT).status_code == 403
    assert "/refund" not in shop.get("/editor/orders/1001").text
    assert shop.gateway.asked == []
