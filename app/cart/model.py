"""Carts: SKUs, quantities and the price that was seen; and their problems as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.catalogue.model import Availability, Product, Variant
from app.errors import InvalidValue, Refusal
from app.money import Money

MAX_QUANTITY = 999
MAX_LINES = 100
"""Stripe's Checkout Sessions take at most a hundred lines."""


@dataclass(frozen=True)
class LineItem:
    """One SKU in a cart, with the unit price that the shopper saw last."""

    sku: str
    quantity: int
    unit_price_seen: Money


@dataclass(frozen=True)
class Cart:
    """What one shopper intends to buy in one market."""

    id: str
    """The digest of the shopper's token and the market: a leaked database opens no cart."""
    market: str
    currency: str
    lines: tuple[LineItem, ...] = ()
    version: int = 0
    expires_at: datetime | None = None

    @property
    def count(self) -> int:
        """Units in the cart, over all lines."""
        return sum(line.quantity for line in self.lines)

    def line(self, sku: str) -> LineItem | None:
        """Return the line of that SKU, or nothing."""
        return next((line for line in self.lines if line.sku == sku), None)

    def with_line(self, line: LineItem) -> Cart:
        """Return the cart with this line set; a quantity of 0 removes it."""
        if line.quantity == 0:
            return replace(self, lines=tuple(old for old in self.lines if old.sku != line.sku))
        if self.line(line.sku) is None:
            return replace(self, lines=(*self.lines, line))
        return replace(self, lines=tuple(line if old.sku == line.sku else old for old in self.lines))

    @property
    def digest(self) -> str:
        """Names the content, whatever the order of the lines: what a checkout is started for."""
        content = "\n".join(sorted(f"{line.sku}\t{line.quantity}" for line in self.lines))
        return hashlib.sha256(f"{self.market}\n{content}".encode()).hexdigest()[:32]


class ProblemKind(StrEnum):
    """What can stand between a cart and its checkout."""

    GONE = "gone"
    SOLD_OUT = "sold_out"
    FEWER_LEFT = "fewer_left"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"

    @property
    def blocks(self) -> bool:
        """Whether the shopper must answer first; a lower price is passed on and only said."""
        return self is not ProblemKind.PRICE_DOWN


@dataclass(frozen=True)
class Problem:
    """One problem of one line, with what is needed to say it and to answer it."""

    kind: ProblemKind
    sku: str
    available: int = 0
    seen: Money | None = None
    now: Money | None = None


@dataclass(frozen=True)
class PricedLine:
    """A line item beside what the catalogue and the stock say of it now."""

    item: LineItem
    product: Product | None
    variant: Variant | None
    unit_price: Money
    availability: Availability
    problems: tuple[Problem, ...] = ()

    @property
    def total(self) -> Money:
        """Unit price times quantity."""
        return self.unit_price * self.item.quantity


@dataclass(frozen=True)
class PricedCart:
    """A cart at today's prices, with every problem that it has."""

    cart: Cart
    lines: tuple[PricedLine, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All lines' problems, in the order of the lines."""
        return tuple(problem for line in self.lines for problem in line.problems)

    @property
    def is_blocked(self) -> bool:
        """Whether the shopper must answer a problem before the checkout can start."""
        return any(problem.kind.blocks for problem in self.problems)

    @property
    def subtotal(self) -> Money:
        """Sum of the lines that can be bought."""
        total = Money(0, self.cart.currency)
        for line in self.lines:
            if line.variant is not None:
                total += line.total
        return total


@dataclass(eq=False)
class Gone(Refusal):
    """The SKU was sold once, but is not sold in this market now."""

    sku: str

    def __str__(self) -> str:
        return f"{self.sku} is not sold here any more."


@dataclass(eq=False)
class ImpossibleCombination(Refusal):
    """No variant of the product has the chosen options."""

    product: str
    options: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.product} does not exist as {' / '.join(self.options) or 'chosen'}."


@dataclass(eq=False)
class CartFull(Refusal):
    """The cart has as many lines as one payment can take."""

    limit: int = MAX_LINES

    def __str__(self) -> str:
        return f"A cart takes at most {self.limit} lines."


def parse_quantity(text: str, *, least: int = 1) -> int:
    """Return a number of units.

    Raises:
        InvalidValue: not a whole number from `least` to 999.
    """
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 9):
        raise InvalidValue("quantity", text[:40], f"a whole number from {least} to {MAX_QUANTITY}")
    quantity = int(stripped)
    if not least <= quantity <= MAX_QUANTITY:
        raise InvalidValue("quantity", text[:40], f"a whole number from {least} to {MAX_QUANTITY}")
    return quantity
