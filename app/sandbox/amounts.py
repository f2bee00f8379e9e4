"""What Stripe charges at least and at most, and how a discount is spread over lines."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from app.money import LARGEST_MINOR, THREE_DECIMAL, UNSUPPORTED, Money
from app.sandbox.errors import invalid

MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
"""The smallest charge of a currency (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts)."""


def shown(amount: int, currency: str) -> str:
    """Write an amount for a person: `USD 12.50`."""
    code = currency.upper()
    return f"{code} {Money(amount, code).decimal}"


def check_unit(amount: Decimal | int, currency: str, param: str) -> None:
    """Refuse an amount that the currency cannot carry (https://docs.stripe.com/currencies#special-cases).

    Raises:
        ApiError: a third decimal, or decimals of a currency that Stripe charges without.
    """
    step = 10 if currency.upper() in THREE_DECIMAL else 100 if currency.upper() in UNSUPPORTED else 1
    if step > 1 and amount % step:
        message = f"Invalid amount: {currency.upper()} amounts must be divisible by {step}."
        raise invalid(message, param, "invalid_charge_amount_no_decimal_compatible")


def check_total(total: int, currency: str) -> None:
    """Refuse a total that can never be charged; nothing to pay at all is fine.

    Raises:
        ApiError: `amount_too_small` or `amount_too_large`.
    """
    least = MINIMUM.get(currency, 1)
    if 0 < total < least:
        message = "The Checkout Session's total amount due must add up to at least "
        raise invalid(message + shown(least, currency), "line_items", "amount_too_small")
    if total > LARGEST_MINOR:
        message = "The Checkout Session's total amount due must be no more than "
        raise invalid(message + shown(LARGEST_MINOR, currency), "line_items", "amount_too_large")


def rounded(amount: Decimal) -> int:
    """Return the whole minor units of an exact amount, halves up."""
    return int(amount.to_integral_value(ROUND_HALF_UP))


def spread(amount: int, weights: list[int]) -> list[int]:
    """Divide an amount by weights so that the parts add up to it; the largest remainders get the rest."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(amount * weights[place] % whole))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts
