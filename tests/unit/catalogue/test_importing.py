"""What an import does to the shop: to products, to stock, to their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.catalogue.history import revert_change_set
from app.catalogue.model import Option, Product, ProductStatus
from app.errors import NotFound, StoreUnavailable, VersionConflict
from app.inventory.model import Policy, StockPool
from app.money import Money
from tests.builders import poster
from tests.import_desk import Desk, counts, faults, lamp

COUNTED = {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "5"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def revision_of(desk: Desk, slug: str) -> tuple[str, str, str, int]:
    """Return who, why, change set and version of a product's last revision."""
    last = desk.catalogue.store.revisions(desk.product(slug).id)[0]
    return last.who, last.why, last.change_set, last.version


def test_an_import_is_one_change_set_over_all_revisions(desk: Desk) -> None:
    other = lamp(**{"Handle": "desk", "Variant SKU": "DESK"})

    report = desk.take([lamp(), other], why="import of a.csv")

    assert report.change_set.startswith("chg_")
    assert revision_of(desk, "lamp") == ("ada", "import of a.csv", report.change_set, 1)
    assert revision_of(desk, "desk") == ("ada", "import of a.csv", report.change_set, 1)
    [found] = desk.catalogue.store.change_sets()
    assert (found.id, found.products, found.why) == (report.change_set, 2, "import of a.csv")


def test_a_dry_run_counts_and_writes_nothing(desk: Desk) -> None:
    desk.take([lamp()])
    before = desk.state

    new = lamp(**{"Handle": "desk", "Variant SKU": "DESK"})
    report = desk.take([lamp(**{"Variant Price": "50"}), new], dry_run=True)

    assert counts(report) == (1, 1, 0, 0)
    assert (report.change_set, report.is_written) == ("", False)
    assert desk.state == before


def test_what_the_file_does_not_speak_of_stays(desk: Desk) -> None:
    desk.take([lamp(**{"Vendor": "Ada", "Variant Barcode": "1", "Price / EUR": "45", "Tags": "oak"})])

    report = desk.take([lamp(**{"Variant Price": "50"})])

    assert counts(report) == (0, 1, 0, 0)
    product = desk.product("lamp")
    assert (product.vendor, product.tags, product.version) == ("Ada", ("oak",), 2)
    assert product.variants[0].prices == {"USD": 5000, "EUR": 4500}
    assert product.variants[0].barcode == "1"
    diff = desk.catalogue.store.revisions(product.id)[0].diff
    assert list(diff) == ["variants"]


def test_an_empty_cell_empties_what_it_stands_for(desk: Desk) -> None:
    desk.take([lamp(**{"Vendor": "Ada", "Price / EUR": "45", "Variant Compare At Price": "60"})])

    desk.take([lamp(**{"Vendor": "", "Price / EUR": "", "Variant Compare At Price": ""})])

    product = desk.product("lamp")
    assert (product.vendor, product.variants[0].prices, product.variants[0].compare_at) == (
        "",
        {"USD": 4900},
        {},
    )


def test_variants_are_those_of_the_file_in_its_order(desk: Desk) -> None:
    names = {"Option1 Name": "Size"}
    small = lamp(**{**names, "Option1 Value": "S", "Variant SKU": ""})
    large = {"Handle": "lamp", "Option1 Value": "L", "Variant Price": "70"}
    desk.take([small, large])
    assert [variant.sku for variant in desk.product("lamp").variants] == ["LAMP-S", "LAMP-L"]

    medium = {"Handle": "lamp", "Option1 Value": "M", "Variant Price": "60"}
    desk.take([small, medium])

    product = desk.product("lamp")
    assert [variant.sku for variant in product.variants] == ["LAMP-S", "LAMP-M"]
    assert product.options == (Option("Size", ("S", "M")),)
    assert desk.pool("LAMP-L") == StockPool("LAMP-L", policy=Policy.UNTRACKED)


def test_a_variant_without_a_sku_in_the_file_is_found_by_its_options(desk: Desk) -> None:
    row = lamp(**{"Option1 Name": "Size", "Option1 Value": "S", "Variant SKU": "OWN-1"})
    desk.take([row])

    assert counts(desk.take([{**row, "Variant SKU": ""}])) == (0, 0, 1, 0)
    del row["Variant SKU"]
    assert counts(desk.take([row])) == (0, 0, 1, 0)


def test_quantities_apply_to_new_skus_only(desk: Desk) -> None:
    desk.take([lamp(**COUNTED)])

    report = desk.take([lamp(**COUNTED | {"Variant Inventory Qty": "9"})])

    assert counts(report) == (0, 0, 1, 0)
    assert desk.pool("LAMP").on_hand == 5
    assert [(one.kind, one.on_hand) for one in desk.inventory.store.movements("LAMP")] == [("receipt", 5)]


