"""Money: whole minor units from a person's digits to Stripe, one currency a sum."""

from __future__ import annotations

import pytest

from app.errors import InvalidValue
from app.money import LARGEST_MINOR, CurrencyMismatch, Money, exponent, parse_currency, sample


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "USD", 1250),
        (" 12.5 ", "USD", 1250),
        ("0", "USD", 0),
        ("0.29", "USD", 29),
        ("1200", "JPY", 1200),
        ("5.120", "KWD", 5120),
        ("999999.99", "USD", 99_999_999),
    ],
)
def test_a_plain_decimal_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "USD"),
        ("-1", "USD"),
        ("12,50", "USD"),
        ("12.505", "USD"),
        ("1e3", "USD"),
        ("NaN", "USD"),
        ("1_000", "USD"),
        ("$12", "USD"),
        ("1.2.3", "USD"),
        ("१२", "USD"),
        ("12.5", "JPY"),
        ("1000000.00", "USD"),
        ("5.124", "KWD"),
        ("12.500000000000000000000000000001", "USD"),
    ],
)
def test_anything_else_is_refused_with_its_own_text(text: str, currency: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money.parse(text, currency)
    assert (refused.value.field, refused.value.value) == ("amount", text)


def test_a_refusal_shows_what_to_type_instead() -> None:
    with pytest.raises(InvalidValue) as refused:
        Money.parse("12,50", "USD")
    assert str(refused.value) == (
        "amount is '12,50', but must be a plain amount in USD with at most 2 decimals, such as 12.50."
    )


def test_a_third_decimal_other_than_zero_is_refused_because_stripe_does() -> None:
    with pytest.raises(InvalidValue, match="a multiple of ten"):
        Money.parse("5.124", "KWD")


@pytest.mark.parametrize(
    ("amount", "decimal"),
    [
        (Money(1250, "USD"), "12.50"),
        (Money(5, "USD"), "0.05"),
        (Money(1200, "JPY"), "1200"),
        (Money(5120, "KWD"), "5.120"),
        (Money(-5, "USD"), "-0.05"),
        (Money(LARGEST_MINOR, "USD"), "999999.99"),
    ],
)
def test_an_amount_is_written_with_all_digits_of_its_currency(amount: Money, decimal: str) -> None:
    assert amount.decimal == decimal


def test_sums_stay_whole() -> None:
    assert Money(10, "USD") + Money(20, "USD") == Money(30, "USD")
    assert Money(10, "USD") - Money(20, "USD") == Money(-10, "USD")
    assert Money(1999, "USD") * 3 == Money(5997, "USD")


def test_amounts_of_one_currency_are_ordered() -> None:
    assert Money(1, "USD") < Money(2, "USD")
    assert Money(2, "USD") > Money(1, "USD")
    assert not Money(1, "USD") > Money(1, "USD")


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__gt__"])
def test_two_currencies_never_meet(operation: str) -> None:
    with pytest.raises(CurrencyMismatch) as mismatch:
        getattr(Money(1999, "EUR"), operation)(Money(1, "USD"))
    assert {mismatch.value.left, mismatch.value.right} == {"EUR", "USD"}


def test_the_decimals_are_those_of_stripe() -> None:
    assert [exponent(code) for code in ("USD", "JPY", "KWD", "HUF")] == [2, 0, 3, 2]
    assert [sample(code) for code in ("USD", "JPY", "KWD")] == ["12.50", "1200", "1.200"]


def test_a_currency_is_three_letters_in_upper_case() -> None:
    assert parse_currency(" usd ") == "USD"
    assert [parse_currency(code) for code in ("EUR", "JPY", "XOF", "KWD")] == ["EUR", "JPY", "XOF", "KWD"]


NO_TENDER = ["DEM", "HRK", "ZWL", "XAU", "XDR", "XTS", "XXX", "USN", "CHW"]
"""Money of the past, metals, units of account, codes for tests, and funds."""


@pytest.mark.parametrize(
    "text", ["", "US", "USDT", "U$D", "12X", "ÄÖÜ", "UDS", "XYZ", "UGX", "ISK", *NO_TENDER]
)
def test_a_currency_that_cannot_be_charged_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_currency(text)
    assert (refused.value.field, refused.value.value) == ("currency", text)
