"""The counter of a shop with a real database, a real payment stand-in, and no wires but those a test pulls.

Nothing happens by itself: no worker runs and no webhook is delivered until a test says so.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from app import bootstrap
from app.adapters.mongo.connection import Database
from app.cart.model import Cart
from app.catalogue.model import Market
from app.checkout.cancel import Cancel
from app.checkout.model import Started, StartRequest
from app.clock import SystemClock
from app.inventory.model import StockPool
from app.orders.model import Order
from app.payments.model import PaymentEvent
from app.services import Services
from app.settings import load_settings
from jobs import payments
from tests import builders
from tests.adapters.running_standin import KEYS, StandIn

US = Market("default", "USD", "en")
CARD = "4242424242424242"
BUYER = {"email": "buyer@mail.example", "exp": "12/40", "cvc": "123", "name": "Ada Weber"}


class DeafQueue:
    """A queue that reaches nobody, as Redis does while it is down."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def enqueue(self, job: str, identifier: str) -> bool:
        self.asked.append((job, identifier))
        return False

    def ping(self) -> None:
        """Answer."""


class ShiftedClock(SystemClock):
    """The machine's clock, with hands to turn."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Counter:
    """The services, the stand-in, and what shoppers, banks and the weather do."""

    def __init__(self, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.standin = StandIn(folder / "sandbox")
        self.clock, self.queue = ShiftedClock(), DeafQueue()
        monkeypatch.setattr(bootstrap, "Database", lambda _uri: database)
        monkeypatch.setattr(bootstrap, "RqQueue", lambda _url: self.queue)
        monkeypatch.setattr(bootstrap, "SystemClock", lambda: self.clock)
        monkeypatch.setenv("STRIPE_SECRET_KEY", KEYS.secret_key)
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", KEYS.webhook_secret)
        monkeypatch.setenv("STRIPE_API_BASE", self.standin.url)
        self.services: Services = bootstrap.build_services(load_settings(folder))
        self.stripe: Any = stripe.StripeClient(
            KEYS.secret_key, base_addresses={"api": self.standin.url}, max_network_retries=2
        ).v1
        self.database = database
        self.services.catalogue.store.put_market(US)
        for product in (builders.lamp(), builders.poster(), builders.guide()):
            self.services.catalogue.create_product(product, who="ada")
        for pool in (StockPool("LAMP-OAK", on_hand=10), StockPool("LAMP-ASH", on_hand=1), builders.POOLS[4]):
            self.services.inventory.open_pool(pool, by="ada")

    # Shoppers.

    def cart(self, shopper: str = "ada", **quantities: int) -> Cart:
        """Put units into a shopper's cart: `counter.cart(LAMP_OAK=2)`."""
        carts = self.services.carts
        cart = carts.of(shopper, US) or carts.fresh(shopper, US)
        for name, quantity in quantities.items():
            cart = carts.add(cart, US, name.replace("_", "-"), quantity)
        return cart

    def start(self, cart: Cart) -> Started:
        """Click on "Go to payment"."""
        pages = "https://shop.example/orders/{token}", "https://shop.example/cart"
        return self.services.checkout.start(StartRequest(cart, US, "", *pages))

    def order(self, shopper: str = "ada", **quantities: int) -> Order:
        """Return an order that waits for its money, by default for two oak lamps of 49.00."""
        return self.reread(self.start(self.cart(shopper, **(quantities or {"LAMP_OAK": 2}))).order)

    def pay(self, session_id: str, card: str = CARD) -> None:
        """Fill in the payment page."""
        self.standin.pay(f"{self.standin.url}/c/pay/{session_id}", **BUYER, card_number=card)

    def paid(self, **quantities: int) -> Order:
        """Return an order that is paid, and settled by its webhook."""
        order = self.order(**quantities)
        self.pay(order.attempt.session_id)
        self.hear("checkout.session.completed")
        return self.reread(order)

    # Stripe.

    def another_session(self, minor: int, **metadata: str) -> str:
        """Open a session that the shop knows nothing of; return its id."""
        product = {"currency": "usd", "unit_amount": minor, "product_data": {"name": "Lamp"}}
        made = self.stripe.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "https://elsewhere.example/thanks",
                "line_items": [{"quantity": 1, "price_data": product}],
                "metadata": metadata,
                "payment_intent_data": {"metadata": metadata},
            }
        )
        return str(made.id)

    def session(self, session_id: str) -> Any:
        """Return what Stripe itself says of a session."""
        return self.stripe.checkout.sessions.retrieve(session_id)

    def events(self, kind: str = "") -> list[PaymentEvent]:
        """Return Stripe's events of a kind, oldest first, each verified as the webhook does."""
        found = self.stripe.events.list({"limit": 100, **({"type": kind} if kind else {})}).data
        return [self.verified(json.loads(str(event))) for event in reversed(found)]

    def verified(self, payload: dict[str, Any]) -> PaymentEvent:
        """Sign an event's body, and let the gateway read it."""
        body = json.dumps(payload)
        header = stripe.WebhookSignature.generate_signature_header(
            body, KEYS.webhook_secret, int(time.time())
        )
        return self.services.gateway.verify_event(body.encode(), header)

    def store(self, event: PaymentEvent) -> bool:
        """Take an event as the webhook does; say whether it was new."""
        is_new = self.services.inbox.record(event, self.services.clock.now())
        if is_new:
            self.services.queue.enqueue("jobs.payments.handle_event", event.id)
        return is_new

    def hear(self, kind: str) -> None:
        """Let all events of a kind be delivered and handled."""
        for event in self.events(kind):
            self.store(event)
            payments.handle(self.services, event.id)

    # What is so.

    def turn(self, **ahead: float) -> None:
        """Move both clocks, the shop's and Stripe's."""
        self.clock.ahead += timedelta(**ahead)
        self.standin.arm("clock_offset", seconds=self.clock.ahead.total_seconds())

    def lapse(self, order: Order) -> None:
        """Give an order's units away though its session can still be paid, as a slip of ours would."""
        inventory, transactions = self.services.inventory, self.services.inventory.transactions
        Cancel(inventory, self.services.orders, transactions, self.clock)(order, "a slip")

    def reread(self, order: Order) -> Order:
        """Return the order as it is now."""
        found = self.services.orders.order(order.id)
        assert found is not None
        return found

    def stock(self, stock_id: str = "LAMP-OAK") -> tuple[int, int]:
        """Return a pool's units on hand and reserved, once its books are closed."""
        books = self.services.inventory.store.books(stock_id)
        assert books is not None
        assert books.are_closed, books
        return books.pool.on_hand, books.pool.reserved

    def effects(self, order: Order) -> list[str]:
        """Return the kinds of effect that an order has made due."""
        return sorted(effect.kind for effect in self.services.effects.outbox.of(order.id))
