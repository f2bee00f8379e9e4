"""Starting a checkout: price, hold and write down, and only then ask Stripe.

Died between two steps? Before the transaction nothing has happened. After it the
order holds its units with a stored key: the shopper's next click or the sweep
repeats the same request, and Stripe answers with the same session.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from app.cart.model import PricedCart, PricedLine, ProblemKind
from app.cart.service import Carts
from app.checkout.abandon import Abandon
from app.checkout.cancel import Cancel
from app.checkout.model import CartBlocked, PaymentRefused, Started, StartRequest, TooManyHolds
from app.checkout.settle import Settle
from app.clock import Clock
from app.errors import InsufficientStock
from app.ids import new_id, new_token
from app.inventory.service import Inventory
from app.orders.model import (
    Attempt,
    OpenOrderExists,
    Order,
    OrderLine,
    OrderState,
    TimelineEntry,
)
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.payments.model import Refused, SessionOpen, SessionStatus, Unknown
from app.transactions import Transactions

log = logging.getLogger(__name__)

RACES = 3
"""How often a start is repeated when another tab has opened the same cart's checkout meanwhile."""


@dataclass(frozen=True)
class Start:
    """Opens checkouts."""

    carts: Carts
    inventory: Inventory
    orders: OrderStore
    gateway: Gateway
    transactions: Transactions
    clock: Clock
    settle: Settle
    abandon: Abandon
    cancel: Cancel
    checkout_minutes: int
    hold_grace_minutes: int
    holds_per_client: int

    def __call__(self, request: StartRequest) -> Started:
        """Hold the cart's units for an order and return where it is paid.

        A second click gets the same order and the same payment page. A cart that
        was changed since, or has become cheaper, gets a new order; the old one is
        ended first.

        Raises:
            CartBlocked: the cart is empty, or a problem must be answered first.
            PaymentRefused: Stripe said no; the units were given back.
            TooManyHolds: the address holds enough already.
            PaymentPending: an earlier checkout of this cart cannot be ended yet.
        """
        for _ in range(RACES):
            existing = self.orders.open_of_cart(request.cart.id)
            if existing is not None:
                started = self._continue(existing, request)
                if started is not None:
                    return started
            try:
                order = self._place(request)
            except OpenOrderExists:
                continue
            return self.open_payment(order)
        raise CartBlocked(self.carts.priced(request.cart, request.market))

    def open_payment(self, order: Order) -> Started:
        """Ask Stripe for the latest attempt's session, with its stored key; repeat at will.

        Raises:
            PaymentRefused: Stripe said no; the units were given back.
        """
        match self.gateway.create_session(order):
            case SessionOpen(session):
                self.orders.attach_session(order.id, order.attempt.number, session.id, session.url)
                if session.status is not SessionStatus.OPEN:
                    return Started(self.settle(session.id) or order)
                # Read again: the webhook or another tab may have been faster than Stripe's answer.
                return way_to_pay(self.orders.order(order.id) or order)
            case Refused(reason):
                self._compensate(order, reason)
                raise PaymentRefused(order, reason)
            case Unknown(reason):
                log.warning("payment page outcome unknown", extra={"order_id": order.id, "reason": reason})
                return Started(order)

    def _continue(self, order: Order, request: StartRequest) -> Started | None:
        """Return the open order's way to pay, or nothing once it is out of the way."""
        reason = self._outdated(order, request)
        if reason:
            # Priced first: a cart that cannot be bought now must not cost the shopper what is held.
            self._payable(request)
            ended = self.abandon(order, reason)
            return None if ended.state is OrderState.CANCELLED else Started(ended)
        if not order.attempt.session_id:
            return self.open_payment(order)
        return way_to_pay(order)

    def _outdated(self, order: Order, request: StartRequest) -> str:
        """Say why the order is not what the shopper asks for now, or nothing where it is."""
        if order.attempt.cart_digest != request.cart.digest:
            return "the cart was changed"
        if order.attempt.expires_at <= self.clock.now():
            return "its payment page has expired"
        priced = self.carts.priced(request.cart, request.market)
        if priced.cart.currency == order.currency and not priced.is_blocked and priced.subtotal < order.total:
            return "the price fell"
        return ""

    def _compensate(self, order: Order, refused: str) -> None:
        """Note the refusal and give the units back, both or neither."""

        def block() -> None:
            self.orders.refuse_attempt(order.id, order.attempt.number, refused)
            self.cancel(order, f"payment page refused: {refused}")

        self.transactions.run(block)

    def _payable(self, request: StartRequest) -> PricedCart:
        priced = self.carts.priced(request.cart, request.market)
        if not priced.lines or priced.is_blocked:
            raise CartBlocked(priced)
        return priced

    def _place(self, request: StartRequest) -> Order:
        priced = self._payable(request)
        if request.client and self.orders.count_open(request.client) >= self.holds_per_client:
            raise TooManyHolds(self.holds_per_client)
        order = self._order(priced, request)

        def block() -> None:
            self.orders.insert(order)
            self.inventory.hold(order.id, order.units, order.hold_until, order.skus)

        try:
            self.transactions.run(block)
        except InsufficientStock as shortage:
            # Somebody was faster between the look and the hold: say what is left now.
            priced = self.carts.priced(request.cart, request.market)
            log.info("hold refused", extra={"sku": shortage.sku, "requested": shortage.requested})
            raise CartBlocked(priced) from shortage
        return order

    def _order(self, priced: PricedCart, request: StartRequest) -> Order:
        now = self.clock.now()
        order_id, token = new_id("ord"), new_token()
        expires_at = (now + timedelta(minutes=self.checkout_minutes)).replace(microsecond=0)
        attempt = Attempt(
            number=1,
            idempotency_key=f"{order_id}:attempt:1",
            expires_at=expires_at,
            cart_digest=request.cart.digest,
            return_url=request.order_url.replace("{token}", token),
            cancel_url=request.cart_url,
        )
        lowered = [problem.sku for problem in priced.problems if problem.kind is ProblemKind.PRICE_DOWN]
        return Order(
            id=order_id,
            number=self.orders.next_number(),
            token=token,
            market=request.market.id,
            locale=request.market.locale,
            currency=request.market.currency,
            countries=request.market.countries,
            lines=tuple(_order_line(line) for line in priced.lines),
            cart_id=request.cart.id,
            state=OrderState.PENDING_PAYMENT,
            created_at=now,
            attempts=(attempt,),
            hold_until=expires_at + timedelta(minutes=self.hold_grace_minutes),
            timeline=(TimelineEntry(now, "placed; units held"),),
            lowered=tuple(lowered),
            # Whoever has bought from this cart before need not type the address again.
            email=self.orders.known_email(request.cart.id),
            client=request.client,
        )


def way_to_pay(order: Order) -> Started:
    """Return an order with its payment page, which is of use only while no money is on its way."""
    is_unpaid = order.state is OrderState.PENDING_PAYMENT
    return Started(order, order.attempt.payment_url if is_unpaid else "")


def _order_line(line: PricedLine) -> OrderLine:
    if line.product is None or line.variant is None:  # pragma: no cover - a gone line blocks the cart
        raise ValueError(f"{line.item.sku} is gone and cannot be ordered.")
    return OrderLine(
        sku=line.variant.sku,
        stock_id=line.variant.stock_id,
        title=line.product.title,
        variant=line.variant.title,
        quantity=line.item.quantity,
        unit_price=line.unit_price,
        slug=line.product.slug,
    )
