"""What search finds, and in which order, on the real index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.search_index import SqliteSearchIndex
from app.catalogue.model import Collection, Product
from app.inventory.model import StockPool
from app.search.model import MOST_HITS, Filter, NoIndex, Sorting, Term
from app.search.service import Search
from sitegen.search import SearchWriter
from tests import fakes
from tests.builders import variant


def thing(name: str, title: str, **changes: object) -> Product:
    """Return a product with one variant called like it."""
    return replace(
        Product(f"prd_{name}", name, title, (variant(name.upper(), 1000, EUR=900),)),
        **changes,  # type: ignore[arg-type]
    )


RANGE = (
    thing("tides", "Tides", vendor="Nord", tags=("Café",), description="<p>Water &amp; moon.</p>"),
    thing("saddle", "Saddle"),
    thing("low-sun", "Low Sun"),
    thing("lamp", "Desk lamp", description="<p>Warm as a sun.</p>"),
    thing("sunday", "Sunday mug"),
    thing("shade", "Shade", vendor="Sun & Sons"),
    thing("sold-sun", "A sun of paper"),
    thing("draft", "Draft sun", status="draft"),
    thing("yen", "Yen only", variants=(variant("YEN", 0).__class__("YEN", "YEN", (), {"JPY": 5}),)),
)
SOLD_OUT = {"SOLD-SUN"}


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SearchWriter]:
    """The index of the range, as the generator writes it."""
    memory = fakes.Memory()
    store, inventory = fakes.FakeCatalogueStore(memory), fakes.FakeInventoryStore(memory)
    store.insert_products(RANGE)
    for product in RANGE:
        for one in product.variants:
            inventory.insert_pool(StockPool(one.stock_id))
            inventory.move(one.stock_id, on_hand=0 if one.sku in SOLD_OUT else 9, reserved=0)
    store.put_collection(
        Collection("col_1", "c", "C", product_ids=("prd_low-sun", "prd_gone", "prd_tides", "prd_draft"))
    )
    writer = SearchWriter(tmp_path / "search.sqlite", store, inventory)
    writer.ensure()
    yield writer
    writer.close()


@pytest.fixture
def search(writer: SearchWriter) -> Search:
    """Search over it."""
    return Search(SqliteSearchIndex(writer.path))


def found(search: Search, text: str, currency: str = "USD") -> list[str]:
    """Return what is found, without the ids' prefix."""
    return [hit.product.removeprefix("prd_") for hit in search.find(text, currency).hits]


def test_title_goes_before_names_and_names_before_text(search: Search) -> None:
    # Whole words of titles first, there what can be bought first; then beginnings, names, text.
    assert found(search, "sun") == ["low-sun", "sold-sun", "sunday", "shade", "lamp"]


def test_the_last_word_may_be_a_beginning_and_the_others_may_not(search: Search) -> None:
    assert found(search, "low su") == ["low-sun"]
    assert found(search, "desk la") == ["lamp"]
    assert search.index.ranked([Term(("des",)), Term(("lamp",), is_open=True)], "USD") == []


def test_accents_and_markup_do_not_matter(search: Search) -> None:
    assert found(search, "CAFE") == found(search, "café") == ["tides"]
    assert found(search, "water moon") == ["tides"]
    assert found(search, "amp") == ["lamp"]


def test_a_sku_goes_first(search: Search) -> None:
    assert found(search, "sold-sun")[0] == "sold-sun"
    assert found(search, "  Lamp ")[0] == "lamp"


@pytest.mark.parametrize(
    ("typed", "thing", "near"),
    [
        ("tdies", "tides", ("tides",)),
        ("sadlde", "saddle", ("saddle",)),
        ("lmap", "lamp", ("lamp",)),
        ("tids", "tides", ("tides",)),
        ("sadl", "saddle", ("saddle",)),
        ("dsek lmap", "lamp", ("desk", "lamp")),
    ],
)
def test_slips_are_forgiven(search: Search, typed: str, thing: str, near: tuple[str, ...]) -> None:
    results = search.find(typed, "USD")
    assert [hit.product for hit in results.hits] == [f"prd_{thing}"]
    assert results.instead == near


def test_three_letters_with_a_slip_find_the_thing(search: Search) -> None:
    assert "low-sun" in found(search, "snu")


def test_nothing_is_forgiven_where_something_is_called_so(search: Search) -> None:
    results = search.find("sunday", "USD")
    assert (found(search, "sunday"), results.instead) == (["sunday"], ())


def test_what_is_far_from_everything_is_not_found(search: Search) -> None:
    for text in ("submarine", "zz", "12345", "xqj"):
        assert search.find(text, "USD").total == 0


def test_a_currency_finds_what_has_a_price_in_it(search: Search) -> None:
    assert (found(search, "yen", "JPY"), found(search, "yen", "USD")) == (["yen"], [])
    assert found(search, "YEN", "EUR") == []
    assert found(search, "draft") == []


def test_a_listing_is_in_its_collection_s_order(search: Search) -> None:
    assert search.narrow("col_1", "USD", Filter()).products == ("prd_low-sun", "prd_tides")
    assert search.narrow("col_1", "USD", Filter(), Sorting.TITLE).products == ("prd_low-sun", "prd_tides")
    assert search.narrow("col_1", "JPY", Filter()).total == 0
    assert search.narrow("col_none", "USD", Filter()).total == 0


def test_a_listing_is_read_again_after_a_change(search: Search, writer: SearchWriter) -> None:
    assert search.narrow("col_1", "USD", Filter()).total == 2
    writer.catalogue.put_collection(Collection("col_1", "c", "C", product_ids=("prd_lamp",), version=2))
    writer.update([], ["col_1"])
    assert search.narrow("col_1", "USD", Filter()).products == ("prd_lamp",)


def test_more_than_can_be_looked_through_is_said(writer: SearchWriter, search: Search) -> None:
    writer.catalogue.insert_products([thing(f"cup-{n}", f"Cup {n}") for n in range(MOST_HITS + 5)])
    writer.repair()
    results = search.find("cup", "USD")
    assert (results.total, results.has_more, len(results.hits)) == (MOST_HITS, True, 24)


def test_an_index_that_is_not_there_or_no_index_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_bytes(b"no database" * 1000)
    (tmp_path / "empty.sqlite").touch()
    for name in ("none", "text", "empty"):
        search = Search(SqliteSearchIndex(tmp_path / f"{name}.sqlite"))
        with pytest.raises(NoIndex):
            search.find("sun", "USD")
        with pytest.raises(NoIndex):
            search.narrow("col_1", "USD", Filter())


def test_an_empty_query_asks_nothing(tmp_path: Path) -> None:
    assert Search(SqliteSearchIndex(tmp_path / "none.sqlite")).find(' "*" ', "USD").total == 0
