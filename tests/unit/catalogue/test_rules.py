"""Rules: what meets a condition, what a rule lists, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.catalogue.model import Collection, Option, Product, Variant
from app.catalogue.rules import Condition, Match, Operator, Rule, RuleField, RuleOrder, operators
from app.errors import InvalidValue


def product(slug: str = "tides", title: str = "Tides", **changes: object) -> Product:
    """Return a print in two frames: 40 and 90 dollars."""
    fields: dict[str, object] = {
        "variants": (
            Variant(f"{slug}-bare", f"{slug}-bare", ("A3", "Unframed"), {"USD": 4000, "EUR": 3800}),
            Variant(f"{slug}-oak", f"{slug}-oak", ("A3", "Oak"), {"USD": 9000}),
        ),
        "options": (Option("Size", ("A3",)), Option("Frame", ("Unframed", "Oak"))),
        "vendor": "Atelier Größe",
        "type": "Art print",
        "tags": ("sea", "Blue Hour"),
        **changes,
    }
    return Product(f"prd_{slug}", slug, title, **fields)  # type: ignore[arg-type]


def condition(field: str, operator: str, value: str) -> Condition:
    """Return a condition by its words."""
    return Condition(RuleField(field), Operator(operator), value)


@pytest.mark.parametrize(
    ("field", "operator", "value", "meets"),
    [
        ("tag", "equals", " SEA ", True),
        ("tag", "equals", "se", False),
        ("tag", "not_equals", "sea", False),
        ("tag", "not_equals", "land", True),
        ("tag", "starts_with", "blue", True),
        ("type", "equals", "art PRINT", True),
        ("vendor", "contains", "GRÖẞE", True),
        ("vendor", "contains", "grosse", False),
        ("title", "starts_with", "tid", True),
        ("title", "starts_with", "ides", False),
        ("option", "equals", "oak", True),
        ("option", "equals", "ash", False),
        ("option", "not_equals", "oak", False),
        ("price", "equals", "40 USD", True),
        ("price", "equals", "38.00 EUR", True),
        ("price", "equals", "38.00 USD", False),
        ("price", "greater_than", "90.00 USD", False),
        ("price", "greater_than", "89.99 USD", True),
        ("price", "less_than", "40.00 USD", False),
        ("price", "less_than", "40.01 USD", True),
        ("price", "not_equals", "90 USD", False),
        ("price", "not_equals", "91 USD", True),
        ("price", "less_than", "9999 JPY", False),
    ],
)
def test_a_condition_is_met_by_any_one_value_of_its_field(
    field: str, operator: str, value: str, meets: bool
) -> None:
    assert condition(field, operator, value).is_met_by(product()) is meets


def test_all_conditions_are_needed_or_one_is_enough() -> None:
    sea, land = condition("tag", "equals", "sea"), condition("tag", "equals", "land")

    assert not Rule((sea, land)).matches(product())
    assert Rule((sea, land), Match.ANY).matches(product())
    assert Rule((sea,)).matches(product())


@pytest.mark.parametrize(
    ("field", "operator", "value", "wrong"),
    [
        ("price", "contains", "4 USD", "operator"),
        ("tag", "greater_than", "sea", "operator"),
        ("tag", "equals", "  ", "tag"),
        ("tag", "equals", "a\nb", "tag"),
        ("tag", "equals", "x" * 201, "tag"),
        ("price", "less_than", "cheap", "price"),
        ("price", "less_than", "40", "price"),
        ("price", "less_than", "40.001 USD", "amount"),
        ("price", "less_than", "40 XXY", "currency"),
    ],
)
def test_a_condition_that_nothing_could_be_held_against_is_refused(
    field: str, operator: str, value: str, wrong: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        condition(field, operator, value)

    assert refusal.value.field == wrong


def test_a_rule_without_conditions_is_refused_because_it_would_list_the_whole_shop() -> None:
    with pytest.raises(InvalidValue) as refusal:
        Rule(())

    assert refusal.value.field == "conditions"


def test_every_field_has_the_operators_that_fit_it() -> None:
    assert Operator.GREATER_THAN in operators(RuleField.PRICE)
    assert Operator.CONTAINS not in operators(RuleField.PRICE)
    for field in set(RuleField) - {RuleField.PRICE}:
        assert operators(field) == operators(RuleField.TAG)


def test_what_is_found_stands_in_the_rules_order_and_equals_by_address() -> None:
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    cheap = (Variant("c", "c", prices={"USD": 100, "EUR": 9000}),)
    suns = product("suns", "suns", created_at=old, variants=cheap)
    tides = product("tides", "Tides", created_at=new)
    dunes = product("dunes", "Dunes")
    found = [tides, dunes, suns]

    def slugs(order: RuleOrder, currency: str = "") -> list[str]:
        rule = Rule((condition("tag", "equals", "sea"),), order=order)
        return [one.slug for one in rule.ordered(found, currency)]

    assert slugs(RuleOrder.NEWEST) == ["tides", "suns", "dunes"]
    assert slugs(RuleOrder.TITLE) == ["dunes", "suns", "tides"]
    assert slugs(RuleOrder.PRICE_UP, "USD") == ["suns", "dunes", "tides"]
    assert slugs(RuleOrder.PRICE_UP, "EUR") == ["dunes", "tides", "suns"]
    assert slugs(RuleOrder.PRICE_DOWN, "EUR") == ["suns", "dunes", "tides"]


def test_a_collection_lists_by_its_rule_while_there_is_one() -> None:
    rule = Rule((condition("tag", "equals", "sea"),))
    by_rule = Collection("col_sea", "sea", "Sea", product_ids=("prd_dunes",), rule=rule)

    assert by_rule.lists(product("tides"))
    assert not by_rule.lists(product("dunes", tags=()))
    assert Collection("col_1", "one", "One", product_ids=("prd_dunes",)).lists(product("dunes", tags=()))
