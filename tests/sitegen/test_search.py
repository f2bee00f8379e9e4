"""The search index follows the catalogue: the same batch, the same rows as an index from nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.search_index import SqliteSearchIndex
from app.catalogue.model import Collection, Market, ProductStatus
from app.catalogue.rules import Condition, Operator, Rule, RuleField, RuleOrder
from app.publishing.model import Scope
from app.search.model import Filter, NoIndex, Sorting
from app.search.service import Search
from app.web.contexts.listing import read_listing
from sitegen import cli
from sitegen.reporter import QuietReporter
from sitegen.search import SearchWriter
from sitegen.search_rows import Row
from tests.sitegen.shop import ALL, SmallShop, everything, variant


def search(shop: SmallShop) -> Search:
    """Return search over the shop's index."""
    return Search(SqliteSearchIndex(shop.settings.search_index))


def found(shop: SmallShop, text: str, currency: str = "USD") -> list[str]:
    """Return what is found, by id."""
    return [hit.product for hit in search(shop).find(text, currency).hits]


def from_nothing(shop: SmallShop, folder: Path) -> list[Row]:
    """Return what an index holds that is made of the database alone."""
    path = folder / "nothing" / "search.sqlite"
    store = shop.services.catalogue.store
    with closing(SearchWriter(path, store, shop.services.inventory.store)) as writer:
        writer.ensure()
    return everything(path)


def test_a_new_title_is_found_in_the_batch_that_changes_the_page(shop: SmallShop) -> None:
    shop.edit("prd_lamp", title="Lighthouse")
    shop.follow()
    assert "Lighthouse" in shop.text("/products/lamp/")
    assert found(shop, "lighth") == ["prd_lamp"]
    assert found(shop, "reading") == []


def test_what_nobody_may_see_is_not_found(shop: SmallShop) -> None:
    assert found(shop, "vase") == []
    shop.edit("prd_vase", status=ProductStatus.ACTIVE)
    shop.edit("prd_card", status=ProductStatus.ARCHIVED)
    shop.external("products").delete_one({"_id": "prd_guide"})
    shop.follow()
    assert found(shop, "vase") == ["prd_vase"]
    assert found(shop, "greeting") == []
    assert found(shop, "guide") == []


def test_a_market_finds_what_has_a_price_in_its_currency(shop: SmallShop) -> None:
    assert (found(shop, "card"), found(shop, "card", "EUR")) == (["prd_card"], [])
    shop.price("CARD", 250, "EUR")
    shop.follow()
    assert found(shop, "card", "EUR") == ["prd_card"]


def test_a_sale_writes_the_index_only_where_the_band_opens_or_closes(shop: SmallShop) -> None:
    before = search(shop).index.state()
    shop.count("POSTER", 29)
    shop.follow()
    assert search(shop).index.state() == before
    shop.count("POSTER", 0)
    shop.follow()
    assert search(shop).index.state() != before
    sold_out = search(shop).narrow("col_all", "USD", Filter({"availability": frozenset({"sold-out"})}))
    assert sold_out.products == ("prd_poster", "prd_card")


def test_a_listing_follows_its_collection(shop: SmallShop) -> None:
    shop.put(replace(ALL, product_ids=("prd_card", "prd_lamp"), version=2))
    shop.follow()
    assert search(shop).narrow("col_all", "USD", Filter()).products == ("prd_card", "prd_lamp")
    assert search(shop).narrow("col_all", "EUR", Filter()).products == ("prd_lamp",)
    shop.external("collections").delete_one({"_id": "col_all"})
    shop.follow()
    assert search(shop).narrow("col_all", "USD", Filter()).products == ()


CHEAP = Rule((Condition(RuleField.TITLE, Operator.CONTAINS, "a"),), order=RuleOrder.PRICE_UP)
BY_RULE = Collection("col_rule", "rule", "By rule", rule=CHEAP)


