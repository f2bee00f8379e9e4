"""A catalogue moves in and out on the command line."""

from __future__ import annotations

import contextlib
import json
import os
import threading
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

    assert told("export", out) == {"products": 2, "file": str(out), "unreadable": 0}
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
    assert "Nothing was written, because of 1 fault (" in text.stderr


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


def test_a_dry_run_with_faults_counts_what_the_real_run_would_do(run: Run, file: Path) -> None:
    file.write_text(table([*ROWS, lamp(**{"Handle": "bad", "Variant SKU": "BAD", "Variant Price": "x"})]))

    said = json.loads(run("import", file, "--dry-run", "--json").stdout)

    assert (said["created"], said["updated"], said["failed"]) == (0, 0, 1)
    text = run("import", file, "--dry-run")
    assert "Nothing was written. It would be: 0 created, 0 updated, 0 unchanged, 1 failed." in text.stderr


def test_an_import_of_stock_alone_names_no_change_set(told: Told, run: Run, file: Path) -> None:
    told("import", file)
    file.write_text(file.read_text().replace(",5,", ",8,"))

    text = run("import", file, "--set-stock")

    assert (text.exit_code, text.stderr) == (0, "")
    assert text.stdout == (
        "0 created, 1 updated, 1 unchanged, 0 failed. Only stock was changed, which is not taken back "
        "but counted again: vitrine stock SKU =N\n"
    )
    assert told("import", file, "--set-stock")["change_set"] is None
    assert len(told("changes")["change_sets"]) == 1


def test_an_export_goes_nowhere_with_a_reason(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "none" / "out.csv"

    said = run("export", missing)

    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == f"{missing} cannot be written: No such file or directory.\n"
    assert json.loads(run("export", missing, "--json").stdout) == {"error": said.stderr.strip()}


def test_a_product_that_cannot_be_read_is_missed_by_the_export(
    told: Told, run: Run, file: Path, tmp_path: Path, database: Database
) -> None:
    told("import", file)
    database.driver.products.update_one({"slug": "lamp"}, {"$set": {"options": [{"name": "Size"}]}})
    out = tmp_path / "out.csv"

    said = run("export", out, "--json")

    assert said.exit_code == 1
    assert json.loads(said.stdout) == {"products": 1, "file": str(out), "unreadable": 1}
    assert "\ndesk,Lamp," in out.read_text("utf-8")
    plain = run("export")
    assert plain.exit_code == 1
    assert plain.stdout_bytes == out.read_bytes()
    assert "1 product cannot be read and is missing: the log names it." in plain.stderr

    refused = json.loads(run("import", file, "--json").stdout)
    assert (refused["created"], refused["updated"]) == (0, 0)
    assert [(error["row"], "cannot be read" in error["reason"]) for error in refused["errors"]] == [(2, True)]


def test_a_pipe_is_refused_because_a_file_is_read_twice(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for command in ("import", "import-redirects"):
        writer = threading.Thread(target=_write_until_refused, args=(pipe,))
        writer.start()
        said = run(command, pipe)
        writer.join()
        assert (said.exit_code, said.stderr) == (
            1,
            f"{pipe} is a pipe, and an import goes back to the beginning: save it as a file first.\n",
        )


def _write_until_refused(pipe: Path) -> None:
    with contextlib.suppress(BrokenPipeError):
        pipe.write_text("Handle,Title\n")


def test_an_export_to_a_device_leaves_the_device(told: Told, run: Run, file: Path, tmp_path: Path) -> None:
    told("import", file)
    link = tmp_path / "nowhere"
    link.symlink_to("/dev/null")

    assert told("export", link) == {"products": 2, "file": str(link), "unreadable": 0}
    assert link.is_symlink()
    full = run("export", "/dev/full")
    assert (full.exit_code, full.stderr) == (1, "/dev/full cannot be written: No space left on device.\n")


def test_bytes_that_are_no_text_are_refused_by_their_row(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\xff")
    for command in ("import", "import-redirects"):
        said = run(command, path)
        assert said.exit_code == 1
        assert "row 1: The byte 89 is not UTF-8: save the file as 'CSV UTF-8'." in said.stderr
