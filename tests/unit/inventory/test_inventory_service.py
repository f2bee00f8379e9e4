"""What can be done with stock: every change of a count has its movement, and the books close."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.errors import InsufficientStock, NotFound, UntrackedStock
from app.inventory.model import ReservationState, StockPool
from tests.builders import NOON, Shop

UNTIL = NOON + timedelta(minutes=40)


def hold(shop: Shop, order: str = "ord_1", **units: int) -> None:
    """Hold units as a checkout does."""
    wanted = {name.replace("_", "-"): quantity for name, quantity in units.items()}
    shop.transactions.run(lambda: shop.inventory.hold(order, wanted, UNTIL, {"POSTER": "POSTER-BARE"}))


def set_pool(shop: Shop, stock_id: str, **changes: int) -> None:
    """Write to a pool as another program does: without a movement."""
    pools = shop.memory.tables["stock_pools"]
    pools[stock_id] = replace(pools[stock_id], **changes)


def test_a_new_pool_is_received_once(shop: Shop) -> None:
    assert shop.inventory.open_pool(StockPool("VASE", on_hand=4), by="ada", reason="first delivery")
    assert not shop.inventory.open_pool(StockPool("VASE", on_hand=9), by="ada")
    (receipt,) = shop.inventory.store.movements("VASE")
    assert (receipt.kind, receipt.on_hand, receipt.reserved) == ("receipt", 4, 0)
    assert (receipt.by, receipt.reason, receipt.at) == ("ada", "first delivery", NOON)
    assert shop.stock("VASE") == (4, 0)


def test_an_empty_pool_moves_nothing(shop: Shop) -> None:
    shop.inventory.open_pool(StockPool("VASE"), by="ada")
    assert list(shop.inventory.store.movements("VASE")) == []


def test_units_that_arrive_are_a_receipt_and_units_that_leave_a_correction(shop: Shop) -> None:
    assert shop.inventory.change_count("LAMP-OAK", 5, by="ada").on_hand == 15
    assert shop.inventory.change_count("LAMP-OAK", -3, by="ada", reason="broken").on_hand == 12
    assert shop.movements("LAMP-OAK") == [("receipt", 5, 0), ("correction", -3, 0)]
    assert shop.books_are_closed()


def test_a_stock_take_is_a_correction_also_where_it_finds_more(shop: Shop) -> None:
    assert shop.inventory.set_count("LAMP-OAK", 12, by="ada").on_hand == 12
    assert shop.inventory.set_count("LAMP-OAK", 7, by="ada").on_hand == 7
    assert shop.movements("LAMP-OAK") == [("correction", 2, 0), ("correction", -5, 0)]


def test_units_that_are_reserved_cannot_be_taken_away(shop: Shop) -> None:
    hold(shop, LAMP_OAK=8)
    with pytest.raises(InsufficientStock) as refused:
        shop.inventory.change_count("LAMP-OAK", -3, by="ada")
    assert (refused.value.requested, refused.value.available) == (3, 2)
    with pytest.raises(InsufficientStock):
        shop.inventory.set_count("LAMP-OAK", 7, by="ada")
    assert shop.stock("LAMP-OAK") == (10, 8)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 8)]
    assert shop.inventory.change_count("LAMP-OAK", -2, by="ada").on_hand == 8


def test_no_count_goes_below_nothing(shop: Shop) -> None:
    with pytest.raises(InsufficientStock) as refused:
        shop.inventory.change_count("LAMP-OAK", -11, by="ada")
    assert (refused.value.requested, refused.value.available) == (11, 10)
    assert shop.movements("LAMP-OAK") == []


def test_a_cap_covers_units_that_are_reserved_but_never_a_negative_count(shop: Shop) -> None:
    hold(shop, CANDLE=2)
    with pytest.raises(InsufficientStock) as refused:
        shop.inventory.change_count("CANDLE", -2, by="ada")
    assert (refused.value.requested, refused.value.available) == (2, 1)
    assert shop.inventory.change_count("CANDLE", -1, by="ada").on_hand == 0


def test_units_that_arrive_are_welcome_in_a_pool_that_another_program_has_overdrawn(shop: Shop) -> None:
    hold(shop, LAMP_OAK=8)
    set_pool(shop, "LAMP-OAK", on_hand=1)
    assert shop.inventory.change_count("LAMP-OAK", 2, by="ada").on_hand == 3


def test_an_unknown_or_uncounted_pool_has_no_count_to_change(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.inventory.change_count("VASE", 1, by="ada")
    with pytest.raises(UntrackedStock) as refused:
        shop.inventory.set_count("GUIDE-PDF", 5, by="ada")
    assert refused.value.sku == "GUIDE-PDF"
    assert list(shop.inventory.store.movements("GUIDE-PDF")) == []


def test_a_hold_reserves_every_pool_and_is_written_down(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2, POSTER=1, GUIDE_PDF=7)
    reservation = shop.inventory.store.reservation("ord_1")
    assert reservation is not None
    assert (reservation.units, reservation.state) == ({"LAMP-OAK": 2, "POSTER": 1}, ReservationState.HELD)
    assert reservation.expires_at == UNTIL
    assert (shop.stock("LAMP-OAK"), shop.stock("POSTER")) == ((10, 2), (3, 1))
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2)]
    assert shop.books_are_closed()


def test_a_hold_takes_all_or_nothing_and_names_the_sku_that_is_short(shop: Shop) -> None:
    with pytest.raises(InsufficientStock) as refused:
        hold(shop, LAMP_OAK=2, POSTER=4)
    assert (refused.value.sku, refused.value.requested, refused.value.available) == ("POSTER-BARE", 4, 3)
    assert (shop.stock("LAMP-OAK"), shop.stock("POSTER")) == ((10, 0), (3, 0))
    assert shop.movements("LAMP-OAK") == []
    assert shop.inventory.store.reservation("ord_1") is None


def test_a_pool_that_does_not_exist_holds_nothing(shop: Shop) -> None:
    with pytest.raises(InsufficientStock) as refused:
        hold(shop, VASE=1)
    assert refused.value.available == 0


def test_a_back_order_is_held_up_to_the_cap(shop: Shop) -> None:
    hold(shop, CANDLE=3)
    assert shop.stock("CANDLE") == (1, 3)
    with pytest.raises(InsufficientStock):
        hold(shop, "ord_2", CANDLE=1)
    assert shop.stock("CANDLE") == (1, 3)


def test_a_count_below_what_is_reserved_stops_new_holds(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2)
    set_pool(shop, "LAMP-OAK", on_hand=1)
    with pytest.raises(InsufficientStock) as refused:
        hold(shop, "ord_2", LAMP_OAK=1)
    assert refused.value.available == 0


def test_a_hold_is_given_back_once(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2)
    assert shop.inventory.release("ord_1", reason="given back")
    assert not shop.inventory.release("ord_1", reason="given back")
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("release", 0, -2)]
    assert shop.books_are_closed()


def test_a_hold_is_sold_once_and_not_given_back_after(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2)
    assert shop.inventory.sell("ord_1")
    assert not shop.inventory.sell("ord_1")
    assert not shop.inventory.release("ord_1", reason="too late")
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.movements("LAMP-OAK") == [("hold", 0, 2), ("sale", -2, -2)]
    assert shop.books_are_closed()


def test_an_order_without_a_hold_has_nothing_to_give_or_sell(shop: Shop) -> None:
    assert not shop.inventory.release("ord_9", reason="given back")
    assert not shop.inventory.sell("ord_9")


def test_a_back_order_that_is_sold_leaves_a_negative_count(shop: Shop) -> None:
    hold(shop, CANDLE=3)
    shop.inventory.sell("ord_1")
    assert shop.stock("CANDLE") == (-2, 0)
    assert shop.inventory.change_count("CANDLE", 1, by="ada").on_hand == -1


def test_a_lapsed_hold_is_sold_again_where_the_units_are_free(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2)
    shop.inventory.release("ord_1", reason="lapsed")
    shop.inventory.sell_released("ord_1", {"LAMP-OAK": 2, "GUIDE-PDF": 1}, {})
    assert shop.stock("LAMP-OAK") == (8, 0)
    assert shop.movements("LAMP-OAK")[2:] == [("hold", 0, 2), ("sale", -2, -2)]
    reservation = shop.inventory.store.reservation("ord_1")
    assert reservation is not None
    assert reservation.state is ReservationState.SOLD
    assert shop.books_are_closed()


def test_a_lapsed_hold_is_not_sold_again_where_somebody_else_has_the_units(shop: Shop) -> None:
    hold(shop, LAMP_ASH=1)
    shop.inventory.release("ord_1", reason="lapsed")
    hold(shop, "ord_2", LAMP_ASH=1)
    with pytest.raises(InsufficientStock) as shortage:
        shop.inventory.sell_released("ord_1", {"LAMP-ASH": 1}, {"LAMP-ASH": "ASH"})
    assert shortage.value.sku == "ASH"
    assert shop.stock("LAMP-ASH") == (1, 1)


def test_a_write_from_outside_gets_the_movement_that_it_left_out(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2)
    set_pool(shop, "LAMP-OAK", on_hand=25)
    movement = shop.inventory.settle_external("LAMP-OAK")
    assert movement is not None
    assert (movement.kind, movement.on_hand, movement.reserved, movement.by) == (
        "external",
        15,
        0,
        "external",
    )
    assert shop.inventory.settle_external("LAMP-OAK") is None
    assert shop.books_are_closed()


def test_nothing_is_settled_where_nothing_is_missing(shop: Shop) -> None:
    before = shop.memory.tables["stock_pools"]["LAMP-OAK"]
    assert shop.inventory.settle_external("LAMP-OAK") is None
    assert shop.inventory.settle_external("GUIDE-PDF") is None
    assert shop.inventory.settle_external("VASE") is None
    assert shop.memory.tables["stock_pools"]["LAMP-OAK"] is before
    assert shop.movements("LAMP-OAK") == []


def test_units_are_not_sold_again_for_an_order_that_never_held_any(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.transactions.run(lambda: shop.inventory.sell_released("ord_1", {"LAMP-OAK": 2}, {}))
    assert shop.stock("LAMP-OAK") == (10, 0)
    assert shop.movements("LAMP-OAK") == []


def test_reserved_is_brought_to_what_is_held_by_a_recorded_correction(shop: Shop) -> None:
    hold(shop, LAMP_OAK=2)
    shop.inventory.store.move("LAMP-OAK", on_hand=0, reserved=3)
    assert shop.inventory.balance("LAMP-OAK", by="doctor")
    assert shop.stock("LAMP-OAK") == (10, 2)
    assert shop.movements("LAMP-OAK")[1:] == [("external", 0, 3), ("correction", 0, -3)]
    assert shop.books_are_closed()
    assert not shop.inventory.balance("LAMP-OAK", by="doctor")
    assert not shop.inventory.balance("GUIDE-PDF", by="doctor")
