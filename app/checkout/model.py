"""What a checkout answers, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.cart.model import Cart, PricedCart
from app.catalogue.model import Market
from app.errors import Refusal, VitrineError
from app.money import Money
from app.orders.model import Order


@dataclass(frozen=True)
class StartRequest:
    """Everything that a checkout is started from."""

    cart: Cart
    market: Market
    client: str
    """Digest of the address it comes from, or empty where holds are not limited."""
    order_url: str
    """Where the order's page is; `{token}` stands for the order's token."""
    cart_url: str


@dataclass(frozen=True)
class RefundRequest:
    """What somebody wants to give back."""

    by: str
    amount: Money | None = None
    """Nothing for whatever the lines cost, or, without lines, for all that is left."""
    lines: Mapping[str, int] | None = None
    """Units that come back, by SKU."""
    restocks: bool = False
    """Whether they go back on the shelf."""
    reason: str = ""


@dataclass(frozen=True)
class Started:
    """An order that holds its units; the payment page is empty where it is not open yet."""

    order: Order
    payment_url: str = ""


@dataclass(eq=False)
class CartBlocked(Refusal):
    """The cart has problems that the shopper must answer first."""

    priced: PricedCart

    def __str__(self) -> str:
        kinds = ", ".join(f"{problem.sku} {problem.kind}" for problem in self.priced.problems)
        other = "somebody else was faster" if self.priced.lines else "it is empty"
        return f"The cart cannot be checked out yet: {kinds or other}."


@dataclass(eq=False)
class PaymentRefused(Refusal):
    """Stripe would not open a payment page; the units were given back."""

    order: Order
    reason: str

    def __str__(self) -> str:
        return f"The payment page could not be opened: {self.reason}"


@dataclass(eq=False)
class TooManyHolds(Refusal):
    """One address holds units with as many open checkouts as it may."""

    limit: int

    def __str__(self) -> str:
        return f"{self.limit} checkouts are open from this address. Pay for one or give its pieces back."


@dataclass(eq=False)
class UnknownOrder(VitrineError):
    """A session names an order that the shop does not have."""

    session_id: str
    order_id: str

    def __str__(self) -> str:
        return f"Session {self.session_id} is about order {self.order_id!r}, which is not known here."


@dataclass(eq=False)
class PaymentPending(VitrineError):
    """Nobody can say yet whether a payment page exists: units and key stay as they are."""

    order: Order
    reason: str

    def __str__(self) -> str:
        return f"Order {self.order.number} waits to learn whether its payment page exists: {self.reason}"
