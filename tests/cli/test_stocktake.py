"""Counts of many SKUs from a file: all of it or nothing, each change with its movement."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.catalogue import counting
from tests.import_desk import lamp, table

from .conftest import Run

Told = Callable[..., dict[str, Any]]
TRACKED = {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "5"}


@pytest.fixture
def count(tmp_path: Path, told: Told) -> Callable[..., Path]:
    """A shop with three counted lamps and one that is not, and a way to write files of counts."""
    rows = [
        lamp(**TRACKED, **{"Handle": name, "Variant SKU": name.upper()}) for name in ("oak", "ash", "elm")
    ]
    rows.append(lamp(**{"Handle": "poster", "Variant SKU": "POSTER"}))
    (tmp_path / "shop.csv").write_text(table(rows), "utf-8")
    told("import", tmp_path / "shop.csv")

    def write(*lines: str) -> Path:
        path = tmp_path / "counts.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write


def on_hand(database: Database) -> dict[str, int]:
    """Return what each counted pool holds."""
    pools = database.driver.stock_pools.find({"policy": {"$ne": "untracked"}})
    return {pool["_id"]: pool["on_hand"] for pool in pools}


def movements(database: Database) -> list[tuple[str, str, int, str, str]]:
    """Return pool, kind, change, author and reason of every movement since the import."""
    found = database.driver.stock_movements.find({"reason": {"$not": {"$regex": "^import"}}}).sort("pool")
    return [(one["pool"], one["kind"], one["on_hand"], one["by"], one["reason"]) for one in found]


def test_counts_and_changes_are_written_with_their_reasons(
    count: Callable[..., Path], told: Told, database: Database
) -> None:
    file = count("SKU;Count;Reason", "OAK;12;second shelf", "ASH;-2;", "ELM;=5;")

    assert told("stock", "--file", file, "--reason", "autumn") == {
        "changed": 2,
        "unchanged": 1,
        "errors": [],
        "dry_run": False,
    }
    assert on_hand(database) == {"OAK": 12, "ASH": 3, "ELM": 5}
    assert movements(database) == [
        ("ASH", "correction", -2, "command line", "autumn"),
        ("OAK", "correction", 7, "command line", "second shelf"),
    ]


def test_a_dry_run_says_what_would_be_and_writes_nothing(
    count: Callable[..., Path], told: Told, database: Database
) -> None:
    file = count("sku,count", "OAK,+3", "ASH,0")

    assert told("stock", "--file", file, "--dry-run") == {
        "changed": 2,
        "unchanged": 0,
        "errors": [],
        "dry_run": True,
    }
    assert on_hand(database) == {"OAK": 5, "ASH": 5, "ELM": 5}
    assert movements(database) == []


def test_a_file_with_rows_that_cannot_be_carried_out_changes_nothing_and_names_each(
    count: Callable[..., Path], run: Run, database: Database
) -> None:
    database.driver.stock_pools.update_one({"_id": "ASH"}, {"$set": {"reserved": 2}})
    file = count("sku,count", "OAK,7", "ASH,1", "POSTER,3", "FIR,1", "ELM,-6")

    result = run("stock", "--file", file)

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Row 3: 2 of ASH are reserved for checkouts, so no fewer can be left.",
        "Row 4: POSTER is not counted: its stock is untracked.",
        "Row 5: No product has the SKU FIR.",
        "Row 6: ELM has 5, so 6 cannot be taken off.",
        "Nothing was written.",
    ]
    assert on_hand(database) == {"OAK": 5, "ASH": 5, "ELM": 5}
    assert movements(database) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("item,amount", "OAK,3"), "Row 1: The header must hold 'sku' and 'count'"),
        (("sku,count", "OAK,many"), "Row 2: count is 'many', but must be =N, +N or -N"),
        (("sku,count", "OAK,1.5"), "Row 2: count is '1.5', but must be =N, +N or -N"),
        (("sku,count", "OAK,²"), "Row 2: count is '²', but must be =N, +N or -N"),
        (("sku,count", "OAK,9999999999999999"), "Row 2: count is '9999999999999999', but must be at most"),
        (("sku,count", "OAK,3", "OAK,+1"), "Row 3: OAK was counted in row 2 already."),
        (("sku,count", 'OAK,"3'), "Row 2: In or after this row a quotation mark"),
        (("sku,count", ",3"), "Row 2: sku is ''"),
        (
            ("sku,count,reason", "OAK,3," + "x" * 201),
            "Row 2: reason is 'xxxxxxxxxxxxxxxxxxxx…', but must be at",
        ),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused_by_its_row(
    count: Callable[..., Path], run: Run, database: Database, lines: tuple[str, ...], said: str
) -> None:
    result = run("stock", "--file", count(*lines))

    assert result.exit_code == 1
    assert result.stderr.startswith(said)
    assert on_hand(database) == {"OAK": 5, "ASH": 5, "ELM": 5}


def test_two_skus_of_one_pool_are_counted_once(
    count: Callable[..., Path], run: Run, database: Database
) -> None:
    database.driver.products.update_one({"slug": "elm"}, {"$set": {"variants.0.stock_id": "OAK"}})

    result = run("stock", "--file", count("sku,count", "OAK,7", "ELM,7"))

    assert result.stderr.startswith("Row 3: ELM is sold from the same pool as OAK in row 2: count it once.")
    assert on_hand(database)["OAK"] == 5


def test_more_rows_than_one_transaction_carries_are_refused(
    count: Callable[..., Path], run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_ROWS", 2)

    result = run("stock", "--file", count("sku,count", "OAK,7", "ASH,7", "ELM,7"))

    assert result.stderr.startswith("Row 4: A stocktake holds at most 2 SKUs: split the file, or import it.")
    assert on_hand(database) == {"OAK": 5, "ASH": 5, "ELM": 5}


@pytest.mark.parametrize("words", [(), ("OAK",), ("OAK", "=3", "--dry-run"), ("OAK", "--file", "FILE")])
def test_half_a_command_says_how_it_goes(
    count: Callable[..., Path], run: Run, database: Database, words: tuple[str, ...]
) -> None:
    file = str(count("sku,count", "OAK,7"))

    result = run("stock", *(file if word == "FILE" else word for word in words))

    assert result.exit_code == 2
    assert "Name a SKU and its change" in result.stderr
    assert on_hand(database)["OAK"] == 5
