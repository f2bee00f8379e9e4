"""Collections: every accepted change is a version and a revision, and each can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.catalogue.collecting import (
    CollectionRetired,
    change_collection,
    create_collection,
    retire_collection,
    revisions_since,
)
from app.catalogue.model import Collection, Product, Variant
from app.catalogue.reverting import CannotRevert, revert_collection, revert_product
from app.catalogue.rules import Condition, Operator, Rule, RuleField
from app.catalogue.seeing import seen_digest
from app.catalogue.service import Catalogue
from app.errors import InvalidValue, NotFound, VersionConflict
from app.money import Money
from tests.fakes import FakeCatalogueStore, FakeClock, FakeTransactions, Memory

SEA = Rule((Condition(RuleField.TAG, Operator.EQUALS, "sea"),))
TIDES = Collection("col_tides", "tides", "Tides", product_ids=("prd_1", "prd_2"))


@pytest.fixture
def catalogue() -> Catalogue:
    """A catalogue that is empty."""
    memory = Memory()
    return Catalogue(FakeCatalogueStore(memory), FakeTransactions(memory), FakeClock())


def history(catalogue: Catalogue, document: str = "col_tides") -> list[tuple[int, str, str, set[str]]]:
    """Return each revision: version, who, why, and which fields changed."""
    found = catalogue.store.revisions(document)
    return [(one.version, one.who, one.why, set(one.diff)) for one in found]


def change(catalogue: Catalogue, seen: Collection = TIDES, **changes: Any) -> Collection:
    """Change the collection as Eva, who saw it as it was created."""
    return change_collection(catalogue, replace(TIDES, **changes), who="eva", seen=seen_digest(seen))


def test_creating_and_changing_leaves_a_revision_each(catalogue: Catalogue) -> None:
    created = create_collection(catalogue, TIDES, who="ada")
    changed = change(catalogue, title="High tides", rule=SEA)

    assert (created.version, changed.version) == (1, 2)
    assert catalogue.store.collection("col_tides") == changed
    assert changed.updated_at == catalogue.clock.now()
    assert history(catalogue) == [
        (2, "eva", "", {"title", "rule"}),
        (1, "ada", "", {"slug", "title", "description", "product_ids", "rule"}),
    ]
    newest = catalogue.store.revisions("col_tides")[0]
    assert newest.diff["title"] == ("Tides", "High tides")
    assert newest.diff["rule"][0] is None


def test_what_is_sent_twice_is_done_once(catalogue: Catalogue) -> None:
    first = create_collection(catalogue, TIDES, who="ada")
    assert create_collection(catalogue, TIDES, who="ada") == first
    once = change(catalogue, title="High tides")
    assert change(catalogue, title="High tides") == once

    assert len(catalogue.store.revisions("col_tides")) == 2


def test_a_form_that_is_sent_again_finds_its_collection_whatever_became_of_it(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")
    bright = change(catalogue, title="High tides")

    assert create_collection(catalogue, TIDES, who="ada") == bright
    with pytest.raises(VersionConflict):
        create_collection(catalogue, replace(TIDES, title="Low tides"), who="ada")
    assert catalogue.store.collections() == [bright]
    assert len(catalogue.store.revisions("col_tides")) == 2


def test_a_change_of_what_somebody_else_has_changed_is_refused(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")
    change(catalogue, title="High tides")

    with pytest.raises(VersionConflict):
        change(catalogue, title="Low tides")
    with pytest.raises(VersionConflict):
        retire_collection(catalogue, "col_tides", who="eva", seen=seen_digest(TIDES))
    known = catalogue.store.collection("col_tides")
    assert known is not None
    assert known.title == "High tides"
    assert len(catalogue.store.revisions("col_tides")) == 2


@pytest.mark.parametrize(("changes", "field"), [({"slug": "High Tides"}, "slug"), ({"title": " "}, "title")])
def test_a_collection_without_a_name_or_an_address_is_refused(
    catalogue: Catalogue, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        create_collection(catalogue, replace(TIDES, **changes), who="ada")

    assert refusal.value.field == field
    assert catalogue.store.collections() == []


def test_a_title_is_one_line_and_an_odd_one_of_another_program_may_stay(catalogue: Catalogue) -> None:
    for title in ("Ti\x00des", "High\ntides"):
        with pytest.raises(InvalidValue) as refusal:
            create_collection(catalogue, replace(TIDES, title=title), who="ada")
        assert refusal.value.field == "title"
    create_collection(catalogue, TIDES, who="ada")
    with pytest.raises(InvalidValue):
        change(catalogue, title="Tides\x07")
    odd = replace(TIDES, title="Tides\x07", version=1)
    catalogue.store.put_collection(odd)
    assert change(catalogue, odd, title="Tides\x07", description="What moves.").version == 2


def test_an_address_that_another_collection_has_is_refused_and_nothing_is_noted(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")

    with pytest.raises(InvalidValue):
        create_collection(catalogue, replace(TIDES, id="col_2", title="Other"), who="ada")
    assert catalogue.store.revisions("col_2") == []


def test_what_another_program_wrote_is_noted_as_its_own(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")
    written = replace(TIDES, description="From a script.")
    catalogue.store.put_collection(written)
    with pytest.raises(VersionConflict):
        change(catalogue, title="High tides")
    with pytest.raises(VersionConflict):
        retire_collection(catalogue, "col_tides", who="eva", seen=seen_digest(TIDES))
    assert catalogue.store.collection("col_tides") == written
    (noted,) = revisions_since(catalogue, written, seen_digest(TIDES))
    assert (noted.who, noted.diff) == ("external", {"description": ("", "From a script.")})
    assert history(catalogue) == [(1, "ada", "", set(catalogue.store.revisions("col_tides")[0].diff))]
    change(catalogue, written, title="High tides", description="From a script.")

    assert history(catalogue)[0] == (2, "eva", "", {"title"})
    assert (1, "external", "", {"description"}) in history(catalogue)


def test_a_retired_collection_is_gone_and_comes_back_by_reverting(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")
    seen = seen_digest(change(catalogue, rule=SEA))
    retired = retire_collection(catalogue, "col_tides", who="eva", seen=seen)
    again = retire_collection(catalogue, "col_tides", who="eva", seen=seen)

    assert retired is not None
    assert again is None
    assert catalogue.store.collections() == []
    assert history(catalogue)[0][:3] == (3, "eva", "retired")

    by_rule = catalogue.store.revisions("col_tides")[1]
    for stale in (
        lambda: create_collection(catalogue, TIDES, who="ada"),
        lambda: change(catalogue, title="High tides"),
        lambda: change(catalogue, rule=SEA),
        lambda: revert_collection(catalogue, "col_tides", by_rule.id, who="ada", seen=seen),
    ):
        with pytest.raises(CollectionRetired) as refusal:
            stale()
        assert refusal.value.title == "Tides"
    assert catalogue.store.collections() == []
    assert len(catalogue.store.revisions("col_tides")) == 3
    back = revert_collection(catalogue, "col_tides", by_rule.id, who="ada", seen=seen_digest(None))
    assert back == replace(TIDES, rule=SEA, version=4, updated_at=catalogue.clock.now())
    assert history(catalogue)[0][:3] == (4, "ada", "reverted to version 2")


def test_the_address_of_a_retired_collection_is_free_for_a_new_one(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")
    retire_collection(catalogue, "col_tides", who="eva", seen=seen_digest(TIDES))
    made = create_collection(catalogue, replace(TIDES, id="col_new"), who="ada")

    assert (made.slug, made.version) == ("tides", 1)
    assert [found.id for found in catalogue.store.collections()] == ["col_new"]


def test_a_collection_goes_back_to_a_revision_once(catalogue: Catalogue) -> None:
    create_collection(catalogue, TIDES, who="ada")
    seen = seen_digest(change(catalogue, product_ids=("prd_9",), rule=SEA))
    first = catalogue.store.revisions("col_tides")[1]

    for _ in range(2):
        back = revert_collection(catalogue, "col_tides", first.id, who="eva", seen=seen)
        assert (back.version, back.product_ids, back.rule) == (3, ("prd_1", "prd_2"), None)
    assert [line[2] for line in history(catalogue)] == ["reverted to version 1", "", ""]


def test_a_product_goes_back_to_a_revision_once_and_keeps_its_newer_history(catalogue: Catalogue) -> None:
    lamp = Product("prd_lamp", "lamp", "Lamp", (Variant("LAMP", "LAMP", prices={"USD": 4900}),), tags=("a",))
    catalogue.create_product(lamp, who="ada")
    seen = seen_digest(catalogue.change_price("LAMP", Money(5900, "USD"), who="eva"))
    first = catalogue.store.revisions("prd_lamp")[1]

    for _ in range(2):
        back = revert_product(catalogue, "prd_lamp", first.id, who="eva", seen=seen)
        assert back.version == 3
    stored = catalogue.store.product("prd_lamp")
    assert stored == replace(
        lamp, version=3, updated_at=catalogue.clock.now(), created_at=catalogue.clock.now()
    )
    assert [line[:3] for line in history(catalogue, "prd_lamp")] == [
        (3, "eva", "reverted to version 1"),
        (2, "eva", ""),
        (1, "ada", ""),
    ]


def test_a_product_does_not_take_back_a_sku_that_another_one_has_now(catalogue: Catalogue) -> None:
    lamp = Product("prd_lamp", "lamp", "Lamp", (Variant("LAMP", "LAMP"), Variant("LAMP-XL", "LAMP")))
    catalogue.create_product(lamp, who="ada")
    first = catalogue.store.revisions("prd_lamp")[0]
    known = catalogue.store.product("prd_lamp")
    assert known is not None
    shorter = replace(known, variants=lamp.variants[:1], version=2)
    catalogue.store.replace_product(shorter, expected_version=1)
    catalogue.create_product(Product("prd_2", "two", "Two", (Variant("LAMP-XL", "X"),)), who="ada")

    with pytest.raises(InvalidValue) as refusal:
        revert_product(catalogue, "prd_lamp", first.id, who="eva", seen=seen_digest(shorter))

    assert (refusal.value.field, refusal.value.value) == ("sku", "LAMP-XL")
    now = catalogue.store.product("prd_lamp")
    assert now is not None
    assert (now.version, len(now.variants)) == (2, 1)


def test_a_revert_does_not_undo_what_a_program_wrote_without_counting_the_version(
    catalogue: Catalogue,
) -> None:
    lamp = Product("prd_lamp", "lamp", "Lamp", (Variant("LAMP", "LAMP", prices={"USD": 4900}),))
    catalogue.create_product(lamp, who="ada")
    seen = catalogue.change_price("LAMP", Money(5900, "USD"), who="eva")
    first = catalogue.store.revisions("prd_lamp")[1]
    written = replace(seen, title="Lamp of a script")
    catalogue.store.replace_product(written, expected_version=2)

    with pytest.raises(VersionConflict):
        revert_product(catalogue, "prd_lamp", first.id, who="eva", seen=seen_digest(seen))
    assert catalogue.store.product("prd_lamp") == written
    assert len(catalogue.store.revisions("prd_lamp")) == 2


def test_a_revert_is_refused_where_somebody_else_was_faster_or_there_is_nothing_to_go_to(
    catalogue: Catalogue,
) -> None:
    create_collection(catalogue, TIDES, who="ada")
    seen = seen_digest(change(catalogue, title="High tides"))
    first = catalogue.store.revisions("col_tides")[1]

    with pytest.raises(VersionConflict):
        revert_collection(catalogue, "col_tides", first.id, who="eva", seen=seen_digest(TIDES))
    with pytest.raises(NotFound):
        revert_collection(catalogue, "col_other", first.id, who="eva", seen=seen)
    retire_collection(catalogue, "col_tides", who="eva", seen=seen)
    last = catalogue.store.revisions("col_tides")[0]
    with pytest.raises(CannotRevert):
        revert_collection(catalogue, "col_tides", last.id, who="eva", seen=seen_digest(None))
    assert catalogue.store.collections() == []
