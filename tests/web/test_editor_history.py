"""History at the desk: who changed what, readable, and one click back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.bulk import Reason, write_products
from app.catalogue.collecting import change_collection, create_collection, retire_collection
from app.catalogue.model import Collection, Option, Product, Variant
from app.catalogue.rules import Condition, Operator, Rule, RuleField
from app.catalogue.seeing import seen_digest
from app.money import Money
from app.staff.model import Role
from app.web.contexts.json_ld import plain_text

from .editor_shop import DeskShop, open_shop
from .markup import Markup

RULE = Rule((Condition(RuleField.TAG, Operator.EQUALS, "sea"),))


@pytest.fixture
def desk(tmp_path: Path) -> DeskShop:
    """A desk with Ann at it, who owns the shop."""
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def product(shop: DeskShop, product_id: str = "prd_lamp") -> Product:
    """Return a product as it is."""
    found = shop.services.catalogue.store.product(product_id)
    assert found is not None
    return found


def write(shop: DeskShop, change_set: str = "", **changes: object) -> Product:
    """Change the lamp, as Eva or as an import."""
    old = product(shop)
    reason = Reason("eva@shop.example", "spring", change_set)
    write_products(shop.services.catalogue, (), [(old, replace(old, **changes))], reason)  # type: ignore[arg-type]
    return product(shop)


def newest(shop: DeskShop, document: str = "prd_lamp", place: int = 0) -> str:
    """Return the id of a revision, by default the newest one."""
    return shop.services.catalogue.store.revisions(document)[place].id


def page(shop: DeskShop, path: str) -> str:
    """Return a page's text; its markup is sound."""
    answer = shop.get(path)
    assert answer.status_code == 200
    assert Markup.of(answer.text).faults == []
    return plain_text(answer.text)


def test_a_change_is_read_field_by_field_by_a_person(desk: DeskShop) -> None:
    lamp = product(desk)
    oak, ash, large = lamp.variants
    dearer = replace(oak, prices={"USD": 12500}, compare_at={"USD": 15000})
    round_ = Variant("LAMP-ROUND", "LAMP-ROUND", ("Round",), {"USD": 5000})
    write(
        desk,
        title="Oak table lamp",
        description="<p>For <b>short</b> evenings.</p>",
        tags=("light",),
        options=(Option("Wood", ("Oak", "Ash")),),
        variants=(large, dearer, round_),
    )
    text = page(desk, "/editor/products/prd_lamp/history")

    assert "Version 2 now eva@shop.example" in text
    assert "Title from Oak lamp → to Oak table lamp" in text
    assert "LAMP-OAK · Price from $120.00 → to $125.00" in text
    assert "LAMP-OAK · Price from €115.00 → to —" in text
    assert "LAMP-OAK · Compare-at price $150.00" in text
    assert "Variant LAMP-ASH from Ash, $99.00 → to —" in text
    assert "Variant LAMP-ROUND Round, $50.00" in text
    assert "Order of the variants" in text
    assert "Tags light" in text
    assert "Options Wood: Oak, Ash" in text
    assert ash.sku == "LAMP-ASH"


def test_texts_are_compared_word_by_word_without_their_tags(desk: DeskShop) -> None:
    write(desk, description="<p>For long evenings.</p><p>Oak.</p>")
    write(desk, description="<p>For <em>short</em> evenings.</p><p>Oak &amp; ash.</p>")
    html = desk.get("/editor/products/prd_lamp/history").text

    assert '<del><span class="visually-hidden">removed: </span>long</del>' in html
    assert '<ins><span class="visually-hidden">added: </span>short</ins>' in html
    assert '<ins><span class="visually-hidden">added: </span>Oak &amp; ash.</ins>' in html
    write(desk, description="<p>For <b>short</b> evenings.</p><p>Oak &amp; ash.</p>")
    assert "Description only its formatting" in page(desk, "/editor/products/prd_lamp/history")


def test_one_click_brings_an_old_price_back_and_a_second_one_changes_nothing(desk: DeskShop) -> None:
    desk.services.catalogue.change_price("LAMP-OAK", Money(13000, "USD"), who="eva")
    first, seen = newest(desk, place=1), seen_digest(product(desk))
    for _ in range(2):
        answer = desk.post("/editor/products/prd_lamp/revert", revision=first, seen=seen)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/editor/products/prd_lamp/history?saved=3"

    lamp = product(desk)
    assert (lamp.version, lamp.variants[0].prices["USD"]) == (3, 12000)
    text = page(desk, "/editor/products/prd_lamp/history?saved=3")
    assert "It is again what it was." in text
    assert "reverted to version 1" in text
    # Where it is already, nobody needs to go.
    assert desk.get("/editor/products/prd_lamp/history").text.count("Go back to this") == 1


def test_a_revert_after_somebody_elses_change_is_refused_and_shows_it(desk: DeskShop) -> None:
    first, seen = newest(desk), seen_digest(product(desk))
    write(desk, title="Lamp of oak")
    answer = desk.post("/editor/products/prd_lamp/revert", revision=first, seen=seen)

    assert answer.status_code == 409
    assert "nothing was reverted" in answer.text
    assert "Lamp of oak" in answer.text
    assert product(desk).version == 2


def test_a_revert_shows_first_what_a_program_wrote_without_counting_the_version(desk: DeskShop) -> None:
    desk.services.catalogue.change_price("LAMP-OAK", Money(13000, "USD"), who="eva")
    text = desk.get("/editor/products/prd_lamp/history").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    written = replace(product(desk), title="From a script")
    desk.services.catalogue.store.replace_product(written, expected_version=2)
    answer = desk.post("/editor/products/prd_lamp/revert", **form)

    assert answer.status_code == 409
    assert "nothing was reverted" in answer.text
    assert product(desk) == written


