"""Stock pools as values: what is free, and what a page says of it."""

from __future__ import annotations

import pytest

from app.catalogue.model import Band
from app.inventory.model import Books, Policy, StockPool


@pytest.mark.parametrize(
    ("pool", "recorded"),
    [
        (StockPool("P", on_hand=9, reserved=5), "in_stock"),
        (StockPool("P", on_hand=9, reserved=6), "low_stock:3"),
        (StockPool("P", on_hand=9, reserved=8), "low_stock:1"),
        (StockPool("P", on_hand=9, reserved=9), "all_reserved"),
        (StockPool("P", on_hand=1, reserved=4), "all_reserved"),
        (StockPool("P"), "sold_out"),
        (StockPool("P", on_hand=4, low_at=4), "low_stock:4"),
        (StockPool("P", on_hand=1, policy=Policy.CONTINUE, cap=2), "low_stock:1"),
        (StockPool("P", policy=Policy.CONTINUE, cap=2), "back_order"),
        (StockPool("P", reserved=1, policy=Policy.CONTINUE, cap=2), "back_order"),
        (StockPool("P", on_hand=1, reserved=3, policy=Policy.CONTINUE, cap=2), "all_reserved"),
        (StockPool("P", on_hand=-2, policy=Policy.CONTINUE, cap=2), "sold_out"),
        (StockPool("P", cap=2), "sold_out"),
        (StockPool("P", policy=Policy.UNTRACKED), "in_stock"),
    ],
)
def test_a_pool_is_in_one_band(pool: StockPool, recorded: str) -> None:
    assert pool.availability().recorded == recorded


def test_only_what_can_be_taken_now_is_buyable() -> None:
    bands = {
        pool.availability().band: pool.availability().is_buyable
        for pool in (
            StockPool("P", on_hand=9),
            StockPool("P", on_hand=1),
            StockPool("P", on_hand=1, reserved=1),
            StockPool("P", policy=Policy.CONTINUE, cap=1),
            StockPool("P"),
        )
    }
    assert bands == {
        Band.IN_STOCK: True,
        Band.LOW_STOCK: True,
        Band.ALL_RESERVED: False,
        Band.BACK_ORDER: True,
        Band.SOLD_OUT: False,
    }


@pytest.mark.parametrize(
    ("pool", "available"),
    [
        (StockPool("P", on_hand=5, reserved=2), 3),
        (StockPool("P", on_hand=1, reserved=3), 0),
        (StockPool("P", on_hand=1, reserved=2, policy=Policy.CONTINUE, cap=4), 3),
    ],
)
def test_available_is_derived_and_never_negative(pool: StockPool, available: int) -> None:
    assert pool.available == available


@pytest.mark.parametrize(
    ("moved_on_hand", "moved_reserved", "held", "are_closed"),
    [(5, 2, 2, True), (4, 2, 2, False), (5, 1, 2, False), (5, 2, 1, False)],
)
def test_books_close_when_counters_movements_and_holds_agree(
    moved_on_hand: int, moved_reserved: int, held: int, are_closed: bool
) -> None:
    books = Books(StockPool("P", on_hand=5, reserved=2), moved_on_hand, moved_reserved, held)
    assert books.are_closed is are_closed
