"""What an import does to stock pools: only what the file says, and never two things at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.inventory.model import Policy, StockPool
from tests.import_desk import Desk, Rows, counts, faults, lamp

COUNTED = {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "5"}
SHARED = {**COUNTED, "Stock Pool": "SHARED"}
CONTRADICTION = "Row {}, which names the stock pool {}, wants other stock of it than row {}."


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def counted(desk: Desk) -> Desk:
    """A shop whose lamp goes on selling up to a cap and warns early."""
    settings = {"Variant Inventory Policy": "continue", "Back-order Cap": "20", "Low Stock At": "10"}
    desk.take([lamp(**COUNTED, **settings)])
    return desk


def sizes(small: dict[str, str], large: dict[str, str]) -> Rows:
    """Return a lamp in two sizes."""
    return [
        lamp(**{"Variant SKU": "S", "Option1 Name": "Size", "Option1 Value": "S"} | small),
        lamp(**{"Variant SKU": "L", "Option1 Value": "L"} | large),
    ]


@pytest.mark.parametrize(
    ("cells", "pool"),
    [
        ({"Variant Inventory Qty": "7"}, StockPool("LAMP", 7, 0, Policy.CONTINUE, 20, 10, 2)),
        ({"Variant Inventory Qty": "-4"}, StockPool("LAMP", -4, 0, Policy.CONTINUE, 20, 10, 2)),
        ({"Variant Inventory Qty": ""}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 20, 10)),
        ({"Variant Inventory Policy": "deny"}, StockPool("LAMP", 5, 0, Policy.DENY, 0, 10, 2)),
        ({"Variant Inventory Policy": "continue"}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 20, 10)),
        ({"Variant Inventory Tracker": "shopify"}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 20, 10)),
        ({"Variant Inventory Tracker": ""}, StockPool("LAMP", 5, 0, Policy.UNTRACKED, 0, 10, 2)),
        ({"Back-order Cap": "30"}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 30, 10, 2)),
        ({"Low Stock At": "2"}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 20, 2, 2)),
        ({"Low Stock At": ""}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 20, 3, 2)),
        ({"Variant Barcode": "1"}, StockPool("LAMP", 5, 0, Policy.CONTINUE, 20, 10)),
    ],
    ids=lambda value: "-".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_a_stock_column_that_is_not_in_the_file_keeps_what_the_shop_has(
    counted: Desk, cells: dict[str, str], pool: StockPool
) -> None:
    report = counted.take([lamp(**cells)], set_stock=True)

    assert faults(report) == []
    assert counted.pool("LAMP") == pool
    assert report.updated == (pool.version - 1 or "Variant Barcode" in cells)


def test_a_pool_that_is_not_counted_begins_to_be_by_a_quantity_alone(desk: Desk) -> None:
    desk.take([lamp()])

    desk.take([lamp(**{"Variant Inventory Qty": ""})], set_stock=True)
    assert desk.pool("LAMP") == StockPool("LAMP", policy=Policy.UNTRACKED)

    desk.take([lamp(**{"Variant Inventory Qty": "4"})], set_stock=True)
    assert desk.pool("LAMP") == StockPool("LAMP", 4, version=2)


def test_a_pool_that_is_gone_is_not_opened_by_a_file_that_does_not_say_whether_it_is_counted(
    counted: Desk,
) -> None:
    del counted.memory.tables["stock_pools"]["LAMP"]

    report = counted.take([lamp(**{"Low Stock At": "2"})], set_stock=True)

    assert counts(report) == (0, 0, 1, 0)
    assert counted.inventory.store.pool("LAMP") is None


def test_two_variants_that_want_different_stock_of_one_pool_are_refused(desk: Desk) -> None:
    rows = sizes(SHARED, {**SHARED, "Variant Inventory Qty": "9"})

    for set_stock in (False, True):
        report = desk.take(rows, set_stock=set_stock)
        assert faults(report) == [(3, CONTRADICTION.format(3, "SHARED", 2))]
        assert report.errors[0].column == "Stock Pool"
        assert not report.is_written

    assert desk.products == []
    assert desk.inventory.store.pool("SHARED") is None


def test_two_products_that_want_different_stock_of_one_pool_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.catalogue.importing.BATCH", 1)
    other = {"Handle": "desk", "Variant SKU": "DESK"}

    report = desk.take([lamp(**SHARED), lamp(**other, **SHARED | {"Variant Inventory Policy": "continue"})])

    assert faults(report) == [(3, CONTRADICTION.format(3, "SHARED", 2))]
    assert desk.products == []


def test_variants_that_agree_on_their_pool_share_it(desk: Desk) -> None:
    rows = sizes(SHARED, SHARED)

    assert counts(desk.take(rows)) == (1, 0, 0, 0)
    assert desk.pool("SHARED") == StockPool("SHARED", 5)
    assert counts(desk.take(rows, set_stock=True)) == (0, 0, 1, 0)


def test_what_is_not_set_may_differ(desk: Desk) -> None:
    desk.take(sizes(SHARED, SHARED))

    report = desk.take(sizes(SHARED, {**SHARED, "Variant Inventory Qty": "9"}))

    assert counts(report) == (0, 0, 1, 0)
    assert desk.pool("SHARED") == StockPool("SHARED", 5)


def test_a_variant_that_is_pointed_at_a_new_pool_opens_it(desk: Desk) -> None:
    desk.take([lamp(**COUNTED)])

    assert counts(desk.take([lamp(**SHARED)])) == (0, 1, 0, 0)

    assert desk.product("lamp").variants[0].stock_id == "SHARED"
    assert desk.pool("SHARED") == StockPool("SHARED", 5)
    assert desk.pool("LAMP") == StockPool("LAMP", 5)


def test_a_variant_that_is_pointed_at_a_pool_that_is_there_keeps_its_count(desk: Desk) -> None:
    desk.inventory.open_pool(StockPool("SHARED", 2), by="ada")
    desk.take([lamp(**COUNTED)])

    desk.take([lamp(**SHARED)])

    assert desk.pool("SHARED") == StockPool("SHARED", 2)


def test_an_empty_stock_pool_leads_back_to_the_skus_own(desk: Desk) -> None:
    desk.take([lamp(**SHARED)])

    desk.take([lamp(**COUNTED)])
    assert desk.product("lamp").variants[0].stock_id == "SHARED"
    assert desk.inventory.store.pool("LAMP") is None

    desk.take([lamp(**SHARED | {"Stock Pool": "", "Variant Inventory Qty": "8"})])
    assert desk.product("lamp").variants[0].stock_id == "LAMP"
    assert desk.pool("LAMP") == StockPool("LAMP", 8)
    assert desk.pool("SHARED") == StockPool("SHARED", 5)


def test_a_sale_that_comes_in_between_is_not_undone(counted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    store = counted.inventory.store
    read, calls = store.pools, list[int]()

    def meddle(stock_ids: Sequence[str]) -> dict[str, StockPool]:
        found = read(stock_ids)
        calls.append(1)
        # The first reading checks the file, the second one is before it is written.
        if len(calls) == 2:
            store.move("LAMP", on_hand=-1, reserved=0)
        return found

    monkeypatch.setattr(store, "pools", meddle)

    report = counted.take([lamp(**{"Low Stock At": "2"})], set_stock=True)

    assert (counts(report), len(calls)) == ((0, 1, 0, 0), 3)
    assert counted.pool("LAMP") == StockPool("LAMP", 4, 0, Policy.CONTINUE, 20, 2, 3)


def test_a_sku_that_stands_twice_is_one_fault_whatever_its_stock(desk: Desk) -> None:
    report = desk.take([lamp(**COUNTED), lamp(**COUNTED | {"Handle": "cup", "Variant Inventory Qty": "9"})])

    assert faults(report) == [(3, "The SKU LAMP stands in row 2 already.")]


def test_with_set_stock_the_pool_of_a_derived_sku_is_corrected_too(desk: Desk) -> None:
    desk.inventory.open_pool(StockPool("CUP-S", 99), by="ada")
    options = {"Option1 Name": "Size", "Option1 Value": "S"}
    row = lamp(**{"Handle": "cup", "Variant SKU": "", **options, **COUNTED})

    assert counts(desk.take([row], set_stock=True)) == (1, 0, 0, 0)

    assert desk.pool("CUP-S") == StockPool("CUP-S", 5, version=2)


def test_stock_alone_makes_no_change_set(desk: Desk) -> None:
    first = desk.take([lamp(**COUNTED)])

    report = desk.take([lamp(**COUNTED | {"Variant Inventory Qty": "9"})], set_stock=True)

    assert (counts(report), report.is_written, report.change_set) == ((0, 1, 0, 0), True, "")
    assert [one.id for one in desk.catalogue.store.change_sets()] == [first.change_set]


@pytest.mark.parametrize("cells", [{"Variant Inventory Qty": "x"}, {"Low Stock At": "-1"}])
def test_with_set_stock_a_bad_stock_cell_of_an_unchanged_product_is_one_fault(
    desk: Desk, cells: dict[str, str]
) -> None:
    desk.take([lamp(**COUNTED)])
    [column] = cells

    report = desk.take([lamp(**COUNTED | cells)], set_stock=True)

    assert [(fault.row, fault.column) for fault in report.errors] == [(2, column)]
    assert counts(report) == (0, 0, 0, 1)