def test_with_set_stock_every_count_is_corrected_by_a_movement(desk: Desk) -> None:
    desk.take([lamp(**COUNTED)])

    report = desk.take([lamp(**COUNTED | {"Variant Inventory Qty": "9"})], set_stock=True)

    assert counts(report) == (0, 1, 0, 0)
    assert desk.pool("LAMP").on_hand == 9
    kinds = [(str(one.kind), one.on_hand) for one in desk.inventory.store.movements("LAMP")]
    assert sorted(kinds) == [("correction", 4), ("receipt", 5)]
    books = desk.inventory.store.books("LAMP")
    assert books is not None
    assert books.are_closed
    assert desk.product("lamp").version == 1


def test_with_set_stock_a_pool_begins_to_be_counted_and_ends(desk: Desk) -> None:
    desk.take([lamp()])
    assert desk.pool("LAMP").policy is Policy.UNTRACKED

    desk.take([lamp(**COUNTED)], set_stock=True)
    assert (desk.pool("LAMP").policy, desk.pool("LAMP").on_hand) == (Policy.DENY, 5)

    desk.take([lamp(**{"Variant Inventory Tracker": ""})], set_stock=True)
    assert desk.pool("LAMP").policy is Policy.UNTRACKED


def test_a_count_below_what_is_reserved_is_refused_by_its_row(desk: Desk) -> None:
    desk.take([lamp(**COUNTED)])
    assert desk.inventory.store.take("LAMP", 3)

    report = desk.take([lamp(**COUNTED | {"Variant Inventory Qty": "2"})], set_stock=True)

    assert faults(report) == [(2, "Variant Inventory Qty is 2, but 3 units are reserved now.")]
    assert desk.pool("LAMP").on_hand == 5


@pytest.mark.parametrize(("policy", "on_hand"), [("deny", 0), ("continue", -4)])
def test_what_was_oversold_elsewhere_begins_at_nothing_unless_it_goes_on(
    desk: Desk, policy: str, on_hand: int
) -> None:
    cells = {"Variant Inventory Qty": "-4", "Variant Inventory Policy": policy}
    desk.take([lamp(**COUNTED | cells)])

    assert desk.pool("LAMP").on_hand == on_hand


def test_a_pool_that_is_there_keeps_its_count(desk: Desk) -> None:
    desk.inventory.open_pool(StockPool("LAMP", on_hand=2), by="ada")

    assert counts(desk.take([lamp(**COUNTED)])) == (1, 0, 0, 0)
    assert desk.pool("LAMP").on_hand == 2