def test_a_sku_that_another_product_took_meanwhile_stops_the_revert_in_words(desk: DeskShop) -> None:
    first = newest(desk)
    write(desk, variants=product(desk).variants[:1])
    other = Product("prd_new", "new", "New", (Variant("LAMP-ASH", "LAMP-ASH", (), {"USD": 1}),))
    desk.services.catalogue.create_product(other, who="eva")
    seen = seen_digest(product(desk))
    answer = desk.post("/editor/products/prd_lamp/revert", revision=first, seen=seen)

    assert answer.status_code == 422
    text = plain_text(answer.text)
    assert "Nothing was reverted. sku is “LAMP-ASH”, but must be one that no other product has." in text
    assert len(product(desk).variants) == 1


def test_a_revision_of_another_document_is_none_of_this_one(desk: DeskShop) -> None:
    answer = desk.post("/editor/products/prd_lamp/revert", revision=newest(desk, "prd_print"))

    assert answer.status_code == 404
    assert product(desk).version == 1


def test_what_another_program_wrote_is_named_so(desk: DeskShop) -> None:
    store = desk.services.catalogue.store
    store.replace_product(replace(product(desk), title="From a script", version=1), expected_version=1)
    desk.services.catalogue.note_external("prd_lamp")

    assert "another program" in page(desk, "/editor/products/prd_lamp/history")


def test_a_collections_history_names_products_by_title_and_its_rule_in_words(desk: DeskShop) -> None:
    catalogue = desk.services.catalogue
    light = Collection("col_1", "light", "Light", product_ids=("prd_lamp", "prd_gone"))
    create_collection(catalogue, light, who="ada")
    wanted = replace(light, product_ids=("prd_print",), rule=RULE)
    change_collection(catalogue, wanted, who="eva", seen=seen_digest(light))
    text = page(desk, "/editor/collections/col_1/history")

    assert "Products from Oak lamp, prd_gone → to Low Water at Skagen" in text
    assert "Rule Tag is “sea” · Newest first" in text


def test_a_retired_collection_comes_back_by_one_click(desk: DeskShop) -> None:
    catalogue = desk.services.catalogue
    light = create_collection(catalogue, Collection("col_1", "light", "Light", rule=RULE), who="ada")
    retire_collection(catalogue, "col_1", who="eva", seen=seen_digest(light))
    assert "Going back to a version brings it back." in page(desk, "/editor/collections/col_1/history")
    first = newest(desk, "col_1", 1)
    stale = desk.post("/editor/collections/col_1/revert", revision=first, seen=seen_digest(light))
    assert stale.status_code == 409
    assert "Nothing was reverted. “Light” was retired" in stale.text
    assert catalogue.store.collections() == []
    answer = desk.post("/editor/collections/col_1/revert", revision=first, seen=seen_digest(None))

    assert answer.status_code == 303
    back = catalogue.store.collection("col_1")
    assert back is not None
    assert (back.slug, back.rule, back.version) == ("light", RULE, 3)


def test_a_change_set_is_shown_taken_back_as_one_and_then_says_so(desk: DeskShop) -> None:
    write(desk, "chg_spring", title="Spring lamp", vendor="Spring & Co")
    assert "spring" in page(desk, "/editor/changes")
    text = page(desk, "/editor/changes/chg_spring")
    assert "Oak lamp → to Spring lamp" in text
    assert "Stands" in text
    write(desk, vendor="Somebody else")
    assert "Changed since, and left alone: Vendor" in page(desk, "/editor/changes/chg_spring")

    for _ in range(2):
        answer = desk.post("/editor/changes/chg_spring/revert")
        assert answer.headers["Location"] == "/editor/changes/chg_spring"
    lamp = product(desk)
    assert (lamp.title, lamp.vendor) == ("Oak lamp", "Somebody else")
    assert "revert of chg_spring" in page(desk, "/editor/changes")


def test_a_change_set_too_large_for_a_browser_names_the_command(
    desk: DeskShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(desk, "chg_spring", title="Spring lamp")
    monkeypatch.setattr("app.web.editor.history.LARGEST_REVERT", 0)
    answer = desk.post("/editor/changes/chg_spring/revert")

    assert answer.status_code == 409
    assert "vitrine revert chg_spring" in answer.text
    assert product(desk).title == "Spring lamp"


@pytest.mark.parametrize(
    "path", ["products/prd_none/history", "collections/col_none/history", "changes/chg_none"]
)
def test_the_history_of_what_never_was_is_not_found(desk: DeskShop, path: str) -> None:
    assert desk.get(f"/editor/{path}").status_code == 404


def test_a_viewer_reads_history_and_takes_nothing_back(desk: DeskShop) -> None:
    first = newest(desk)
    write(desk, "chg_spring", title="Spring lamp")
    desk.hire("vera@shop.example", Role.VIEWER)
    desk.post("/editor/sign-out")
    desk.sign_in("vera@shop.example")

    assert "Go back to this" not in desk.get("/editor/products/prd_lamp/history").text
    assert "Take it back as one" not in desk.get("/editor/changes/chg_spring").text
    assert desk.post("/editor/products/prd_lamp/revert", revision=first).status_code == 403
    assert desk.post("/editor/changes/chg_spring/revert").status_code == 403
    assert product(desk).title == "Spring lamp"