def test_a_rule_lists_in_each_currency_s_order_what_is_sold_there(shop: SmallShop) -> None:
    shop.edit("prd_guide", title="A guide")
    # Dearer than the lamp in dollars, cheaper in euros.
    shop.price("GUIDE-PDF", 9900, "USD")
    shop.put(BY_RULE)
    shop.follow()
    assert search(shop).narrow("col_rule", "USD", Filter()).products == ("prd_card", "prd_lamp", "prd_guide")
    assert search(shop).narrow("col_rule", "EUR", Filter()).products == ("prd_guide", "prd_lamp")
    assert search(shop).narrow("col_rule", "JPY", Filter()).products == ("prd_lamp",)
    shop.price("GUIDE-PDF", 100, "USD")
    shop.follow()
    assert search(shop).narrow("col_rule", "USD", Filter()).products == ("prd_guide", "prd_card", "prd_lamp")
    assert shop.wrong() == {}


def test_what_a_rule_finds_and_nobody_sells_is_in_no_listing_and_raises_no_alarm(shop: SmallShop) -> None:
    shop.put(replace(BY_RULE, rule=replace(CHEAP, order=RuleOrder.TITLE)))
    shop.edit("prd_poster", title="A poster", variants=(variant("POSTER-BARE", GBP=1500),))
    shop.follow()
    listed = [("EUR", "prd_lamp"), ("JPY", "prd_lamp"), ("USD", "prd_card"), ("USD", "prd_lamp")]
    assert members(shop, "col_rule") == listed
    # Both would be another place in the order; neither is on any page.
    shop.edit("prd_vase", title="A vase")
    shop.edit("prd_poster", title="Zebra poster, a large one")
    shop.follow()
    assert members(shop, "col_rule") == listed
    assert shop.wrong() == {}


def test_a_market_s_currency_lists_from_the_batch_that_opens_the_market(
    shop: SmallShop, tmp_path: Path
) -> None:
    shop.edit("prd_poster", title="A poster", variants=(variant("POSTER-BARE", GBP=1500),))
    shop.put(BY_RULE)
    shop.follow()
    assert search(shop).narrow("col_rule", "GBP", Filter()).products == ()
    shop.put(Market("uk", "GBP", "en", prefix="uk", name="United Kingdom"))
    shop.follow()
    assert search(shop).narrow("col_rule", "GBP", Filter()).products == ("prd_poster",)
    assert everything(shop.settings.search_index) == from_nothing(shop, tmp_path)
    assert shop.wrong() == {}


