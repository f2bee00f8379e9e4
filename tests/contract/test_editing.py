"""Products edited at the desk, on the fakes and on a real database, by two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from app.catalogue.bodies import sanitised
from app.catalogue.editing.reading import Reading
from app.catalogue.editing.saving import ProductDesk
from app.catalogue.editing.typed import typed
from app.catalogue.model import Product
from app.catalogue.seeing import seen_digest
from app.catalogue.service import Catalogue
from app.clock import SystemClock
from app.errors import VersionConflict
from app.inventory.model import StockPool
from app.inventory.service import Inventory
from app.inventory.stocktake import Stocktake

from .conftest import Stores
from .samples import product

OPENING = StockPool("LAMP", on_hand=12)


def desk(stores: Stores) -> ProductDesk:
    clock = SystemClock()
    catalogue = Catalogue(stores.catalogue, stores.transactions, clock)
    stockroom = Stocktake(Inventory(stores.inventory, stores.transactions, clock))
    return ProductDesk(catalogue, stockroom, sanitised)


def test_a_form_that_arrives_twice_at_once_makes_one_product_and_one_receipt(stores: Stores) -> None:
    reading = Reading(product("lamp"), (OPENING,))

    def create(who: str) -> Product:
        return desk(stores).create(reading, who=who, why="")

    with ThreadPoolExecutor(2) as clicks:
        made = list(clicks.map(create, ["ann", "ann"]))
    assert made[0] == made[1]
    assert stores.catalogue.count_products() == 1
    assert len(stores.catalogue.revisions("prd_lamp")) == 1
    assert [movement.on_hand for movement in stores.inventory.movements("LAMP")] == [12]


def test_of_two_edits_of_one_version_at_once_one_is_saved_and_one_is_told(stores: Stores) -> None:
    desk(stores).create(Reading(product("lamp")), who="ann", why="")
    seen = stores.catalogue.product("prd_lamp")
    assert seen is not None

    def save(title: str) -> str:
        try:
            reading = Reading(replace(seen, title=title))
            return desk(stores).save(seen, reading, who=title, why="").title
        except VersionConflict:
            return ""

    with ThreadPoolExecutor(2) as editors:
        titles = sorted(editors.map(save, ["Ann's lamp", "Bob's lamp"]))
    now = stores.catalogue.product("prd_lamp")
    assert now is not None
    assert titles == ["", now.title]
    assert (now.version, len(stores.catalogue.revisions("prd_lamp"))) == (2, 2)


def test_the_state_in_which_an_edit_began_is_found_again(stores: Stores) -> None:
    one = replace(product("lamp"), seo_title="Lamp", extra=(("Metafield", "x"),))
    made = desk(stores).create(Reading(one), who="ann", why="")
    desk(stores).save(made, Reading(replace(made, title="Lamp II")), who="bob", why="Better")
    now = stores.catalogue.product("prd_lamp")
    assert now is not None
    since = desk(stores).since(now, seen_digest(made))
    assert since.base == typed(made)
    assert [(revision.who, revision.why) for revision in since.revisions] == [("bob", "Better")]
