"""The inventory's store, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.inventory.model import Books, MovementKind, Policy, ReservationState, StockPool

from .conftest import Stores
from .samples import later, movement, reservation


def test_a_pool_is_added_once(stores: Stores) -> None:
    lamps = StockPool("LAMP", on_hand=5, low_at=2)

    assert stores.inventory.insert_pool(lamps)
    assert not stores.inventory.insert_pool(replace(lamps, on_hand=99))
    assert stores.inventory.pool("LAMP") == lamps
    assert stores.inventory.pool("NONE") is None


def test_pools_are_read_together_and_unknown_ones_left_out(stores: Stores) -> None:
    lamps, desks = StockPool("LAMP", on_hand=5), StockPool("DESK / OAK.1", policy=Policy.UNTRACKED)
    stores.inventory.insert_pool(lamps)
    stores.inventory.insert_pool(desks)

    assert stores.inventory.pools(["LAMP", "NONE"]) == {"LAMP": lamps}
    assert stores.inventory.pools([]) == {}
    assert {pool.id for pool in stores.inventory.every_pool()} == {"LAMP", "DESK / OAK.1"}


@pytest.mark.parametrize(
    ("pool", "quantity", "is_taken"),
    [
        (StockPool("LAMP", on_hand=5, reserved=2), 3, True),
        (StockPool("LAMP", on_hand=5, reserved=2), 4, False),
        (StockPool("LAMP", on_hand=5, cap=9), 6, False),
        (StockPool("LAMP", on_hand=5, reserved=2, policy=Policy.CONTINUE, cap=2), 5, True),
        (StockPool("LAMP", on_hand=5, reserved=2, policy=Policy.CONTINUE, cap=2), 6, False),
        (StockPool("LAMP", on_hand=-1, policy=Policy.CONTINUE, cap=2), 1, True),
        (StockPool("LAMP", on_hand=1, reserved=3), 1, False),
        (StockPool("LAMP", on_hand=5, policy=Policy.UNTRACKED), 1, False),
    ],
)
def test_units_are_taken_exactly_as_the_policy_allows(
    stores: Stores, pool: StockPool, quantity: int, is_taken: bool
) -> None:
    stores.inventory.insert_pool(pool)

    assert stores.inventory.take("LAMP", quantity) is is_taken

    expected = replace(pool, reserved=pool.reserved + quantity, version=2) if is_taken else pool
    assert stores.inventory.pool("LAMP") == expected


def test_nothing_is_taken_from_a_pool_that_is_not_there(stores: Stores) -> None:
    assert not stores.inventory.take("NONE", 1)
    assert stores.inventory.pool("NONE") is None


def test_a_move_adds_its_deltas_and_counts_the_write(stores: Stores) -> None:
    stores.inventory.insert_pool(StockPool("LAMP", on_hand=5, reserved=2))

    moved = stores.inventory.move("LAMP", on_hand=-2, reserved=-2)

    assert moved == StockPool("LAMP", on_hand=3, reserved=0, version=2)
    assert stores.inventory.pool("LAMP") == moved
    assert stores.inventory.move("NONE", on_hand=1, reserved=0) is None


def test_units_that_were_promised_are_sold_even_where_the_count_was_written_down(stores: Stores) -> None:
    stores.inventory.insert_pool(StockPool("LAMP", on_hand=0, reserved=2))

    assert stores.inventory.move("LAMP", on_hand=-2, reserved=-2) == StockPool("LAMP", -2, 0, version=2)


def test_movements_are_read_newest_first(stores: Stores) -> None:
    hold = movement("mov_1")
    sale = movement("mov_2", kind=MovementKind.SALE, on_hand=-1, reserved=-1, at=later(minutes=1))
    for one in (hold, sale, movement("mov_3", pool="DESK")):
        stores.inventory.insert_movement(one)

    assert stores.inventory.movements("LAMP") == [sale, hold]
    assert stores.inventory.movements("LAMP", limit=1) == [sale]


def test_books_set_a_pool_beside_its_movements_and_held_reservations(stores: Stores) -> None:
    pool = StockPool("LAMP", on_hand=5, reserved=2)
    stores.inventory.insert_pool(pool)
    receipt = movement("mov_1", kind=MovementKind.RECEIPT, on_hand=5, reserved=0)
    for one in (receipt, movement("mov_2", reserved=2), movement("mov_3", pool="DESK", reserved=7)):
        stores.inventory.insert_movement(one)
    stores.inventory.insert_reservation(reservation("ord_1", units={"LAMP": 2, "DESK": 7}))
    stores.inventory.insert_reservation(reservation("ord_2", state=ReservationState.SOLD))

    assert stores.inventory.books("LAMP") == Books(pool, moved_on_hand=5, moved_reserved=2, held=2)
    assert stores.inventory.books("NONE") is None


def test_a_pool_without_a_past_has_empty_books(stores: Stores) -> None:
    stores.inventory.insert_pool(StockPool("LAMP"))

    assert stores.inventory.books("LAMP") == Books(StockPool("LAMP"), 0, 0, 0)


def test_a_reservation_keeps_its_units_whatever_its_pools_are_called(stores: Stores) -> None:
    held = reservation(units={"A.B": 1, "$C": 2, "D / E": 3})
    stores.inventory.insert_reservation(held)

    assert stores.inventory.reservation("ord_1") == held
    assert stores.inventory.reservation("ord_2") is None


def test_a_reservation_leaves_its_state_once(stores: Stores) -> None:
    stores.inventory.insert_reservation(reservation())
    held, sold, released = ReservationState.HELD, ReservationState.SOLD, ReservationState.RELEASED

    assert stores.inventory.change_reservation("ord_1", old=held, new=sold)
    assert not stores.inventory.change_reservation("ord_1", old=held, new=released)
    assert not stores.inventory.change_reservation("ord_2", old=held, new=released)
    assert stores.inventory.reservation("ord_1") == reservation(state=sold)


def test_held_reservations_are_those_neither_sold_nor_released(stores: Stores) -> None:
    second = reservation("ord_2", expires_at=later(minutes=2))
    first = reservation("ord_1", expires_at=later(minutes=1))
    sold = reservation("ord_3", expires_at=later(minutes=1), state=ReservationState.SOLD)
    released = reservation("ord_4", expires_at=later(minutes=3), state=ReservationState.RELEASED)
    for one in (second, first, sold, released):
        stores.inventory.insert_reservation(one)

    assert stores.inventory.held() == [first, second]


def test_held_units_are_counted_over_all_orders_and_pools(stores: Stores) -> None:
    assert stores.inventory.held_units() == 0
    stores.inventory.insert_reservation(reservation("ord_1", units={"LAMP": 2, "DESK": 3}))
    stores.inventory.insert_reservation(reservation("ord_2", units={"LAMP": 1}))
    stores.inventory.insert_reservation(reservation("ord_3", state=ReservationState.RELEASED))

    assert stores.inventory.held_units() == 6
