"""Documents that other programs have written are welcome, whatever they leave out."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from bson import Int64
from pymongo.errors import WriteError

from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import UnreadableDocument
from app.catalogue.model import Product, ProductStatus, Variant
from app.inventory.model import Policy, StockPool

from .conftest import Stores
from .samples import later, product


def test_a_product_of_the_fewest_fields_is_active_and_called_like_its_slug(
    mongo: Stores, database: Database
) -> None:
    variants = [{"sku": "LAMP", "stock_id": "LAMP-POOL", "prices": {"USD": Int64(4900)}}]
    database.driver.products.insert_one({"_id": "prd_1", "slug": "lamp", "variants": variants})

    expected = Product("prd_1", "lamp", "lamp", (Variant("LAMP", "LAMP-POOL", (), {"USD": 4900}),), version=0)
    found = mongo.catalogue.product("prd_1")
    assert found == expected
    assert found.status is ProductStatus.ACTIVE
    assert type(found.variants[0].prices["USD"]) is int


def test_a_product_that_a_driver_has_numbered_is_found_and_changed_by_its_id(
    mongo: Stores, database: Database
) -> None:
    variants = [{"sku": "LAMP", "prices": {"USD": 4900}}]
    key = database.driver.products.insert_one({"slug": "lamp", "variants": variants}).inserted_id

    found = mongo.catalogue.product(str(key))
    assert found is not None
    assert found.id == str(key)
    assert mongo.catalogue.products([str(key), "prd_2"]) == {str(key): found}
    renamed = product("lamp", id=str(key), version=1)
    assert mongo.catalogue.replace_product(renamed, expected_version=0)
    assert mongo.catalogue.product(str(key)) == renamed
    assert database.driver.products.count_documents({}) == 1


def test_a_variant_without_a_pool_is_sold_from_the_one_called_like_its_sku(
    mongo: Stores, database: Database
) -> None:
    database.driver.products.insert_one(
        {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {}}, {"sku": "OAK", "stock_id": "LAMPS"}]}
    )

    found = mongo.catalogue.product_by_sku("LAMP")
    assert found is not None
    assert [variant.stock_id for variant in found.variants] == ["LAMP", "LAMPS"]


def test_fields_that_the_shop_does_not_know_are_kept_when_it_writes(
    mongo: Stores, database: Database
) -> None:
    mongo.catalogue.insert_product(product("lamp"))
    database.driver.products.update_one({"_id": "prd_lamp"}, {"$set": {"supplier": "Oak Ltd"}})

    changed = product("lamp", version=2, updated_at=later(minutes=1))
    assert mongo.catalogue.replace_product(changed, expected_version=1)
    stored = database.driver.products.find_one({"_id": "prd_lamp"})
    assert stored is not None
    assert stored["supplier"] == "Oak Ltd"


def test_a_pool_of_the_fewest_fields_denies_and_can_be_taken_from(mongo: Stores, database: Database) -> None:
    database.driver.stock_pools.insert_one({"_id": "LAMP", "on_hand": Int64(3)})

    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", 3, 0, Policy.DENY, version=0)
    assert not mongo.inventory.take("LAMP", 4)
    assert mongo.inventory.take("LAMP", 3)
    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", 3, 3, Policy.DENY, version=1)


def test_a_pool_that_was_replaced_as_a_whole_is_read_as_it_stands(mongo: Stores, database: Database) -> None:
    mongo.inventory.insert_pool(StockPool("LAMP", 9, 2, Policy.CONTINUE, cap=5))
    database.driver.stock_pools.replace_one({"_id": "LAMP"}, {"on_hand": 4})

    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", 4, version=0)
    assert mongo.inventory.move("LAMP", on_hand=0, reserved=1) == StockPool("LAMP", 4, 1, version=1)


def test_whole_numbers_are_read_even_where_they_were_written_as_doubles(
    mongo: Stores, database: Database
) -> None:
    # Only a database whose validators were switched off can hold these.
    document = {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {"USD": 4900.0}}]}
    database.driver.products.insert_one(document, bypass_document_validation=True)
    database.driver.stock_pools.insert_one({"_id": "LAMP", "on_hand": 3.0}, bypass_document_validation=True)

    found = mongo.catalogue.product_by_sku("LAMP")
    assert found is not None
    assert found.variants[0].prices == {"USD": 4900}
    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", 3, version=0)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"variants": []}, "slug is missing"),
        ({"slug": "../etc", "variants": []}, "slug is '../etc', but must be lower-case letters"),
        ({"slug": "lamp"}, "variants is missing"),
        ({"slug": "lamp", "variants": "none"}, "variants: a list is needed, not 'none'"),
        ({"slug": "lamp", "variants": [{"prices": {}}]}, "variants: sku is missing"),
        (
            {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {"USD": 49.5}}]},
            "variants: prices: a whole number is needed, not 49.5",
        ),
        (
            {"slug": "lamp", "variants": [], "status": "sold"},
            "status: 'sold' is none of draft, active, archived",
        ),
        (
            {"slug": "lamp", "variants": [], "updated_at": "today"},
            "updated_at: a date is needed, not 'today'",
        ),
    ],
)
def test_a_product_that_means_nothing_is_named_alone_and_skipped_in_a_crowd(
    mongo: Stores,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    document: dict[str, Any],
    reason: str,
) -> None:
    mongo.catalogue.insert_product(product("desk"))
    database.driver.products.insert_one({"_id": "prd_1", **document}, bypass_document_validation=True)

    with pytest.raises(UnreadableDocument) as refusal:
        mongo.catalogue.product("prd_1")
    with caplog.at_level(logging.WARNING):
        found = [one.id for one in mongo.catalogue.every_product()]

    assert (refusal.value.collection, refusal.value.id) == ("products", "prd_1")
    assert refusal.value.reason.startswith(reason)
    assert found == ["prd_desk"]
    assert "document skipped collection=products id=prd_1" in caplog.text


@pytest.mark.parametrize(
    ("collection", "document"),
    [
        ("products", {"slug": "lamp"}),
        ("products", {"slug": "Lamp", "variants": []}),
        ("products", {"slug": "lamp", "variants": [{"sku": ""}]}),
        ("products", {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {"USD": 49.5}}]}),
        ("products", {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {"USD": "49"}}]}),
        ("products", {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {"USD": -1}}]}),
        ("products", {"slug": "lamp", "variants": [{"sku": "LAMP", "prices": {"usd": 49}}]}),
        ("products", {"slug": "lamp", "variants": [], "status": "sold"}),
        ("stock_pools", {"_id": "LAMP", "on_hand": 1.5}),
        ("stock_pools", {"_id": "LAMP", "on_hand": 1, "reserved": -1}),
        ("stock_pools", {"_id": "LAMP", "on_hand": 1, "policy": "maybe"}),
        ("stock_pools", {"_id": 7, "on_hand": 1}),
        ("markets", {"_id": "de", "currency": "euro", "locale": "de", "prefix": "de"}),
        ("markets", {"_id": "de", "currency": "EUR", "locale": "de", "prefix": "/de/"}),
    ],
)
def test_what_nobody_could_mean_is_refused_at_the_door(
    database: Database, collection: str, document: dict[str, Any]
) -> None:
    before = database.driver[collection].count_documents({})

    with pytest.raises(WriteError) as refusal:
        database.driver[collection].insert_one(document)

    assert refusal.value.code == 121
    assert database.driver[collection].count_documents({}) == before


def test_reserved_units_cannot_be_written_below_zero(mongo: Stores, database: Database) -> None:
    mongo.inventory.insert_pool(StockPool("LAMP", on_hand=1))

    with pytest.raises(WriteError) as refusal:
        database.driver.stock_pools.update_one({"_id": "LAMP"}, {"$inc": {"reserved": -1}})

    assert refusal.value.code == 121
    assert mongo.inventory.pool("LAMP") == StockPool("LAMP", on_hand=1)
