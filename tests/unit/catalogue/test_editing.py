"""The form of a product: read whole, every fault at its field, nothing lost of what was there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.catalogue.bodies import sanitised
from app.catalogue.editing.reading import Reading, Surroundings, read
from app.catalogue.editing.rebasing import Clash, rebase, with_theirs
from app.catalogue.editing.steps import Step, take_step
from app.catalogue.editing.typed import TypedOption, TypedProduct, TypedValue, TypedVariant, typed
from app.catalogue.editing.words import slug_of, suggested_sku
from app.catalogue.model import Image, Option, Product, ProductStatus, Variant
from app.inventory.model import Policy, StockPool
from tests.builders import lamp, poster

EMPTY = Product("prd_new", "", "", (), status=ProductStatus.DRAFT)


def around(**known: Any) -> Surroundings:
    return Surroundings(sanitised, **known)


def faults(reading: Reading) -> dict[str, str]:
    return {fault.field: fault.text for fault in reading.faults}


def tides(**changes: Any) -> TypedProduct:
    """Return the form of a new print in two sizes."""
    size = TypedOption("+0", "Size", (TypedValue("+0", "A4"), TypedValue("+1", "A3"), TypedValue("+2")))
    rows = (
        TypedVariant(sku="tides-a4", choices={"+0": "+0"}, prices={"USD": "34", "EUR": ""}, count="12"),
        TypedVariant(sku="TIDES-A3", choices={"+0": "+1"}, prices={"USD": "74.00"}, policy="untracked"),
    )
    plain = TypedProduct(title="Tides", tags="sea, blue,, sea", options=(size,), variants=rows)
    return replace(plain, **changes)


def row(form: TypedProduct, number: int, **changes: Any) -> TypedProduct:
    rows = list(form.variants)
    rows[number] = replace(rows[number], **changes)
    return replace(form, variants=tuple(rows))


def step(form: TypedProduct, name: str, *places: int) -> Step:
    done = take_step(form, name, places)
    assert done is not None
    return done


ODD = (
    lamp(),
    poster(),
    lamp(description="<p>Two\r\nlines</p>\n", vendor=" Holm\n& Sons ", tags=("a", "b c"), options=()),
    lamp(variants=(Variant("X", "POOL", (), {}), Variant("Y", "POOL", (), {"DEM": 5}))),
    lamp(variants=(Variant("X", "X", ("Oak",), {"USD": 5}, {"USD": 4}, 12.5, " 40 ", extra=(("A", "b"),)),)),
    lamp(options=(Option("Wood", ("Oak", "Ash", "Elm")),), images=(Image("", "Alt", 1, 2, "https://x"),)),
)


@pytest.mark.parametrize("product", ODD, ids=lambda product: product.slug)
def test_a_form_that_is_saved_unchanged_changes_nothing(product: Product) -> None:
    pools = {variant.stock_id: StockPool(variant.stock_id) for variant in product.variants}
    reading = read(typed(product), product, around(pools=pools))
    assert reading == Reading(product)


def test_a_new_product_gets_its_slug_its_prices_and_the_pools_of_its_variants() -> None:
    reading = read(tides(), EMPTY, around())
    assert faults(reading) == {}
    product = reading.product
    assert (product.id, product.slug, product.tags) == ("prd_new", "tides", ("sea", "blue"))
    assert product.options == (Option("Size", ("A4", "A3")),)
    assert product.variants == (
        Variant("TIDES-A4", "TIDES-A4", ("A4",), {"USD": 3400}),
        Variant("TIDES-A3", "TIDES-A3", ("A3",), {"USD": 7400}),
    )
    assert reading.openings == (
        StockPool("TIDES-A4", on_hand=12),
        StockPool("TIDES-A3", policy=Policy.UNTRACKED),
    )


def test_every_fault_is_named_at_once_each_at_its_field() -> None:
    form = tides(title=" ", slug="Not a slug", status="gone")
    form = row(form, 0, sku="", prices={"USD": "12,50"}, weight="heavy", count="-1", barcode="x" * 256)
    form = row(form, 1, sku="LAMP-OAK", policy="continue", choices={})
    assert set(faults(read(form, EMPTY, around(owners={"LAMP-OAK": lamp()})))) == {
        "title",
        "slug",
        "status",
        "variant-0-sku",
        "variant-0-price-USD",
        "variant-0-weight",
        "variant-0-barcode",
        "variant-1-sku",
        "variant-1-cap",
        "variant-1-choice-0",
    }


def test_a_sku_of_another_product_is_refused_with_its_name() -> None:
    form = row(tides(), 1, sku="lamp-oak")
    found = faults(read(form, EMPTY, around(owners={"LAMP-OAK": lamp()})))
    assert found == {"variant-1-sku": "The SKU LAMP-OAK belongs to “Reading lamp”."}
    # The lamp itself may keep it.
    assert read(typed(lamp()), lamp(), around(owners={"LAMP-OAK": lamp()})).faults == ()


def test_a_price_is_in_a_currency_that_there_is() -> None:
    form = row(tides(), 0, prices={"USD": "34", "QQQ": "5", "ISK": "5"}, compare_at={"XAU": "5"})
    found = faults(read(form, EMPTY, around()))
    assert set(found) == {"variant-0-price-QQQ", "variant-0-price-ISK", "variant-0-compare-XAU"}
    assert found["variant-0-price-QQQ"].startswith("“QQQ” is no currency to charge in: ")
    # One that another program has written may stay, and its amount may be changed.
    old = lamp(variants=(replace(lamp().variants[0], prices={"DEM": 500}), lamp().variants[1]))
    reading = read(row(typed(old), 0, prices={"DEM": "6.00"}), old, around())
    assert (faults(reading), reading.product.variants[0].prices) == ({}, {"DEM": 600})


def test_texts_of_one_line_hold_no_character_that_controls_and_odd_ones_may_stay() -> None:
    texts = {"title": "Ti\x00des", "vendor": "Holm\nSons", "type": "Print\x1b[31m", "tags": "se\x07a"}
    found = faults(read(tides(**texts, seo_title="Tides\t", seo_description="a\nb"), EMPTY, around()))
    assert set(found) == {"title", "vendor", "type", "tags"}
    assert found["title"] == (
        "The title has line ends, tabs or other characters that nobody sees: write it without them."
    )
    values = (TypedValue("+0", "A\x074"), TypedValue("+1", "A3"))
    found = faults(read(tides(options=(TypedOption("+0", "Si\x07ze", values),)), EMPTY, around()))
    assert set(found) == {"option-0-name", "option-0-value-0"}
    odd = lamp(title="Lamp\x07", options=(Option("Wo\x07od", ("Oak", "Ash")),))
    assert faults(read(replace(typed(odd), vendor="Größe\xa010 👩\u200d🚀"), odd, around())) == {}
    more = replace(typed(odd).options[0], values=(*typed(odd).options[0].values, TypedValue("+0", "Elm")))
    assert faults(read(replace(typed(odd), options=(more,)), odd, around())) == {}


def test_a_slug_of_another_product_is_refused_with_its_name() -> None:
    found = faults(read(tides(slug="lamp"), EMPTY, around(slug_owner=lamp())))
    assert found == {"slug": "The URL name lamp belongs to “Reading lamp”."}


def test_two_rows_may_be_neither_the_same_sku_nor_the_same_choice() -> None:
    form = row(tides(), 1, sku="TIDES-A4", choices={"+0": "+0"})
    assert faults(read(form, EMPTY, around())) == {
        "variant-1-sku": "The SKU TIDES-A4 stands in row 1 already.",
        "variant-1-remove": "Row 1 has A4 too: choose something else, or remove one of the two.",
        "variant-1-count": "Another row opens the pool TIDES-A4 with other numbers: "
        "write the same, or nothing.",
    }


def test_an_active_product_wants_a_price_and_a_draft_does_not() -> None:
    form = row(tides(), 1, prices={"USD": "", "EUR": ""})
    assert faults(read(form, EMPTY, around())) == {}
    assert list(faults(read(replace(form, status="active"), EMPTY, around()))) == ["variant-1-price-USD"]


def test_an_active_product_that_has_no_price_may_stay_so_and_a_draft_may_not_become_one() -> None:
    bare = lamp(variants=(replace(lamp().variants[0], prices={}), lamp().variants[1]))
    assert faults(read(replace(typed(bare), title="Lamp"), bare, around())) == {}
    draft = replace(bare, status=ProductStatus.DRAFT)
    assert list(faults(read(typed(bare), draft, around()))) == ["variant-0-price-USD"]


def test_a_product_keeps_at_least_one_variant_and_takes_a_hundred() -> None:
    none = replace(tides(), variants=tuple(replace(one, is_removed=True) for one in tides().variants))
    assert list(faults(read(none, EMPTY, around()))) == ["variants"]
    many = tuple(TypedVariant(sku=f"S{n}", prices={"USD": "1"}) for n in range(101))
    found = faults(read(replace(tides(), options=(), variants=many), EMPTY, around()))
    assert "101 variants: a product takes 100" in found["variants"]


def test_a_pool_that_is_there_is_shared_and_its_count_stays() -> None:
    pools = {"TIDES-A4": StockPool("TIDES-A4", on_hand=5)}
    counted = read(tides(), EMPTY, around(pools=pools))
    assert "TIDES-A4 is there already and has 5 on hand" in faults(counted)["variant-0-count"]
    reading = read(row(tides(), 0, count=""), EMPTY, around(pools=pools))
    assert faults(reading) == {}
    assert [pool.id for pool in reading.openings] == ["TIDES-A3"]


def test_html_is_made_safe_before_it_is_kept() -> None:
    form = tides(description="<p onclick=x()>Sea</p><script>alert(1)</script>")
    assert read(form, EMPTY, around()).product.description == "<p>Sea</p>"


def test_a_renamed_value_is_renamed_in_every_variant_and_a_renamed_sku_keeps_its_pool() -> None:
    form = typed(lamp())
    oak = replace(form.options[0].values[0], text="Smoked oak")
    option = replace(form.options[0], values=(oak, form.options[0].values[1]))
    form = row(replace(form, options=(option,)), 0, sku="LAMP-SMOKED")
    product = read(form, lamp(), around()).product
    assert product.options == (Option("Wood", ("Smoked oak", "Ash")),)
    first = product.variants[0]
    assert (first.sku, first.stock_id, first.options) == ("LAMP-SMOKED", "LAMP-OAK", ("Smoked oak",))
    assert product.variants[1] == lamp().variants[1]


def test_a_value_that_variants_have_is_not_emptied_away() -> None:
    form = typed(lamp())
    option = replace(form.options[0], values=(replace(form.options[0].values[0], text=""),))
    found = faults(read(replace(form, options=(option,)), lamp(), around()))
    assert found["option-0-value-0"].startswith("One variant has this value: remove them first")
    assert found["variant-1-choice-0"] == "Choose a value of Wood."


def test_combinations_get_suggested_skus_and_the_price_of_the_first() -> None:
    form = step(typed(lamp()), "option").form
    size = replace(form.options[1], name="Size", values=(TypedValue("+0", "S"), TypedValue("+1", "L")))
    done = step(replace(form, options=(form.options[0], size)), "combine")
    assert done.said.startswith("2 variants added.")
    assert [one.sku for one in done.form.variants] == ["LAMP-OAK", "LAMP-OAK-L", "LAMP-ASH", "LAMP-ASH-L"]
    assert done.form.variants[1].prices == {"JPY": "7000", "USD": "49.00"}
    product = read(done.form, lamp(), around()).product
    assert [variant.options for variant in product.variants] == [
        ("Oak", "S"),
        ("Oak", "L"),
        ("Ash", "S"),
        ("Ash", "L"),
    ]
    assert step(done.form, "combine").said == "Every combination is there already."


def test_more_combinations_than_a_product_takes_are_not_made() -> None:
    values = tuple(TypedValue(f"+{n}", f"Nº {n}") for n in range(101))
    form = tides(options=(TypedOption("+0", "Size", values),))
    done = step(form, "combine")
    assert "a product takes 100" in done.said
    assert done.form == form


def test_combinations_are_counted_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_lists: Any) -> None:
        raise AssertionError("a billion combinations were made")

    monkeypatch.setattr("app.catalogue.editing.steps.combinations", never)
    values = tuple(TypedValue(f"+{n}", f"Nº {n}") for n in range(1000))
    options = tuple(TypedOption(f"+{n}", f"Option {n}", values) for n in range(4))
    form = tides(options=options[:3])
    assert step(form, "combine") == Step(
        form, "That would be 1000000000 variants: a product takes 100. Use fewer values.", "options"
    )
    form = tides(options=options)
    assert step(form, "combine") == Step(form, "A product takes 3 options.", "options")


def test_a_key_that_only_looks_like_a_number_is_no_number() -> None:
    form = tides(options=(TypedOption("+²", "Size", (TypedValue("+٣", "A4"),)),))
    more = step(form, "option").form
    assert [option.key for option in more.options] == ["+²", "+0"]
    assert [value.key for value in step(form, "values", 0).form.options[0].values][1:] == ["+0", "+1", "+2"]


def test_an_option_taken_out_marks_what_would_then_be_the_same() -> None:
    done = step(typed(lamp()), "option-drop", 0)
    assert [one.is_removed for one in done.form.variants] == [False, True]
    assert "1 variant would be the same as others" in done.said
    product = read(done.form, lamp(), around()).product
    assert (product.options, [variant.sku for variant in product.variants]) == ((), ["LAMP-OAK"])


def test_a_value_taken_out_takes_its_variants_and_a_value_moved_moves_them() -> None:
    assert [one.is_removed for one in step(typed(lamp()), "value-drop", 0, 0).form.variants] == [True, False]
    moved = step(typed(lamp()), "value-up", 0, 1).form
    assert [one.sku for one in moved.variants] == ["LAMP-ASH", "LAMP-OAK"]
    assert step(typed(lamp()), "value-up", 0, 0).form == typed(lamp())


@pytest.mark.parametrize(
    ("name", "places"), [("nothing", ()), ("value-up", ()), ("value-up", (7, 0)), ("row-drop", (99,))]
)
def test_a_button_that_is_not_there_does_nothing(name: str, places: tuple[int, ...]) -> None:
    assert take_step(typed(lamp()), name, places) is None


def test_what_only_one_of_two_editors_changed_is_taken_from_that_one() -> None:
    theirs = typed(lamp(title="Desk lamp"))
    mine = row(typed(lamp()), 0, prices={"USD": "51.00", "JPY": "7000"})
    both = rebase(typed(lamp()), theirs, mine)
    assert both.form.title == "Desk lamp"
    assert both.form.variants[0].prices == {"USD": "51.00", "JPY": "7000"}
    assert both.clashes == (Clash("title", "Reading lamp", "Desk lamp", "Reading lamp", is_open=False),)


def test_what_both_changed_keeps_what_was_typed_and_shows_the_other() -> None:
    bob = row(typed(lamp(title="Desk lamp")), 0, prices={"USD": "50.00", "JPY": "7000"})
    mine = row(replace(typed(lamp()), title="Lamp"), 0, prices={"USD": "abc", "JPY": "7000"})
    both = rebase(typed(lamp()), bob, mine)
    assert both.form == mine
    assert both.clashes == (
        Clash("title", "Reading lamp", "Desk lamp", "Lamp", is_open=True),
        Clash("variant:price-USD:LAMP-OAK", "49.00", "50.00", "abc", is_open=True),
    )
    taken = with_theirs(with_theirs(both.form, bob, "title"), bob, "variant:price-USD:LAMP-OAK")
    assert taken == bob


def test_a_variant_removed_by_one_and_changed_by_the_other_is_kept_as_a_new_row() -> None:
    theirs = typed(lamp(variants=lamp().variants[:1]))
    mine = row(typed(lamp()), 1, sku="LAMP-ELM")
    both = rebase(typed(lamp()), theirs, mine)
    assert [(one.was, one.sku) for one in both.form.variants] == [("LAMP-OAK", "LAMP-OAK"), ("", "LAMP-ELM")]
    assert [(clash.field, clash.is_open) for clash in both.clashes] == [("variant::LAMP-ASH", True)]
    untouched = rebase(typed(lamp()), theirs, typed(lamp()))
    assert [one.sku for one in untouched.form.variants] == ["LAMP-OAK"]


def test_a_variant_that_the_other_added_joins_the_form() -> None:
    more = lamp(variants=(*lamp().variants, Variant("LAMP-ELM", "LAMP-ELM", ("Elm",), {"USD": 1})))
    both = rebase(typed(lamp()), typed(more), replace(typed(lamp()), title="Lamp"))
    assert [one.sku for one in both.form.variants] == ["LAMP-OAK", "LAMP-ASH", "LAMP-ELM"]
    assert both.form.title == "Lamp"


def test_where_the_beginning_is_unknown_every_difference_is_shown() -> None:
    mine = replace(typed(lamp()), title="Lamp")
    both = rebase(None, typed(lamp()), mine)
    assert both.form == mine
    assert both.clashes == (Clash("title", "", "Reading lamp", "Lamp", is_open=True),)


def test_where_the_beginning_is_unknown_a_variant_that_the_other_added_joins_and_is_shown() -> None:
    more = lamp(variants=(*lamp().variants, Variant("LAMP-ELM", "LAMP-ELM", ("Elm",), {"USD": 1})))
    both = rebase(None, typed(more), typed(lamp()))
    assert [one.sku for one in both.form.variants] == ["LAMP-OAK", "LAMP-ASH", "LAMP-ELM"]
    assert [clash for clash in both.clashes if clash.field.startswith("variant::")] == [
        Clash("variant::LAMP-ELM", "", "LAMP-ELM", "LAMP-ELM", is_open=False)
    ]


def test_names_are_made_of_letters_that_every_browser_and_scanner_takes() -> None:
    assert slug_of("Café à la mer, Größe Ø!") == "cafe-a-la-mer-grosse-o"
    assert slug_of("潮") == ""
    assert suggested_sku("tides", ["A3 / framed", "Öl"], {"TIDES-A3-FRAMED-OL"}) == "TIDES-A3-FRAMED-OL-2"