def test_a_narrowed_listing_has_the_orders_of_the_sorted_pages(shop: SmallShop) -> None:
    # Titles that fold, equals in title, price and age whose ids would order them the other way.
    shop.edit("prd_lamp", title="Étude", slug="b-lamp")
    shop.edit("prd_guide", title="étude", slug="a-guide", variants=(variant("GUIDE-PDF", USD=4900, EUR=1),))
    shop.edit("prd_card", title="Zebra", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    shop.external("products").update_one({"_id": "prd_poster"}, {"$unset": {"created_at": 1}})
    shop.edit("prd_poster", title="zebra", description="<p>Written last.</p>")
    shop.put(BY_RULE)
    shop.put(replace(BY_RULE, id="col_new", slug="new", rule=replace(CHEAP, order=RuleOrder.NEWEST)))
    shop.follow()
    store, asked = shop.services.catalogue.store, search(shop)
    seen = {}
    for collection in store.collections():
        for market in store.markets():
            listing = read_listing(store, collection, market)
            for sort in ("", *listing.sorts):
                page = [product.id for product in listing.page(1, sort)]
                page += [product.id for product in listing.page(2, sort)]
                found = asked.narrow(collection.id, market.currency, Filter(), Sorting(sort or "featured"))
                seen[collection.slug, market.id, sort] = (page, list(found.products))
    assert [name for name, (page, found) in seen.items() if page != found] == []
    assert seen["all", "default", "title"][1] == ["prd_guide", "prd_lamp", "prd_card", "prd_poster"]
    assert seen["all", "default", "newest"][1] == ["prd_guide", "prd_lamp", "prd_card", "prd_poster"]
    assert seen["all", "default", "price-down"][1] == ["prd_guide", "prd_lamp", "prd_poster", "prd_card"]


def members(shop: SmallShop, collection_id: str) -> list[tuple[str, str]]:
    """Return what the index lists of a collection, by currency, in order."""
    query = "SELECT currency, product FROM members WHERE collection = ? ORDER BY currency, position"
    with closing(sqlite3.connect(shop.settings.search_index)) as db:
        return db.execute(query, (collection_id,)).fetchall()


def test_one_change_reads_and_writes_one_product(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    written = list[list[str]]()
    first = SearchWriter._write

    def noting(self: SearchWriter, db: sqlite3.Connection, ids: list[str]) -> None:
        written.append(list(ids))
        first(self, db, ids)

    def refuse(*_: object) -> None:
        raise AssertionError("one change must not read the whole catalogue")

    monkeypatch.setattr(SearchWriter, "_write", noting)
    monkeypatch.setattr(SearchWriter, "_every", refuse)
    shop.price("LAMP-OAK", 4700)
    shop.follow()
    assert written == [["prd_lamp"]]


def test_killed_before_the_index_was_written_the_batch_is_handled_again(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SearchWriter, "update", die)
        shop.edit("prd_lamp", title="Lighthouse")
        with pytest.raises(KeyboardInterrupt):
            shop.follow()
    shop.close()
    # The page is out, the index is not: nothing lies to the token.
    assert "Lighthouse" in shop.text("/products/lamp/")
    assert found(shop, "lighthouse") == []
    shop.follow()
    assert found(shop, "lighthouse") == ["prd_lamp"]
    assert everything(shop.settings.search_index) == from_nothing(shop, tmp_path)


def test_a_reader_has_the_whole_old_index_while_a_batch_is_written(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    first = SearchWriter._write

    def looking(self: SearchWriter, db: sqlite3.Connection, ids: list[str]) -> None:
        first(self, db, ids)
        seen.append((found(shop, "reading"), found(shop, "lighthouse")))

    monkeypatch.setattr(SearchWriter, "_write", looking)
    shop.edit("prd_lamp", title="Lighthouse")
    shop.follow()
    assert seen == [(["prd_lamp"], [])]
    assert (found(shop, "reading"), found(shop, "lighthouse")) == ([], ["prd_lamp"])


def lose(path: Path) -> None:
    path.unlink()


def garble(path: Path) -> None:
    path.write_bytes(b"this is no database " * 500)


def spoil_a_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 4] = b"\xa5" * 8192
    path.write_bytes(content)


def other_layout(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'layout'")


def drop_a_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM offers WHERE price = 4900")


def drop_a_text(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM texts WHERE title = 'reading lamp'")


def drop_a_stem(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM stems WHERE stem = 'lap'")


def swap_members(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE members SET product = 'prd_lamp' WHERE position = 1")


@pytest.mark.parametrize(
    "damage",
    [lose, garble, spoil_a_page, other_layout, drop_a_row, drop_a_text, drop_a_stem, swap_members],
    ids=lambda damage: damage.__name__,
)
def test_damage_is_found_and_build_repairs_it(shop: SmallShop, tmp_path: Path, damage: object) -> None:
    shop.close()
    shop.generator.close()
    path = shop.settings.search_index
    damage(path)  # type: ignore[operator]
    wrong = cli.verify(shop.settings, shop.services).wrong
    assert wrong
    assert all(name.startswith("search index") for name in wrong)
    cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    assert cli.verify(shop.settings, shop.services).wrong == {}
    assert everything(path) == from_nothing(shop, tmp_path)


def test_a_file_that_is_taken_away_comes_back_with_the_next_batch(shop: SmallShop, tmp_path: Path) -> None:
    index = SqliteSearchIndex(shop.settings.search_index)
    assert index.state()
    for path in shop.settings.data.glob("search.sqlite*"):
        path.unlink()
    with pytest.raises(NoIndex):
        index.state()
    shop.price("LAMP-OAK", 4700)
    shop.follow()
    assert index.state()
    assert everything(shop.settings.search_index) == from_nothing(shop, tmp_path)


def test_a_lost_event_is_found_by_turns(shop: SmallShop, tmp_path: Path) -> None:
    shop.close()
    shop.external("products").update_one({"_id": "prd_lamp"}, {"$set": {"title": "Lighthouse"}})
    shop.external("products").delete_one({"_id": "prd_guide"})
    for _ in range(6):
        shop.generator.search.prove_some(0.01)
    assert (found(shop, "lighthouse"), found(shop, "guide")) == (["prd_lamp"], [])
    before = search(shop).index.state()
    for _ in range(6):
        shop.generator.search.prove_some(0.01)
    assert search(shop).index.state() == before
