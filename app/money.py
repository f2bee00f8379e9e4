"""Money: whole minor units and a currency, from the form to Stripe.

The number of decimals is Stripe's, not ISO 4217's: what a shopper pays is what
Stripe understands (https://docs.stripe.com/currencies).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from babel.core import get_global
from babel.numbers import get_territory_currencies

from app.errors import InvalidValue, VitrineError

ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
UNSUPPORTED = frozenset({"UGX", "ISK"})
"""Stripe documents these two with differing decimals; a shop must not guess with money."""

LONGEST = 20
LARGEST_MINOR = 99_999_999
"""Stripe takes at most eight digits in an amount."""


@dataclass(eq=False)
class CurrencyMismatch(VitrineError):
    """Two amounts of different currencies met in one calculation."""

    left: str
    right: str

    def __str__(self) -> str:
        return f"Cannot combine {self.left} with {self.right}: convert neither, sum within one currency."


def exponent(currency: str) -> int:
    """Return how many decimals an amount of the currency has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def parse_currency(text: str) -> str:
    """Return the ISO 4217 code in upper case.

    Raises:
        InvalidValue: the text is no currency that the shop can charge.
    """
    code = text.strip().upper()
    if code not in tender():
        raise InvalidValue("currency", text, "the three-letter ISO 4217 code of money in use, such as USD")
    if code in UNSUPPORTED:
        raise InvalidValue("currency", text, "one whose decimals are certain: ISK and UGX are not taken")
    return code


@cache
def tender() -> frozenset[str]:
    """Return the currencies that are legal tender somewhere today; marks, metals and funds are none."""
    territories = get_global("territory_currencies")
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))


@dataclass(frozen=True)
class Money:
    """An amount in whole minor units (cents, yen) of one currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a decimal such as `12.50`; the one way from a person's digits to minor units.

        Raises:
            InvalidValue: not a plain decimal, negative, too large, or with more
                decimals than the currency has.
        """
        digits = exponent(currency)
        expected = f"a plain amount in {currency} with at most {digits} decimals, such as {sample(currency)}"
        stripped = text.strip()
        # Decimal rounds beyond 28 digits, and no amount needs as many.
        if len(stripped) > LONGEST or not stripped.isascii() or not stripped.replace(".", "", 1).isdigit():
            raise InvalidValue("amount", text, expected)
        try:
            scaled = Decimal(stripped).scaleb(digits)
        except InvalidOperation as error:  # pragma: no cover - isdigit has refused it already
            raise InvalidValue("amount", text, expected) from error
        if scaled != scaled.to_integral_value() or scaled > LARGEST_MINOR:
            raise InvalidValue("amount", text, expected)
        if digits == 3 and scaled % 10:
            raise InvalidValue("amount", text, "a multiple of ten: Stripe refuses other third decimals")
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> str:
        """The amount with all digits of its currency: `12.50`, `1200`."""
        digits = exponent(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f}"

    def __add__(self, other: Money) -> Money:
        self._must_match(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._must_match(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._must_match(other)
        return self.minor < other.minor

    def __gt__(self, other: Money) -> bool:
        return other < self

    def _must_match(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)


def sample(currency: str) -> str:
    """Return an amount that shows how many decimals the currency takes."""
    return Money(1250 if exponent(currency) == 2 else 1200, currency).decimal
