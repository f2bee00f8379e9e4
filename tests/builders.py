"""The shop that unit tests share: a small range of products, and every service over fakes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.adapters.shelf import StoreShelf
from app.cart.model import Cart
from app.cart.service import Carts
from app.catalogue.model import Market, Option, Product, Variant
from app.catalogue.service import Catalogue
from app.checkout.abandon import Abandon
from app.checkout.cancel import Cancel
from app.checkout.dispute import Disputes
from app.checkout.model import Started, StartRequest
from app.checkout.reconcile import Reconcile
from app.checkout.refund import Refunds
from app.checkout.service import Checkout
from app.checkout.settle import Settle
from app.checkout.start import Start
from app.checkout.sweep import Sweep
from app.effects.model import Effect, EffectKind
from app.effects.service import Effects
from app.inventory.model import Policy, Reservation, StockPool
from app.inventory.service import Inventory
from app.money import Money
from app.orders.model import Attempt, Order, OrderLine, OrderState
from tests.fakes import (
    FakeCartStore,
    FakeCatalogueStore,
    FakeClock,
    FakeInventoryStore,
    FakeOrderStore,
    FakeOutbox,
    FakeTransactions,
    Memory,
    fake_media,
)
from tests.fakes.gateway import FakeGateway, FakeQueue

Result = TypeVar("Result")

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
US = Market("default", "USD", "en", countries=("US",))
JAPAN = Market("japan", "JPY", "ja", prefix="jp")
CHECKOUT_MINUTES, HOLD_GRACE_MINUTES, HOLDS_PER_CLIENT = 35, 5, 2


def usd(minor: int) -> Money:
    """Return an amount in cents."""
    return Money(minor, "USD")


def variant(sku: str, price: int, *options: str, pool: str = "", **other: int) -> Variant:
    """Return a variant at a price in cents; by default its pool is called like its SKU."""
    return Variant(sku, pool or sku, options=options, prices={"USD": price, **other})


def lamp(**changes: Any) -> Product:
    """Return the lamp, LAMP-OAK and LAMP-ASH, each with a pool of its own."""
    plain = Product(
        id="prd_lamp",
        slug="lamp",
        title="Reading lamp",
        variants=(variant("LAMP-OAK", 4900, "Oak", JPY=7000), variant("LAMP-ASH", 5400, "Ash")),
        options=(Option("Wood", ("Oak", "Ash")),),
    )
    return replace(plain, **changes)


def poster(**changes: Any) -> Product:
    """Return the poster, POSTER-BARE and POSTER-FRAMED, which share the pool POSTER."""
    plain = Product(
        id="prd_poster",
        slug="poster",
        title="Poster",
        variants=(
            variant("POSTER-BARE", 2000, "Bare", pool="POSTER"),
            variant("POSTER-FRAMED", 6000, "Framed", pool="POSTER"),
        ),
    )
    return replace(plain, **changes)


def candle() -> Product:
    """Return the candle, which is made to order: up to two are sold beyond those on hand."""
    return Product(id="prd_candle", slug="candle", title="Candle", variants=(variant("CANDLE", 900),))


def guide() -> Product:
    """Return the guide, a file of which nobody counts copies."""
    return Product(id="prd_guide", slug="guide", title="Guide", variants=(variant("GUIDE-PDF", 500),))


POOLS = (
    StockPool("LAMP-OAK", on_hand=10),
    StockPool("LAMP-ASH", on_hand=1),
    StockPool("POSTER", on_hand=3),
    StockPool("CANDLE", on_hand=1, policy=Policy.CONTINUE, cap=2),
    StockPool("GUIDE-PDF", policy=Policy.UNTRACKED),
)


def order(state: OrderState = OrderState.PENDING_PAYMENT, **changes: Any) -> Order:
    """Return order 1001: two lamps for 98.00, placed at noon."""
    attempt = Attempt(
        1, "ord_1:attempt:1", NOON, "digest", "https://shop.example/o", "https://shop.example/c"
    )
    plain = Order(
        id="ord_1",
        number="1001",
        token="token",
        market="default",
        locale="en",
        currency="USD",
        lines=(OrderLine("LAMP-OAK", "LAMP-OAK", "Reading lamp", "Oak", 2, usd(4900)),),
        cart_id="cart_1",
        state=state,
        created_at=NOON,
        attempts=(attempt,),
        hold_until=NOON,
    )
    return replace(plain, **changes)


class _CollisionError(Exception):
    pass


class RestlessTransactions(FakeTransactions):
    """Runs every block twice, as a collision does: what the first run has written is undone."""

    def run(self, block: Callable[[], Result]) -> Result:
        if not self._depth:
            with suppress(_CollisionError):
                super().run(lambda: self._collide(block))
        return super().run(block)

    @staticmethod
    def _collide(block: Callable[[], Any]) -> None:
        block()
        raise _CollisionError


class Shop:
    """Every service over fakes, stocked with the range above; `restless` runs each transaction twice."""

    def __init__(self, *, restless: bool = False, livemode: bool = False) -> None:
        self.memory, self.clock = Memory(), FakeClock(NOON)
        self.transactions = (RestlessTransactions if restless else FakeTransactions)(self.memory)
        self.catalogue = Catalogue(FakeCatalogueStore(self.memory), self.transactions, self.clock)
        self.inventory = Inventory(FakeInventoryStore(self.memory), self.transactions, self.clock)
        self.media = fake_media(self.memory, self.clock)
        self.orders, self.gateway = FakeOrderStore(self.memory), FakeGateway()
        shelf = StoreShelf(self.catalogue.store, self.inventory.store, self.orders)
        self.carts = Carts(FakeCartStore(self.memory), shelf, self.clock, cart_days=60)
        self.queue, self.carried_out = FakeQueue(), list[str]()
        kinds = (
            EffectKind.RECEIPT,
            EffectKind.MERCHANT_NOTICE,
            EffectKind.INVOICE,
            EffectKind.REFUND_NOTICE,
            EffectKind.INQUIRY_NOTICE,
            EffectKind.DISPUTE_NOTICE,
            EffectKind.DISPUTE_OUTCOME,
        )
        self.outbox = FakeOutbox(self.memory)
        self.effects = Effects(self.outbox, dict.fromkeys(kinds, self._carry_out), self.queue, self.clock)
        self.pauses = 0
        """How often a reconciliation has waited before it asked Stripe for more."""
        self.checkout = self._checkout(livemode)
        for product in (lamp(), poster(), candle(), guide()):
            self.catalogue.create_product(product, who="ada")
        for pool in POOLS:
            self.inventory.open_pool(pool, by="ada")

    def _carry_out(self, effect: Effect) -> None:
        self.carried_out.append(effect.id)

    def _pause(self) -> None:
        self.pauses += 1

    def _checkout(self, livemode: bool) -> Checkout:
        cancel = Cancel(self.inventory, self.orders, self.transactions, self.clock)
        self.refunds = Refunds(
            self.inventory, self.orders, self.gateway, self.effects, self.transactions, self.clock
        )
        self.settle = Settle(
            self.carts,
            self.inventory,
            self.orders,
            self.gateway,
            self.effects,
            self.transactions,
            self.clock,
            cancel,
            self.refunds,
            livemode,
        )
        abandon = Abandon(self.orders, self.gateway, self.settle, cancel)
        start = Start(
            self.carts,
            self.inventory,
            self.orders,
            self.gateway,
            self.transactions,
            self.clock,
            self.settle,
            abandon,
            cancel,
            CHECKOUT_MINUTES,
            HOLD_GRACE_MINUTES,
            HOLDS_PER_CLIENT,
        )
        sweep = Sweep(self.orders, start, abandon, self.clock)
        disputes = Disputes(self.orders, self.gateway, self.effects, self.transactions, self.clock)
        reconcile = Reconcile(
            self.orders, self.gateway, self.settle, self.refunds, disputes, CHECKOUT_MINUTES, self._pause
        )
        return Checkout(start, self.settle, abandon, self.refunds, sweep, disputes, reconcile)

    def cart(self, shopper: str = "ada", market: Market = US, **quantities: int) -> Cart:
        """Add units to a shopper's cart: `shop.cart(LAMP_OAK=2)`; return the cart."""
        cart = self.carts.of(shopper, market) or self.carts.fresh(shopper, market)
        for name, quantity in quantities.items():
            cart = self.carts.add(cart, market, name.replace("_", "-"), quantity)
        return cart

    def request(self, cart: Cart, market: Market = US, client: str = "") -> StartRequest:
        """Return what a click on "Go to payment" asks for."""
        return StartRequest(
            cart, market, client, "https://shop.example/orders/{token}", "https://shop.example/cart"
        )

    def start(self, cart: Cart, market: Market = US, client: str = "") -> Started:
        """Click on "Go to payment"."""
        return self.checkout.start(self.request(cart, market, client))

    def price(self, sku: str, minor: int) -> None:
        """Let an editor change a price."""
        self.catalogue.change_price(sku, usd(minor), who="ada")

    def stock(self, stock_id: str) -> tuple[int, int]:
        """Return a pool's units on hand and reserved."""
        pool = self.inventory.store.pool(stock_id)
        assert pool is not None
        return pool.on_hand, pool.reserved

    def movements(self, stock_id: str) -> list[tuple[str, int, int]]:
        """Return a pool's movements after the first receipt, oldest first: kind, on hand, reserved."""
        table = self.memory.tables["stock_movements"].values()
        found = [(str(row.kind), row.on_hand, row.reserved) for row in table if row.pool == stock_id]
        return found[1:]

    def reservation(self, order: Order) -> Reservation:
        """Return what is noted of an order's units."""
        found = self.inventory.store.reservation(order.id)
        assert found is not None
        return found

    def reread(self, order: Order) -> Order:
        """Return the order as it is now."""
        found = self.orders.order(order.id)
        assert found is not None
        return found

    @property
    def effect_ids(self) -> list[str]:
        """The ids of every row of the outbox, in the order they were written."""
        return list(self.memory.tables["outbox"])

    def books_are_closed(self) -> bool:
        """Say whether every counted pool equals its movements and held reservations."""
        books = [self.inventory.store.books(pool.id) for pool in POOLS if pool.is_tracked]
        return all(found is not None and found.are_closed for found in books)


def notes(order: Order) -> list[str]:
    """Return what an order's timeline says."""
    return [entry.what for entry in order.timeline]
