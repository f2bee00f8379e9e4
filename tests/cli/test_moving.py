"""A catalogue moves in and out on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from tests.import_desk import lamp, table

from .conftest import Run

Told = Callable[..., dict[str, Any]]
SET = {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "5", "Price / EUR": "45.00"}
ROWS = [
    lamp(**SET, **{"Option1 Name": "Wood", "Option1 Value": "Oak"}),
    {"Handle": "lamp", "Option1 Value": "Ash", "Variant Price": "54", "Variant Tax Code": "=T"},
    lamp(**{"Handle": "desk", "Variant SKU": "DESK", "Body (HTML)": "<p>Two\nlines</p>"}),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two products."""
    path = tmp_path / "shop.csv"
    path.write_text(table(ROWS), "utf-8")
    return path


def test_products_come_in_and_a_second_import_changes_nothing(
    told: Told, file: Path, database: Database
) -> None:
    first = told("import", file)
    before = list(database.driver.products.find())

    assert {name: first[name] for name in ("created", "updated", "unchanged", "failed", "errors")} == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "failed": 0,
        "errors": [],
    }
    assert told("import", file) == {
        "created": 0,
        "updated": 0,
        "unchanged": 2,
        "failed": 0,
        "errors": [],
        "change_set": None,
        "dry_run": False,
    }
    assert list(database.driver.products.find()) == before
    assert database.driver.stock_pools.find_one({"_id": "LAMP"})["on_hand"] == 5  # type: ignore[index]
    assert database.driver.revisions.count_documents({"change_set": first["change_set"]}) == 2


def test_a_dry_run_says_what_would_be(told: Told, run: Run, file: Path, database: Database) -> None:
    said = told("import", file, "--dry-run")
    assert (said["created"], said["dry_run"], said["change_set"]) == (2, True, None)
    text = run("import", file, "--dry-run").output
    assert "Nothing was written. It would be: 2 created, 0 updated, 0 unchanged, 0 failed." in text
    assert database.driver.products.count_documents({}) == 0


def test_the_export_imports_to_the_same_shop(told: Told, run: Run, file: Path, tmp_path: Path) -> None:
    told("import", file)
    out = tmp_path / "out.csv"

    assert told("export", out) == {"products": 2, "file": str(out)}
    assert told("import", out)["unchanged"] == 2
    assert told("import", out, "--set-stock")["unchanged"] == 2
    assert run("export").stdout_bytes == out.read_bytes()
    assert out.read_bytes().startswith(b"Handle,Title,Body (HTML),Vendor,")
    assert not list(tmp_path.glob("*.part"))


def test_bad_rows_write_nothing_and_exit_with_one(run: Run, file: Path, database: Database) -> None:
    file.write_text(table([*ROWS, lamp(**{"Handle": "bad", "Variant SKU": "BAD", "Variant Price": "x"})]))

    said = run("import", file, "--json")
    document = json.loads(said.stdout)
    assert said.exit_code == 1
    assert (document["created"], document["failed"], document["change_set"]) == (0, 1, None)
    assert document["errors"][0]["row"] == 5
    assert document["errors"][0]["reason"].startswith("Variant Price is 'x', but must be")
    assert database.driver.products.count_documents({}) == 0

    text = run("import", file)
    assert text.exit_code == 1
    assert "row 5: Variant Price is 'x'" in text.stderr
    assert "Nothing was written, because of 2 faults" in text.stderr


def test_with_keep_going_the_others_come_in_and_the_exit_code_tells(
    run: Run, file: Path, database: Database
) -> None:
    file.write_text(table([*ROWS, lamp(**{"Handle": "bad", "Variant SKU": "BAD", "Variant Price": "x"})]))

    said = run("import", file, "--keep-going", "--json")

    document = json.loads(said.stdout)
    assert said.exit_code == 1
    assert (document["created"], document["failed"]) == (2, 1)
    assert document["change_set"].startswith("chg_")
    assert database.driver.products.count_documents({}) == 2


def test_another_currency_is_that_of_the_plain_columns(
    told: Told, tmp_path: Path, database: Database
) -> None:
    path = tmp_path / "yen.csv"
    path.write_text(table([lamp(**{"Variant Price": "7000"})]))

    told("import", path, "--currency", "jpy")

    found = database.driver.products.find_one({"slug": "lamp"})
    assert found is not None
    assert found["variants"][0]["prices"] == {"JPY": 7000}


def test_an_import_is_listed_and_taken_back(told: Told, run: Run, file: Path, database: Database) -> None:
    change_set = told("import", file)["change_set"]

    [listed] = told("changes")["change_sets"]
    assert (listed["id"], listed["products"], listed["why"]) == (change_set, 2, "import of shop.csv")

    undone = told("revert", change_set)
    assert (undone["reverted"], undone["archived"], undone["kept"]) == (0, 2, [])
    assert database.driver.products.distinct("status") == ["archived"]
    assert database.driver.stock_pools.find_one({"_id": "LAMP"})["on_hand"] == 5  # type: ignore[index]
    assert told("revert", undone["change_set"])["reverted"] == 2
    assert database.driver.products.distinct("status") == ["active"]

    refused = run("revert", "chg_none")
    assert (refused.exit_code, refused.stderr) == (1, "There is no change set 'chg_none'.\n")


def test_redirects_come_in(told: Told, run: Run, tmp_path: Path, database: Database) -> None:
    path = tmp_path / "redirects.csv"
    path.write_text("Redirect from,Redirect to\n/products/old,/products/lamp\n")

    assert told("import-redirects", path) == {"created": 1, "unchanged": 0, "errors": []}
    assert list(database.driver.redirects.find({}, {"version": 0})) == [
        {"_id": "/products/old/", "target": "/products/lamp/"}
    ]
    path.write_text("Redirect from,Redirect to\nold,/\n")
    assert run("import-redirects", path).exit_code == 1


def test_wrong_usage_exits_with_two(run: Run, tmp_path: Path) -> None:
    assert run("import", tmp_path / "none.csv").exit_code == 2
    assert run("export", "--json").exit_code == 2
