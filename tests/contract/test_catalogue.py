"""The catalogue's store, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.model import (
    Collection,
    ContentPage,
    Market,
    MenuEntry,
    ProductAddress,
    ProductStatus,
    Redirect,
    Revision,
    ShopSettings,
)
from app.errors import InvalidValue

from .conftest import Stores
from .samples import NOW, later, product


def test_a_product_is_found_by_its_id_its_slug_and_each_of_its_skus(stores: Stores) -> None:
    lamp = product("lamp", "LAMP-OAK", "LAMP-ASH")
    stores.catalogue.insert_product(lamp)
    stores.catalogue.insert_product(product("desk"))

    assert stores.catalogue.product("prd_lamp") == lamp
    assert stores.catalogue.product_by_slug("lamp") == lamp
    assert stores.catalogue.product_by_sku("LAMP-OAK") == lamp
    assert stores.catalogue.product_by_sku("LAMP-ASH") == lamp


def test_what_is_not_there_is_nothing(stores: Stores) -> None:
    assert stores.catalogue.product("prd_lamp") is None
    assert stores.catalogue.product_by_slug("lamp") is None
    assert stores.catalogue.product_by_sku("LAMP") is None
    assert stores.catalogue.collection("col_1") is None
    assert stores.catalogue.collection_by_slug("light") is None
    assert stores.catalogue.page("pag_1") is None
    assert stores.catalogue.page_by_slug("returns") is None
    assert stores.catalogue.redirect("/products/old/") is None
    assert stores.catalogue.products([]) == {}
    assert stores.catalogue.products_by_skus([]) == {}
    assert list(stores.catalogue.every_product()) == []
    assert stores.catalogue.count_products() == 0


def test_many_products_are_read_at_once_and_unknown_ones_left_out(stores: Stores) -> None:
    lamp, desk = product("lamp", "LAMP-OAK", "LAMP-ASH"), product("desk")
    stores.catalogue.insert_product(lamp)
    stores.catalogue.insert_product(desk)

    assert stores.catalogue.products(["prd_desk", "prd_none"]) == {"prd_desk": desk}
    by_sku = stores.catalogue.products_by_skus(["LAMP-ASH", "DESK", "NONE"])
    assert by_sku == {"LAMP-ASH": lamp, "DESK": desk}
    assert {found.id for found in stores.catalogue.every_product()} == {"prd_lamp", "prd_desk"}
    assert stores.catalogue.count_products() == 2


@pytest.mark.parametrize(
    ("second", "field", "value"),
    [
        (product("lamp", "OTHER", id="prd_2"), "slug", "lamp"),
        (product("other", "NEW", "LAMP"), "sku", "LAMP"),
        # A form that is sent twice names the same id twice.
        (product("other", "NEW", id="prd_lamp"), "_id", "prd_lamp"),
    ],
)
def test_a_product_whose_slug_or_sku_or_id_is_taken_is_refused(
    stores: Stores, second: object, field: str, value: str
) -> None:
    stores.catalogue.insert_product(product("lamp"))

    with pytest.raises(InvalidValue) as refusal:
        stores.catalogue.insert_product(second)  # type: ignore[arg-type]

    assert (refusal.value.field, refusal.value.value) == (field, value)
    assert stores.catalogue.count_products() == 1


def test_a_product_is_replaced_only_at_the_version_that_was_read(stores: Stores) -> None:
    lamp = product("lamp")
    stores.catalogue.insert_product(lamp)
    changed = replace(lamp, title="Oak lamp", tags=(), version=2, updated_at=later(minutes=1))

    assert stores.catalogue.replace_product(changed, expected_version=1)
    assert not stores.catalogue.replace_product(replace(changed, title="Late"), expected_version=1)
    assert stores.catalogue.product("prd_lamp") == changed


def test_a_replacement_that_takes_another_products_sku_is_refused(stores: Stores) -> None:
    stores.catalogue.insert_product(product("lamp"))
    desk = product("desk")
    stores.catalogue.insert_product(desk)

    with pytest.raises(InvalidValue) as refusal:
        stores.catalogue.replace_product(product("desk", "DESK", "LAMP", version=2), expected_version=1)

    assert (refusal.value.field, refusal.value.value) == ("sku", "LAMP")
    assert stores.catalogue.product("prd_desk") == desk


def test_collections_are_listed_by_title_and_found_by_what_they_list(stores: Stores) -> None:
    light = Collection("col_1", "light", "Light", product_ids=("prd_lamp", "prd_2"), updated_at=NOW)
    desks = Collection("col_2", "desks", "Desks", product_ids=("prd_desk",))
    stores.catalogue.put_collection(light)
    stores.catalogue.put_collection(desks)

    assert stores.catalogue.collections() == [desks, light]
    assert stores.catalogue.collection("col_1") == light
    assert stores.catalogue.collection_by_slug("desks") == desks
    assert stores.catalogue.collections_with("prd_lamp") == [light]
    assert stores.catalogue.collections_with("prd_none") == []


def test_putting_a_collection_or_a_page_again_replaces_it(stores: Stores) -> None:
    light = Collection("col_1", "light", "Light", product_ids=("prd_lamp",))
    returns = ContentPage("pag_1", "returns", "Returns", "Thirty days.", updated_at=NOW)
    stores.catalogue.put_collection(light)
    stores.catalogue.put_page(returns)
    renamed = replace(light, slug="lighting", product_ids=(), version=2)
    longer = replace(returns, body="Sixty days.", version=2)
    stores.catalogue.put_collection(renamed)
    stores.catalogue.put_page(longer)

    assert stores.catalogue.collections() == [renamed]
    assert stores.catalogue.collection_by_slug("light") is None
    assert stores.catalogue.pages() == [longer]
    assert stores.catalogue.page("pag_1") == longer
    assert stores.catalogue.page_by_slug("returns") == longer


def test_content_pages_are_listed_by_slug(stores: Stores) -> None:
    for slug in ("shipping", "imprint", "returns"):
        stores.catalogue.put_page(ContentPage(f"pag_{slug}", slug, slug.title(), ""))

    assert [page.slug for page in stores.catalogue.pages()] == ["imprint", "returns", "shipping"]


def test_a_fresh_shop_sells_in_english_for_dollars_without_a_prefix(stores: Stores) -> None:
    assert stores.catalogue.markets() == [Market("default", "USD", "en")]
    assert stores.catalogue.markets()[0].is_default
    assert stores.catalogue.settings() == ShopSettings()


def test_the_default_market_comes_first(stores: Stores) -> None:
    germany = Market("germany", "EUR", "de", prefix="de", name="Deutschland", countries=("DE", "AT"))
    stores.catalogue.put_market(germany)
    stores.catalogue.put_market(replace(germany, countries=("DE",)))

    assert [market.prefix for market in stores.catalogue.markets()] == ["", "de"]
    assert stores.catalogue.markets()[1].countries == ("DE",)


def test_the_shops_settings_are_replaced_as_a_whole(stores: Stores) -> None:
    menu = (MenuEntry("Light", "collection", "light"), MenuEntry("Home", "home"))
    stores.catalogue.put_settings(ShopSettings(name="Oak & Ash", menu=menu))
    stores.catalogue.put_settings(ShopSettings(name="Oak & Ash", tagline="Lamps"))

    assert stores.catalogue.settings() == ShopSettings(name="Oak & Ash", tagline="Lamps")


def test_a_redirect_is_replaced_and_forgotten(stores: Stores) -> None:
    stores.catalogue.put_redirect(Redirect("/products/old/", "/products/new/"))
    stores.catalogue.put_redirect(Redirect("/products/old/"))
    assert stores.catalogue.redirect("/products/old/") == Redirect("/products/old/", "")

    stores.catalogue.delete_redirect("/products/old/")
    stores.catalogue.delete_redirect("/products/never/")
    assert stores.catalogue.redirect("/products/old/") is None


def test_revisions_are_read_newest_first_and_told_apart_by_version(stores: Stores) -> None:
    first = Revision("rev_1", "prd_lamp", 1, "eva", "import", {}, NOW)
    price = {"variants.LAMP.prices": ({"USD": 4900}, {"USD": 5900}), "title": ("Lamp", "Oak lamp")}
    second = Revision(
        "rev_2", "prd_lamp", 2, "eva", "dearer", price, later(minutes=1), "chg_1", {"title": "Oak lamp"}
    )
    other = Revision("rev_3", "prd_desk", 9, "eva", "import", {}, NOW)
    for revision in (first, second, other):
        stores.catalogue.insert_revision(revision)

    assert stores.catalogue.revisions("prd_lamp") == [second, first]
    assert stores.catalogue.revisions("prd_lamp", limit=1) == [second]
    assert stores.catalogue.revision_at("prd_lamp", 2) == second
    assert stores.catalogue.revision_at("prd_lamp", 9) is None


def test_many_redirects_are_forgotten_in_one_go(stores: Stores) -> None:
    for path in ("/a/", "/b/", "/c/"):
        stores.catalogue.put_redirect(Redirect(path, "/"))
    stores.catalogue.delete_redirects(["/a/", "/c/", "/never/"])
    stores.catalogue.delete_redirects([])
    assert [stores.catalogue.redirect(path) for path in ("/a/", "/b/", "/c/")] == [
        None,
        Redirect("/b/", "/"),
        None,
    ]


def test_a_collections_products_stand_in_its_order_and_those_that_are_gone_are_left_out(
    stores: Stores,
) -> None:
    for slug in ("lamp", "vase", "card"):
        stores.catalogue.insert_product(product(slug))
    listed = Collection("col_1", "all", "All", product_ids=("prd_vase", "prd_gone", "prd_lamp"))
    assert [found.slug for found in stores.catalogue.products_of(listed)] == ["vase", "lamp"]


def test_an_address_tells_where_a_product_is_sold(stores: Stores) -> None:
    stores.catalogue.insert_product(product("lamp"))
    stores.catalogue.insert_product(product("vase", status=ProductStatus.DRAFT))
    addresses = sorted(stores.catalogue.addresses(), key=lambda address: address.slug)
    assert addresses == [
        ProductAddress("prd_lamp", "lamp", frozenset({"USD", "JPY"}), NOW),
        ProductAddress("prd_vase", "vase", frozenset(), NOW),
    ]
