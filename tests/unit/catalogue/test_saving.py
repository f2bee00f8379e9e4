"""Saving an edit: product, revision and pools together, once, and never over somebody's head."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.bodies import sanitised
from app.catalogue.editing.reading import Reading
from app.catalogue.editing.saving import ProductDesk
from app.catalogue.editing.typed import typed
from app.catalogue.model import Product, ProductStatus
from app.catalogue.seeing import digest_of, seen_digest
from app.errors import InvalidValue, NotFound, VersionConflict
from app.inventory.model import StockPool
from app.inventory.stocktake import Stocktake
from tests.builders import Shop, lamp, usd, variant

TIDES = Product("prd_tides", "tides", "Tides", (variant("TIDES", 3400),))
OPENING = StockPool("TIDES", on_hand=12)


@pytest.fixture(params=[False, True], ids=["calm", "restless"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return Shop(restless=request.param)


def desk(shop: Shop) -> ProductDesk:
    return ProductDesk(shop.catalogue, Stocktake(shop.inventory), sanitised)


def reread(shop: Shop, product_id: str = "prd_lamp") -> Product:
    found = shop.catalogue.store.product(product_id)
    assert found is not None
    return found


def test_a_new_product_its_revision_and_its_pool_come_together(shop: Shop) -> None:
    made = desk(shop).create(Reading(TIDES, (OPENING,)), who="ann", why="New range")
    assert (made.id, made.version) == ("prd_tides", 1)
    assert shop.stock("TIDES") == (12, 0)
    (revision,) = shop.catalogue.store.revisions("prd_tides")
    assert (revision.who, revision.why) == ("ann", "New range")


def test_a_sku_taken_in_this_moment_leaves_no_pool_behind(shop: Shop) -> None:
    taken = replace(TIDES, variants=(variant("LAMP-OAK", 1),))
    with pytest.raises(InvalidValue):
        desk(shop).create(Reading(taken, (OPENING,)), who="ann", why="")
    assert shop.catalogue.store.product("prd_tides") is None
    assert shop.inventory.store.pool("TIDES") is None


def test_the_same_form_twice_makes_one_product_even_when_neither_saw_the_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk(shop).create(Reading(TIDES, (OPENING,)), who="ann", why="")
    looked = list[str]()
    look = shop.catalogue.store.product

    def late(product_id: str) -> Product | None:
        looked.append(product_id)
        return None if len(looked) == 1 else look(product_id)

    monkeypatch.setattr(shop.catalogue.store, "product", late)
    assert desk(shop).create(Reading(TIDES, (OPENING,)), who="ann", why="") == first
    assert len(shop.catalogue.store.revisions("prd_tides")) == 1
    assert shop.stock("TIDES") == (12, 0)


def test_an_edit_of_a_product_that_is_no_longer_so_is_refused_whole(shop: Shop) -> None:
    seen = reread(shop)
    shop.price("LAMP-OAK", 5500)
    wished = replace(seen, title="Lamp", variants=(*seen.variants, variant("TIDES", 1)))
    with pytest.raises(VersionConflict):
        desk(shop).save(seen, Reading(wished, (OPENING,)), who="ann", why="")
    assert (reread(shop).title, reread(shop).version) == ("Reading lamp", 2)
    assert shop.inventory.store.pool("TIDES") is None


def test_what_changes_nothing_is_not_written(shop: Shop) -> None:
    seen = reread(shop)
    assert desk(shop).save(seen, Reading(seen), who="ann", why="") == seen
    assert len(shop.catalogue.store.revisions("prd_lamp")) == 1


def test_a_status_is_set_whoever_is_at_the_product_and_set_once(shop: Shop) -> None:
    shop.price("LAMP-OAK", 5500)
    for _ in range(2):
        desk(shop).set_status("prd_lamp", ProductStatus.ARCHIVED, who="ann")
    archived = reread(shop)
    assert (archived.status, archived.version) == (ProductStatus.ARCHIVED, 3)
    assert archived.variants[0].price("USD") == usd(5500)
    with pytest.raises(NotFound):
        desk(shop).set_status("prd_none", ProductStatus.ARCHIVED, who="ann")


def test_what_is_published_has_a_price_in_each_variant(shop: Shop) -> None:
    bare = replace(TIDES, variants=(*TIDES.variants, replace(variant("TIDES-XL", 1), prices={})))
    desk(shop).create(Reading(replace(bare, status=ProductStatus.DRAFT)), who="ann", why="")
    with pytest.raises(InvalidValue) as refusal:
        desk(shop).set_status("prd_tides", ProductStatus.ACTIVE, who="ann")
    assert (refusal.value.field, refusal.value.value) == ("price", "TIDES-XL")
    assert (reread(shop, "prd_tides").status, reread(shop, "prd_tides").version) == (ProductStatus.DRAFT, 1)


def test_what_was_archived_comes_back_as_a_draft_only(shop: Shop) -> None:
    desk(shop).set_status("prd_lamp", ProductStatus.ARCHIVED, who="ann")
    with pytest.raises(InvalidValue) as refusal:
        desk(shop).set_status("prd_lamp", ProductStatus.ACTIVE, who="ann")
    assert (refusal.value.field, refusal.value.value) == ("status", "archived")
    assert reread(shop).status is ProductStatus.ARCHIVED
    for status in (ProductStatus.DRAFT, ProductStatus.ACTIVE):
        desk(shop).set_status("prd_lamp", status, who="ann")
    assert (reread(shop).status, reread(shop).version) == (ProductStatus.ACTIVE, 4)


def test_the_state_in_which_an_edit_began_is_found_by_its_digest(shop: Shop) -> None:
    seen = seen_digest(reread(shop))
    shop.clock.turn(minutes=1)
    shop.price("LAMP-OAK", 5500)
    since = desk(shop).since(reread(shop), seen)
    assert since.base == typed(lamp())
    assert [revision.version for revision in since.revisions] == [2]
    unknown = desk(shop).since(reread(shop), digest_of("never"))
    assert unknown.base is None
    assert [revision.version for revision in unknown.revisions] == [2]
