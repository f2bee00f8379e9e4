"""All prices of a product up or down, by an amount or per cent: whole minor units throughout.

Half a minor unit is rounded up, as people do who check a price by hand. Every rule keeps
the order of the prices: what cost less never costs more afterwards. A price never
falls below the smallest one of its currency, so that nothing is free by accident;
what is free stays free, unless an amount is put on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from app.catalogue.model import Product, Variant
from app.errors import InvalidValue
from app.money import LARGEST_MINOR, Money, exponent

MOST_PER_CENT = Decimal(1000)


class Rounding(StrEnum):
    """What a new price ends in."""

    EXACT = "exact"
    UNIT = "unit"
    END_90 = "90"
    END_95 = "95"
    END_99 = "99"


class OldPrice(StrEnum):
    """What becomes of the compare-at price."""

    LEAVE = "leave"
    COMPARE = "compare"
    """The old price becomes the compare-at price, where the new one is below it."""
    CLEAR = "clear"


@dataclass(frozen=True)
class Repricing:
    """A rule for all prices of a product."""

    is_up: bool
    per_cent: Decimal | None = None
    amount: Money | None = None
    """Instead of a percentage; it changes the prices of its own currency only."""
    currency: str = ""
    """Empty stands for every currency."""
    rounding: Rounding = Rounding.EXACT
    old_price: OldPrice = OldPrice.LEAVE

    def touches(self, currency: str) -> bool:
        """Say whether prices in a currency change."""
        wanted = self.amount.currency if self.amount else self.currency
        return wanted in ("", currency)

    def price(self, old: Money) -> Money:
        """Return the new price.

        Raises:
            InvalidValue: it is larger than any price may be.
        """
        if self.amount is not None:
            changed = Decimal(old.minor + (self.amount.minor if self.is_up else -self.amount.minor))
        else:
            share = (self.per_cent or Decimal(0)) / 100
            changed = old.minor * (1 + share if self.is_up else 1 - share)
        if not old.minor and changed <= 0:
            return old
        minor = _rounded(changed, old.currency, self.rounding)
        if minor > LARGEST_MINOR:
            raise InvalidValue("price", f"{old.decimal} {old.currency}", "no larger than a price may be")
        return Money(minor, old.currency)


@dataclass(frozen=True)
class PriceStep:
    """One price before and after."""

    sku: str
    title: str
    old: Money
    new: Money
    was: Money | None
    """The compare-at price afterwards, where pages will show one."""


def reprice(product: Product, rule: Repricing) -> tuple[Product, tuple[PriceStep, ...]]:
    """Return the product with its prices changed, and each price before and after.

    Raises:
        InvalidValue: a price would be larger than any may be.
    """
    steps, variants = list[PriceStep](), list[Variant]()
    for variant in product.variants:
        prices, compare_at = dict(variant.prices), dict(variant.compare_at)
        for currency in sorted(filter(rule.touches, variant.prices)):
            old = Money(variant.prices[currency], currency)
            new = rule.price(old)
            prices[currency] = new.minor
            if rule.old_price is OldPrice.CLEAR:
                compare_at.pop(currency, None)
            elif rule.old_price is OldPrice.COMPARE and new < old:
                compare_at[currency] = old.minor
            after = replace(variant, prices=prices, compare_at=compare_at)
            steps.append(PriceStep(variant.sku, variant.title, old, new, after.was(currency)))
        variants.append(replace(variant, prices=prices, compare_at=compare_at))
    return replace(product, variants=tuple(variants)), tuple(steps)


def parse_per_cent(text: str) -> Decimal:
    """Read a percentage such as `10` or `12.5`.

    Raises:
        InvalidValue: it is none, nothing at all, or more than any price rises.
    """
    stripped = text.strip().removesuffix("%").strip()
    expected = f"a percentage above 0 and up to {MOST_PER_CENT}, such as 10 or 12.5"
    is_plain = stripped.isascii() and len(stripped) <= 10 and stripped.replace(".", "", 1).isdigit()
    if not is_plain or not 0 < Decimal(stripped) <= MOST_PER_CENT:
        raise InvalidValue("per cent", text[:40], expected)
    return Decimal(stripped)


def _rounded(minor: Decimal, currency: str, rounding: Rounding) -> int:
    digits = exponent(currency)
    # Stripe takes no third decimal but 0, so the smallest step of such a currency is ten.
    step = 10 if digits == 3 else 1
    if rounding is Rounding.EXACT:
        return max(step, _to_multiple(minor, step))
    unit = int(10**digits)
    if rounding is Rounding.UNIT:
        return max(unit, _to_multiple(minor, unit))
    # A yen has no decimals: there the ending stands for the last two digits.
    unit = unit if digits else 100
    ending = unit * int(rounding) // 100
    return max(ending, _to_multiple(minor - ending, unit) + ending)


def _to_multiple(minor: Decimal, step: int) -> int:
    share = minor / step
    # Half up means towards the dearer price below nothing too, so that the order is kept.
    floor = share.to_integral_value(ROUND_FLOOR)
    rounded = share.to_integral_value(ROUND_CEILING if share - floor >= Decimal("0.5") else ROUND_FLOOR)
    return int(rounded) * step
