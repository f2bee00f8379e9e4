"""The catalogue with its history: every accepted change is a version and a revision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.model import Market, Product, Redirect, Revision
from app.catalogue.service import diff_of, plain
from app.errors import InvalidValue, NotFound, VersionConflict
from app.money import Money
from tests.builders import NOON, Shop, lamp, usd, variant


def history(shop: Shop, product_id: str = "prd_lamp") -> list[Revision]:
    """Return a product's revisions, oldest first."""
    return list(reversed(shop.catalogue.store.revisions(product_id, limit=0)))


def current(shop: Shop, product_id: str = "prd_lamp") -> Product:
    """Return the product as it is kept."""
    found = shop.catalogue.store.product(product_id)
    assert found is not None
    return found


def write_from_outside(shop: Shop, product: Product) -> None:
    """Write a product as another program does: no version, no revision."""
    shop.memory.tables["products"][product.id] = product


def test_a_market_is_found_by_prefix_and_by_id(shop: Shop) -> None:
    germany = Market("germany", "EUR", "de", prefix="de")
    shop.catalogue.store.put_market(germany)
    assert shop.catalogue.market("de") == shop.catalogue.market_by_id("germany") == germany
    default = shop.catalogue.market("")
    assert default is not None
    assert default.is_default
    assert shop.catalogue.market("fr") is None
    assert shop.catalogue.market_by_id("france") is None


def test_a_new_product_is_version_one_with_a_revision_of_everything(shop: Shop) -> None:
    vase = Product("prd_vase", "vase", "Vase", variants=(variant("VASE", 100),), version=7)
    created = shop.catalogue.create_product(vase, who="grace", why="autumn range")
    assert (created.version, created.updated_at) == (1, NOON)
    (revision,) = history(shop, "prd_vase")
    assert (revision.version, revision.who, revision.why, revision.at) == (1, "grace", "autumn range", NOON)
    assert revision.diff["title"] == (None, "Vase")
    assert not {"id", "version", "updated_at"} & set(revision.diff)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Vase"}, "slug"),
        ({"slug": "lamp"}, "slug"),
        ({"variants": (variant("LAMP-OAK", 100),)}, "sku"),
        ({"variants": (variant("vase", 100),)}, "sku"),
        ({"variants": (variant(" VASE", 100),)}, "sku"),
        ({"variants": (variant("VASE", 100), variant("VASE", 200))}, "sku"),
        ({"variants": (variant("VASE", -1),)}, "price"),
    ],
)
def test_a_product_that_could_not_be_sold_is_refused_and_leaves_nothing(
    shop: Shop, changes: dict[str, object], field: str
) -> None:
    vase = Product("prd_vase", "vase", "Vase", variants=(variant("VASE", 100),))
    with pytest.raises(InvalidValue) as refused:
        shop.catalogue.create_product(replace(vase, **changes), who="ada")  # type: ignore[arg-type]
    assert refused.value.field == field
    assert shop.catalogue.store.product("prd_vase") is None
    assert history(shop, "prd_vase") == []


def test_a_price_change_is_a_version_with_its_diff(shop: Shop) -> None:
    shop.clock.turn(minutes=5)
    changed = shop.catalogue.change_price("LAMP-OAK", usd(4500), who="grace", why="sale")
    assert changed == current(shop)
    assert (changed.version, changed.updated_at) == (2, shop.clock.now())
    assert [dict(found.prices) for found in changed.variants] == [{"USD": 4500, "JPY": 7000}, {"USD": 5400}]
    revision = history(shop)[-1]
    assert (revision.version, revision.who, revision.why) == (2, "grace", "sale")
    assert list(revision.diff) == ["variants"]
    old, new = revision.diff["variants"]
    assert isinstance(old, list)
    assert isinstance(new, list)
    assert (old[0]["prices"]["USD"], new[0]["prices"]["USD"]) == (4900, 4500)
    assert old[1] == new[1]


def test_a_price_change_leaves_the_product_that_was_read_alone(shop: Shop) -> None:
    before = current(shop)
    shop.catalogue.change_price("LAMP-OAK", usd(4500), who="ada")
    assert before.variants[0].prices == {"USD": 4900, "JPY": 7000}


def test_a_price_in_a_new_currency_is_added(shop: Shop) -> None:
    changed = shop.catalogue.change_price("LAMP-ASH", Money(8000, "JPY"), who="ada")
    assert changed.variants[1].prices == {"USD": 5400, "JPY": 8000}