def test_an_import_that_was_killed_is_finished_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.catalogue.importing.BATCH", 2)
    rows = [lamp(**{"Handle": f"p-{n}", "Variant SKU": f"SKU-{n}"} | COUNTED) for n in range(5)]
    insert, calls = desk.catalogue.store.insert_revisions, list[int]()

    def killed(revisions: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        insert(revisions)  # type: ignore[arg-type]

    desk.catalogue.store.insert_revisions = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        desk.take(rows)
    assert [product.slug for product in desk.products] == ["p-0", "p-1"]
    assert desk.inventory.store.pool("SKU-2") is None

    assert counts(desk.take(rows)) == (3, 0, 2, 0)
    assert {desk.pool(f"SKU-{n}").on_hand for n in range(5)} == {5}


def test_a_product_that_the_shop_cannot_read_is_a_fault_before_anything_is_written(desk: Desk) -> None:
    desk.take([lamp()])
    before, store = desk.state, desk.catalogue.store
    store.products_by_slugs = lambda slugs: {}  # type: ignore[method-assign]

    report = desk.take([lamp(**{"Handle": "cup", "Variant SKU": "CUP"}), lamp(**{"Title": "New"})])

    reason = "The shop has a product 'lamp' that cannot be read: mend it in the program that has written it."
    assert faults(report) == [(3, reason)]
    assert (counts(report), report.is_written) == ((0, 0, 0, 1), False)
    assert desk.state == before


def test_an_error_while_writing_tells_what_was_written_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.catalogue.importing.BATCH", 2)
    rows = [lamp(**{"Handle": f"p-{n}", "Variant SKU": f"SKU-{n}"}) for n in range(5)]
    insert, calls = desk.catalogue.store.insert_products, list[int]()

    def failing(products: Sequence[Product]) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise StoreUnavailable("gone")
        insert(products)

    desk.catalogue.store.insert_products = failing  # type: ignore[method-assign]
    report = desk.take(rows)

    assert (counts(report), report.is_written) == ((2, 0, 0, 0), True)
    assert faults(report) == [
        (
            4,
            "Writing ended at this row: The database did not answer: gone. "
            "Run the import again to finish it.",
        )
    ]
    [change_set] = desk.catalogue.store.change_sets()
    assert (change_set.id, change_set.products) == (report.change_set, 2)
    assert [product.slug for product in desk.products] == ["p-0", "p-1"]


def test_a_dry_run_that_would_be_refused_counts_nothing_as_created(desk: Desk) -> None:
    bad = lamp(**{"Handle": "desk", "Variant SKU": "DESK", "Variant Price": "x"})

    assert counts(desk.take([lamp(), bad], dry_run=True)) == (0, 0, 0, 1)
    assert counts(desk.take([lamp(), bad], dry_run=True, keep_going=True)) == (1, 0, 0, 1)
    broken = b"Handle,Title,Variant Price\nlamp,Lamp,4\ndesk,Desk,\xff\n"
    assert counts(desk.take(broken, dry_run=True, keep_going=True)) == (0, 0, 0, 0)


def test_a_batch_is_planned_anew_where_somebody_else_writes_in_between(desk: Desk) -> None:
    desk.take([lamp(**{"Price / EUR": "45"})])
    replace_all = desk.catalogue.store.replace_products

    def racing(products: object) -> bool:
        desk.catalogue.store.replace_products = replace_all  # type: ignore[method-assign]
        raise VersionConflict("product", "lamp", 1)

    desk.catalogue.store.replace_products = racing  # type: ignore[method-assign]

    assert counts(desk.take([lamp(**{"Variant Price": "50"})])) == (0, 1, 0, 0)
    assert desk.product("lamp").variants[0].prices == {"USD": 5000, "EUR": 4500}


def test_what_another_program_wrote_before_has_a_revision_of_its_own(desk: Desk) -> None:
    desk.take([lamp()])
    table = desk.memory.tables["products"]
    product = desk.product("lamp")
    table[product.id] = replace(product, title="Oak lamp")
    desk.clock.turn(minutes=1)

    desk.take([lamp(**{"Title": "Oak lamp", "Variant Price": "50"})])

    last, before, _ = desk.catalogue.store.revisions(product.id)
    assert (before.who, before.diff) == ("external", {"title": ("Lamp", "Oak lamp")})
    assert list(last.diff) == ["variants"]


def test_a_change_set_is_reverted_as_one_and_the_revert_too(desk: Desk) -> None:
    desk.take([lamp(**{"Vendor": "Ada"} | COUNTED)])
    before = desk.product("lamp")
    new = lamp(**{"Handle": "desk", "Variant SKU": "DESK"})
    report = desk.take([lamp(**{"Variant Price": "50", "SEO Title": "Best"}), new])

    undone = revert_change_set(desk.catalogue, report.change_set, who="eva")

    assert (undone.reverted, undone.archived, undone.unchanged, undone.kept) == (1, 1, 0, [])
    assert replace(desk.product("lamp"), version=1) == before
    assert desk.product("lamp").version == 3
    assert desk.product("desk").status is ProductStatus.ARCHIVED
    assert revision_of(desk, "lamp") == ("eva", f"revert of {report.change_set}", undone.change_set, 3)
    assert desk.pool("LAMP").on_hand == 5

    again = revert_change_set(desk.catalogue, undone.change_set, who="eva")
    assert (again.reverted, again.archived) == (2, 0)
    assert desk.product("desk").status is ProductStatus.ACTIVE
    assert desk.product("lamp").variants[0].prices == {"USD": 5000}
    assert desk.product("lamp").seo_title == "Best"


def test_reverting_twice_changes_nothing_the_second_time(desk: Desk) -> None:
    report = desk.take([lamp()])
    revert_change_set(desk.catalogue, report.change_set, who="eva")
    before = desk.state

    undone = revert_change_set(desk.catalogue, report.change_set, who="eva")

    assert (undone.reverted, undone.archived, undone.unchanged) == (0, 0, 1)
    assert desk.state == before


def test_a_field_that_was_changed_since_is_kept_and_named(desk: Desk) -> None:
    desk.take([lamp(**{"Vendor": "Ada"})])
    report = desk.take([lamp(**{"Vendor": "Eva", "Variant Price": "50"})])
    desk.catalogue.change_price("LAMP", Money(7000, "USD"), who="eva")

    undone = revert_change_set(desk.catalogue, report.change_set, who="eva")

    assert undone.kept == [{"product": "lamp", "fields": ["variants"]}]
    assert desk.product("lamp").vendor == "Ada"
    assert desk.product("lamp").variants[0].prices == {"USD": 7000}


def test_a_change_set_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound) as refusal:
        revert_change_set(desk.catalogue, "chg_none", who="eva")

    assert str(refusal.value) == "There is no change set 'chg_none'."


def test_what_another_program_wrote_goes_out_and_comes_in_unchanged(desk: Desk) -> None:
    odd = poster(description="Tom & Jerry", title=" Poster", tags=("a, b", " c", '"d"'))
    desk.catalogue.create_product(odd, who="ada")
    before = desk.state

    assert counts(desk.take(desk.give())) == (0, 0, 1, 0)
    assert counts(desk.take(desk.give(), set_stock=False)) == (0, 0, 1, 0)
    assert desk.state == before


def test_the_export_names_cheap_things_first_and_defuses_formulas(desk: Desk) -> None:
    desk.take(
        [lamp(**{"Title": "=cmd()", "Variant Tax Code": "@x", "Price / JPY": "7000", "Price / EUR": "45"})]
    )

    [row] = desk.given()

    assert (row["Title"], row["Variant Tax Code"]) == ("'=cmd()", "'@x")
    assert (row["Variant Price"], row["Price / EUR"], row["Price / JPY"]) == ("49.00", "45.00", "7000")
    assert (row["Option1 Name"], row["Option1 Value"], row["Status"]) == ("Title", "Default Title", "active")
    assert [name for name in row if name.startswith("Price /")] == ["Price / EUR", "Price / JPY"]
