"""All prices of a product at once: whole units, in order, never below the smallest price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.editing.repricing import (
    OldPrice,
    Repricing,
    Rounding,
    parse_per_cent,
    reprice,
)
from app.errors import InvalidValue
from app.money import Money
from tests.builders import lamp, usd

RULES = st.builds(
    Repricing,
    is_up=st.booleans(),
    per_cent=st.decimals("0.01", "1000", places=2),
    rounding=st.sampled_from(Rounding),
) | st.builds(
    Repricing,
    is_up=st.booleans(),
    amount=st.integers(0, 50_000).map(usd),
    rounding=st.sampled_from(Rounding),
)


@given(RULES, st.lists(st.integers(0, 9_000_000), min_size=2, max_size=6), st.sampled_from(["USD", "JPY"]))
def test_no_rule_ever_turns_the_order_of_two_prices_or_makes_one_free(
    rule: Repricing, minors: list[int], currency: str
) -> None:
    if rule.amount:
        rule = replace(rule, amount=Money(rule.amount.minor, currency))
    old = sorted(minors)
    new = [rule.price(Money(minor, currency)).minor for minor in old]
    assert new == sorted(new)
    assert all(after > 0 or before == 0 for before, after in zip(old, new, strict=True))
    assert all(after >= 0 for after in new)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (Repricing(True, Decimal(10)), usd(4900), usd(5390)),
        (Repricing(True, Decimal("12.5")), usd(999), usd(1124)),
        # Half a cent goes up: 0.05 × 110 per cent is 5.5 cents.
        (Repricing(True, Decimal(10)), usd(5), usd(6)),
        (Repricing(False, Decimal(10)), usd(5), usd(5)),
        (Repricing(False, Decimal(100)), usd(4900), usd(1)),
        (Repricing(False, Decimal(50)), usd(0), usd(0)),
        (Repricing(True, amount=usd(250)), usd(0), usd(250)),
        (Repricing(False, amount=usd(5000)), usd(4900), usd(1)),
        (Repricing(True, Decimal(10), rounding=Rounding.UNIT), usd(4900), usd(5400)),
        (Repricing(True, Decimal(10), rounding=Rounding.END_90), usd(4900), usd(5390)),
        (Repricing(True, Decimal(10), rounding=Rounding.END_95), usd(4900), usd(5395)),
        (Repricing(False, Decimal(99), rounding=Rounding.END_99), usd(4900), usd(99)),
        (Repricing(True, Decimal(10)), Money(7000, "JPY"), Money(7700, "JPY")),
        (Repricing(True, Decimal("7.77")), Money(7001, "JPY"), Money(7545, "JPY")),
        (Repricing(True, Decimal(10), rounding=Rounding.UNIT), Money(7005, "JPY"), Money(7706, "JPY")),
        # A yen has no decimals, so the ending stands for the last two digits.
        (Repricing(True, Decimal(10), rounding=Rounding.END_90), Money(7000, "JPY"), Money(7690, "JPY")),
        (Repricing(True, Decimal(10)), Money(1230, "KWD"), Money(1350, "KWD")),
    ],
)
def test_a_price_is_changed_to_the_unit(rule: Repricing, old: Money, new: Money) -> None:
    assert rule.price(old) == new


def test_an_amount_changes_the_prices_of_its_own_currency_only() -> None:
    changed, steps = reprice(lamp(), Repricing(True, amount=usd(100)))
    assert [variant.prices for variant in changed.variants] == [{"USD": 5000, "JPY": 7000}, {"USD": 5500}]
    assert [(step.sku, step.old, step.new) for step in steps] == [
        ("LAMP-OAK", usd(4900), usd(5000)),
        ("LAMP-ASH", usd(5400), usd(5500)),
    ]


def test_the_old_price_becomes_the_compare_at_price_only_where_the_new_one_is_lower() -> None:
    down = Repricing(False, Decimal(20), currency="USD", old_price=OldPrice.COMPARE)
    changed, steps = reprice(lamp(), down)
    assert [variant.compare_at for variant in changed.variants] == [{"USD": 4900}, {"USD": 5400}]
    assert [step.was for step in steps] == [usd(4900), usd(5400)]
    dearer, _ = reprice(changed, replace(down, is_up=True))
    assert [variant.compare_at for variant in dearer.variants] == [{"USD": 4900}, {"USD": 5400}]
    cleared, _ = reprice(changed, replace(down, old_price=OldPrice.CLEAR))
    assert [variant.compare_at for variant in cleared.variants] == [{}, {}]


def test_a_price_beyond_what_can_be_charged_is_refused_whole() -> None:
    with pytest.raises(InvalidValue):
        Repricing(True, Decimal(1000)).price(usd(99_999_999))


@pytest.mark.parametrize("text", ["", "0", "-5", "1e3", "ten", "1001", "5,5", "٣", "5%%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_per_cent(text)
    assert parse_per_cent(" 12.5 % ") == Decimal("12.5")