@pytest.mark.parametrize(
    ("sku", "minor", "expected_version", "error"),
    [
        ("LAMP-PINE", 100, None, NotFound),
        ("LAMP-OAK", -1, None, InvalidValue),
        ("LAMP-OAK", 100, 2, VersionConflict),
        ("LAMP-OAK", 100, 0, VersionConflict),
    ],
)
def test_a_refused_price_changes_nothing(
    shop: Shop, sku: str, minor: int, expected_version: int | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        shop.catalogue.change_price(sku, usd(minor), who="ada", expected_version=expected_version)
    assert current(shop).version == 1
    assert len(history(shop)) == 1


def test_a_form_that_was_opened_on_the_current_version_is_accepted(shop: Shop) -> None:
    assert shop.catalogue.change_price("LAMP-OAK", usd(100), who="ada", expected_version=1).version == 2


def test_a_repeated_transaction_writes_one_revision() -> None:
    shop = Shop(restless=True)
    shop.catalogue.change_price("LAMP-OAK", usd(100), who="ada")
    assert [revision.version for revision in history(shop)] == [1, 2]


def test_a_write_from_outside_gets_the_revision_that_it_left_out(shop: Shop) -> None:
    write_from_outside(shop, replace(current(shop), title="Lamp, by import"))
    shop.clock.turn(seconds=1)
    revision = shop.catalogue.note_external("prd_lamp")
    assert revision is not None
    assert (revision.who, revision.version, revision.at) == ("external", 1, shop.clock.now())
    assert revision.diff == {"title": ("Reading lamp", "Lamp, by import")}
    assert history(shop)[-1] == revision
    assert shop.catalogue.note_external("prd_lamp") is None
    assert len(history(shop)) == 2


def test_a_product_from_outside_gets_a_first_revision(shop: Shop) -> None:
    vase = Product("prd_vase", "vase", "Vase", variants=(variant("VASE", 100),), version=0)
    write_from_outside(shop, vase)
    revision = shop.catalogue.note_external("prd_vase")
    assert revision is not None
    assert revision.diff["slug"] == (None, "vase")


def test_what_came_from_outside_before_a_price_change_is_still_noted(shop: Shop) -> None:
    write_from_outside(shop, replace(current(shop), vendor="Oakworks"))
    shop.clock.turn(seconds=1)
    shop.catalogue.change_price("LAMP-OAK", usd(1), who="ada")
    external, own = history(shop)[-2:]
    assert (external.version, external.who, external.diff) == (1, "external", {"vendor": ("", "Oakworks")})
    assert (own.version, set(own.diff)) == (2, {"variants"})
    assert shop.catalogue.note_external("prd_lamp") is None


@pytest.mark.parametrize("product_id", ["prd_lamp", "prd_unknown"])
def test_nothing_is_noted_where_nothing_is_missing(shop: Shop, product_id: str) -> None:
    before = dict(shop.memory.tables["revisions"])
    assert shop.catalogue.note_external(product_id) is None
    assert shop.memory.tables["revisions"] == before


def test_a_move_leads_on_and_frees_the_new_path(shop: Shop) -> None:
    shop.catalogue.remember_move("/products/lamp/", "/products/light/")
    shop.catalogue.remember_move("/products/light/", "/products/lamp/")
    assert shop.catalogue.store.redirect("/products/light/") == Redirect(
        "/products/light/", "/products/lamp/"
    )
    assert shop.catalogue.store.redirect("/products/lamp/") is None


def test_what_is_gone_for_good_leads_nowhere(shop: Shop) -> None:
    shop.catalogue.remember_move("/products/lamp/", "")
    assert shop.catalogue.store.redirect("/products/lamp/") == Redirect("/products/lamp/", "")


def test_a_product_in_plain_words_compares_equal_to_what_was_stored() -> None:
    words = plain(lamp())
    assert words["status"] == "active"
    assert type(words["status"]) is str
    assert words["options"] == [{"name": "Wood", "values": ["Oak", "Ash"]}]
    assert list(words["variants"][0]["prices"]) == ["JPY", "USD"]


def test_a_diff_holds_what_differs_and_nothing_else() -> None:
    assert diff_of(plain(lamp()), lamp(version=9, updated_at=NOON)) == {}
    assert diff_of(plain(lamp()), lamp(vendor="Oakworks")) == {"vendor": ("", "Oakworks")}
    assert diff_of({}, lamp())["vendor"] == (None, "")


def test_a_revision_holds_the_whole_product_as_it_is_after_the_change(shop: Shop) -> None:
    changed = shop.catalogue.change_price("LAMP-OAK", Money(1250, "USD"), who="ada")
    newest = shop.catalogue.store.revisions("prd_lamp", limit=1)[0]
    assert newest.state == plain(changed)
    assert newest.diff.keys() == {"variants"}
