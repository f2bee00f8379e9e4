"""Collections by rule, and changes of collections, whatever keeps them."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.catalogue.collecting import change_collection, create_collection, revisions_since
from app.catalogue.model import Collection, Product, Revision, Variant
from app.catalogue.rules import (
    Condition,
    Match,
    Operator,
    Rule,
    RuleField,
    RuleOrder,
    operators,
)
from app.catalogue.seeing import seen_digest
from app.catalogue.service import Catalogue
from app.clock import SystemClock
from app.errors import InvalidValue, VersionConflict

from .conftest import Stores
from .samples import NOW, later, product

WORDS = (
    *("sea", "Sea", "SEA ", "blue hour", "Größe", "GRÖẞE", "grosse", "a.b*c", "[x]", "100%", "^$", "\\d"),
    *("İstanbul", "istanbul", "\u212aelvin", "kelvin", "ſea", "日本", "Σίσυφος", "σίσυφος", "e\u0301", "é"),
)
AMOUNTS = (0, 100, 3999, 4000, 4001, 9000)


def rule(field: str, operator: str, value: str, order: str = "newest") -> Rule:
    """Return a rule of one condition."""
    return Rule((Condition(RuleField(field), Operator(operator), value),), order=RuleOrder(order))


def any_condition(dice: random.Random) -> Condition:
    """Return some condition that is allowed."""
    field = dice.choice(list(RuleField))
    operator = dice.choice(operators(field))
    if field is RuleField.PRICE:
        return Condition(field, operator, f"{dice.choice(AMOUNTS)} JPY")
    return Condition(field, operator, dice.choice(WORDS))


def any_product(dice: random.Random, number: int) -> Product:
    """Return some product; its words are those that conditions ask for, whole or in longer texts."""

    def text() -> str:
        return dice.choice(("", "{}", " {}", "an {} sea", "{}s")).format(dice.choice(WORDS))

    variants = tuple(
        Variant(f"P{number}-{place}", "pool", (text(), text()), {"JPY": dice.choice(AMOUNTS)})
        for place in range(dice.randrange(1, 3))
    )
    return Product(
        f"prd_{number}",
        f"product-{number}",
        text(),
        variants,
        vendor=text(),
        type=text(),
        tags=tuple(text() for _ in range(dice.randrange(3))),
        created_at=dice.choice((None, NOW, later(days=1))),
    )


def test_a_rule_finds_exactly_what_it_matches_whatever_it_asks(stores: Stores) -> None:
    dice = random.Random(6)  # noqa: S311 - a seed makes it repeatable
    products = [any_product(dice, number) for number in range(60)]
    stores.catalogue.insert_products(products)
    hits = 0
    for _ in range(150):
        conditions = tuple(any_condition(dice) for _ in range(dice.randrange(1, 4)))
        asked = Rule(conditions, dice.choice(list(Match)), dice.choice(list(RuleOrder)))
        found = stores.catalogue.products_of(Collection("col_1", "one", "One", rule=asked))

        assert list(found) == asked.found(products), asked
        hits += len(found)
    assert hits > 500


def test_every_letter_is_found_in_either_case(mongo: Stores) -> None:
    letters = [chr(code) for code in range(0x21, 0x2FFF) if chr(code).isalpha()]
    odd = [letter for letter in letters if letter.lower() != letter]
    products = [
        Product(f"prd_{n}", f"p-{n}", f"x{letter}y", (Variant(f"S{n}", "p"),)) for n, letter in enumerate(odd)
    ]
    mongo.catalogue.insert_products(products)
    for sought in ("i", "k", "s", "a", "ö", "σ"):
        asked = rule("title", "contains", sought)
        found = mongo.catalogue.products_of(Collection("col_1", "one", "One", rule=asked))

        assert [one.id for one in found] == [one.id for one in asked.found(products)]
        assert found


def test_a_product_knows_the_collections_that_list_it_by_list_and_by_rule(stores: Stores) -> None:
    stores.catalogue.insert_product(product("lamp"))
    stores.catalogue.insert_product(product("desk", tags=("wood",)))
    by_list = Collection("col_1", "chosen", "Chosen", product_ids=("prd_desk",))
    by_rule = Collection("col_2", "light", "Light", rule=rule("tag", "equals", "LIGHT"))
    kept = Collection("col_3", "dark", "Dark", product_ids=("prd_lamp",), rule=rule("tag", "equals", "dark"))
    for collection in (by_list, by_rule, kept):
        stores.catalogue.put_collection(collection)

    assert stores.catalogue.collections_with("prd_lamp") == [by_rule]
    assert stores.catalogue.collections_with("prd_desk") == [by_list]
    assert stores.catalogue.collections_with("prd_none") == []
    assert stores.catalogue.collection("col_3") == kept


def test_a_list_gives_its_products_in_the_editors_order_and_leaves_out_what_is_gone(stores: Stores) -> None:
    lamp, desk = product("lamp"), product("desk")
    stores.catalogue.insert_product(lamp)
    stores.catalogue.insert_product(desk)
    chosen = Collection("col_1", "chosen", "Chosen", product_ids=("prd_lamp", "prd_gone", "prd_desk"))

    assert list(stores.catalogue.products_of(chosen)) == [lamp, desk]


def test_a_collection_changes_and_goes_only_at_the_version_that_was_read(stores: Stores) -> None:
    light = Collection("col_1", "light", "Light", updated_at=NOW)
    stores.catalogue.insert_collection(light)
    changed = replace(light, title="Lights", rule=rule("tag", "equals", "light"), version=2)

    assert stores.catalogue.replace_collection(changed, expected_version=1)
    assert not stores.catalogue.replace_collection(replace(changed, title="Late"), expected_version=1)
    assert not stores.catalogue.delete_collection("col_1", expected_version=1)
    assert stores.catalogue.collection("col_1") == changed
    assert stores.catalogue.delete_collection("col_1", expected_version=2)
    assert not stores.catalogue.delete_collection("col_1", expected_version=2)
    assert stores.catalogue.collections() == []


def test_two_collections_never_share_an_address(stores: Stores) -> None:
    stores.catalogue.insert_collection(Collection("col_1", "light", "Light"))
    desks = Collection("col_2", "desks", "Desks")
    stores.catalogue.insert_collection(desks)

    with pytest.raises(InvalidValue) as refusal:
        stores.catalogue.insert_collection(Collection("col_3", "light", "Other"))
    assert (refusal.value.field, refusal.value.value) == ("slug", "light")
    with pytest.raises(InvalidValue):
        stores.catalogue.replace_collection(replace(desks, slug="light", version=2), expected_version=1)
    assert stores.catalogue.collection("col_2") == desks
    assert stores.catalogue.collection("col_3") is None


def test_one_revision_is_found_by_its_id(stores: Stores) -> None:
    first = Revision("rev_1", "col_1", 1, "eva", "", {"title": (None, "Light")}, NOW)
    stores.catalogue.insert_revision(first)

    assert stores.catalogue.revision("rev_1") == first
    assert stores.catalogue.revision("rev_2") is None


def test_a_collections_form_that_arrives_twice_at_once_makes_one(stores: Stores) -> None:
    catalogue = Catalogue(stores.catalogue, stores.transactions, SystemClock())
    sea = Collection("col_1", "sea", "Sea", product_ids=("prd_1",), rule=rule("tag", "equals", "sea"))

    with ThreadPoolExecutor(2) as clicks:
        made = list(clicks.map(lambda who: create_collection(catalogue, sea, who=who), ["ann", "ann"]))
    assert made[0] == made[1] == stores.catalogue.collection("col_1")
    assert len(stores.catalogue.revisions("col_1")) == 1


def test_the_state_of_a_collection_that_was_seen_is_found_again(stores: Stores) -> None:
    catalogue = Catalogue(stores.catalogue, stores.transactions, SystemClock())
    sea = Collection("col_1", "sea", "Sea", product_ids=("prd_1",), rule=rule("tag", "equals", "sea"))
    seen = seen_digest(create_collection(catalogue, sea, who="ann"))
    assert seen == seen_digest(sea)
    change_collection(catalogue, replace(sea, title="Deep sea"), who="bob", seen=seen)
    now = stores.catalogue.collection("col_1")
    assert now is not None
    # A program that counts no version up.
    stores.catalogue.put_collection(replace(now, description="From a script."))
    written = stores.catalogue.collection("col_1")
    assert written is not None

    with pytest.raises(VersionConflict):
        change_collection(catalogue, replace(sea, title="Low sea"), who="ann", seen=seen_digest(now))
    assert [one.who for one in revisions_since(catalogue, written, seen_digest(now))] == ["external"]
    assert [one.who for one in revisions_since(catalogue, written, seen)] == ["external", "bob"]
    assert stores.catalogue.collection("col_1") == written
