"""Each step on a whole shop as the code of that time wrote it.

`version_1.json` holds every document of the demo shop as the last code without these
steps has stored it: installed by itself, with one price changed afterwards.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId, json_util

from app.adapters.mongo.catalogue import MongoCatalogueStore
from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import UnreadableDocument
from app.adapters.mongo.migrations import migrate, plan
from app.adapters.mongo.transactions import MongoTransactions
from app.adapters.mongo.versions import database_identity
from app.catalogue.model import Image, Product
from app.catalogue.reverting import product_then
from app.catalogue.service import Catalogue
from app.clock import SystemClock

SHOP: dict[str, list[Any]] = json_util.loads(
    Path(__file__).with_name("version_1.json").read_text("utf-8"),
    json_options=json_util.JSONOptions(tz_aware=True, tzinfo=UTC),
)
FRAME = {"_id": ObjectId("65f0c0ffee65f0c0ffee65f0"), "slug": "frame", "variants": [{"sku": "FRAME"}]}
ALT = "Fine blue lines run across the sheet like water and part around a red disc."


@pytest.fixture
def old(empty_database: Database) -> Database:
    """The shop of version 1, and a frame that another program has written into it."""
    for name, documents in SHOP.items():
        empty_database.driver[name].insert_many(documents)
    empty_database.driver.products.insert_one(FRAME)
    return empty_database


def catalogue_of(database: Database) -> Catalogue:
    """Return the catalogue, as the shop has it."""
    return Catalogue(MongoCatalogueStore(database), MongoTransactions(database), SystemClock())


def products_of(database: Database) -> dict[str, Product]:
    """Return every product that the shop can read, by URL name."""
    return {product.slug: product for product in catalogue_of(database).store.every_product()}


def test_products_whose_pictures_were_files_among_the_assets_can_be_read_again(old: Database) -> None:
    with pytest.raises(UnreadableDocument, match="picture is missing"):
        catalogue_of(old).store.product_by_slug("tides")
    assert set(products_of(old)) == {"frame"}
    # Six products and seven revisions; then the six, of which none says when it came.
    assert [(step.version, step.documents, step.stop_first) for step in plan(old).steps] == [
        (2, 13, True),
        (3, 6, False),
    ]

    report = migrate(old)

    assert [(step.version, step.documents) for step in report.steps] == [(2, 13), (3, 6)]
    assert len(products_of(old)) == 7
    tides = products_of(old)["tides"]
    assert tides.images == (Image("", ALT, 1200, 1500, source_url="demo/tides.svg"),)
    assert tides.pictures == ()
    assert tides.version == 2
    assert "src" not in (old.driver.products.find_one({"slug": "tides"}) or {})["images"][0]


def test_nothing_else_of_the_shop_changes(old: Database) -> None:
    migrate(old)

    for name in ("collections", "markets", "pages", "settings", "stock_movements", "stock_pools"):
        assert list(old.driver[name].find(sort=[("_id", 1)])) == SHOP[name], name
    assert database_identity(old) == SHOP["schema"][1]["identity"]
    kept = {"$unset": {"images": "", "created_at": ""}}
    old.driver.products.update_many({}, kept)
    was = [{k: v for k, v in p.items() if k != "images"} for p in (*SHOP["products"], FRAME)]
    assert sorted(old.driver.products.find(), key=lambda p: str(p["_id"])) == sorted(
        was, key=lambda p: str(p["_id"])
    )
    assert migrate(old).is_empty


def test_the_history_is_brought_along_so_that_a_product_goes_back_and_nothing_passes_for_a_change(
    old: Database,
) -> None:
    migrate(old)
    catalogue = catalogue_of(old)
    tides = products_of(old)["tides"]

    assert [catalogue.note_external(p.id) for p in products_of(old).values() if p.slug != "frame"] == [
        None
    ] * 6
    second, first = catalogue.store.revisions(tides.id)
    assert (second.why, first.why) == ("paper is dearer", "demo catalogue")
    then = product_then(tides, first)
    assert (tides.variants[0].prices["USD"], then.variants[0].prices["USD"]) == (3333, 3200)
    assert then.images == tides.images
    picture = {
        "picture": "",
        "alt": ALT,
        "width": 1200,
        "height": 1500,
        "source_url": "demo/tides.svg",
    }
    assert first.diff["images"] == (None, [picture])
    assert second.diff.keys() == {"variants"}


def test_a_product_says_when_it_came_and_no_moment_is_invented(old: Database) -> None:
    # The shop has changed the frame, so that there is a first revision, but it has not created it.
    changed = {"_id": "rev_f", "document": str(FRAME["_id"]), "version": 1, "who": "ada", "why": ""}
    diff = [{"field": "title", "old": "frame", "new": "Frame"}]
    at = datetime(2026, 11, 28, tzinfo=UTC)
    old.driver.revisions.insert_one({**changed, "at": at, "diff": diff, "state": {}, "change_set": ""})

    migrate(old)

    products = products_of(old)
    first = {row["document"]: row["at"] for row in SHOP["revisions"] if row["version"] == 1}
    assert len(first) == 6
    for product in products.values():
        assert product.created_at == first.get(product.id), product.slug
    tides = products["tides"]
    assert tides.created_at is not None
    assert tides.updated_at is not None
    assert tides.created_at < tides.updated_at
    assert products["frame"].created_at is None


def test_what_is_of_the_new_shape_already_stays_as_it_is(old: Database) -> None:
    picture = {"picture": "pic_1", "alt": "A sun", "width": 4, "height": 5}
    came = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=1)
    new = {"_id": "prd_new", "slug": "new", "variants": [], "images": [picture], "created_at": came}
    old.driver.products.insert_one(new)

    migrate(old)

    assert old.driver.products.find_one({"_id": "prd_new"}) == new
