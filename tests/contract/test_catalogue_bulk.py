"""Many products at once, and the change sets that they form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import DocumentRefused
from app.catalogue.model import ChangeSet, Image, Product, Revision
from app.errors import InvalidValue, VersionConflict
from app.inventory.model import MovementKind, Policy, StockPool

from .conftest import Stores
from .samples import NOW, later, movement, product


def whole(slug: str, *skus: str) -> Product:
    """Return a product that uses every field of an imported one."""
    plain = product(slug, *skus)
    first = replace(
        plain.variants[0],
        weight_grams=453.59237,
        barcode="0123",
        taxable=False,
        requires_shipping=False,
        image_url="https://cdn.example/a.jpg",
        extra=(("Variant Tax Code", "T"),),
    )
    return replace(
        plain,
        variants=(first, *plain.variants[1:]),
        images=(Image("", "A", 0, 0, "https://cdn.example/a.jpg"),),
        seo_title="Lamp!",
        seo_description="Oak.",
        gift_card=True,
        extra=(("Color (product.metafields.shopify.color)", "$oak"), ("Cost per item", "1.00")),
    )


def test_many_products_are_added_and_found_by_their_slugs(stores: Stores) -> None:
    lamp, desk = whole("lamp", "LAMP-1", "LAMP-2"), product("desk")
    stores.catalogue.insert_products([lamp, desk])
    stores.catalogue.insert_products([])

    assert stores.catalogue.products_by_slugs(["lamp", "desk", "none"]) == {"lamp": lamp, "desk": desk}
    assert stores.catalogue.products_by_slugs([]) == {}
    assert list(stores.catalogue.products_by_slug_order()) == [desk, lamp]
    assert set(stores.catalogue.every_sku()) == {("LAMP-1", "lamp"), ("LAMP-2", "lamp"), ("DESK", "desk")}


def test_a_taken_slug_or_sku_keeps_all_of_them_out(stores: Stores) -> None:
    stores.catalogue.insert_product(product("lamp"))

    def add(*products: Product) -> None:
        stores.transactions.run(lambda: stores.catalogue.insert_products(products))

    with pytest.raises(InvalidValue) as refusal:
        add(product("desk"), product("lamp", "LAMP-9", id="prd_other"))
    assert refusal.value.field == "slug"
    with pytest.raises(InvalidValue) as refusal:
        add(product("desk"), product("chair", "LAMP"))
    assert refusal.value.field == "sku"
    assert stores.catalogue.count_products() == 1


def test_many_products_are_replaced_if_all_still_have_their_versions(stores: Stores) -> None:
    lamp, desk = product("lamp"), product("desk")
    stores.catalogue.insert_products([lamp, desk])
    second = [replace(one, title="New", version=2) for one in (lamp, desk)]

    assert stores.catalogue.replace_products(second)
    assert not stores.catalogue.replace_products([replace(lamp, version=2), replace(desk, version=3)])
    assert stores.catalogue.replace_products([])
    assert stores.catalogue.products_by_slugs(["lamp"]) == {"lamp": second[0]}


def test_a_product_that_only_another_program_has_written_is_replaced(stores: Stores) -> None:
    stores.catalogue.insert_products([product("lamp", version=0)])

    assert stores.catalogue.replace_products([product("lamp", version=1, title="New")])


def test_fields_of_an_import_are_checked_like_all_others(mongo: Stores) -> None:
    with pytest.raises(DocumentRefused):
        mongo.catalogue.insert_products([replace(whole("lamp"), gift_card="yes")])  # type: ignore[arg-type]


def test_a_product_of_earlier_code_is_read_with_what_it_could_not_say(
    mongo: Stores, database: Database
) -> None:
    database.driver.products.insert_one({"_id": "p", "slug": "lamp", "variants": [{"sku": "LAMP"}]})

    found = mongo.catalogue.product("p")

    assert found is not None
    assert (found.extra, found.gift_card, found.seo_title) == ((), False, "")
    assert (found.variants[0].weight_grams, found.variants[0].taxable) == (0.0, True)


def test_change_sets_are_counted_and_listed_newest_first(stores: Stores) -> None:
    def revision(number: int, document: str, change_set: str, minutes: int) -> Revision:
        at = later(minutes=minutes)
        return Revision(
            f"rev_{number}", document, number, "eva", "import of a.csv", {}, at, change_set=change_set
        )

    first, second = revision(1, "prd_desk", "chg_1", 1), revision(2, "prd_lamp", "chg_1", 2)
    third, alone = revision(3, "prd_lamp", "chg_2", 3), revision(4, "prd_lamp", "", 4)
    stores.catalogue.insert_revisions([second, first, third, alone])
    stores.catalogue.insert_revisions([])

    assert list(stores.catalogue.revisions_of("chg_1")) == [first, second]
    assert list(stores.catalogue.revisions_of("chg_9")) == []
    assert stores.catalogue.change_sets() == [
        ChangeSet("chg_2", "eva", "import of a.csv", later(minutes=3), 1),
        ChangeSet("chg_1", "eva", "import of a.csv", later(minutes=1), 2),
    ]
    assert [one.id for one in stores.catalogue.change_sets(limit=1)] == ["chg_2"]
    assert stores.catalogue.last_revisions(["prd_lamp", "prd_desk", "prd_none"]) == {
        "prd_lamp": alone,
        "prd_desk": first,
    }
    assert stores.catalogue.last_revisions([]) == {}


def test_many_pools_are_added_or_none(stores: Stores) -> None:
    lamp, desk = StockPool("LAMP", 5), StockPool("DESK", policy=Policy.UNTRACKED)
    stores.inventory.insert_pools([lamp, desk])
    stores.inventory.insert_pools([])

    with pytest.raises(VersionConflict):
        stores.transactions.run(lambda: stores.inventory.insert_pools([StockPool("CHAIR"), lamp]))

    assert stores.inventory.pools(["LAMP", "DESK", "CHAIR"]) == {"LAMP": lamp, "DESK": desk}


def test_more_pools_are_read_than_are_asked_for_at_once(stores: Stores) -> None:
    pools = [StockPool(f"SKU-{number}", number) for number in range(230)]
    stores.inventory.insert_pools(pools)

    assert stores.inventory.pools([pool.id for pool in pools]) == {pool.id: pool for pool in pools}


def test_pools_are_corrected_as_they_were_read_and_what_is_reserved_stays(stores: Stores) -> None:
    lamp, desk = StockPool("LAMP", 5, 2), StockPool("DESK", 1)
    stores.inventory.insert_pools([lamp, desk])
    wished = StockPool("LAMP", 9, policy=Policy.CONTINUE, cap=7, low_at=1)

    assert stores.inventory.replace_pools([(lamp, wished), (desk, StockPool("DESK", 0))])
    assert stores.inventory.replace_pools([])
    assert stores.inventory.pool("LAMP") == StockPool("LAMP", 9, 2, Policy.CONTINUE, 7, 1, version=2)
    assert stores.inventory.pool("DESK") == StockPool("DESK", 0, version=2)
    assert not stores.inventory.replace_pools([(lamp, wished)])
    assert not stores.inventory.replace_pools([(StockPool("NONE"), StockPool("NONE", 1))])


def test_a_pool_of_another_program_is_corrected(stores: Stores) -> None:
    bare = StockPool("LAMP", 5, version=0)
    stores.inventory.insert_pool(bare)

    assert stores.inventory.replace_pools([(bare, StockPool("LAMP", 3))])
    assert stores.inventory.pool("LAMP") == StockPool("LAMP", 3, version=1)


def test_many_movements_are_appended(stores: Stores) -> None:
    receipt = movement("mov_1", kind=MovementKind.RECEIPT, on_hand=5, reserved=0, at=NOW)
    stores.inventory.insert_movements([receipt, movement("mov_2", pool="DESK")])
    stores.inventory.insert_movements([])

    assert stores.inventory.movements("LAMP") == [receipt]
